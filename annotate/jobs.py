"""Celery jobs of box tasks and of checks: thin, idempotent, without arguments."""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from annotate import aggregation, checking, comparing, followup
from crowd import hints, refitting

# so long for what can wait; then other jobs have the process, and the next run goes on
RUN_S = 5.0


@shared_task(name="annotate.aggregate_due")
def aggregate_due() -> int:
    """Aggregate whatever is due until nothing is."""
    hints.taken(aggregate_due)
    n_done = 0
    while n_batch := aggregation.aggregate_due(now=timezone.now()):
        n_done += n_batch
    return n_done


@shared_task(name="annotate.refit")
def refit() -> int:
    """Estimate skills anew where that is due, and merge everything again; returns how many photos
    have changed."""
    versions = refitting.refit(aggregation.BOXES, clock=timezone.now)
    return sum(version.n_changed for version in versions)


@shared_task(name="annotate.compare_due")
def compare_due() -> int:
    """Compare answers with the consensus wherever that is new; returns to how many tasks."""
    return for_a_while(comparing.compare_due)


@shared_task(name="annotate.aggregate_checks")
def aggregate_checks() -> int:
    """Aggregate whatever checks are due until none is."""
    hints.taken(aggregate_checks)
    n_done = 0
    while n_batch := checking.aggregate_due(now=timezone.now()):
        n_done += n_batch
    if n_done:
        # what they say is for the boxes
        hints.hint(aggregate_due)
    return n_done


@shared_task(name="annotate.refit_checks")
def refit_checks() -> int:
    """Estimate how well workers check where that is due, and merge all checks again; returns how
    many have changed."""
    versions = refitting.refit(checking.CHECKS, clock=timezone.now)
    return sum(version.n_changed for version in versions)


@shared_task(name="annotate.ask_checks")
def ask_checks() -> int:
    """Ask about the boxes that are risky; returns of how many photos."""
    hints.taken(ask_checks)
    return for_a_while(lambda: followup.ask_due(now=timezone.now()))


def for_a_while(batch: Callable[[], int], *, clock: Callable[[], float] = time.monotonic) -> int:
    """Batch after batch until one has nothing to do, or for `RUN_S` by the clock (seconds);
    returns how many were done.

    >>> for_a_while(lambda: 500, clock=iter(range(99)).__next__)
    3000
    """
    ends = clock() + RUN_S
    n_done = 0
    while n_batch := batch():
        n_done += n_batch
        if clock() > ends:
            break
    return n_done
