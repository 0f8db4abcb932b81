"""Where an object is: the boxes of its voters, fused edge by edge.

Each edge is a precision-weighted mean of the workers' edges after their habit is taken off, with
robust weights for single edges and for whole boxes. Symbols: z drawn edge, z' corrected edge,
b fused edge, v variance, w weight, u a worker's own share of the precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consensus.geometry import paired_iou, sides_of
from consensus.rows import Rows, SkillArrays
from consensus.types import BoxParameters, FloatArray

OUTWARD = np.array([-1.0, -1.0, 1.0, 1.0])
OPPOSITE = np.array([2, 3, 0, 1])
LEAST_SIDE_SHARE = 0.003
MAX_SURPRISE = 100.0
MOST_OF_A_SIDE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Fusion:
    """Fused boxes of a block and what learning and risk need from them.

    edges, side: (C, 4), pixels; side is at least .003 of the image's longer side. variance: (C, 4),
    of each edge, relative to the side, squared. difficulty: (C,), about 1; more where voters
    disagree beyond their skill.
    residual: (B, 4), (z' - b) / side. offset: (B, 4), outward (z - b) / side. weight, share:
    (B, 4). size_term: (B, 4), 1 + (pixel constant / side)^2. habit_term: (B, 4), the size of a
    habit of 1 relative to the side. distance: (B,), 1 - IoU of the corrected box with the fused
    one.
    """

    edges: FloatArray
    side: FloatArray
    variance: FloatArray
    difficulty: FloatArray
    residual: FloatArray
    offset: FloatArray
    weight: FloatArray
    share: FloatArray
    size_term: FloatArray
    habit_term: FloatArray
    distance: FloatArray


def fuse(
    rows: Rows,
    skills: SkillArrays,
    parameters: BoxParameters,
    *,
    passes: int,
    start: FloatArray | None = None,
) -> Fusion:
    """Fuse all candidates of a block, from `start` (C, 4) or else from the voters' medians."""
    of, first = rows.box_candidate, rows.candidate_first
    worker = rows.box_worker
    longer_side = rows.longer_side[rows.candidate_image][:, None]
    least_side, longer_side = LEAST_SIDE_SHARE * longer_side, longer_side[of]
    habit_constant = parameters.habit_share * longer_side
    corrected = without_habit(rows.box_edges, skills.habit[worker], habit_constant)
    fused = _medians(corrected, rows) if start is None else start
    constant = parameters.pixel_share * longer_side
    scale2 = np.square(skills.scale)[worker, None]
    is_alone = (rows.candidate_votes == 1)[of, None]
    weight = precision = total = np.ones((0, 4))
    for _ in range(passes):
        side = np.maximum(sides_of(fused), least_side)
        variance = scale2 * (np.square(side)[of] + constant**2)
        surprise = np.square(corrected - fused[of]) / variance
        weight = np.where(is_alone, 1.0, _weights(surprise, parameters))
        precision = weight / variance
        total = np.add.reduceat(precision, first, axis=0)
        fused = np.add.reduceat(precision * corrected, first, axis=0) / total
    side = np.maximum(sides_of(fused), least_side)
    residual = (corrected - fused[of]) / side[of]
    size_term = 1 + np.square(constant / side[of])
    return Fusion(
        edges=fused,
        side=side,
        variance=1 / (np.square(side) * total),
        difficulty=_difficulty(np.square(residual) / (scale2 * size_term), rows, parameters),
        residual=residual,
        offset=OUTWARD * (rows.box_edges - fused[of]) / side[of],
        weight=weight,
        share=precision / total[of],
        size_term=size_term,
        habit_term=np.hypot(1.0, habit_constant / side[of]),
        distance=1 - paired_iou(corrected, fused[of]),
    )


def without_habit(edges: FloatArray, habit: FloatArray, constant: FloatArray) -> FloatArray:
    """Edges (n, 4) with each worker's habit (n, 4) taken off; no side shrinks below its half.

    constant: (n, 1), pixels, the part of a habit's size that does not shrink with the box.

    >>> loose, none = np.array([[0.0, 0.0, 120.0, 100.0]]), np.zeros((1, 1))
    >>> without_habit(loose, np.array([[0.1, 0.0, 0.1, 0.0]]), none).tolist()
    [[12.0, 0.0, 108.0, 100.0]]
    """
    sides = sides_of(edges)
    outward = habit * np.hypot(sides, constant)
    too_much = (outward + outward[:, OPPOSITE]) / (MOST_OF_A_SIDE * sides)
    return edges - OUTWARD * outward / np.maximum(too_much, 1.0)


def _medians(edges: FloatArray, rows: Rows) -> FloatArray:
    """Per-edge median over the voters of each candidate, (C, 4)."""
    low = rows.candidate_first + (rows.candidate_votes - 1) // 2
    high = rows.candidate_first + rows.candidate_votes // 2
    medians = np.empty((len(low), 4))
    for edge in range(4):
        ordered = edges[np.lexsort((edges[:, edge], rows.box_candidate)), edge]
        medians[:, edge] = (ordered[low] + ordered[high]) / 2
    return medians


def _weights(surprise: FloatArray, parameters: BoxParameters) -> FloatArray:
    """Robust weights (B, 4) from squared standardised residuals."""
    nu, nu_box = parameters.edge_tolerance, parameters.box_tolerance
    of_box = np.minimum(1.0, (nu_box + 4) / (nu_box + surprise.sum(axis=1)))
    return np.asarray((nu + 1) / (nu + surprise) * of_box[:, None])


def _difficulty(surprise: FloatArray, rows: Rows, parameters: BoxParameters) -> FloatArray:
    """How much more the voters of each candidate disagree than their skills predict, (C,)."""
    nu = parameters.edge_tolerance
    total = np.add.reduceat(
        np.minimum(surprise, MAX_SURPRISE).sum(axis=1), rows.candidate_first, axis=0
    )
    degrees = 4.0 * (rows.candidate_votes - 1)
    return np.where(rows.candidate_votes == 1, 1.0, (nu + total) / (nu + degrees))
