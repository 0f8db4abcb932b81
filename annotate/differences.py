"""How two consensuses of one photograph differ.

Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from consensus.geometry import edges_of, iou_matrix
from crowd.differences import Difference, Reason

# less overlap than this, and it is another animal's box
SAME_OBJECT_IOU = 0.30
MOVED_PX = 1.0
SCORE_SHIFT = 0.05

XYWH = Sequence[float]


@dataclass(frozen=True, slots=True)
class Seen:
    """A consensus as it is compared: boxes with their scores, and whether its doubt is within the
    limit at which the task may stand."""

    status: str
    boxes_xywh: Sequence[XYWH]
    scores: Sequence[float]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which boxes of two consensuses show the same object: (old, new, IoU, largest displacement of
    an edge in pixels), and the indices of those without a counterpart."""

    both: tuple[tuple[int, int, float, float], ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def pair(old: Sequence[XYWH], new: Sequence[XYWH]) -> Pairing:
    """Pair the boxes so that the overlap is largest in all.

    >>> pair([(0, 0, 10, 10)], [(0, 0, 10, 12), (50, 50, 9, 9)])
    Pairing(both=((0, 0, 0.8333333333333334, 2.0),), removed=(), added=(1,))
    """
    before, after = edges_of(np.array(old)), edges_of(np.array(new))
    iou = iou_matrix(before, after)
    rows, columns = linear_sum_assignment(-np.where(iou >= SAME_OBJECT_IOU, iou, 0.0))
    both = tuple(
        (a, b, float(iou[a, b]), float(np.abs(before[a] - after[b]).max()))
        for a, b in zip(rows.tolist(), columns.tolist(), strict=True)
        if iou[a, b] >= SAME_OBJECT_IOU
    )
    kept_old, kept_new = {row[0] for row in both}, {row[1] for row in both}
    return Pairing(
        both=both,
        removed=tuple(index for index in range(len(old)) if index not in kept_old),
        added=tuple(index for index in range(len(new)) if index not in kept_new),
    )


def difference(old: Seen | None, new: Seen | None) -> Difference:
    """What a reader would notice; None stands for a task without any consensus."""
    if old is None or new is None:
        reason = Reason.FIRST if new else Reason.GONE
        return Difference(frozenset() if old is new else frozenset({reason}))
    found = pair(old.boxes_xywh, new.boxes_xywh)
    moved = [(px, iou) for _, _, iou, px in found.both if px > MOVED_PX]
    shift = max((abs(old.scores[a] - new.scores[b]) for a, b, _, _ in found.both), default=0.0)
    is_so = {
        Reason.STATUS: old.status != new.status,
        Reason.ADDED: bool(found.added),
        Reason.REMOVED: bool(found.removed),
        Reason.MOVED: bool(moved),
        Reason.SCORE: shift > SCORE_SHIFT,
        Reason.DOUBT: old.is_settled != new.is_settled,
    }
    return Difference(
        reasons=frozenset(reason for reason, holds in is_so.items() if holds),
        moved_px=tuple(px for px, _ in moved),
        ious=tuple(iou for _, iou in moved),
        shift=shift,
    )
