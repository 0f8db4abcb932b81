"""How far boxes are from the truth: F1 at three overlaps, and errors an image.

Boxes are [x, y, w, h] in pixels. Found and true boxes are paired in the order of falling IoU, each
at most once; a pair counts as right at an overlap if its IoU reaches it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consensus.geometry import edges_of, iou_matrix

FloatArray = NDArray[np.float64]
OVERLAPS = (0.5, 0.75, 0.9)


@dataclass(frozen=True, slots=True)
class BoxFigures:
    """f1: at the `OVERLAPS`, pooled over the images, 0..1 (1 where there is nothing to find and
    nothing was found). errors: false plus missed boxes per image at IoU 0.5."""

    f1: tuple[float, float, float]
    errors: float


def score_boxes(found: Sequence[FloatArray], truth: Sequence[FloatArray]) -> BoxFigures:
    """Compare the boxes (n, 4) found in each image with the true ones.

    >>> cat = np.array([[10.0, 10.0, 100.0, 100.0]])
    >>> score_boxes([cat, cat], [cat + 5, np.empty((0, 4))])
    BoxFigures(f1=(0.6666666666666666, 0.6666666666666666, 0.0), errors=0.5)
    """
    n_found = sum(len(boxes) for boxes in found)
    n_true = sum(len(boxes) for boxes in truth)
    right = np.zeros(len(OVERLAPS), dtype=np.intp)
    for boxes, true in zip(found, truth, strict=True):
        ious = _paired_ious(boxes, true)
        right += [sum(iou >= overlap for iou in ious) for overlap in OVERLAPS]
    n = n_found + n_true
    f50, f75, f90 = (float(2 * hits / n) if n else 1.0 for hits in right)
    errors = float((n - 2 * right[0]) / len(truth)) if len(truth) else 0.0
    return BoxFigures((f50, f75, f90), errors)


def _paired_ious(boxes: FloatArray, truth: FloatArray) -> list[float]:
    """The IoU of each pair, largest first; boxes that do not touch are no pair."""
    if not len(boxes) or not len(truth):
        return []
    iou = iou_matrix(edges_of(boxes), edges_of(truth))
    pairs: list[float] = []
    while (best := float(iou.max())) > 0:
        row, column = np.unravel_index(int(iou.argmax()), iou.shape)
        pairs.append(best)
        iou[row, :] = iou[:, column] = 0.0
    return pairs
