"""How workers have done on gold tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, QuerySet

from catalog.models import Reference
from crowd import intervals
from crowd.answers import A, Stored
from crowd.intervals import Interval
from crowd.models import Campaign, GoldScore, GoldStandard


@dataclass(frozen=True, slots=True)
class Score:
    """One answer against what is known, as the columns of `GoldScore` say."""

    is_good: bool | None
    is_missed: bool
    quality: float | None
    details: Mapping[str, Any]


def reference_of(stored: Stored[A]) -> Reference:
    """What is known of the gold task that was answered; held until the score is stored, so that a
    correction meanwhile (`crowd/gold_correcting.py`) comes before it or after it."""
    rows = Reference.objects.select_for_update(no_key=True)
    return rows.get(pk=GoldStandard.objects.get(task=stored.held.task_id).reference_id)


def record(stored: Stored[A], score: Score, *, now: datetime) -> None:
    """Keep how good an answer is in place of that to an earlier version; runs in the transaction
    that stores the answer, so that no score is ever lost."""
    answer = stored.answer
    GoldScore.objects.update_or_create(
        assignment_id=stored.held.id,
        defaults={
            "gold_id": GoldStandard.objects.values_list("pk", flat=True).get(task=answer.task_id),
            "worker_id": answer.worker_id,
            "version": answer.version,
            "is_good": score.is_good,
            "is_missed": score.is_missed,
            "is_grid": stored.held.is_grid,
            "quality": score.quality,
            "details": dict(score.details),
            "scored_at": now,
        },
    )


@dataclass(frozen=True, slots=True)
class Record:
    """A worker's mean `quality` (0..1) over `n` gold answers that could be scored."""

    n: int
    quality: float

    @property
    def interval(self) -> Interval:
        """How far that can be trusted."""
        return intervals.share(self.quality, self.n)


def counting(kind: Campaign.Kind) -> QuerySet[GoldScore]:
    """The scores that count for or against somebody: right or wrong, of gold in service."""
    return GoldScore.objects.filter(
        gold__campaign__kind=kind, gold__withdrawn_at=None, is_good__isnull=False
    )


def records(kind: Campaign.Kind) -> dict[int, list[Record]]:
    """By worker, apart for each kind of truth: who always gives the answer that fits most photos
    is right on most gold, and wrong on all the rest."""
    rows = (
        counting(kind)
        .values("worker", "gold__reference__status")
        .annotate(n=Count("pk"), quality=Avg("quality"))
        .order_by("worker", "gold__reference__status")
    )
    found: dict[int, list[Record]] = {}
    for row in rows:
        found.setdefault(row["worker"], []).append(Record(row["n"], row["quality"]))
    return found
