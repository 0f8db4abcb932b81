"""Stored skill estimates: what a worker's answers are weighted with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from crowd.models import Campaign, SkillEstimate


@dataclass(frozen=True, slots=True)
class Estimate:
    """One worker's skill as the method's own numbers, from so many comparable answers."""

    values: Mapping[str, Any]
    n_answers: int


def load(kind: Campaign.Kind, method: str, worker_ids: Iterable[int]) -> dict[int, Estimate]:
    """The estimates of these workers made by this method; workers without one are left out."""
    rows = SkillEstimate.objects.filter(kind=kind, method=method, worker__in=set(worker_ids))
    return {
        row.worker_id: Estimate(values=row.values, n_answers=row.n_answers)
        for row in rows.order_by("worker_id")
    }


def is_behind(kind: Campaign.Kind, answers: QuerySet[Any]) -> bool:
    """Whether any of these answers has come in since the last fit."""
    newest = answers.order_by("-pk").values_list("received_at", flat=True).first()
    fitted_at = SkillEstimate.objects.filter(kind=kind).aggregate(at=Max("fitted_at"))["at"]
    return newest is not None and (fitted_at is None or newest > fitted_at)


def store(
    kind: Campaign.Kind, method: str, estimates: Mapping[int, Estimate], *, now: datetime
) -> None:
    """Replace the estimates of these workers."""
    SkillEstimate.objects.bulk_create(
        [
            SkillEstimate(
                worker_id=worker_id,
                kind=kind,
                method=method,
                values=dict(estimate.values),
                n_answers=estimate.n_answers,
                fitted_at=now,
            )
            for worker_id, estimate in sorted(estimates.items())
        ],
        update_conflicts=True,
        unique_fields=["worker", "kind"],
        update_fields=["method", "values", "n_answers", "fitted_at"],
    )
