"""Celery jobs of the crowd: thin, each makes one call."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from crowd import arrivals, health, leases


@shared_task(name="crowd.expire_leases")
def expire_leases() -> int:
    """Give back the tasks whose leases have ended."""
    return leases.expire(now=timezone.now())


@shared_task(name="crowd.open_arrived")
def open_arrived() -> int:
    """Open the tasks whose photographs have arrived; returns how many."""
    return arrivals.open_arrived(now=timezone.now())


@shared_task(name="crowd.heartbeat")
def heartbeat() -> None:
    """Say that beat, broker and a worker are alive, all three."""
    health.beat(now=timezone.now())
