"""How well one answer to a box task fits boxes that are known: count, overlap, missed, extra.

Boxes are float arrays of shape (n, 4), one [x, y, w, h] per row, in pixels of the upright
full-size image, edges not pixel centres.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from annotate.models import Annotation
from annotate.queries import LOOKED, box_answer
from consensus.geometry import edges_of, iou_matrix, sides_of
from crowd import gold_scores
from crowd.answers import Stored
from crowd.gold_scores import Score
from crowd.models import GoldStandard

SAME = 0.3  # IoU from which a box is meant for an animal, however badly drawn
TIGHT = 0.7  # IoU from which it is drawn well enough
SLACK = 0.05  # share of a side by which an edge may be off unnoticed
SLACK_PX = 2.0

Side = Literal["left", "top", "right", "bottom"]
SIDES: tuple[Side, ...] = ("left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class Fit:
    """A drawn box and the true one it was meant for; `drawn` and `true` are rows, from 0.

    `loose` and `cut` are the sides at which it leaves a gap, or cuts something off.
    """

    drawn: int
    true: int
    iou: float
    loose: tuple[Side, ...]
    cut: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class BoxScore:
    """One answer against the truth.

    `missed` are rows of the truth without a box, `extra` rows of the answer without an animal.
    `quality` is 0..1: the summed IoU of the fits over the number of all animals and extra boxes;
    1 for an empty answer where there is nothing to box.
    """

    n_drawn: int
    n_true: int
    fits: tuple[Fit, ...]
    missed: tuple[int, ...]
    extra: tuple[int, ...]
    quality: float

    @property
    def mean_iou(self) -> float | None:
        """Of the boxes that fit an animal; None where none does."""
        return sum(fit.iou for fit in self.fits) / len(self.fits) if self.fits else None

    @property
    def is_good(self) -> bool:
        """Every animal has its box, drawn well enough, and there is no other box."""
        return not self.missed and not self.extra and all(fit.iou >= TIGHT for fit in self.fits)


def score_boxes(drawn_xywh: npt.ArrayLike, true_xywh: npt.ArrayLike) -> BoxScore:
    """Match boxes one to one so that their IoUs sum to the most, and count what is left over.

    Pairs under an IoU of `SAME` do not count as matches. Either side may be empty.

    >>> found = score_boxes([[0, 0, 50, 50], [90, 90, 9, 9]], [[0, 0, 50, 40]])
    >>> found.fits[0].iou, found.fits[0].loose, found.missed, found.extra, found.quality
    (0.8, ('bottom',), (), (1,), 0.4)
    """
    drawn, true = edges_of(drawn_xywh), edges_of(true_xywh)
    iou = iou_matrix(drawn, true)
    rows, columns = linear_sum_assignment(np.where(iou >= SAME, iou, 0.0), maximize=True)
    pairs = [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if iou[i, j] >= SAME]
    fits = tuple(Fit(i, j, float(iou[i, j]), *_sides_off(drawn[i], true[j])) for i, j in pairs)
    missed = tuple(j for j in range(len(true)) if j not in {fit.true for fit in fits})
    extra = tuple(i for i in range(len(drawn)) if i not in {fit.drawn for fit in fits})
    n_all = len(true) + len(extra)
    quality = sum(fit.iou for fit in fits) / n_all if n_all else 1.0
    return BoxScore(len(drawn), len(true), fits, missed, extra, quality)


def score_answer(stored: Stored[Annotation], *, now: datetime) -> None:
    """Score an answer to a gold task, in the transaction that stores it."""
    known = gold_scores.reference_of(stored).boxes_xywh or []
    gold_scores.record(stored, score_of(stored.answer, known), now=now)


def score_again(gold: GoldStandard) -> dict[uuid.UUID, Score]:
    """The scores of all current answers to a gold task, by assignment."""
    rows = Annotation.objects.filter(task=gold.task_id, is_current=True).prefetch_related("boxes")
    known = gold.reference.boxes_xywh or []
    return {row.assignment_id: score_of(row, known) for row in rows.order_by("pk")}


def known_of(boxes_xywh: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Boxes that an organizer knows, as columns of `Reference`."""
    return {"boxes_xywh": [list(box) for box in boxes_xywh]}


def score_of(annotation: Annotation, true_xywh: npt.ArrayLike) -> Score:
    """A stored annotation against the known boxes; `details` counts them, IoU 0..1.

    Whoever could not tell, or reported a problem, is neither right nor wrong.
    """
    if annotation.outcome not in LOOKED:
        return Score(is_good=None, is_missed=False, quality=None, details={})
    found = score_boxes(box_answer(annotation).boxes_xywh, true_xywh)
    details = {
        "n_true": found.n_true,
        "n_drawn": found.n_drawn,
        "n_missed": len(found.missed),
        "n_extra": len(found.extra),
        "mean_iou": found.mean_iou,
    }
    return Score(found.is_good, bool(found.missed), found.quality, details)


def _sides_off(
    drawn: npt.NDArray[np.float64], true: npt.NDArray[np.float64]
) -> tuple[tuple[Side, ...], tuple[Side, ...]]:
    """The sides that are loose, and those that cut off; edges are left, top, right, bottom."""
    outwards = np.array([-1.0, -1.0, 1.0, 1.0])
    allowed = np.maximum(SLACK_PX, SLACK * sides_of(true[None])[0])
    off = (drawn - true) * outwards
    loose = tuple(side for side, by, most in zip(SIDES, off, allowed, strict=True) if by > most)
    cut = tuple(side for side, by, most in zip(SIDES, off, allowed, strict=True) if by < -most)
    return loose, cut
