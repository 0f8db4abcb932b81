"""How far two workers agree on an image, for all pairs of workers of many images at once."""

from __future__ import annotations

import numpy as np

from consensus.geometry import paired_iou
from consensus.rows import Rows
from consensus.types import FloatArray, IntArray


def pair_agreement(rows: Rows) -> tuple[FloatArray, FloatArray]:
    """(mean IoU, count agreement) of every image, (I,) each; nan with fewer than two workers.

    A pair's IoU is the mean over the objects at least one of the two boxed, 0 where the other did
    not; two empty answers agree fully (1). Count agreement is the share of pairs of workers with
    equally many boxes.
    """
    n_answers = len(rows.answer_image)
    end = np.searchsorted(rows.answer_image, rows.answer_image, side="right")
    first, second, start = _later(end)
    box_end = rows.candidate_first + rows.candidate_votes
    one, other, _ = _later(box_end[rows.box_candidate])
    low = np.minimum(rows.box_answer[one], rows.box_answer[other])
    high = np.maximum(rows.box_answer[one], rows.box_answer[other])
    pair = start[low] + high - low - 1
    iou = paired_iou(rows.box_edges[one], rows.box_edges[other])
    n_boxes = np.bincount(rows.box_answer, minlength=n_answers)
    union = n_boxes[first] + n_boxes[second] - np.bincount(pair, minlength=len(first))
    overlap = np.bincount(pair, weights=iou, minlength=len(first))
    is_empty = union == 0
    pair_iou = np.where(is_empty, 1.0, overlap / np.where(is_empty, 1, union))
    equal = (n_boxes[first] == n_boxes[second]).astype(np.float64)
    image = rows.answer_image[first]
    n_pairs = np.bincount(image, minlength=rows.n_images)
    n_pairs = np.where(n_pairs == 0, np.nan, n_pairs)
    by_image = [
        np.bincount(image, weights=values, minlength=rows.n_images) / n_pairs
        for values in (pair_iou, equal)
    ]
    return by_image[0], by_image[1]


def _later(end: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """All pairs (i, j) with i < j < end[i], and where those of each i start."""
    n_later = end - np.arange(len(end)) - 1
    start = np.cumsum(n_later) - n_later
    first = np.repeat(np.arange(len(end)), n_later)
    return first, first + 1 + np.arange(len(first)) - start[first], start
