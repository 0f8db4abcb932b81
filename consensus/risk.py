"""How doubtful the consensus of an image is.

The risk adds up, on the cautious side of what is known about the workers: kept boxes that may not
exist or may lie badly, rejected ones that may exist after all, and objects nobody boxed. It ranks
images for one more answer; it is not an expected number of errors, because mistakes that all
workers share are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

from consensus.fusion import Fusion
from consensus.rows import Rows, SkillArrays
from consensus.types import BoxParameters, FloatArray

# The relative errors of four edges add up to about this much where the IoU falls to one half.
BADLY_PLACED = 0.45
UNKNOWN_SD = 0.05
PRIOR_STRENGTH = 6.0
LEAST_DIFFICULTY = 0.6


def cautious_rates(skills: SkillArrays) -> tuple[FloatArray, FloatArray]:
    """Miss and false-box rates (J,) one standard deviation on the bad side."""
    n = skills.n_answers + PRIOR_STRENGTH
    is_new = skills.n_answers == 0
    miss_sd = np.where(is_new, UNKNOWN_SD, np.sqrt(skills.miss * (1 - skills.miss) / n))
    false_sd = np.where(is_new, UNKNOWN_SD, np.sqrt(skills.false_box / n))
    return skills.miss + miss_sd, skills.false_box + false_sd


def edge_sd(fusion: Fusion) -> FloatArray:
    """Standard deviation of every fused edge relative to its side, (C, 4)."""
    hard = np.maximum(fusion.difficulty, LEAST_DIFFICULTY)[:, None]
    return np.sqrt(np.maximum(fusion.variance * hard, 1e-8))


def badly_placed(rows: Rows, fusion: Fusion, skills: SkillArrays) -> FloatArray:
    """Probability that a fused box overlaps its object by less than about one half, (C,).

    The sum of the absolute edge errors is taken as gamma distributed, with the moments of
    half-normal errors; a small term for gross mistakes is added.
    """
    sd = edge_sd(fusion)
    mean, variance = 0.8 * sd.sum(axis=1), 0.36 * np.square(sd).sum(axis=1)
    tail = gammaincc(mean**2 / variance, BADLY_PLACED * mean / variance)
    return np.asarray(np.clip(tail + _gross(rows, fusion, skills), 0.0, 1.0))


def _gross(rows: Rows, fusion: Fusion, skills: SkillArrays) -> FloatArray:
    """A lone worker may box the wrong thing; among several, the second closest one vouches."""
    first, votes = rows.candidate_first, rows.candidate_votes
    lone = 0.015 + 0.5 * np.maximum(skills.scale[rows.box_worker[first]] - 0.02, 0.0)
    closest = fusion.distance[np.lexsort((fusion.distance, rows.box_candidate))]
    second = closest[np.where(votes > 1, first + 1, first)]
    several = 0.0003 + 0.25 * np.clip((second - 0.15) / 0.3, 0.0, 1.0)
    return np.where(votes == 1, lone, several)


@dataclass(frozen=True, slots=True, eq=False)
class Risk:
    """Per image, (I,) each; see `RiskParts`."""

    wrong: FloatArray
    misplaced: FloatArray
    rejected: FloatArray
    unseen: FloatArray

    @property
    def total(self) -> FloatArray:
        """The risk, (I,)."""
        return self.wrong + self.misplaced + self.rejected + self.unseen


def image_risk(
    rows: Rows,
    probability: FloatArray,
    unseen: FloatArray,
    misplaced: FloatArray,
    parameters: BoxParameters,
) -> Risk:
    """The risk of every image from cautious `probability` (C,) and `unseen` (I,)."""
    is_kept = probability >= parameters.keep

    def summed(values: FloatArray) -> FloatArray:
        by_image = np.bincount(rows.candidate_image, weights=values, minlength=rows.n_images)
        return by_image.astype(np.float64)

    return Risk(
        wrong=summed(np.where(is_kept, 1 - probability, 0.0)),
        misplaced=summed(
            np.where(is_kept, parameters.placement_weight * probability * misplaced, 0.0)
        ),
        rejected=summed(np.where(is_kept, 0.0, probability)),
        unseen=unseen,
    )
