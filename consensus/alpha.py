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
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from consensus.box_sums import BoxSums
from consensus.geometry import iou_matrix
from consensus.types import BoxImage, BoxParameters, FloatArray, IntArray

# The expected distance of boxes needs all pairs; this many boxes are a million pairs already.
MAX_CHANCE_BOXES = 1000


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

    def taken(self, units: IntArray) -> LabelTable:
        """These units alone."""
        return LabelTable(self.counts[units], self.size[units], self.agreeing[units])

    @property
    def n_units(self) -> int:
        """U."""
        return len(self.size)

    def alpha(self, weights: FloatArray) -> FloatArray:
        """Krippendorff's alpha for nominal data."""
        totals, n = self._totals(weights)
        expected = n * n - np.square(totals).sum(axis=1)
        differing = weights @ (self.size * (1 - self.agreeing))
        return 1 - (n - 1) * ratio(differing, expected)

    def kappa(self, weights: FloatArray) -> FloatArray:
        """Fleiss' kappa; units with different numbers of labels weigh the same."""
        totals, n = self._totals(weights)
        unlike = n * n - np.square(totals).sum(axis=1)
        return 1 - ratio((1 - self.share(weights)) * n * n, unlike)

    def share(self, weights: FloatArray) -> FloatArray:
        """Mean share of a unit's pairs of labels that are equal."""
        return mean(self.agreeing, weights)

    def _totals(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How often every label was given, (R, K), and all labels together, (R,)."""
        totals = np.asarray(weights @ self.counts, dtype=np.float64)
        return totals, totals.sum(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """Numbers that U units were given, in sums per unit, (U,) each.

    size: how many numbers there are. total: their sum. squares: the sum of their squares.
    agreeing: the share of pairs of them that are equal.
    """

    size: FloatArray
    total: FloatArray
    squares: FloatArray
    agreeing: FloatArray

    @classmethod
    def of(cls, numbers: IntArray, unit: IntArray, n_units: int) -> CountTable:
        """`numbers` (A,), whole and not negative, with the unit of each; every unit has two.

        >>> table = CountTable.of(np.array([1, 1, 2, 4]), np.array([0, 0, 1, 1]), 2)
        >>> table.agreeing.tolist(), table.total.tolist()
        ([1.0, 0.0], [2.0, 6.0])
        """
        size = np.bincount(unit, minlength=n_units).astype(np.float64)
        width = int(numbers.max(initial=0)) + 1
        often = np.bincount(unit * width + numbers, minlength=n_units * width)
        often = often.reshape(n_units, width).astype(np.float64)
        equal = (often * (often - 1)).sum(axis=1)
        value = np.arange(width, dtype=np.float64)
        return cls(size, often @ value, often @ (value * value), equal / (size * (size - 1)))

    def taken(self, units: IntArray) -> CountTable:
        """These units alone."""
        return CountTable(
            self.size[units], self.total[units], self.squares[units], self.agreeing[units]
        )

    def alpha(self, weights: FloatArray) -> FloatArray:
        """Krippendorff's alpha for interval data: the distance of two numbers is their squared
        difference. Of zeros and ones it is that for nominal data."""
        differing = 2 * (self.size * self.squares - np.square(self.total)) / (self.size - 1)
        n = weights @ self.size
        expected = 2 * (n * (weights @ self.squares) - np.square(weights @ self.total))
        return 1 - (n - 1) * ratio(weights @ differing, expected)

    def share(self, weights: FloatArray) -> FloatArray:
        """Mean share of a unit's pairs of numbers that are equal."""
        return mean(self.agreeing, weights)


@dataclass(frozen=True, slots=True, eq=False)
class BoxTable:
    """Boxes of U images, in `sums` per image.

    sample_unit: (S,), the image of some of the boxes; sample_distance: (S, S), of any two of them,
    as if they lay in one image.
    """

    sums: BoxSums
    sample_unit: IntArray
    sample_distance: FloatArray

    @classmethod
    def of(cls, images: Iterable[BoxImage], parameters: BoxParameters) -> BoxTable:
        """The images with answers of at least two workers; the others cannot be compared.

        Boxes are matched as for the consensus, but as they were drawn: clipped to the image, not
        corrected. Raises ValueError for an image without area.
        """
        return cls.of_sums(BoxSums.of(images, parameters))

    @classmethod
    def of_sums(cls, sums: BoxSums) -> BoxTable:
        """What was summed, with the boxes that chance is measured on."""
        n = len(sums.drawn)
        pick = np.unique(np.linspace(0, max(n - 1, 0), MAX_CHANCE_BOXES).astype(np.intp))[:n]
        sample = sums.drawn[pick]
        return cls(sums, sums.drawn_unit[pick], 1 - iou_matrix(sample, sample))

    @property
    def n_units(self) -> int:
        """U."""
        return self.sums.n_units

    def alpha(self, weights: FloatArray) -> FloatArray:
        """One minus the mean distance about the same object over the one to expect by chance."""
        seen = ratio(weights @ self.sums.distance, weights @ self.sums.values)
        return 1 - ratio(seen, self._expected(weights))

    def _expected(self, weights: FloatArray) -> FloatArray:
        """Mean distance of two values out of all, at least one of them a box."""
        often = weights[:, self.sample_unit]
        n_sampled = often.sum(axis=1)
        summed = ((often @ self.sample_distance) * often).sum(axis=1)
        typical = summed / np.maximum(n_sampled * (n_sampled - 1), 1)
        n_boxes = weights @ self.sums.boxes
        between = n_boxes * (n_boxes - 1) / 2
        against_nothing = n_boxes * (weights @ (self.sums.values - self.sums.boxes))
        return ratio(between * typical + against_nothing, between + against_nothing)


def mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Mean of `values` (U,) in every resample, (R,); nan without any weight.

    >>> mean(np.array([1.0, 4.0]), np.array([[2.0, 1.0], [0.0, 1.0]])).tolist()
    [2.0, 4.0]
    """
    return ratio(weights @ values, weights.sum(axis=1))


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """`above` / `below`; nan where `below` is not positive.

    >>> ratio(np.array([1.0, 1.0]), np.array([2.0, 0.0])).tolist()
    [0.5, nan]
    """
    is_known = below > 0
    return np.where(is_known, above / np.where(is_known, below, 1.0), np.nan)
