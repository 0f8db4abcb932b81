"""How good consensus boxes are against known truth: F1 at three overlaps and errors an image.

Boxes are [x, y, w, h] in pixels. A found box is right if it can be paired with a true box at least
at the overlap asked for; every box is paired at most once, and as many pairs as possible are made.
F1 is pooled over images; errors are false plus missed boxes at IoU 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
OVERLAPS = (0.5, 0.75, 0.9)
MIN_UNION_PX = 1e-9


@dataclass(frozen=True, slots=True)
class Counts:
    """Per image: boxes found (n,), true boxes (n,), right ones (n, 3) at `OVERLAPS`."""

    found: IntArray
    true: IntArray
    right: IntArray

    @property
    def errors(self) -> IntArray:
        """False plus missed boxes at IoU 0.5, per image."""
        return self.found + self.true - 2 * self.right[:, 0]


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of a table. `answers`: answers used an image; `seconds`: of merging, all images."""

    f50: float
    f75: float
    f90: float
    errors: float
    answers: float = float("nan")
    seconds: float = float("nan")


def count(found: Sequence[FloatArray], truth: Sequence[FloatArray]) -> Counts:
    """Compare the boxes (n, 4) found in each image with the true ones.

    >>> box = np.array([[10.0, 10.0, 100.0, 100.0]])
    >>> count([box, box], [box + 10, np.empty((0, 4))]).errors.tolist()
    [0, 1]
    """
    n_found = np.array([len(boxes) for boxes in found], dtype=np.intp)
    n_true = np.array([len(boxes) for boxes in truth], dtype=np.intp)
    image = np.repeat(np.arange(len(found)), n_found * n_true)
    row, column = _pairs(n_found, n_true)
    iou = _iou(_edges(found)[row], _edges(truth)[column])
    right = [_matched(iou >= least, image, row, column, len(found)) for least in OVERLAPS]
    return Counts(n_found, n_true, np.column_stack(right))


def figures(counts: Counts, *, answers: float, seconds: float) -> Figures:
    """The row of a table that `counts` make."""
    boxes = max(1, int(counts.found.sum() + counts.true.sum()))
    f50, f75, f90 = (2 * counts.right.sum(axis=0) / boxes).tolist()
    return Figures(f50, f75, f90, float(counts.errors.mean()), answers, seconds)


def mean(rows: Sequence[Figures]) -> Figures:
    """The mean over seeds or orders of every figure."""
    names = ("f50", "f75", "f90", "errors", "answers", "seconds")
    return Figures(*(float(np.mean([getattr(row, name) for row in rows])) for name in names))


def _edges(boxes: Sequence[FloatArray]) -> FloatArray:
    joined = np.concatenate([np.empty((0, 4)), *(np.reshape(b, (-1, 4)) for b in boxes)])
    return np.hstack((joined[:, :2], joined[:, :2] + joined[:, 2:]))


def _pairs(n_found: IntArray, n_true: IntArray) -> tuple[IntArray, IntArray]:
    """Rows of every (found, true) pair of the same image in the joined arrays."""
    per_image = n_found * n_true
    within = np.arange(per_image.sum()) - np.repeat(np.cumsum(per_image) - per_image, per_image)
    width = np.repeat(n_true, per_image)
    row = np.repeat(np.cumsum(n_found) - n_found, per_image) + within // np.maximum(width, 1)
    column = np.repeat(np.cumsum(n_true) - n_true, per_image) + within % np.maximum(width, 1)
    return row, column


def _iou(first: FloatArray, second: FloatArray) -> FloatArray:
    shared = np.minimum(first[:, 2:], second[:, 2:]) - np.maximum(first[:, :2], second[:, :2])
    overlap = np.maximum(shared, 0.0).prod(axis=1)
    sizes = (first[:, 2:] - first[:, :2]).prod(axis=1) + (second[:, 2:] - second[:, :2]).prod(
        axis=1
    )
    return np.asarray(overlap / np.maximum(sizes - overlap, MIN_UNION_PX))


def _matched(
    close: npt.NDArray[np.bool_], image: IntArray, row: IntArray, column: IntArray, n_images: int
) -> IntArray:
    """Most pairs that can be made of the `close` ones, per image; choices are rare."""
    image, row, column = image[close], row[close], column[close]
    pairs = np.bincount(image, minlength=n_images)
    if not len(image):
        return pairs
    is_shared = (np.bincount(row)[row] > 1) | (np.bincount(column)[column] > 1)
    for one in np.unique(image[is_shared]).tolist():
        mine = image == one
        rows, at = np.unique(row[mine], return_inverse=True)
        columns, to = np.unique(column[mine], return_inverse=True)
        possible = np.zeros((len(rows), len(columns)))
        possible[at, to] = 1
        pairs[one] = possible[linear_sum_assignment(possible, maximize=True)].sum()
    return pairs
