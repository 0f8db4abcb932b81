"""How well one verdict fits a photo whose label is known."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.models import Reference
from crowd import gold_scores
from crowd.answers import Stored
from crowd.gold_scores import Score
from crowd.models import GoldStandard, Outcome
from verify.models import Label, Verdict


@dataclass(frozen=True, slots=True)
class VerdictScore:
    """One verdict against the truth.

    `is_right`: animal or not was told rightly, which is what counts; None where the worker could
    not tell or reported a problem, which is neither right nor wrong. `is_exact`: so was the reason.
    `is_missed` is the dear mistake: a photo without the animal that would have slipped through.
    """

    is_right: bool | None
    is_exact: bool
    is_missed: bool


def score_verdict(outcome: str, label: str, true_label: str) -> VerdictScore:
    """Compare an answer with the known label; an empty one: no animal, for whatever reason.

    >>> score_verdict("answered", "tracks", "scat")
    VerdictScore(is_right=True, is_exact=False, is_missed=False)
    >>> score_verdict("answered", "animal", "scat")
    VerdictScore(is_right=False, is_exact=False, is_missed=True)
    """
    if outcome != Outcome.ANSWERED:
        return VerdictScore(is_right=None, is_exact=False, is_missed=False)
    is_called_animal, is_animal = label == Label.ANIMAL, true_label == Label.ANIMAL
    return VerdictScore(
        is_right=is_called_animal == is_animal,
        is_exact=label == true_label,
        is_missed=is_called_animal and not is_animal,
    )


def score_answer(stored: Stored[Verdict], *, now: datetime) -> None:
    """Score a verdict on a gold task, in the transaction that stores it."""
    known = known_label(gold_scores.reference_of(stored))
    gold_scores.record(stored, score_of(stored.answer, known), now=now)


def score_again(gold: GoldStandard) -> dict[uuid.UUID, Score]:
    """The scores of all current verdicts on a gold task, by assignment."""
    rows = Verdict.objects.filter(task=gold.task_id, is_current=True).order_by("pk")
    known = known_label(gold.reference)
    return {row.assignment_id: score_of(row, known) for row in rows}


def known_of(label: str) -> dict[str, Any]:
    """A label that an organizer knows, as columns of `Reference`."""
    if label == Label.ANIMAL:
        return {"status": Reference.Status.INSTANCE.value, "reason": ""}
    return {"status": Reference.Status.NON_INSTANCE.value, "reason": label}


def known_label(reference: Reference) -> str:
    """The label that is known of a photo; empty where only that there is no animal."""
    if reference.status == Reference.Status.INSTANCE:
        return Label.ANIMAL.value
    return reference.reason if reference.reason in Label.values else ""


def score_of(verdict: Verdict, true_label: str) -> Score:
    """A stored verdict against the known label; the reason does not make it better or worse."""
    found = score_verdict(verdict.outcome, verdict.label, true_label)
    quality = None if found.is_right is None else float(found.is_right)
    details = {"true_label": true_label, "label": verdict.label, "is_exact": found.is_exact}
    return Score(found.is_right, found.is_missed, quality, details)
