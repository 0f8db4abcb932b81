"""Celery jobs of tallies: thin, idempotent, without arguments."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from tallies import counting


@shared_task(name="tallies.count_due")
def count_due() -> int:
    """Count what has changed since it was counted last; returns how many topics."""
    return counting.count_due(clock=timezone.now)
