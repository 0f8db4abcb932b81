"""From several workers' boxes on one image to one set of boxes.

Method: one-box-per-worker matching (`matching`), fusion with habits, skills and robust weights
(`fusion`), an existence probability per candidate (`existence`), and a risk (`risk`). It follows
Branson, Van Horn and Perona, "Lean Crowdsourcing", CVPR 2017, and Welinder et al., "The
Multidimensional Wisdom of Crowds", NIPS 2010, in spirit; the formulas are our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from consensus.agreement import pair_agreement
from consensus.existence import exist, first_guess, miss_factors, size_share
from consensus.fusion import Fusion, fuse
from consensus.geometry import clipped
from consensus.risk import badly_placed, cautious_rates, edge_sd, image_risk
from consensus.rows import ReadImage, Rows, SkillArrays, flatten, read_image
from consensus.types import (
    BoxAnswer,
    BoxParameters,
    BoxSkill,
    FloatArray,
    FusedBox,
    ImageConsensus,
)

BOX_METHOD = "boxes-1"
DEFAULTS = BoxParameters()
NO_SKILLS: Mapping[str, BoxSkill] = MappingProxyType({})


class _Belief(NamedTuple):
    probability: FloatArray
    unseen: float
    risk: float


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
    image = read_image(answers, width=width, height=height, parameters=parameters)
    arrays = SkillArrays.of(image.workers, skills)
    rows = flatten([image], {worker: index for index, worker in enumerate(image.workers)})
    fusion = fuse(rows, arrays, parameters, passes=parameters.passes) if len(image.edges) else None
    belief = _believe(rows, fusion, arrays, parameters)
    candidates = _fused_boxes(image, rows, fusion, belief.probability) if fusion else []
    kept = [box for box in candidates if box.score >= parameters.keep][: parameters.max_boxes]
    mean_iou, count_agreement = pair_agreement(
        image.iou, image.answer, image.candidate, n_workers=len(image.workers)
    )
    return ImageConsensus(
        boxes=tuple(kept),
        rejected=tuple(candidates[len(kept) :]),
        n_looked=len(image.workers),
        expected_unseen=belief.unseen,
        risk=belief.risk,
        is_capped=bool(image.capped.any()),
        mean_iou=mean_iou,
        count_agreement=count_agreement,
    )


def _believe(
    rows: Rows, fusion: Fusion | None, skills: SkillArrays, parameters: BoxParameters
) -> _Belief:
    """Existence with the plain rates, and the risk with the cautious ones."""
    share = np.zeros(0) if fusion is None else size_share(fusion.edges, rows)
    factors = miss_factors(share, first_guess(rows), rows, parameters)
    found = exist(
        rows,
        miss=skills.miss[rows.answer_worker],
        false_box=skills.false_box[rows.answer_worker],
        factors=factors,
        share=share,
        parameters=parameters,
    )
    miss, false_box = cautious_rates(skills)
    feared = exist(
        rows,
        miss=miss[rows.answer_worker],
        false_box=false_box[rows.answer_worker],
        factors=factors,
        share=share,
        parameters=parameters,
    )
    misplaced = np.zeros(0) if fusion is None else badly_placed(rows, fusion, skills)
    risk = image_risk(rows, feared.probability, feared.unseen, misplaced, parameters)
    return _Belief(found.probability, float(found.unseen[0]), float(risk[0]))


def _fused_boxes(
    image: ReadImage, rows: Rows, fusion: Fusion, probability: FloatArray
) -> list[FusedBox]:
    """All candidates, best first."""
    edges = clipped(fusion.edges, image.width, image.height).round(2)
    spread = (edge_sd(fusion) * fusion.side).tolist()
    looked = np.bincount(rows.row_candidate, minlength=len(edges)).tolist()
    scores = probability.tolist()
    first, votes = rows.candidate_first.tolist(), rows.candidate_votes.tolist()
    order = np.lexsort((edges[:, 0], edges[:, 1], -probability)).tolist()
    fused = []
    for c in order:
        left, top, right, bottom = edges[c].tolist()
        sources = (s for box in range(first[c], first[c] + votes[c]) for s in image.sources[box])
        fused.append(
            FusedBox(
                xywh=(left, top, round(right - left, 2), round(bottom - top, 2)),
                score=scores[c],
                n_workers=votes[c],
                n_looked=looked[c],
                spread=(spread[c][0], spread[c][1], spread[c][2], spread[c][3]),
                sources=tuple(sorted(sources)),
            )
        )
    return fused
