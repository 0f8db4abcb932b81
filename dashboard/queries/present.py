"""Who is at work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField as Time
from django.db.models import ExpressionWrapper, F, Q

from crowd.models import Assignment
from tallies.models import WorkerDay, WorkerTally

NOW_MEANS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Present:
    """Workers in the last 15 minutes, and on this day (UTC)."""

    n_now: int
    n_today: int


def present(campaigns: Collection[int], *, now: datetime) -> Present:
    """At work in any of these campaigns (their ids).

    At work is who was handed a photo, kept one or answered; who holds one prepares the next answer.
    """
    since = now - NOW_MEANS
    kept = ExpressionWrapper(
        F("lease_until") - F("task__campaign__lease_s") * timedelta(seconds=1),
        output_field=Time(),
    )
    held = Assignment.objects.filter(state=Assignment.State.LEASED).alias(kept_at=kept)
    held = held.filter(Q(claimed_at__gte=since) | Q(kept_at__gte=since))
    held = held.filter(task__campaign__in=campaigns)
    answered = WorkerTally.objects.filter(campaign__in=campaigns, last_at__gte=since)
    today = WorkerDay.objects.filter(campaign__in=campaigns, day=now.date())
    at_work = set(held.order_by().values_list("worker", flat=True).distinct())
    at_work |= set(answered.order_by().values_list("worker", flat=True).distinct())
    n_today = today.order_by().values("worker").distinct().count()
    # who has begun today and is not counted yet is at work all the same
    return Present(n_now=len(at_work), n_today=max(n_today, len(at_work)))
