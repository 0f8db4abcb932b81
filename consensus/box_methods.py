"""Ways to merge boxes, by name: ours, and the baseline that everybody can do in their head.

Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from consensus import ranges
from consensus.boxes import BOX_METHOD, DEFAULTS, merge_images
from consensus.pairs import pair_agreement
from consensus.rows import Rows, in_blocks, read_block
from consensus.types import (
    BoxImage,
    BoxParameters,
    BoxSkill,
    FusedBox,
    ImageConsensus,
    RiskParts,
)


@dataclass(frozen=True, slots=True)
class MajorityParameters:
    """link: boxes of different workers belong together from this mean IoU on.
    more_than: a box is kept if more than this share of those who looked drew it.
    max_boxes: the page's limit; None for no limit.

    Raises ValueError for a constant outside its range.
    """

    link: float = 0.40
    more_than: float = 0.50
    max_boxes: int | None = 10

    def __post_init__(self) -> None:
        allowed = {
            "link": ranges.POSITIVE_SHARE,
            "more_than": ranges.SHARE,
            "max_boxes": ranges.LIMIT,
        }
        ranges.check(self, allowed)


PLAIN = MajorityParameters()


@dataclass(frozen=True, slots=True)
class BoxMethod:
    """A method with its constants at their defaults; `has_skills`: it makes use of skills."""

    function: Callable[..., Iterator[ImageConsensus]]
    parameters: Any
    has_skills: bool

    def merge(
        self, images: Iterable[BoxImage], *, skills: Mapping[str, BoxSkill], parameters: Any
    ) -> Iterator[ImageConsensus]:
        """A consensus per image, in the order of the images."""
        more = {"skills": skills} if self.has_skills else {}
        return self.function(images, parameters=parameters, **more)


def majority(
    images: Iterable[BoxImage], *, parameters: MajorityParameters = PLAIN
) -> Iterator[ImageConsensus]:
    """Boxes that more than half of the workers drew, each edge the median of theirs.

    Matched greedily by descending IoU; all workers count alike. A score is the share of those who
    looked; the risk adds up the doubt in these shares and ranks images only.

    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> from consensus.types import BoxAnswer
    >>> answers = [BoxAnswer("ada", cat), BoxAnswer("ben", cat + 1), BoxAnswer("cyd", cat[:0])]
    >>> [box.xywh for box in next(majority([BoxImage(answers, 100, 80)])).boxes]
    [(10.5, 10.5, 40.5, 30.5)]
    """
    reading = BoxParameters(link=parameters.link, max_boxes=parameters.max_boxes)
    for block in in_blocks(images):
        yield from _merged(read_block(block, {}, reading), parameters)


BOX_METHODS: Mapping[str, BoxMethod] = MappingProxyType(
    {
        BOX_METHOD: BoxMethod(merge_images, DEFAULTS, has_skills=True),
        "majority": BoxMethod(majority, PLAIN, has_skills=False),
    }
)


def _merged(rows: Rows, parameters: MajorityParameters) -> Iterator[ImageConsensus]:
    candidates: list[list[FusedBox]] = [[] for _ in range(rows.n_images)]
    looked = np.bincount(rows.row_candidate, minlength=len(rows.candidate_votes)).tolist()
    for c, image in enumerate(rows.candidate_image.tolist()):
        candidates[image].append(_fused(rows, c, looked[c]))
    mean_iou, count_agreement = (
        [None if np.isnan(value) else float(value) for value in values]
        for values in pair_agreement(rows)
    )
    capped = np.bincount(rows.answer_image, weights=rows.answer_capped, minlength=rows.n_images)
    for image, n_looked in enumerate(rows.answers_of_image.tolist()):
        ordered = sorted(candidates[image], key=lambda box: (-box.score, box.xywh[1], box.xywh[0]))
        probable = [box for box in ordered if box.score > parameters.more_than]
        kept = probable[: parameters.max_boxes]
        rejected = ordered[len(kept) :]
        parts = RiskParts(
            wrong=sum(1 - box.score for box in kept),
            misplaced=0.0,
            rejected=sum(box.score for box in rejected),
            unseen=0.0,
        )
        yield ImageConsensus(
            boxes=tuple(kept),
            rejected=tuple(rejected),
            n_looked=n_looked,
            expected_unseen=0.0,
            risk=parts.total,
            risk_parts=parts,
            is_capped=bool(capped[image]),
            mean_iou=mean_iou[image],
            count_agreement=count_agreement[image],
        )


def _fused(rows: Rows, candidate: int, n_looked: int) -> FusedBox:
    """One candidate, each edge the median of its boxes."""
    first, votes = rows.candidate_first[candidate], rows.candidate_votes[candidate]
    edges = rows.box_edges[first : first + votes]
    left, top, right, bottom = np.median(edges, axis=0).round(2).tolist()
    spread = edges.std(axis=0).tolist()
    start, end = np.searchsorted(rows.source_box, (first, first + votes))
    return FusedBox(
        xywh=(left, top, round(right - left, 2), round(bottom - top, 2)),
        score=float(votes / n_looked),
        n_workers=int(votes),
        n_looked=n_looked,
        spread=(spread[0], spread[1], spread[2], spread[3]),
        sources=tuple(sorted((answer, box) for answer, box in rows.sources[start:end].tolist())),
    )
