"""What was wanted and whether it was reached: one line per aim."""

from __future__ import annotations


def judge(what: str, value: float, limit: float, *, is_least: bool = False) -> bool:
    """Print whether `value` is at most `limit` (or at least, with `is_least`), and return it.

    >>> judge("errors, 3 answers", 0.9, 0.95)
      met      0.900  wanted at most  0.95   errors, 3 answers
    True
    """
    is_met = value >= limit if is_least else value <= limit
    wanted = f"{'at least' if is_least else 'at most'}"
    print(f"  {'met' if is_met else 'MISSED':7} {value:6.3f}  wanted {wanted:8} {limit:<6g} {what}")
    return is_met


def judge_share(what: str, ours: float, theirs: float, limit: float) -> bool:
    """As `judge` for our figure as a share of the best other one; both are shown."""
    share = ours / theirs if theirs else float(ours > 0)
    return judge(f"{what}: {ours:.3f} against {theirs:.3f}", share, limit)
