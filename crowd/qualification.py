"""Practice before work: how a worker has done, and when that is enough.

Practice is no answer to a task: nothing of it reaches a consensus, a skill or an export.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from crowd.models import Campaign, Enrolment, Worker

# a worker has learned it who does well on so many of the latest so many
NEEDED = 4
LATEST = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """How far a worker has come: `n_practised` photos tried, the `latest` of them done well or
    not, oldest first, and whether that has ever been enough."""

    n_practised: int
    latest: tuple[bool, ...]
    is_qualified: bool


def practice_of(worker: Worker, campaign: Campaign) -> Practice:
    """What is known so far; writes nothing."""
    place = Enrolment.objects.filter(worker=worker, campaign=campaign).first()
    return _practice(place) if place else Practice(0, (), is_qualified=False)


def is_missing(worker: Worker, campaign: Campaign) -> bool:
    """Whether the worker has to practise before the campaign hands out a photo."""
    if not campaign.has_qualification or worker.is_simulated:
        return False
    return not practice_of(worker, campaign).is_qualified


def record(
    worker: Worker, campaign: Campaign, number: int, *, is_good: bool, now: datetime
) -> Practice:
    """Note how practice photo `number` (from 0) went; only the first try of each counts, in order.

    Who has once done well on `NEEDED` of the latest `LATEST` stays qualified.
    """
    Enrolment.objects.bulk_create(
        [Enrolment(worker=worker, campaign=campaign)], ignore_conflicts=True
    )
    with transaction.atomic():
        place = Enrolment.objects.select_for_update().get(worker=worker, campaign=campaign)
        if number == place.n_practised:
            place.n_practised += 1
            place.practice = [*place.practice, is_good][-LATEST:]
            if sum(place.practice) >= NEEDED and place.qualified_at is None:
                place.qualified_at = now
            place.save(update_fields=["n_practised", "practice", "qualified_at"])
    return _practice(place)


def _practice(place: Enrolment) -> Practice:
    return Practice(place.n_practised, tuple(place.practice), place.qualified_at is not None)
