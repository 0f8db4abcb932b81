"""How well one verdict fits a photo whose label is known."""

from __future__ import annotations

from dataclasses import dataclass

from crowd.models import Outcome
from verify.models import Label


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
    """Compare an answer with the known label.

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
