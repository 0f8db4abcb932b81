"""Celery jobs of verification tasks: thin, idempotent, without arguments."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from crowd import hints
from verify import aggregation, skill_fitting


@shared_task(name="verify.aggregate_due")
def aggregate_due() -> int:
    """Aggregate whatever is due until nothing is."""
    hints.taken(aggregate_due)
    n_done = 0
    while n_batch := aggregation.aggregate_due(now=timezone.now()):
        n_done += n_batch
    return n_done


@shared_task(name="verify.fit_skills")
def fit_skills() -> int:
    """Estimate every worker's skill anew."""
    return skill_fitting.fit(now=timezone.now())
