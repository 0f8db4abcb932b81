"""Correcting what is known of gold: the answers to it are scored anew, and no score is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from catalog.models import Reference
from crowd import audit
from crowd.errors import Conflict
from crowd.gold_scores import Score
from crowd.models import GoldScore, GoldStandard, User


class Scorer(Protocol):
    """A kind's scores of all current answers to a gold task, by assignment."""

    def __call__(self, gold: GoldStandard, /) -> Mapping[Any, Score]: ...


def correct(
    gold: GoldStandard,
    known: Mapping[str, Any],
    scorer: Scorer,
    *,
    reason: str = "",
    by: User,
    now: datetime,
) -> int:
    """Put `known` (columns of `Reference`) in the place of what was known of a gold photo.

    What is known of a photo is one thing for all campaigns of its super-class, so gold made of it
    elsewhere is scored anew as well. What was known before stays in the activity log. Returns the
    number of answers that were scored. Raises `Conflict` where the photo is no gold any more.
    """
    with transaction.atomic():
        # an answer that is being stored reads what is known with a lock, too
        reference = Reference.objects.select_for_update(no_key=True).get(pk=gold.reference_id)
        rows = GoldStandard.objects.filter(reference=reference, withdrawn_at=None)
        rows = rows.filter(campaign__kind=gold.campaign.kind)
        found = list(rows.select_related("task__image", "reference", "campaign").order_by("pk"))
        mine = next((row for row in found if row.pk == gold.pk), None)
        if mine is None:
            raise Conflict("The photo is no gold any more.")
        before = {name: getattr(reference, name) for name in known}
        if before == dict(known):
            return 0
        Reference.objects.filter(pk=reference.pk).update(**known)
        n = sum(_score_again(row, scorer, now=now) for row in found)
        detail = {"image": mine.task.image.file_name, "before": before, "after": dict(known)}
        said = {"reason": reason} if reason else {}
        # in each campaign's own log, from which counting learns that its scores are others
        for campaign in {row.campaign_id: row.campaign for row in found}.values():
            subject = f"campaign {campaign.slug}"
            audit.record(by, "correct gold", subject, detail | said, now=now, campaign=campaign)
    return n


def _score_again(gold: GoldStandard, scorer: Scorer, *, now: datetime) -> int:
    gold.reference.refresh_from_db()
    scores = scorer(gold)
    rows = list(GoldScore.objects.filter(gold=gold, assignment__in=scores).order_by("pk"))
    for row in rows:
        score = scores[row.assignment_id]
        row.is_good, row.is_missed = score.is_good, score.is_missed
        row.quality, row.details, row.scored_at = score.quality, dict(score.details), now
    columns = ["is_good", "is_missed", "quality", "details", "scored_at"]
    GoldScore.objects.bulk_update(rows, columns, batch_size=500)
    return len(rows)
