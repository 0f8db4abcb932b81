"""How two consensuses of one verification task differ."""

from __future__ import annotations

from dataclasses import dataclass

from crowd.differences import Difference, Reason

PROBABILITY_SHIFT = 0.05


@dataclass(frozen=True, slots=True)
class Seen:
    """A consensus as it is compared: the label ("" for none), its probability and that of the
    animal, and whether its doubt is within the limit at which the task may stand."""

    label: str
    probability: float
    p_instance: float
    is_settled: bool


def difference(old: Seen | None, new: Seen | None) -> Difference:
    """What a reader would notice; None stands for a task without any consensus.

    >>> difference(Seen("animal", 0.9, 0.9, True), Seen("tracks", 0.6, 0.3, False)).words()
    'label changed; probability changed by more than 0.05; sure enough now, or no longer'
    """
    if old is None or new is None:
        reason = Reason.FIRST if new else Reason.GONE
        return Difference(frozenset() if old is new else frozenset({reason}))
    shift = max(abs(old.probability - new.probability), abs(old.p_instance - new.p_instance))
    is_so = {
        Reason.LABEL: old.label != new.label,
        Reason.SCORE: shift > PROBABILITY_SHIFT,
        Reason.DOUBT: old.is_settled != new.is_settled,
    }
    return Difference(frozenset(r for r, holds in is_so.items() if holds), shift=shift)
