"""When to slip a gold task in among the others.

About one task in ten while little is known of a worker, falling to one in thirty as their skill
becomes known: the share of gold is the standard deviation of the skill (`SkillEstimate.quality_sd`,
0..1), never more than 1/10 nor less than 1/30. Each place is drawn by itself, so that nothing
before it tells what comes; in grids, where gold is scarce, it is one photo at a random place in
every 48. The draws are those of a keyed hash: the same for the same worker, campaign and place,
and unknown to whoever has not got the key.
"""

from __future__ import annotations

import hmac

MOST_OFTEN = 1 / 10
LEAST_OFTEN = 1 / 30
TWO_GRIDS = 48


def share(quality_sd: float | None) -> float:
    """The share of gold for a worker whose skill is known this well; None: not at all.

    >>> share(None), share(0.06), share(0.001) == LEAST_OFTEN
    (0.1, 0.06, True)
    """
    return MOST_OFTEN if quality_sd is None else min(max(quality_sd, LEAST_OFTEN), MOST_OFTEN)


def places(key: bytes, whose: str, first: int, count: int, *, of: float) -> list[int]:
    """Which of `count` tasks, from number `first` on, are gold where their share is `of`.

    Returns offsets from 0, ascending. `whose` names the worker and the campaign. With a smaller
    share the places are some of those with a larger one.
    """
    return [i for i in range(count) if _draw(key, f"{whose}/{first + i}") < of]


def places_in_grids(key: bytes, whose: str, first: int, count: int) -> list[int]:
    """The same in grids: one place in every 48 photos, counted from the worker's first."""
    return [i for i in range(count) if (first + i) % TWO_GRIDS == _place(key, whose, first + i)]


def _place(key: bytes, whose: str, number: int) -> int:
    return int(_draw(key, f"{whose}/grids/{number // TWO_GRIDS}") * TWO_GRIDS)


def _draw(key: bytes, what: str) -> float:
    """A number from 0 to below 1 that is the same for the same key and name."""
    return int.from_bytes(hmac.digest(key, what.encode(), "sha256")[:6], "big") / 2**48
