"""Figures of agreement from sums per unit, for labels and for boxes.

Sources: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011; Fleiss, "Measuring
nominal scale agreement among many raters", Psychological Bulletin 76, 1971. A unit is an item or an
image with at least two answers. Every statistic takes how often each unit counts in R resamples,
(R, U), see `bootstrap`, and gives (R,), nan where it is not defined.

Alpha for boxes compares what workers say about one object: a box, or nothing. The distance of two
boxes is 1 - IoU, of a box and nothing 1; two workers without a box are not compared. Published
alphas for boxes turn matched boxes into labels instead, at a threshold of the IoU (Tschirschwitz et
al., "Drawing the Same Bounding Box Twice?", 2023), or compare whole answers (Braylan, Alonso and
Lease, "Measuring Annotator Agreement Generally", 2022): ours needs no threshold, and counts an
object for what it is in an image with many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from scipy.sparse import csr_array

from consensus.geometry import iou_matrix, paired_iou
from consensus.pairs import pair_agreement
from consensus.reading import ReadImage, read_image
from consensus.rows import Rows, flatten
from consensus.types import BoxImage, BoxParameters, FloatArray, IntArray

# The expected distance of boxes needs all pairs; this many boxes are a million pairs already.
MAX_CHANCE_BOXES = 1000
BLOCK = 1024
# Boxes of different images are compared in thousandths of their images' sides.
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class LabelTable:
    """Labels of U units.

    counts: (U, K), how often a unit was given a label. size: (U,), its labels. agreeing: (U,),
    share of its pairs of labels that are equal.
    """

    counts: csr_array
    size: FloatArray
    agreeing: FloatArray

    @classmethod
    def of(cls, units: Iterable[Sequence[Hashable]]) -> LabelTable:
        """The units with at least two labels; the others cannot be compared."""
        number: dict[Hashable, int] = {}
        entries: list[tuple[int, int, int]] = []
        n_units = 0
        for labels in units:
            if len(labels) < 2:
                continue
            for label, often in Counter(labels).items():
                entries.append((n_units, number.setdefault(label, len(number)), often))
            n_units += 1
        unit, label_number, count = np.array(entries, dtype=np.intp).reshape(-1, 3).T
        size = np.bincount(unit, weights=count, minlength=n_units).astype(np.float64)
        equal = np.bincount(unit, weights=count * (count - 1), minlength=n_units)
        shape = (n_units, max(len(number), 1))
        counts = csr_array((count.astype(np.float64), (unit, label_number)), shape=shape)
        return cls(counts, size, equal / (size * (size - 1)))

    @property
    def n_units(self) -> int:
        """U."""
        return len(self.size)

    def alpha(self, weights: FloatArray) -> FloatArray:
        """Krippendorff's alpha for nominal data."""
        totals, n = self._totals(weights)
        expected = n * n - np.square(totals).sum(axis=1)
        differing = weights @ (self.size * (1 - self.agreeing))
        return 1 - (n - 1) * _ratio(differing, expected)

    def kappa(self, weights: FloatArray) -> FloatArray:
        """Fleiss' kappa; units with different numbers of labels weigh the same."""
        totals, n = self._totals(weights)
        unlike = n * n - np.square(totals).sum(axis=1)
        return 1 - _ratio((1 - self.share(weights)) * n * n, unlike)

    def share(self, weights: FloatArray) -> FloatArray:
        """Mean share of a unit's pairs of labels that are equal."""
        return mean(self.agreeing, weights)

    def _totals(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How often every label was given, (R, K), and all labels together, (R,)."""
        totals = np.asarray(weights @ self.counts, dtype=np.float64)
        return totals, totals.sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class BoxTable:
    """Boxes of U images, in sums per image, (U,) each.

    iou, equal, difference: means over pairs of workers of their boxes' IoU, of drawing equally many
        boxes, and of how many more one drew than the other.
    values: what workers said about objects, boxes and nothings together. distance: over its
        objects, the mean distance of its pairs times its values. boxes, nothings: among the values.
    sample_unit: (S,), the image of some of the boxes; sample_distance: (S, S), of any two of them,
        as if they lay in one image.
    """

    iou: FloatArray
    equal: FloatArray
    difference: FloatArray
    values: FloatArray
    distance: FloatArray
    boxes: FloatArray
    sample_unit: IntArray
    sample_distance: FloatArray

    @classmethod
    def of(cls, images: Iterable[BoxImage], parameters: BoxParameters) -> BoxTable:
        """The images with answers of at least two workers; the others cannot be compared.

        Boxes are matched as for the consensus, but as they were drawn: clipped to the image, not
        corrected. Raises ValueError for an image without area.
        """
        columns, edges, counts = [np.zeros((6, 0))], [np.zeros((0, 4))], [np.zeros(0, np.intp)]
        for rows in _blocks(images, parameters):
            columns.append(_columns(rows))
            edges.append(rows.box_edges / np.tile(_box_sizes(rows), 2) * THOUSANDTHS)
            counts.append(np.bincount(_box_image(rows), minlength=rows.n_images))
        together = np.concatenate(columns, axis=1)
        drawn = np.concatenate(edges)
        unit = np.repeat(np.arange(together.shape[1]), np.concatenate(counts))
        pick = np.unique(np.linspace(0, max(len(drawn) - 1, 0), MAX_CHANCE_BOXES).astype(np.intp))
        pick = pick[: len(drawn)]
        sample = drawn[pick]
        return cls(
            iou=together[0],
            equal=together[1],
            difference=together[2],
            values=together[3],
            distance=together[4],
            boxes=together[5],
            sample_unit=unit[pick],
            sample_distance=1 - iou_matrix(sample, sample),
        )

    @property
    def n_units(self) -> int:
        """U."""
        return len(self.iou)

    def alpha(self, weights: FloatArray) -> FloatArray:
        """One minus the mean distance about the same object over the one to expect by chance."""
        return 1 - _ratio(
            _ratio(weights @ self.distance, weights @ self.values), self._expected(weights)
        )

    def _expected(self, weights: FloatArray) -> FloatArray:
        """Mean distance of two values out of all, at least one of them a box."""
        often = weights[:, self.sample_unit]
        n_sampled = often.sum(axis=1)
        summed = ((often @ self.sample_distance) * often).sum(axis=1)
        typical = summed / np.maximum(n_sampled * (n_sampled - 1), 1)
        n_boxes = weights @ self.boxes
        between = n_boxes * (n_boxes - 1) / 2
        against_nothing = n_boxes * (weights @ (self.values - self.boxes))
        return _ratio(between * typical + against_nothing, between + against_nothing)


def mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean of `values` (U,) in every resample, (R,); nan without any weight.

    >>> mean(np.array([1.0, 4.0]), np.array([[2.0, 1.0], [0.0, 1.0]])).tolist()
    [2.0, 4.0]
    """
    return _ratio(weights @ values, weights.sum(axis=1))


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """`above` / `below`; nan where `below` is not positive."""
    is_known = below > 0
    return np.where(is_known, above / np.where(is_known, below, 1.0), np.nan)


def _blocks(images: Iterable[BoxImage], parameters: BoxParameters) -> Iterator[Rows]:
    """Images with at least two workers, in blocks."""
    comparable = (read for read in _read(images, parameters) if len(read.workers) >= 2)
    while block := list(islice(comparable, BLOCK)):
        workers = {worker for image in block for worker in image.workers}
        yield flatten(block, {worker: index for index, worker in enumerate(sorted(workers))})


def _read(images: Iterable[BoxImage], parameters: BoxParameters) -> Iterator[ReadImage]:
    for image in images:
        yield read_image(
            image.answers, width=image.width, height=image.height, parameters=parameters
        )


def _box_image(rows: Rows) -> IntArray:
    return rows.answer_image[rows.box_answer]


def _box_sizes(rows: Rows) -> FloatArray:
    return rows.size[_box_image(rows)]


def _columns(rows: Rows) -> FloatArray:
    """iou, equal, difference, values, distance, boxes of a block, (6, I)."""
    n = rows.n_images
    looked = np.bincount(rows.row_candidate, minlength=len(rows.candidate_votes))
    nothings = looked - rows.candidate_votes
    near = _summed_distances(rows)
    missed = rows.candidate_votes * nothings
    pairs = rows.candidate_votes * (rows.candidate_votes - 1) / 2 + missed
    # an object that one worker drew and nobody else can say anything about is not compared
    is_compared = pairs > 0
    distance = looked * (near + missed) / np.where(is_compared, pairs, 1)
    of = rows.candidate_image
    iou, equal = pair_agreement(rows)
    by_candidate = (looked * is_compared, distance, rows.candidate_votes * is_compared)
    sums = [np.bincount(of, weights=values, minlength=n) for values in by_candidate]
    return np.stack([iou, equal, _count_differences(rows), *sums])


def _summed_distances(rows: Rows) -> FloatArray:
    """Sum of 1 - IoU over the pairs of boxes of every candidate, (C,)."""
    summed = np.zeros(len(rows.candidate_votes))
    for votes in np.unique(rows.candidate_votes[rows.candidate_votes >= 2]).tolist():
        these = np.nonzero(rows.candidate_votes == votes)[0]
        boxes = rows.box_edges[rows.candidate_first[these, None] + np.arange(votes)]
        distance = 1 - paired_iou(boxes[:, :, None], boxes[:, None])
        summed[these] = distance.sum(axis=(1, 2)) / 2
    return summed


def _count_differences(rows: Rows) -> FloatArray:
    """Mean over pairs of workers of the difference of their numbers of boxes, (I,).

    In ascending order the k-th of n numbers is larger than k others and smaller than n - 1 - k.
    """
    counts = np.bincount(rows.box_answer, minlength=len(rows.answer_image))
    order = np.lexsort((counts, rows.answer_image))
    n = rows.answers_of_image
    start = np.cumsum(n) - n
    place = np.arange(len(order)) - start[rows.answer_image]
    signed = (2 * place - n[rows.answer_image] + 1) * counts[order]
    summed = np.bincount(rows.answer_image, weights=signed, minlength=rows.n_images)
    return np.asarray(summed / (n * (n - 1) / 2))
