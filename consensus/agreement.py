"""How far workers agree with each other: raw answers, before any model.

`boxes` and `votes` give every figure with its bootstrap interval. The formulas and their sources
are in `alpha` and `bootstrap`. Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from consensus.alpha import BoxTable, LabelTable, mean
from consensus.bootstrap import Estimate, Statistic, estimates, value
from consensus.types import BoxAnswer, BoxImage, BoxParameters, FloatArray

DEFAULTS = BoxParameters()
# Where boxes come without their image, a size that no photograph reaches.
BOUNDLESS_PX = 10**6


@dataclass(frozen=True, slots=True)
class BoxAgreement:
    """Agreement over the images with answers of at least two workers.

    alpha: Krippendorff's, on one object at a time; distance 1 - IoU, 1 between a box and nothing.
        At most 1; 0 is chance.
    pairwise_iou: mean over images of the mean over pairs of workers of the mean IoU over the
        objects that at least one of the two boxed, 0 where the other did not; 1 for two empty
        answers.
    count: mean over images of the share of pairs of workers with equally many boxes.
    count_difference: mean over images of the mean over pairs of the difference in boxes, >= 0.
    """

    alpha: Estimate
    pairwise_iou: Estimate
    count: Estimate
    count_difference: Estimate


@dataclass(frozen=True, slots=True)
class VoteAgreement:
    """Agreement over the items with at least two votes.

    alpha: Krippendorff's for nominal data; kappa: Fleiss'; both at most 1; 0 is chance.
    share: mean over items of the share of pairs of votes that are equal.
    """

    alpha: Estimate
    kappa: Estimate
    share: Estimate


def boxes(
    images: Iterable[BoxImage],
    *,
    seed: int = 0,
    n_resamples: int = 1000,
    level: float = 0.95,
    parameters: BoxParameters = DEFAULTS,
) -> BoxAgreement:
    """Agreement of the boxes on many images, with intervals over the images.

    Boxes are matched as for the consensus (`parameters`), one answer per worker, the last. Beyond a
    thousand boxes the distance expected by chance comes from a thousand evenly spaced ones. Raises
    ValueError for an image without area.

    >>> import numpy as np
    >>> cat, dog = np.array([[0, 0, 9, 9.0]]), np.array([[50, 0, 9, 9.0]])
    >>> images = [
    ...     BoxImage([BoxAnswer("ada", box), BoxAnswer("ben", box)], 100, 80) for box in (cat, dog)
    ... ]
    >>> boxes(images).alpha.value
    1.0
    """
    table = BoxTable.of(images, parameters)
    figures: list[Statistic] = [
        table.alpha,
        partial(mean, table.sums.iou),
        partial(mean, table.sums.equal),
        partial(mean, table.sums.difference),
    ]
    return BoxAgreement(
        *estimates(figures, table.n_units, seed=seed, n_resamples=n_resamples, level=level)
    )


def votes(
    units: Iterable[Sequence[Hashable]],
    *,
    seed: int = 0,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> VoteAgreement:
    """Agreement of the labels given to many items, one label per worker, with intervals over items.

    >>> votes([["bird", "bird"], ["track", "track"]]).kappa.value
    1.0
    """
    table = LabelTable.of(units)
    figures = [table.alpha, table.kappa, table.share]
    return VoteAgreement(
        *estimates(figures, table.n_units, seed=seed, n_resamples=n_resamples, level=level)
    )


def krippendorff_alpha_nominal(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Krippendorff's alpha for labels; a unit holds the labels given to it, without missing ones.

    At most 1; 0 is chance. None if nothing can be compared or only one label ever occurs.

    >>> krippendorff_alpha_nominal([["a", "a"], ["b", "b"]])
    1.0
    """
    table = LabelTable.of(units)
    return value(table.alpha, table.n_units)


def fleiss_kappa(units: Iterable[Sequence[Hashable]]) -> float | None:
    """Fleiss' kappa for labels; units with fewer than two labels are left out.

    With unequal numbers of labels per unit each unit weighs the same. At most 1; 0 is chance; None
    if nothing can be compared or only one label ever occurs.

    >>> fleiss_kappa([["a", "a"], ["b", "b"]])
    1.0
    """
    table = LabelTable.of(units)
    return value(table.kappa, table.n_units)


def krippendorff_alpha_boxes(units: Iterable[Sequence[FloatArray]]) -> float | None:
    """Krippendorff's alpha for boxes; each unit is an image with one (n, 4) array per worker.

    As in `boxes`, for images all of one size. None without an image with two workers and a box, or
    without any disagreement to expect.

    >>> import numpy as np
    >>> here, there = np.array([[0, 0, 9, 9.0]]), np.array([[50, 0, 9, 9.0]])
    >>> krippendorff_alpha_boxes([[here, here], [there, there]])
    1.0
    """
    table = BoxTable.of((_unsized(unit) for unit in units), DEFAULTS)
    return value(table.alpha, table.n_units)


def pairwise_iou(boxes_by_worker: Sequence[FloatArray]) -> float | None:
    """Mean IoU over pairs of workers of one image, 0..1; None with fewer than two workers.

    >>> import numpy as np
    >>> box, nothing = np.array([[0, 0, 10, 10.0]]), np.zeros((0, 4))
    >>> pairwise_iou([box, box]), pairwise_iou([box, nothing]), pairwise_iou([nothing, nothing])
    (1.0, 0.0, 1.0)
    """
    table = BoxTable.of([_unsized(boxes_by_worker)], DEFAULTS)
    return float(table.sums.iou[0]) if table.n_units else None


def _unsized(boxes_by_worker: Sequence[FloatArray]) -> BoxImage:
    answers = [BoxAnswer(str(index), drawn) for index, drawn in enumerate(boxes_by_worker)]
    return BoxImage(answers, BOUNDLESS_PX, BOUNDLESS_PX)
