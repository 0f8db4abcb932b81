"""What a verification campaign asks: is the animal itself there? Every reason means that it is not.

The reasons are one answer, so telling tracks from scat wrongly is no mistake that needs more
workers. Source: Van Horn et al., CVPR 2018, section 3.2.1.
"""

from __future__ import annotations

from verify.models import Label

REASONS = tuple(label.value for label in Label if label != Label.ANIMAL)
"""The labels of a non-instance."""
ALIKE = (REASONS,)
THRESHOLD = 0.5


def costs(missed_cost: float) -> dict[str, float]:
    """How bad it is to miss each label, where taking an instance for a non-instance counts 1."""
    return dict.fromkeys(REASONS, missed_cost)


def is_non_instance(p_instance: float) -> bool:
    """Whether the probabilities of all reasons together exceed one half.

    >>> is_non_instance(0.45), is_non_instance(0.5)
    (True, False)
    """
    return 1 - p_instance > THRESHOLD


def is_precaution(label: str, p_instance: float) -> bool:
    """Whether a consensus says the less likely of instance and non-instance.

    That is what costs least where a non-instance is dear to miss, but nothing to decide by.

    >>> is_precaution("tracks", 0.8), is_precaution("tracks", 0.2), is_precaution("animal", 0.8)
    (True, False, False)
    """
    return (label != Label.ANIMAL) != is_non_instance(p_instance)
