"""Which test images stay: the rule of the filtered test manifest.

Source: Van Horn et al., CVPR 2018, section 3.2.1: test images whose verification finds no instance
of the animal (tracks, scat, habitat, remains) leave the test set; train and validation keep theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from django.db.models import TextChoices

from crowd.models import Task
from exports.queries import ImageRecord
from verify.models import Label

THRESHOLD = 0.5
RULE: dict[str, object] = {
    "name": "summed_non_instance_probability",
    "version": "1",
    "threshold": THRESHOLD,
    "description": "An image is excluded when the probabilities of the non-instance labels add up "
    "to more than the threshold; the reason is the likeliest of them.",
}
NON_INSTANCE = tuple(label.value for label in Label if label != Label.ANIMAL)


class Decision(TextChoices):
    """What becomes of a test image."""

    KEPT = "kept"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"
    NOT_VERIFIED = "not_verified"


@dataclass(frozen=True, slots=True)
class Finding:
    """A decision; `reason` (a label) and `probability` (of no instance) only where excluded."""

    decision: Decision
    reason: str = ""
    probability: float = 0.0


def decide(image: ImageRecord, verified: frozenset[str]) -> Finding:
    """What becomes of a test image, `verified` being the super-classes that are verified.

    Only a retired task with votes decides: an open or disputed one, or none at all, is undecided.
    """
    if image.super_class not in verified:
        return Finding(Decision.NOT_VERIFIED)
    if image.verifying_state != Task.State.RETIRED or not image.n_votes:
        return Finding(Decision.UNDECIDED)
    if image.p_instance is None or image.probabilities is None:
        return Finding(Decision.UNDECIDED)
    probability = 1 - image.p_instance
    if probability > THRESHOLD:
        return Finding(Decision.EXCLUDED, _likeliest(image.probabilities), probability)
    return Finding(Decision.KEPT)


def _likeliest(probabilities: str) -> str:
    """The non-instance label of the highest probability; of equals the first one in `Label`."""
    known = orjson.loads(probabilities)
    return max(NON_INSTANCE, key=lambda label: known.get(label, 0.0))
