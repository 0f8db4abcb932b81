"""Rows as the jobs that count answers leave them (`tallies/`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from crowd.models import Campaign, Enrolment, SkillEstimate, Worker
from tallies.models import Figures, WorkerDay, WorkerTally
from tests.make import NOON

NONE = {field.name: 0 for field in Figures._meta.get_fields() if field.name != "id"}


def tally(worker: Worker, campaign: Campaign, **figures: Any) -> WorkerTally:
    """What a worker's answers in a campaign add up to; whatever is not said is 0 or unknown."""
    Enrolment.objects.get_or_create(worker=worker, campaign=campaign, defaults={"n_claimed": 1})
    told: dict[str, Any] = {
        "n_answers": 10,
        "first_at": NOON,
        "last_at": NOON,
        "habits_px": [],
        "habits_share": [],
        "habits_sd": [],
    }
    return WorkerTally.objects.create(worker=worker, campaign=campaign, **NONE | told | figures)


def day(worker: Worker, campaign: Campaign, of: date, **figures: Any) -> WorkerDay:
    """The same of one day."""
    return WorkerDay.objects.create(worker=worker, campaign=campaign, day=of, **NONE | figures)


def skill(worker: Worker, kind: str, quality: float | None, sd: float = 0.04) -> SkillEstimate:
    """What the last fit has learned of a worker."""
    return SkillEstimate.objects.create(
        worker=worker,
        kind=kind,
        method="m",
        values={},
        n_answers=41,
        quality=quality,
        quality_sd=None if quality is None else sd,
        fitted_at=NOON,
    )
