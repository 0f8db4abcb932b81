"""How far two workers agree on an image, for all pairs of workers of many images at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consensus.geometry import paired_iou
from consensus.rows import Rows
from consensus.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """All P pairs of workers of I images.

    image, first, second: (P,), the image and the two answers of each pair, as a block numbers them.
    n_objects: (P,), objects that at least one of the two boxed; n_matched: those that both did, and
    overlap: the sum of the IoU of their boxes of these. equal: (P,), 1 for equally many boxes.
    """

    n_images: int
    image: IntArray
    first: IntArray
    second: IntArray
    n_objects: IntArray
    n_matched: IntArray
    overlap: FloatArray
    equal: FloatArray

    @classmethod
    def of(cls, rows: Rows) -> Pairs:
        """The pairs of a block, image by image."""
        n_answers = len(rows.answer_image)
        end = np.searchsorted(rows.answer_image, rows.answer_image, side="right")
        first, second, start = later(end)
        box_end = rows.candidate_first + rows.candidate_votes
        one, other, _ = later(box_end[rows.box_candidate])
        low = np.minimum(rows.box_answer[one], rows.box_answer[other])
        high = np.maximum(rows.box_answer[one], rows.box_answer[other])
        pair = start[low] + high - low - 1
        iou = paired_iou(rows.box_edges[one], rows.box_edges[other])
        n_boxes = np.bincount(rows.box_answer, minlength=n_answers)
        n_matched = np.bincount(pair, minlength=len(first))
        return cls(
            n_images=rows.n_images,
            image=rows.answer_image[first],
            first=first,
            second=second,
            n_objects=n_boxes[first] + n_boxes[second] - n_matched,
            n_matched=n_matched,
            overlap=np.bincount(pair, weights=iou, minlength=len(first)).astype(np.float64),
            equal=(n_boxes[first] == n_boxes[second]).astype(np.float64),
        )

    @property
    def iou(self) -> FloatArray:
        """Mean IoU over the objects that at least one of the two boxed, 0 where the other did not;
        1 for two empty answers, (P,)."""
        is_empty = self.n_objects == 0
        return np.where(is_empty, 1.0, self.overlap / np.where(is_empty, 1, self.n_objects))

    def by_image(self) -> tuple[FloatArray, FloatArray]:
        """(mean IoU, count agreement) of every image, (I,) each; nan with fewer than two workers.

        Count agreement is the share of pairs of workers with equally many boxes.
        """
        n_pairs = np.bincount(self.image, minlength=self.n_images)
        return self._over(self.iou, n_pairs), self._over(self.equal, n_pairs)

    def matched_iou(self) -> FloatArray:
        """Mean IoU of two workers' boxes of the same object, (I,); nan where there are no two."""
        n_matched = np.bincount(self.image, weights=self.n_matched, minlength=self.n_images)
        return self._over(self.overlap, n_matched)

    def _over(self, values: FloatArray, n: FloatArray | IntArray) -> FloatArray:
        summed = np.bincount(self.image, weights=values, minlength=self.n_images)
        return np.asarray(summed / np.where(n == 0, np.nan, n))


def pair_agreement(rows: Rows) -> tuple[FloatArray, FloatArray]:
    """(mean IoU, count agreement) of every image, (I,) each; nan with fewer than two workers."""
    return Pairs.of(rows).by_image()


def later(end: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """All pairs (i, j) with i < j < end[i], and where those of each i start."""
    n_later = end - np.arange(len(end)) - 1
    start = np.cumsum(n_later) - n_later
    first = np.repeat(np.arange(len(end)), n_later)
    return first, first + 1 + np.arange(len(first)) - start[first], start
