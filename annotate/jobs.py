"""Celery jobs of box tasks: thin, idempotent, without arguments."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from annotate import aggregation
from crowd import hints, refitting


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
