"""What an import tells in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.importers.formats import NAMES
from catalog.importers.report import Named, Report
from catalog.importers.staged import Outcome, Wish
from catalog.selection import policies


def of_archive(wish: Wish, outcome: Outcome) -> Iterator[str]:
    """What was read, chosen and split, and what was left out at each step and why."""
    staged = outcome.staged
    yield (
        f"Read {plain(wish.given)} as {NAMES[wish.form]}: {staged.n_photos:,} photographs, "
        f"{staged.n_observations:,} observations, {staged.n_observers:,} observers, "
        f"{staged.n_taxa:,} taxa"
    )
    for refused in staged.refused:
        yield f"  refused  {refused.n:,} x {plain(refused.reason)} ({plain(refused.examples)})"
    if outcome.chosen is not None:
        chosen, policy = outcome.chosen, policies()[wish.policy]
        yield (
            f"Chosen by {policy.name}: {chosen.n_photos:,} photographs of {chosen.n_taxa:,} taxa "
            f"({policy.source})"
        )
        yield from _left_out(chosen.left_out)
    if outcome.splits is not None:
        report = outcome.splits
        counts = ", ".join(f"{split} {n:,}" for split, n in report.n_photos.items())
        yield f"Split by {wish.splits} with seed {report.seed}: {counts}"
        if report.n_kept:
            yield (
                f"  note     {report.n_kept:,} taxa whose last observer stays in train, whom the "
                "paper's rule would have put into validation too"
            )
        yield from _left_out(report.left_out)


def of_images(report: Report, slug: str, *, is_by_reason: bool) -> Iterator[str]:
    """What became of the images; refusals one by one, or by reason."""
    counts = f"{report.n_new} new, {report.n_unchanged} unchanged"
    if report.n_completed:
        counts += f", {report.n_completed} completed"
    yield f"Data set {slug}: {counts}, {report.n_refused} refused"
    if is_by_reason:
        for reason, named in report.refused.items():
            yield f"  refused  {named.n:,} x {plain(reason)} ({_some(named)})"
    else:
        for refusal in report.refusals:
            yield f"  refused  {plain(refusal.file_name)}: {plain(refusal.reason)}"
        n_more = report.n_refused - len(report.refusals)
        if n_more:
            yield f"  refused  {n_more:,} more"
    for text, named in report.notes.items():
        yield f"  note     {_some(named)}: {plain(text)}"
    if report.n_awaited:
        yield f"{report.n_awaited:,} photographs are still to be fetched (manage.py fetch_images)"
    if report.n_held:
        yield f"{report.n_held:,} in reserve come when they are wanted (fetch_images --reserve)"


def plain(text: str) -> str:
    """Foreign text for a terminal: control characters and lone surrogates are escaped.

    >>> plain("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _left_out(reasons: Mapping[str, int]) -> Iterator[str]:
    for reason, n in reasons.items():
        yield f"  left out {n:,} x {reason}"


def _some(named: Named) -> str:
    shown = ", ".join(map(plain, named.names))
    n_more = named.n - len(named.names)
    return f"{shown} and {n_more:,} more" if n_more else shown
