"""How far workers agree with each other: raw answers, before any model.

Sources: Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011; Fleiss, "Measuring
nominal scale agreement among many raters", Psychological Bulletin 76, 1971; Efron and Tibshirani,
"An Introduction to the Bootstrap", 1993 (percentile interval). Boxes are [x, y, w, h] in pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from consensus.geometry import edges_of, iou_matrix, usable
from consensus.matching import match
from consensus.types import BoxParameters, FloatArray, IntArray

LINK = BoxParameters().link
# Chance agreement of boxes needs all pairs; this many boxes are a million pairs already.
MAX_CHANCE_BOXES = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class _Matched:
    """Boxes of one image with their workers and objects: iou (n, n), worker (n,), object (n,)."""

    edges: FloatArray
    iou: FloatArray
    worker: IntArray
    candidate: IntArray


def _matched(boxes_by_worker: Sequence[FloatArray]) -> _Matched:
    parts = [edges_of(boxes) for boxes in boxes_by_worker]
    parts = [edges[usable(edges)] for edges in parts]
    edges = np.vstack([np.zeros((0, 4)), *parts])
    worker = np.repeat(np.arange(len(parts), dtype=np.intp), [len(part) for part in parts])
    iou = iou_matrix(edges, edges)
    return _Matched(edges, iou, worker, match(iou, worker, link=LINK))


def pair_agreement(
    iou: FloatArray, worker: IntArray, candidate: IntArray, *, n_workers: int
) -> tuple[float | None, float | None]:
    """(mean IoU, count agreement) over all pairs of workers of one image, from matched boxes.

    iou: (n, n); worker, candidate: (n,). A pair's IoU is the mean over the objects at least one of
    the two boxed, 0 where the other did not; two empty answers agree fully (1). Count agreement is
    the share of pairs with equally many boxes. (None, None) with fewer than two workers.
    """
    if n_workers < 2:
        return None, None
    drew = (np.arange(n_workers)[:, None] == worker).astype(np.float64)
    same = (candidate[:, None] == candidate).astype(np.float64)
    counts = drew.sum(axis=1)
    union = counts[:, None] + counts - drew @ same @ drew.T
    overlap = drew @ (same * iou) @ drew.T
    pairs = np.triu_indices(n_workers, k=1)
    both_empty = union == 0
    pair_iou = np.where(both_empty, 1.0, overlap / np.where(both_empty, 1.0, union))
    equal = counts[:, None] == counts
    return float(pair_iou[pairs].mean()), float(equal[pairs].mean())


def pairwise_iou(boxes_by_worker: Sequence[FloatArray]) -> float | None:
    """Mean IoU over pairs of workers of one image, 0..1; None with fewer than two workers.

    >>> box, nothing = np.array([[0, 0, 10, 10.0]]), np.zeros((0, 4))
    >>> pairwise_iou([box, box]), pairwise_iou([box, nothing]), pairwise_iou([nothing, nothing])
    (1.0, 0.0, 1.0)
    """
    found = _matched(boxes_by_worker)
    return pair_agreement(found.iou, found.worker, found.candidate, n_workers=len(boxes_by_worker))[
        0
    ]


def krippendorff_alpha_nominal(units: Iterable[Sequence[str]]) -> float | None:
    """Krippendorff's alpha for labels; a unit holds the labels given to it, without missing ones.

    At most 1; 0 is chance. None if nothing can be compared or only one label ever occurs.

    >>> krippendorff_alpha_nominal([["a", "a"], ["b", "b"]])
    1.0
    """
    total: Counter[str] = Counter()
    disagreement = 0.0
    for unit in units:
        n = len(unit)
        if n < 2:
            continue
        counts = Counter(unit)
        total.update(counts)
        disagreement += sum(count * (n - count) for count in counts.values()) / (n - 1)
    n_values = sum(total.values())
    expected = sum(count * (n_values - count) for count in total.values())
    if expected == 0:
        return None
    return float(1 - (n_values - 1) * disagreement / expected)


def fleiss_kappa(units: Iterable[Sequence[str]]) -> float | None:
    """Fleiss' kappa for labels; units with fewer than two labels are left out.

    With unequal numbers of labels per unit each unit weighs the same. At most 1; 0 is chance; None
    if nothing can be compared or only one label ever occurs.

    >>> fleiss_kappa([["a", "a"], ["b", "b"]])
    1.0
    """
    total: Counter[str] = Counter()
    observed: list[float] = []
    for unit in units:
        n = len(unit)
        if n < 2:
            continue
        counts = Counter(unit)
        total.update(counts)
        observed.append(sum(count * (count - 1) for count in counts.values()) / (n * (n - 1)))
    n_labels = sum(total.values())
    if len(total) < 2:
        return None
    chance = sum((count / n_labels) ** 2 for count in total.values())
    return float((np.mean(observed) - chance) / (1 - chance))


@dataclass(slots=True)
class _BoxAlphaSums:
    """Running sums of the alpha for boxes."""

    weighted: float = 0.0
    n_values: int = 0
    n_missing: int = 0
    boxes: list[FloatArray] = field(default_factory=list)

    def add(self, found: _Matched, n_workers: int) -> None:
        for candidate in range(int(found.candidate.max(initial=-1)) + 1):
            members = np.nonzero(found.candidate == candidate)[0]
            v = len(members)
            distance = (1 - found.iou[np.ix_(members, members)])[np.triu_indices(v, k=1)]
            missed = v * (n_workers - v)
            self.weighted += n_workers * (distance.sum() + missed) / (len(distance) + missed)
            self.n_values += n_workers
            self.n_missing += n_workers - v
        self.boxes.append(found.edges)

    def expected(self) -> float:
        """Mean distance of two values of the whole pool, at least one of which is a box."""
        edges = np.vstack(self.boxes)
        pick = np.unique(np.linspace(0, len(edges) - 1, MAX_CHANCE_BOXES).astype(np.intp))
        sample = edges[pick]
        pairs = np.triu_indices(len(sample), k=1)
        distance = (1 - iou_matrix(sample, sample))[pairs]
        mean = float(distance.mean()) if len(distance) else 0.0
        between = len(edges) * (len(edges) - 1) / 2
        against_missing = len(edges) * self.n_missing
        return (between * mean + against_missing) / max(between + against_missing, 1.0)


def krippendorff_alpha_boxes(units: Iterable[Sequence[FloatArray]]) -> float | None:
    """Krippendorff's alpha for boxes; each unit is an image with one (n, 4) array per worker.

    A value is what one worker says about one matched object: a box or nothing. The distance of two
    boxes is 1 - IoU, of a box and nothing 1; two workers without a box are not a pair. At most 1;
    None without an image with two workers and a box, or without any disagreement to expect.
    Beyond a thousand boxes the expected distance comes from a thousand evenly spaced ones.

    >>> here, there = np.array([[0, 0, 9, 9.0]]), np.array([[50, 0, 9, 9.0]])
    >>> krippendorff_alpha_boxes([[here, here], [there, there]])
    1.0
    """
    sums = _BoxAlphaSums()
    for unit in units:
        if len(unit) >= 2:
            sums.add(_matched(unit), len(unit))
    if sums.n_values == 0:
        return None
    expected = sums.expected()
    return None if expected == 0 else float(1 - sums.weighted / sums.n_values / expected)


def bootstrap_interval(
    units: Sequence[T],
    statistic: Callable[[Sequence[T]], float | None],
    *,
    seed: int,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> tuple[float, float] | None:
    """Percentile bootstrap interval of `statistic` over units drawn with replacement.

    Resamples in which the statistic is None are left out; None if that is more than half of them or
    there are no units.

    >>> bootstrap_interval([1.0, 1.0], lambda values: sum(values) / len(values), seed=1)
    (1.0, 1.0)
    """
    rng = np.random.default_rng(seed)
    if not units:
        return None
    draws = (rng.integers(0, len(units), len(units)).tolist() for _ in range(n_resamples))
    values = [statistic([units[index] for index in draw]) for draw in draws]
    known = [value for value in values if value is not None]
    if 2 * len(known) < n_resamples:
        return None
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)
