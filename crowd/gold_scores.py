"""How workers have done on gold tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models import Reference
from crowd.answers import A, Stored
from crowd.models import GoldScore, GoldStandard


@dataclass(frozen=True, slots=True)
class Score:
    """One answer against what is known, as the columns of `GoldScore` say."""

    is_good: bool | None
    is_missed: bool
    quality: float | None
    details: Mapping[str, Any]


def reference_of(stored: Stored[A]) -> Reference:
    """What is known of the gold task that was answered."""
    gold = GoldStandard.objects.select_related("reference").get(task=stored.held.task_id)
    return gold.reference


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
