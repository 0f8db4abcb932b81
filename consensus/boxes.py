"""From several workers' boxes on one image to one set of boxes.

Method: one-box-per-worker matching (`matching`), fusion with habits, skills and robust weights
(`fusion`), an existence probability per candidate (`existence`), and a risk (`risk`). It follows
Branson, Van Horn and Perona, "Lean Crowdsourcing", CVPR 2017, and Welinder et al., "The
Multidimensional Wisdom of Crowds", NIPS 2010, in spirit; the formulas are our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from consensus.existence import Existence, believe
from consensus.fusion import Fusion, fuse
from consensus.geometry import MIN_SIDE_PX
from consensus.pairs import pair_agreement
from consensus.risk import Risk, badly_placed, cautious_rates, edge_sd, image_risk
from consensus.rows import Rows, SkillArrays, in_blocks, read_block
from consensus.types import (
    BoxAnswer,
    BoxImage,
    BoxParameters,
    BoxSkill,
    FloatArray,
    FusedBox,
    ImageConsensus,
    RiskParts,
)

BOX_METHOD = "boxes-2"
DEFAULTS = BoxParameters()
NO_SKILLS: Mapping[str, BoxSkill] = MappingProxyType({})


def merge_boxes(
    answers: Sequence[BoxAnswer],
    *,
    width: int,
    height: int,
    skills: Mapping[str, BoxSkill] = NO_SKILLS,
    parameters: BoxParameters = DEFAULTS,
) -> ImageConsensus:
    """The consensus of one image of `width` x `height` pixels.

    Workers absent from `skills` get the prior. Of several answers by one worker the last counts;
    otherwise the order of the answers changes nothing but the indices in `sources`. Raises
    ValueError if the image has no area.

    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> answers = [BoxAnswer("ada", cat), BoxAnswer("ben", cat + 1)]
    >>> merge_boxes(answers, width=100, height=80).boxes[0].xywh
    (10.5, 10.5, 40.5, 30.5)
    """
    images = [BoxImage(answers, width, height)]
    return next(merge_images(images, skills=skills, parameters=parameters))


def merge_images(
    images: Iterable[BoxImage],
    *,
    skills: Mapping[str, BoxSkill] = NO_SKILLS,
    parameters: BoxParameters = DEFAULTS,
) -> Iterator[ImageConsensus]:
    """The consensus of every image, in order, as `merge_boxes` finds it one by one.

    Reads `images` in blocks and keeps nothing of what it has given out.
    """
    for block in in_blocks(images):
        workers: dict[str, int] = {}
        rows = read_block(block, workers, parameters)
        yield from merge_rows(rows, SkillArrays.of(list(workers), skills), parameters)


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """What is believed of a block: `found` with the plain rates, `feared` and `risk` with cautious
    ones. misplaced: (C,), see `FusedBox`."""

    fusion: Fusion
    found: Existence
    feared: Existence
    misplaced: FloatArray
    risk: Risk


def merge_rows(
    rows: Rows, skills: SkillArrays, parameters: BoxParameters
) -> Iterator[ImageConsensus]:
    """The consensus of every image of a block."""
    judged = _judge(rows, skills, parameters)
    candidates = _fused_boxes(rows, judged)
    mean_iou, count_agreement = pair_agreement(rows)
    capped = np.bincount(rows.answer_image, weights=rows.answer_capped, minlength=rows.n_images) > 0
    looked = rows.answers_of_image.tolist()
    parts = np.column_stack(
        (judged.risk.wrong, judged.risk.misplaced, judged.risk.rejected, judged.risk.unseen)
    ).tolist()
    for image in range(rows.n_images):
        ordered = candidates[image]
        probable = [box for box in ordered if box.score >= parameters.keep]
        kept = probable[: parameters.max_boxes]
        wrong, misplaced, rejected, unseen = parts[image]
        rejected += sum(box.score for box in probable[len(kept) :])
        risk = RiskParts(wrong, misplaced, rejected, unseen)
        yield ImageConsensus(
            boxes=tuple(kept),
            rejected=tuple(ordered[len(kept) :]),
            n_looked=looked[image],
            expected_unseen=float(judged.found.unseen[image]),
            risk=risk.total,
            risk_parts=risk,
            is_capped=bool(capped[image]),
            mean_iou=_or_none(mean_iou[image]),
            count_agreement=_or_none(count_agreement[image]),
        )


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _judge(rows: Rows, skills: SkillArrays, parameters: BoxParameters) -> _Judged:
    """Existence with the plain rates, and the risk with the cautious ones."""
    fusion = fuse(rows, skills, parameters, passes=parameters.passes)
    found = believe(rows, fusion.edges, skills.miss, skills.false_box, parameters)
    miss, false_box = cautious_rates(skills)
    feared = believe(rows, fusion.edges, miss, false_box, parameters)
    misplaced = badly_placed(rows, fusion, skills)
    risk = image_risk(rows, feared.probability, feared.unseen, misplaced, parameters)
    return _Judged(fusion, found, feared, misplaced, risk)


def _fused_boxes(rows: Rows, judged: _Judged) -> list[list[FusedBox]]:
    """All candidates of every image, best first."""
    edges = _inside(judged.fusion.edges, rows.size[rows.candidate_image]).round(2)
    places, spread = edges.tolist(), (edge_sd(judged.fusion) * judged.fusion.side).tolist()
    looked = np.bincount(rows.row_candidate, minlength=len(edges)).tolist()
    scores, votes = judged.found.probability.tolist(), rows.candidate_votes.tolist()
    feared, misplaced = judged.feared.probability.tolist(), judged.misplaced.tolist()
    sources = _sources(rows)
    best_first = np.lexsort((edges[:, 0], edges[:, 1], -judged.found.probability))
    fused: list[list[FusedBox]] = [[] for _ in range(rows.n_images)]
    for c, image in zip(
        best_first.tolist(), rows.candidate_image[best_first].tolist(), strict=True
    ):
        left, top, right, bottom = places[c]
        fused[image].append(
            FusedBox(
                xywh=(left, top, round(right - left, 2), round(bottom - top, 2)),
                score=scores[c],
                n_workers=votes[c],
                n_looked=looked[c],
                spread=(spread[c][0], spread[c][1], spread[c][2], spread[c][3]),
                sources=sources[c],
                feared=feared[c],
                misplaced=misplaced[c],
            )
        )
    return fused


def _inside(edges: FloatArray, size: FloatArray) -> FloatArray:
    """Fused boxes (C, 4) moved inside their images (C, 2), at least 1 px wide and high there.

    A habit taken off a small box at the border may have moved it out.
    """
    least = np.minimum(size, MIN_SIDE_PX)
    low = np.clip(edges[:, :2], 0.0, size - least)
    high = np.clip(edges[:, 2:], low + least, size)
    return np.hstack((low, high))


def _sources(rows: Rows) -> list[tuple[tuple[int, int], ...]]:
    """Where the boxes of every candidate came from, ascending."""
    of = rows.box_candidate[rows.source_box]
    order = np.lexsort((rows.sources[:, 1], rows.sources[:, 0], of))
    found: list[list[tuple[int, int]]] = [[] for _ in rows.candidate_votes]
    for candidate, (answer, box) in zip(
        of[order].tolist(), rows.sources[order].tolist(), strict=True
    ):
        found[candidate].append((answer, box))
    return [tuple(pairs) for pairs in found]
