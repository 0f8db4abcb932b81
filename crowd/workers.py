"""Suspending workers and taking them back. What they have answered is kept either way."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crowd import audit
from crowd.models import User, Worker


def suspend(worker: Worker, *, by: User, now: datetime) -> None:
    """The worker gets no new tasks; may still hand in what is under way."""
    _set_status(worker, Worker.Status.SUSPENDED, "suspend", by=by, now=now)


def reinstate(worker: Worker, *, by: User, now: datetime) -> None:
    """The worker gets tasks again."""
    _set_status(worker, Worker.Status.ACTIVE, "reinstate", by=by, now=now)


def _set_status(
    worker: Worker, status: Worker.Status, action: str, *, by: User, now: datetime
) -> None:
    """Only a change is recorded; asking twice changes nothing."""
    with transaction.atomic():
        if Worker.objects.filter(pk=worker.pk).exclude(status=status).update(status=status):
            audit.record(by, action, f"worker {worker.pseudonym}", {}, now=now)
