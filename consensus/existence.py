"""Whether a candidate is an object, and how many objects nobody boxed.

Objects are a Poisson process with a mean number of objects an image, false boxes another. Hence
every candidate is judged on its own: the odds that it is an object are that mean times T / (C + K),
where T is the probability of who boxed it and who did not if it is one, C that of an error the
workers share, and K that of independent false boxes which happen to meet. There is no limit on the
number of objects, and the expected number of those nobody boxed is the mean times the probability
that everybody misses one.
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
    """What is believed of a block of C candidates and I images.

    probability: (C,), 0..1. unseen: (I,), expected number of objects nobody boxed. factor: (C,),
    how much more often than usual the candidate is missed, from its `size_bin` and `crowd_bin`.
    """

    probability: FloatArray
    unseen: FloatArray
    factor: FloatArray
    size_bin: IntArray
    crowd_bin: IntArray


def believe(
    rows: Rows,
    edges: FloatArray,
    miss: FloatArray,
    false_box: FloatArray,
    parameters: BoxParameters,
    *,
    expected: FloatArray | None = None,
) -> Existence:
    """Probability of every candidate and the number of unseen objects of every image.

    edges: (C, 4), fused. miss, false_box: (J,), of every worker. expected: (C,), probabilities
    believed so far, whose sum per image tells how crowded it is; without them a candidate counts
    if at least half of those who answered boxed it.
    """
    share = np.sqrt(np.maximum(areas(edges), 0.0) / rows.area[rows.candidate_image])
    size_bin = np.searchsorted(parameters.size_limits, share, side="right")
    guess = _first_guess(rows) if expected is None else expected
    n_objects = _summed(rows.candidate_image, guess, rows.n_images)
    crowd_bin = np.searchsorted(CROWD_LIMITS, n_objects, side="left")[rows.candidate_image]
    factor = np.array(parameters.miss_factor)[size_bin, crowd_bin]
    miss = miss[rows.answer_worker]
    q = _everybody_misses(rows, miss, parameters)
    log_odds = _log_likelihood_ratio(
        rows,
        miss=np.clip(miss[rows.row_answer] * factor[rows.row_candidate], MIN_MISS, MAX_MISS),
        false_box=np.clip(false_box[rows.box_worker], MIN_FALSE, MAX_FALSE),
        is_whole=share > parameters.whole_image,
        parameters=parameters,
    )
    return Existence(
        probability=1 / (1 + np.exp(-log_odds - np.log(parameters.objects))),
        unseen=parameters.objects * q,
        factor=factor,
        size_bin=size_bin,
        crowd_bin=crowd_bin,
    )


def _first_guess(rows: Rows) -> FloatArray:
    """1 for candidates boxed by at least half of those who answered, else 0, (C,)."""
    n_answers = rows.answers_of_image[rows.candidate_image]
    return (2 * rows.candidate_votes >= n_answers).astype(np.float64)


def _log_likelihood_ratio(
    rows: Rows,
    *,
    miss: FloatArray,
    false_box: FloatArray,
    is_whole: BoolArray,
    parameters: BoxParameters,
) -> FloatArray:
    """log T / (C + K) of every candidate; miss: (R,), false_box: (B,), rates of their workers."""
    n, votes = len(rows.candidate_votes), rows.candidate_votes
    log_true = _summed(rows.row_candidate, np.log(np.where(rows.row_voted, 1 - miss, miss)), n)
    looked = np.bincount(rows.row_candidate, minlength=n)
    delta = parameters.common_error_rate
    common = parameters.common_error * delta**votes * (1 - delta) ** (looked - votes)
    log_chance = np.log(np.where(is_whole, parameters.chance_whole, parameters.chance))
    log_met = _summed(rows.box_candidate, np.log(false_box), n) + (votes - 1) * log_chance
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
