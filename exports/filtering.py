"""Which test images stay: the rule of the filtered test manifest.

Source: Van Horn et al., CVPR 2018, section 3.2.1: test images whose verification finds no instance
of the animal (tracks, scat, habitat, remains) leave the test set; train and validation keep theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.db.models import TextChoices

from catalog.models import Reference
from crowd.models import Task
from verify.question import THRESHOLD, is_non_instance, is_precaution

RULE: dict[str, object] = {
    "name": "summed_non_instance_probability",
    "version": "4",
    "threshold": THRESHOLD,
    "description": "An image is excluded when the probabilities of the non-instance labels add up "
    "to more than the threshold; the reason is the likeliest of them. An image whose consensus "
    "says the opposite, because that mistake would cost less, is undecided. A gold image goes by "
    "its known answer, and what an organizer has settled by that.",
}


class Decision(TextChoices):
    """What becomes of a test image."""

    KEPT = "kept"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"
    NOT_VERIFIED = "not_verified"


class Verified(Protocol):
    """What is known of a test image's verification, as of `exports.queries.ImageRecord`."""

    @property
    def super_class(self) -> str: ...
    @property
    def verifying_state(self) -> str | None: ...
    @property
    def n_votes(self) -> int | None: ...
    @property
    def label(self) -> str | None: ...
    @property
    def p_instance(self) -> float | None: ...
    @property
    def known_status(self) -> str | None: ...
    @property
    def known_reason(self) -> str | None: ...
    @property
    def is_adjudicated(self) -> bool | None: ...
    @property
    def excluded_for(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """A decision; `reason` (a label, or why an organizer has taken the image out) and `probability`
    (of no instance) only where excluded. `is_adjudicated`: an organizer has decided it."""

    decision: Decision
    reason: str = ""
    probability: float = 0.0
    is_adjudicated: bool = False


def decide(image: Verified, verified: frozenset[str]) -> Finding:
    """What becomes of a test image, `verified` being the super-classes that are verified.

    Only a retired task with votes decides: an open or disputed one, or none at all, is undecided,
    and so is one whose consensus goes by the cost of a mistake against the probabilities. Of a gold
    image the answer is known; one that was withdrawn as gold nobody verifies. What an organizer has
    excluded is no test image, whether it is verified or not.
    """
    if image.excluded_for is not None:
        return Finding(Decision.EXCLUDED, image.excluded_for, 1.0, is_adjudicated=True)
    if image.super_class not in verified:
        return Finding(Decision.NOT_VERIFIED)
    if image.verifying_state == Task.State.GOLD:
        return _known(image)
    return _verdict(image)


def _verdict(image: Verified) -> Finding:
    is_adjudicated = bool(image.is_adjudicated)
    if image.verifying_state != Task.State.RETIRED or not (image.n_votes or is_adjudicated):
        return Finding(Decision.UNDECIDED)
    if image.p_instance is None or not image.label or is_precaution(image.label, image.p_instance):
        return Finding(Decision.UNDECIDED)
    if is_non_instance(image.p_instance):
        return Finding(Decision.EXCLUDED, image.label, 1 - image.p_instance, is_adjudicated)
    return Finding(Decision.KEPT)


def _known(image: Verified) -> Finding:
    if image.known_status == Reference.Status.NON_INSTANCE:
        return Finding(Decision.EXCLUDED, image.known_reason or "", 1.0)
    if image.known_status == Reference.Status.INSTANCE:
        return Finding(Decision.KEPT)
    return Finding(Decision.NOT_VERIFIED)
