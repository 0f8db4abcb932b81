"""What goes into the consensus of boxes and what comes out of it; also the arrays in use.

Boxes enter and leave as [x, y, w, h] in pixels of the upright full-size image, origin top left,
edges not pixel centres. Edges are always in the order left, top, right, bottom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from consensus import ranges

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
FourFloats = tuple[float, float, float, float]

# Outside of these the model means nothing: the logarithms of what is greater than 0 are taken.
_BOX_RANGES: Mapping[str, ranges.Range] = MappingProxyType(
    {
        "link": ranges.POSITIVE_SHARE,
        "duplicate": ranges.POSITIVE_SHARE,
        "pixel_share": ranges.NOT_NEGATIVE,
        "habit_share": ranges.NOT_NEGATIVE,
        "edge_tolerance": ranges.POSITIVE,
        "box_tolerance": ranges.POSITIVE,
        "passes": ranges.AT_LEAST_ONE,
        "objects": ranges.POSITIVE,
        "common_error": ranges.POSITIVE_SHARE,
        "common_error_rate": ranges.POSITIVE_SHARE,
        "chance": ranges.POSITIVE_SHARE,
        "chance_whole": ranges.POSITIVE_SHARE,
        "whole_image": ranges.POSITIVE_SHARE,
        "size_limits": ranges.POSITIVE_SHARE,
        "miss_factor": ranges.POSITIVE,
        "unseen_sizes": ranges.SHARE,
        "unseen_factor": ranges.POSITIVE,
        "keep": ranges.SHARE,
        "max_boxes": ranges.LIMIT,
        "placement_weight": ranges.NOT_NEGATIVE,
    }
)


@dataclass(frozen=True, slots=True)
class BoxSkill:
    """How one worker draws boxes.

    miss: probability of not boxing an ordinary object, 0..1.
    false_box: expected number of boxes around nothing per answer, >= 0.
    scale: standard deviation of an edge, as a share of the box's side (see `BoxParameters`).
    habit: believed outward displacement per edge, positive is too loose, as a share of the size
        sqrt(side^2 + (habit_share * longer side of the image)^2), see `BoxParameters`.
    n_answers: answers of this worker that were compared with somebody else's.
    quality: F1 of the worker's boxes at IoU .5 against the consensus of the others, 0..1. One
        number to rank workers by; merging makes no use of it.

    >>> BoxSkill.prior().miss
    0.06
    """

    miss: float
    false_box: float
    scale: float
    habit: FourFloats
    n_answers: int = 0
    quality: float = 0.9

    @classmethod
    def prior(cls) -> BoxSkill:
        """The skill of a worker nobody has been compared with yet."""
        return cls(miss=0.06, false_box=0.05, scale=0.025, habit=(0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class BoxAnswer:
    """One worker's whole answer; no rows means the worker looked and found nothing.

    boxes_xywh: shape (n, 4). Boxes that are not finite, lie outside the image or have a side under
    1 px are left out, the answer itself still counts.
    """

    worker: str
    boxes_xywh: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class BoxImage:
    """All answers about one image of `width` x `height` pixels."""

    answers: Sequence[BoxAnswer]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FusedBox:
    """One object as the crowd sees it.

    xywh: pixels, clipped to the image, two decimals.
    score: probability that the object exists, 0..1.
    n_workers: workers who boxed it.
    n_looked: workers whose answer says something about it. A worker who drew as many boxes as the
        page allows and not this one is left out: nothing more could be drawn.
    spread: standard deviation of each edge (left, top, right, bottom) in pixels.
    sources: (index of the answer, index of the box in that answer) of every box merged into it,
        in ascending order.
    feared: the score on the cautious side of what is known about the workers, as in the risk.
    misplaced: probability that the box overlaps its object by less than about one half, likewise.
    """

    xywh: FourFloats
    score: float
    n_workers: int
    n_looked: int
    spread: FourFloats
    sources: tuple[tuple[int, int], ...]
    feared: float = 1.0
    misplaced: float = 0.0


@dataclass(frozen=True, slots=True)
class RiskParts:
    """What the risk of an image is made of; each part >= 0.

    wrong: kept boxes that may not exist. misplaced: kept boxes that may lie badly. rejected:
    candidates left out that may exist. unseen: objects nobody boxed.
    """

    wrong: float
    misplaced: float
    rejected: float
    unseen: float

    @property
    def total(self) -> float:
        """The risk."""
        return self.wrong + self.misplaced + self.rejected + self.unseen


@dataclass(frozen=True, slots=True)
class ImageConsensus:
    """The crowd's answer about one image; an empty `boxes` says that there is nothing to box.

    boxes: at least `BoxParameters.keep` probable, at most `max_boxes`, best score first, equal
        scores from top to bottom and then from left to right.
    rejected: the other candidates in the same order.
    n_looked: distinct workers who answered.
    expected_unseen: expected number of objects nobody boxed, >= 0.
    risk: how doubtful the consensus is, >= 0. It ranks images; it is not a count of errors.
    risk_parts: what it is made of.
    is_capped: some worker drew as many boxes as the page allows.
    mean_iou: mean over pairs of workers of the mean IoU of their boxes of the same object, 0 for a
        box the other did not draw, 1 for two empty answers; None with fewer than two workers.
    count_agreement: share of pairs of workers who drew equally many boxes; None likewise.
    """

    boxes: tuple[FusedBox, ...]
    rejected: tuple[FusedBox, ...]
    n_looked: int
    expected_unseen: float
    risk: float
    risk_parts: RiskParts
    is_capped: bool
    mean_iou: float | None
    count_agreement: float | None


@dataclass(frozen=True, slots=True)
class BoxParameters:
    """The model's constants. Sources: the measurements in `docs/decisions`, 0002 and 0008.

    link: boxes of different workers belong together from this (mean) IoU on.
    duplicate: two boxes of ONE worker with this IoU are one box drawn twice.
    pixel_share: part of an edge's error that does not shrink with the box, as a share of the longer
        image side: variance = scale^2 (side^2 + (pixel_share * longer side)^2).
    habit_share: the same for habits, whose size is habit * sqrt(side^2 + (habit_share * longer
        side)^2).
    edge_tolerance, box_tolerance: degrees of freedom of the robust weights of an edge and a box.
    passes: rounds of reweighting per fusion.
    objects: mean number of objects an image (Poisson prior).
    common_error, common_error_rate: prior weight of an error that workers share, and the share of
        workers who fall for it.
    chance, chance_whole: probability that two false boxes meet, ordinary and image-filling ones.
    whole_image: square root of the share of the image from which a box counts as image-filling.
    size_limits: bins of the square root of a box's share of the image.
    miss_factor: miss rate relative to the worker's own, per size bin and crowd bin (at most 1.5,
        at most 3.5, more objects expected in the image).
    unseen_sizes: share of the size bins among unseen objects.
    unseen_factor: unseen objects are harder than the average of their size.
    keep: least probability of a kept box.
    max_boxes: the page's limit; None for no limit.
    placement_weight: worth of a badly placed box relative to a wrong one in the risk.

    Raises ValueError for a constant outside its range.
    """

    link: float = 0.30
    duplicate: float = 0.90
    pixel_share: float = 0.2
    habit_share: float = 0.05
    edge_tolerance: float = 20.0
    box_tolerance: float = 30.0
    passes: int = 5
    objects: float = 1.2
    common_error: float = 0.003
    common_error_rate: float = 0.25
    chance: float = 0.03
    chance_whole: float = 0.43
    whole_image: float = 0.93
    size_limits: tuple[float, ...] = (0.10, 0.20, 0.35)
    miss_factor: tuple[tuple[float, ...], ...] = (
        (2.0, 2.6, 4.0),
        (1.3, 1.69, 2.6),
        (1.0, 1.3, 2.0),
        (0.9, 1.17, 1.8),
    )
    unseen_sizes: tuple[float, ...] = (0.08, 0.15, 0.30, 0.47)
    unseen_factor: float = 1.3
    keep: float = 0.5
    max_boxes: int | None = 10
    placement_weight: float = 0.7

    def __post_init__(self) -> None:
        ranges.check(self, _BOX_RANGES)
        if list(self.size_limits) != sorted(set(self.size_limits)):
            raise ValueError(f"size_limits must increase, not be {list(self.size_limits)}")
        if abs(sum(self.unseen_sizes) - 1) > 1e-6:
            raise ValueError(f"unseen_sizes must add up to 1, not {sum(self.unseen_sizes):g}")


@dataclass(frozen=True, slots=True)
class BoxFit:
    """What a campaign's answers teach.

    skills: of every worker. parameters: the given ones with the learned mean number of objects and
    miss factors; the skills mean what they say only together with them.
    """

    skills: Mapping[str, BoxSkill]
    parameters: BoxParameters
