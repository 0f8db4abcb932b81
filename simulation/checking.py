"""How simulated workers check boxes that others have drawn: is each tight on one animal, are all
boxed? Boxes are [x, y, w, h] in pixels of the upright full-size image; randomness is an argument.

Recognising is easier than drawing: who would overlook an animal when boxing sees it more often when
asked about it, and a box is compared with the animal rather than found. So the rates here follow
from the worker's profile, with a floor that is no worker's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from consensus.geometry import edges_of, iou_matrix
from simulation.confusions import Confusion
from simulation.workers import WorkerProfile

FloatArray = NDArray[np.float64]

# A box is tight on an animal from this IoU on, and plainly not below the other; in between people
# differ, each in their own way.
TIGHT, LOOSE = 0.75, 0.5
# Who is asked whether an animal is left out still overlooks it this much as often as when boxing.
STILL_MISSED = 0.6
# However careful, a worker presses the wrong key sometimes.
SLIP = 0.01


@dataclass(frozen=True, slots=True)
class CheckReply:
    """The answer to a check; without answers unless the outcome is "answered"."""

    outcome: Literal["answered", "cant_tell"]
    are_tight: tuple[bool, ...] = ()
    are_all_boxed: bool | None = None


def answer_check(
    profile: WorkerProfile,
    boxes_xywh: Sequence[Sequence[float]] | FloatArray,
    truth_xywh: Sequence[Sequence[float]] | FloatArray,
    rng: np.random.Generator,
    *,
    confusion: Confusion | None = None,
) -> CheckReply:
    """One worker's answer about `boxes_xywh` (n, 4) on a photo whose animals are `truth_xywh`.

    `confusion`: what misleads everybody in this image misleads who checks as much as who draws; a
    decoy passes for an animal, and a hidden animal is overlooked. None for nothing.

    >>> careful = WorkerProfile("careful", 0.01, miss=0.0, cant_tell=0.0, accuracy=1.0)
    >>> rng = np.random.default_rng(0)
    >>> answer_check(careful, [[0, 0, 10, 10]], [[0, 0, 10, 10], [50, 50, 9, 9]], rng)
    CheckReply(outcome='answered', are_tight=(True,), are_all_boxed=False)
    """
    asked, truth = edges_of(boxes_xywh), edges_of(truth_xywh)
    if rng.random() < profile.cant_tell:
        return CheckReply("cant_tell")
    if profile.kind == "spamming":
        lazy = tuple(bool(yes) for yes in rng.random(len(asked) + 1) < 0.9)
        return CheckReply("answered", lazy[:-1], lazy[-1])
    misled = confusion or Confusion.none(len(truth))
    decoys = edges_of(misled.decoys_xywh)[rng.random(len(misled.boxed)) < misled.boxed]
    iou = iou_matrix(asked, np.vstack((truth, decoys)))
    best = iou.max(axis=1, initial=0.0)
    are_tight = tuple(_is_tight(profile, float(one), rng) for one in best)
    is_left_out = iou.max(axis=0, initial=0.0) < LOOSE
    overlooked = np.zeros(len(is_left_out))
    overlooked[: len(truth)] = misled.missed
    overlooked += (1 - overlooked) * min(STILL_MISSED * profile.miss, 1.0)
    is_seen = bool((is_left_out & (rng.random(len(overlooked)) >= overlooked)).any())
    is_slip = bool(rng.random() < _slip(profile))
    return CheckReply("answered", are_tight, is_seen == is_slip)


def _is_tight(profile: WorkerProfile, iou: float, rng: np.random.Generator) -> bool:
    """Whether this worker says so of a box with this overlap with its animal."""
    p_yes = float(np.clip((iou - LOOSE) / (TIGHT - LOOSE), 0.0, 1.0))
    says = bool(rng.random() < p_yes)
    return says != bool(rng.random() < _slip(profile))


def _slip(profile: WorkerProfile) -> float:
    """How often the answer is wrong that the worker would give on a second look."""
    return SLIP + (1 - profile.accuracy) / 2
