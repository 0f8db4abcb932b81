"""Celery jobs of the organizers' pages: thin, each makes one call."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from celery import shared_task
from django.utils import timezone

from dashboard import forecasts
from dashboard.forecasts import Question

AGAIN_S = 2


@shared_task(name="dashboard.forecast")
def forecast(question: dict[str, Any]) -> None:
    """Simulate one campaign of a forecast and leave the next to another job, so that answers that
    come meanwhile are not kept waiting."""
    asked = Question(**question)
    found = forecasts.advance(asked, clock=timezone.now)
    if found is None:
        forecast.apply_async(kwargs={"question": question}, countdown=AGAIN_S)
    elif not found.is_ready and not found.error:
        enqueue(asked)


def enqueue(question: Question) -> None:
    """Have the next campaign of a forecast simulated. Raises OperationalError without a broker."""
    forecast.apply_async(kwargs={"question": asdict(question)}, retry=False)
