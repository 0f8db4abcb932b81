"""What checks say of an image's consensus: is each box tight on one object, are all boxed?

Su, Deng and Fei-Fei, "Crowdsourcing Annotations for Visual Object Detection" (2012), accept or
reject drawn boxes by such questions. Here they are further evidence: an answer is a likelihood
ratio, and Bayes' rule takes it in. Boxes are [x, y, w, h] in pixels of the upright full-size image.

Of a box with existence probability s and, if it exists, misplacement probability m, a check says
*tight* with likelihood L in the one case that it exists and lies well, relative to 1 in the others:

    Z = s (1 - m) L + s m + (1 - s),    s' = s ((1 - m) L + m) / Z,    m' = m / ((1 - m) L + m).

That all objects are boxed holds if nobody overlooked one (Poisson, mean u) and no other candidate,
with probability r_i each, is an object: P = exp(-u) prod(1 - r_i). With likelihood L of *all
boxed*,

    Z = P L + (1 - P),    u' = u / Z,    r_i' = r_i / Z,

because the expectation of whatever is zero where all are boxed just scales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from consensus.geometry import edges_of, iou_matrix
from consensus.types import BoxParameters, FusedBox, ImageConsensus, RiskParts

DEFAULTS = BoxParameters()
# A box that has moved further is another one, which nobody was asked about.
SAME_IOU = 0.9
# Checkers look at the same photo, so their mistakes go together: however many of them agree, their
# answers are not worth more than this.
MOST_WORTH = 50.0
# A box that is denied is mostly around something all the same: two animals in one, or half of one.
# The model of misplacement knows only how far workers' edges are apart, so this much is added.
DENIED_MISPLACED = 0.1


@dataclass(frozen=True, slots=True)
class BoxCheck:
    """What checkers say of the boxes of an image.

    boxes_xywh: the boxes in question. p_tight: of each, the probability that it is tight on one
    object, by the checkers' answers alone, with an even chance before. p_all_boxed: likewise that
    no other object is there. Raises ValueError where the numbers differ.
    """

    boxes_xywh: Sequence[Sequence[float]]
    p_tight: Sequence[float]
    p_all_boxed: float

    def __post_init__(self) -> None:
        if len(self.boxes_xywh) != len(self.p_tight):
            raise ValueError(f"{len(self.p_tight)} answers about {len(self.boxes_xywh)} boxes")


def checked(
    found: ImageConsensus, check: BoxCheck, *, parameters: BoxParameters = DEFAULTS
) -> ImageConsensus:
    """The consensus of an image with what checkers say of it; places of boxes stay as they are.

    A box in question counts for the box that it overlaps by an IoU of at least .9, others are
    passed over. That all objects are boxed is believed only as long as these are the boxes; that
    one is missing also makes any other box likelier, whether it is among the boxes already or not.
    With nothing but even chances the consensus is the same.

    >>> from consensus import BoxAnswer, merge_boxes
    >>> import numpy as np
    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> drawn = merge_boxes([BoxAnswer("ada", cat), BoxAnswer("ben", cat)], width=99, height=99)
    >>> confirmed = checked(drawn, BoxCheck([drawn.boxes[0].xywh], [0.95], 0.95))
    >>> denied = checked(drawn, BoxCheck([drawn.boxes[0].xywh], [0.05], 0.95))
    >>> confirmed.risk < drawn.risk < denied.risk
    True
    """
    candidates = [*found.boxes, *found.rejected]
    asked = _asked(candidates, check.boxes_xywh)
    is_same = sorted(asked) == list(range(len(found.boxes))) and len(asked) == len(check.p_tight)
    all_boxed = _ratio(check.p_all_boxed)
    if not is_same:
        all_boxed = min(all_boxed, 1.0)
    plain = _Whole.of([c.score for c in candidates], asked, found.expected_unseen, all_boxed)
    feared = _Whole.of([c.feared for c in candidates], asked, found.risk_parts.unseen, all_boxed)
    judged = [
        _judged(box, _ratio(check.p_tight[asked[index]]))
        if index in asked
        else replace(box, score=box.score / plain.z, feared=box.feared / feared.z)
        for index, box in enumerate(candidates)
    ]
    return _summed(found, candidates, judged, (plain, feared), parameters)


def _ratio(p: float) -> float:
    """The likelihood ratio of a probability that began at one half."""
    if p >= MOST_WORTH / (1 + MOST_WORTH):
        return MOST_WORTH
    return max(p / (1 - p), 1 / MOST_WORTH)


def _asked(candidates: Sequence[FusedBox], boxes_xywh: Sequence[Sequence[float]]) -> dict[int, int]:
    """By number of a candidate, that of the box in question which it is; the best fit first."""
    if not candidates or not boxes_xywh:
        return {}
    overlap = iou_matrix(edges_of([c.xywh for c in candidates]), edges_of(boxes_xywh)).tolist()
    pairs = sorted(
        (-iou, index, number)
        for index, row in enumerate(overlap)
        for number, iou in enumerate(row)
        if iou >= SAME_IOU
    )
    found: dict[int, int] = {}
    for _, index, number in pairs:
        if index not in found and number not in found.values():
            found[index] = number
    return found


@dataclass(frozen=True, slots=True)
class _Whole:
    """What the answer about the whole photo does: `z` of the module's words, and `unseen`."""

    z: float
    unseen: float

    @classmethod
    def of(
        cls, scores: Sequence[float], asked: dict[int, int], unseen: float, ratio: float
    ) -> _Whole:
        """scores: of all candidates; those that are asked about have an answer of their own."""
        if ratio == 1.0:
            return cls(1.0, unseen)
        nothing_else = exp(-unseen)
        for index, score in enumerate(scores):
            if index not in asked:
                nothing_else *= 1 - score
        z = nothing_else * ratio + 1 - nothing_else
        return cls(z, unseen / z)


def _judged(box: FusedBox, ratio: float) -> FusedBox:
    """A box with the answer about it taken in."""
    doubted = box.misplaced + DENIED_MISPLACED * max(0.0, 1 - ratio) * (1 - box.misplaced)
    tight = (1 - doubted) * ratio + doubted
    return replace(
        box,
        score=_bayes(box.score, tight),
        feared=_bayes(box.feared, tight),
        misplaced=doubted / tight,
    )


def _bayes(p: float, ratio: float) -> float:
    return p * ratio / (p * ratio + 1 - p)


def _summed(
    found: ImageConsensus,
    before: Sequence[FusedBox],
    after: Sequence[FusedBox],
    whole: tuple[_Whole, _Whole],
    parameters: BoxParameters,
) -> ImageConsensus:
    """The consensus anew: what each candidate adds to the risk is exchanged, and the boxes are
    sorted as before."""
    old, new = _parts(before, parameters), _parts(after, parameters)
    parts = RiskParts(
        wrong=max(0.0, found.risk_parts.wrong - old.wrong + new.wrong),
        misplaced=max(0.0, found.risk_parts.misplaced - old.misplaced + new.misplaced),
        rejected=max(0.0, found.risk_parts.rejected - old.rejected + new.rejected),
        unseen=whole[1].unseen,
    )
    ordered = sorted(after, key=lambda box: (-box.score, box.xywh[1], box.xywh[0]))
    kept = [box for box in ordered if box.score >= parameters.keep][: parameters.max_boxes]
    return replace(
        found,
        boxes=tuple(kept),
        rejected=tuple(ordered[len(kept) :]),
        expected_unseen=whole[0].unseen,
        risk=parts.total,
        risk_parts=parts,
    )


def _parts(candidates: Sequence[FusedBox], parameters: BoxParameters) -> RiskParts:
    """What these add to the risk, as in `risk.image_risk`."""
    wrong = misplaced = rejected = 0.0
    for box in candidates:
        if box.feared >= parameters.keep:
            wrong += 1 - box.feared
            misplaced += parameters.placement_weight * box.feared * box.misplaced
        else:
            rejected += box.feared
    return RiskParts(wrong, misplaced, rejected, 0.0)
