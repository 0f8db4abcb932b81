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
) -> Existence:
    """Probability of every candidate and the number of unseen objects of every image.

    edges: (C, 4), fused. miss, false_box: (J,), of every worker.
    """
    share = np.sqrt(np.maximum(areas(edges), 0.0) / rows.area[rows.candidate_image])
    size_bin = np.searchsorted(parameters.size_limits, share, side="right")
    crowd_bin = np.searchsorted(CROWD_LIMITS, _crowding(rows), side="left")[rows.candidate_image]
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


def _crowding(rows: Rows) -> IntArray:
    """About how many objects each image shows, (I,): the second largest number of boxes drawn.

    One worker who boxes everything does not make a crowd, except alone; and a further worker who
    draws a single box does not change it, so that a vote for a box cannot count against it.
    """
    drawn = np.bincount(rows.box_answer, minlength=len(rows.answer_image))
    order = np.lexsort((-drawn, rows.answer_image))
    n_answers = rows.answers_of_image
    start = np.cumsum(n_answers) - n_answers
    place = start + np.minimum(n_answers, 2) - 1
    crowding = np.zeros(rows.n_images, dtype=np.intp)
    is_answered = n_answers > 0
    crowding[is_answered] = drawn[order][place[is_answered]]
    return crowding


def _log_likelihood_ratio(
    rows: Rows,
    *,
    miss: FloatArray,
    false_box: FloatArray,
    is_whole: BoolArray,
    parameters: BoxParameters,
) -> FloatArray:
    """log T / (C + K) of every candidate; miss: (R,), false_box: (B,), rates of their workers.

    Whoever boxes little falls for shared errors as little: the share who do so, delta, is times
    1 - m. And a meeting by chance is never likelier than a find. So a vote is never evidence
    against a candidate, whatever its worker is like.
    """
    n = len(rows.candidate_votes)
    finds = 1 - miss
    log_true = _summed(rows.row_candidate, np.log(np.where(rows.row_voted, finds, miss)), n)
    falls = parameters.common_error_rate * finds
    log_fall = np.log(np.where(rows.row_voted, falls, 1 - falls))
    log_common = np.log(parameters.common_error) + _summed(rows.row_candidate, log_fall, n)
    log_chance = np.log(np.where(is_whole, parameters.chance_whole, parameters.chance))
    meets = np.log(false_box) + log_chance[rows.box_candidate]
    meets = np.minimum(meets, np.log(finds[_row_of_box(rows)]))
    log_error = np.logaddexp(log_common, _summed(rows.box_candidate, meets, n) - log_chance)
    return np.asarray(np.clip(log_true - log_error, -MAX_LOG_ODDS, MAX_LOG_ODDS))


def _row_of_box(rows: Rows) -> IntArray:
    """The row of every box: its candidate with the answer it belongs to, (B,)."""
    return np.nonzero(rows.row_voted)[0]


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
