"""Whether a candidate is an object, and how many objects nobody boxed.

Every candidate is judged on its own: the odds that it is an object are the prior odds times
T / (C + K), where T is the probability of who boxed it and who did not if it is one, C that of an
error the workers share, and K that of independent false boxes which happen to meet. The number of
objects has a geometric prior, which gives the prior odds g / (1 - g q) in closed form, q being the
probability that everybody misses an object, so there is no limit on the number of objects.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consensus.geometry import areas
from consensus.rows import Rows
from consensus.types import BoolArray, BoxParameters, FloatArray, IntArray

MIN_MISS, MAX_MISS = 0.002, 0.97
MIN_FALSE, MAX_FALSE = 0.001, 3.0
MAX_LOG_ODDS = 30.0
CROWD_LIMITS = (1.5, 3.5)


@dataclass(frozen=True, slots=True, eq=False)
class Existence:
    """probability: (C,), 0..1. unseen: (I,), expected number of objects nobody boxed."""

    probability: FloatArray
    unseen: FloatArray


def size_share(edges: FloatArray, rows: Rows) -> FloatArray:
    """Square root of each candidate's share of its image, (C,), for fused `edges` (C, 4)."""
    return np.sqrt(np.maximum(areas(edges), 0.0) / rows.area[rows.candidate_image])


def first_guess(rows: Rows) -> FloatArray:
    """1 for candidates boxed by at least half of those who answered, else 0, (C,)."""
    n_answers = rows.answers_of_image[rows.candidate_image]
    return (2 * rows.candidate_votes >= n_answers).astype(np.float64)


def miss_factors(
    share: FloatArray, expected: FloatArray, rows: Rows, parameters: BoxParameters
) -> FloatArray:
    """How much more often than usual each candidate is missed, (C,).

    share: from `size_share`. expected: (C,), current probabilities, whose sum per image tells how
    crowded the image is.
    """
    table = np.array(parameters.miss_factor)
    n_objects = np.bincount(rows.candidate_image, weights=expected, minlength=rows.n_images)
    crowded = np.searchsorted(CROWD_LIMITS, n_objects, side="left")
    sizes = np.searchsorted(parameters.size_limits, share, side="right")
    return np.asarray(table[sizes, crowded[rows.candidate_image]])


def exist(
    rows: Rows,
    *,
    miss: FloatArray,
    false_box: FloatArray,
    factors: FloatArray,
    share: FloatArray,
    parameters: BoxParameters,
) -> Existence:
    """Probability of every candidate and the number of unseen objects of every image.

    miss, false_box: (A,), of the worker of each answer. factors, share: (C,).
    """
    q = _everybody_misses(rows, miss, parameters)
    odds = parameters.another / (1 - parameters.another * q)
    log_odds = _log_likelihood_ratio(
        rows,
        miss=miss,
        false_box=false_box,
        factors=factors,
        is_whole=share > parameters.whole_image,
        parameters=parameters,
    )
    log_odds += np.log(odds)[rows.candidate_image]
    probability = 1 / (1 + np.exp(-log_odds))
    n_objects = np.bincount(rows.candidate_image, weights=probability, minlength=rows.n_images)
    return Existence(probability=probability, unseen=(1 + n_objects) * odds * q)


def _log_likelihood_ratio(
    rows: Rows,
    *,
    miss: FloatArray,
    false_box: FloatArray,
    factors: FloatArray,
    is_whole: BoolArray,
    parameters: BoxParameters,
) -> FloatArray:
    n, votes = len(factors), rows.candidate_votes
    rate = np.clip(miss[rows.row_answer] * factors[rows.row_candidate], MIN_MISS, MAX_MISS)
    log_true = _summed(rows.row_candidate, np.log(np.where(rows.row_voted, 1 - rate, rate)), n)
    looked = np.bincount(rows.row_candidate, minlength=n)
    delta = parameters.common_error_rate
    common = parameters.common_error * delta**votes * (1 - delta) ** (looked - votes)
    log_false = np.log(np.clip(false_box, MIN_FALSE, MAX_FALSE))[rows.box_answer]
    log_chance = np.log(np.where(is_whole, parameters.chance_whole, parameters.chance))
    log_met = _summed(rows.box_candidate, log_false, n) + (votes - 1) * log_chance
    log_error = np.logaddexp(np.log(common), log_met)
    return np.clip(log_true - log_error, -MAX_LOG_ODDS, MAX_LOG_ODDS)


def _everybody_misses(rows: Rows, miss: FloatArray, parameters: BoxParameters) -> FloatArray:
    """Probability that all answers of an image leave out an object of it, (I,); 1 without answers.

    Answers with as many boxes as allowed could not hold another one, so they count as no answer.
    """
    q = np.zeros(rows.n_images)
    for weight, factors in zip(parameters.unseen_sizes, parameters.miss_factor, strict=True):
        rate = np.clip(parameters.unseen_factor * miss * factors[0], MIN_MISS, MAX_MISS)
        logs = np.where(rows.answer_capped, 0.0, np.log(rate))
        q += weight * np.exp(_summed(rows.answer_image, logs, rows.n_images))
    return np.minimum(q, 1.0)


def _summed(index: IntArray, values: FloatArray, n: int) -> FloatArray:
    return np.bincount(index, weights=values, minlength=n).astype(np.float64)
