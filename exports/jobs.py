"""Celery jobs of the releases: thin, each makes one call."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from crowd import hints
from exports import making


@shared_task(name="exports.make_waiting_releases")
def make_waiting_releases() -> int:
    """Make the releases that wait; beat asks every few seconds, so none is ever lost."""
    hints.taken(make_waiting_releases)
    return making.make_unfinished(clock=timezone.now)
