"""How two consensuses of one photograph differ.

Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

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
    ious = {
        (a, b): iou
        for a, before in enumerate(old)
        for b, after in enumerate(new)
        if (iou := _iou(before, after)) >= SAME_OBJECT_IOU
    }
    both = tuple(
        (a, b, ious[a, b], _moved_px(old[a], new[b]))
        for a, b in _assigned(ious, len(old), len(new))
    )
    kept_old, kept_new = {row[0] for row in both}, {row[1] for row in both}
    return Pairing(
        both=both,
        removed=tuple(index for index in range(len(old)) if index not in kept_old),
        added=tuple(index for index in range(len(new)) if index not in kept_new),
    )


def _assigned(
    ious: Mapping[tuple[int, int], float], n_old: int, n_new: int
) -> list[tuple[int, int]]:
    """One to one, with the largest sum; nothing to choose, mostly, and then numpy is slow."""
    if len({a for a, _ in ious}) == len({b for _, b in ious}) == len(ious):
        return list(ious)
    matrix = np.zeros((n_old, n_new))
    for place, iou in ious.items():
        matrix[place] = iou
    rows, columns = linear_sum_assignment(-matrix)
    chosen = zip(rows.tolist(), columns.tolist(), strict=True)
    return [place for place in chosen if place in ious]


def _iou(first: XYWH, second: XYWH) -> float:
    """As `consensus.geometry.paired_iou`, for two boxes; it is called for every task of a walk."""
    x, y, w, h = first
    u, v, p, q = second
    width, height = min(x + w, u + p) - max(x, u), min(y + h, v + q) - max(y, v)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (w * h + p * q - shared)


def _moved_px(first: XYWH, second: XYWH) -> float:
    """The largest displacement of an edge."""
    x, y, w, h = first
    u, v, p, q = second
    return float(max(abs(x - u), abs(y - v), abs(x + w - u - p), abs(y + h - v - q)))


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
