"""What the workers of box tasks are like, learned from where they disagree.

A few rounds of fusing everything with the current skills and estimating the skills again from the
result, every worker shrunk towards the crowd (in the spirit of Welinder et al. 2010 and Branson et
al. 2017). Only images with at least two answers teach: alone, a worker would confirm himself.
Symbols as in `fusion`: p probability of a candidate, w robust weight, u a worker's own share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import islice

import numpy as np

from consensus.existence import exist, first_guess, miss_factors, size_share
from consensus.fusion import OUTWARD, Fusion, fuse
from consensus.rows import Rows, SkillArrays, flatten, read_image
from consensus.types import (
    BoxImage,
    BoxParameters,
    BoxSkill,
    FloatArray,
    IntArray,
)
from consensus.votes import fit_vote_skills

__all__ = ["BoxImage", "SkillPriors", "fit_box_skills", "fit_vote_skills"]

# Images cleaned and matched before they are packed into arrays and forgotten.
BLOCK = 2048
MIN_REST = 0.1


@dataclass(frozen=True, slots=True)
class SkillPriors:
    """How strongly a worker is drawn towards the crowd, in pseudo-observations.

    miss, false_box: in objects and in answers. scale: in edges. habit_sd: the habit's prior
    standard deviation, at `habit_strength` times its nominal strength. passes: rounds of
    reweighting per iteration.
    """

    iterations: int = 8
    passes: int = 2
    miss: float = 6.0
    false_box: float = 6.0
    scale: float = 8.0
    habit_sd: float = 0.025
    habit_strength: float = 4.0
    crowd_scale: float = 0.025


DEFAULT_PRIORS = SkillPriors()
DEFAULT_PARAMETERS = BoxParameters()


def fit_box_skills(
    images: Iterable[BoxImage],
    *,
    parameters: BoxParameters = DEFAULT_PARAMETERS,
    priors: SkillPriors = DEFAULT_PRIORS,
) -> dict[str, BoxSkill]:
    """The skill of every worker who answered any of `images`.

    `images` is read once and kept as compact arrays, about 100 bytes a box. Workers without an
    image in common with somebody else get the crowd's values and `n_answers` 0. The order of the
    images and of the answers does not matter beyond rounding. Raises ValueError for an image
    without area.

    >>> from consensus import BoxAnswer
    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> answers = [BoxAnswer("ada", cat), BoxAnswer("ben", cat), BoxAnswer("cyd", cat[:0])]
    >>> skills = fit_box_skills([BoxImage(answers, 100, 80)] * 20)
    >>> skills["cyd"].miss > 0.5 > skills["ada"].miss
    True
    """
    worker_index: dict[str, int] = {}
    blocks = [_Block(rows) for rows in _in_blocks(images, worker_index, parameters)]
    workers = list(worker_index)
    skills = SkillArrays.of(workers, {})
    for _ in range(priors.iterations):
        sums = _Sums.zero(len(workers))
        for block in blocks:
            block.learn(skills, sums, parameters, priors)
        skills = _estimate(sums, skills, priors)
    return {worker: _skill_of(skills, index) for worker, index in worker_index.items()}


def _in_blocks(
    images: Iterable[BoxImage], worker_index: dict[str, int], parameters: BoxParameters
) -> Iterator[Rows]:
    """Blocks of rows; numbers the workers as they appear."""
    stream = iter(images)
    while chunk := list(islice(stream, BLOCK)):
        read = [
            read_image(im.answers, width=im.width, height=im.height, parameters=parameters)
            for im in chunk
        ]
        for image in read:
            for worker in image.workers:
                worker_index.setdefault(worker, len(worker_index))
        yield flatten(read, worker_index)


@dataclass(slots=True, eq=False)
class _Sums:
    """Sufficient statistics per worker, (J,), habit ones (J, 4); they add up over blocks."""

    missed: FloatArray
    exposed: FloatArray
    false_boxes: FloatArray
    answers: FloatArray
    squares: FloatArray
    edges: FloatArray
    habit: FloatArray
    habit_weight: FloatArray

    @classmethod
    def zero(cls, n_workers: int) -> _Sums:
        wide = ("habit", "habit_weight")
        shapes = {f.name: (n_workers, 4) if f.name in wide else n_workers for f in fields(cls)}
        return cls(**{name: np.zeros(shape) for name, shape in shapes.items()})


@dataclass(slots=True, eq=False)
class _Block:
    """A block with what carries over from one iteration to the next."""

    rows: Rows
    edges: FloatArray | None = None
    probability: FloatArray | None = None

    def learn(
        self, skills: SkillArrays, sums: _Sums, parameters: BoxParameters, priors: SkillPriors
    ) -> None:
        """Fuse and judge the block with `skills`, and add what it teaches to `sums`."""
        rows = self.rows
        is_shared = rows.answers_of_image >= 2
        answered = rows.answer_worker[is_shared[rows.answer_image]]
        sums.answers += np.bincount(answered, minlength=len(sums.answers))
        if len(rows.box_edges) == 0:
            return
        fusion = fuse(rows, skills, parameters, passes=priors.passes, start=self.edges)
        expected = first_guess(rows) if self.probability is None else self.probability
        share = size_share(fusion.edges, rows)
        factors = miss_factors(share, expected, rows, parameters)
        found = exist(
            rows,
            miss=skills.miss[rows.answer_worker],
            false_box=skills.false_box[rows.answer_worker],
            factors=factors,
            share=share,
            parameters=parameters,
        )
        self.edges, self.probability = fusion.edges, found.probability
        teaches = is_shared[rows.candidate_image]
        _add_finding(sums, rows, found.probability, teaches.astype(np.float64), factors)
        belief = np.where(rows.candidate_votes >= 2, found.probability, 0.0)
        _add_placing(sums, rows, fusion, belief)


def _add_finding(
    sums: _Sums, rows: Rows, probability: FloatArray, teaches: FloatArray, factors: FloatArray
) -> None:
    n = len(sums.missed)
    worker = rows.answer_worker[rows.row_answer]
    belief = (probability * teaches)[rows.row_candidate]
    sums.missed += _per_worker(worker, belief * ~rows.row_voted, n)
    sums.exposed += _per_worker(worker, belief * factors[rows.row_candidate], n)
    doubt = ((1 - probability) * teaches)[rows.box_candidate]
    sums.false_boxes += _per_worker(rows.box_worker, doubt, n)


def _add_placing(sums: _Sums, rows: Rows, fusion: Fusion, belief: FloatArray) -> None:
    """Residuals and habits against the consensus of the others, hence the own share u."""
    n, worker = len(sums.missed), rows.box_worker
    p = belief[rows.box_candidate, None]
    share = np.clip(fusion.share, 0.0, 0.9)
    rest = np.maximum(1 - share, MIN_REST)
    squares = np.minimum(np.square(fusion.residual) / rest, 1.0)
    weight = fusion.weight * p / fusion.size_term
    sums.squares += _per_worker(worker, (weight * squares).sum(axis=1), n)
    sums.edges += _per_worker(worker, 4 * p[:, 0], n)
    offset = fusion.offset + share / rest * OUTWARD * fusion.residual
    for edge in range(4):
        sums.habit[:, edge] += _per_worker(worker, weight[:, edge] * offset[:, edge], n)
        sums.habit_weight[:, edge] += _per_worker(worker, weight[:, edge], n)


def _per_worker(worker: IntArray, values: FloatArray, n: int) -> FloatArray:
    return np.bincount(worker, weights=values, minlength=n).astype(np.float64)


def _estimate(sums: _Sums, old: SkillArrays, priors: SkillPriors) -> SkillArrays:
    """Skills from sufficient statistics, shrunk towards the crowd's values."""
    crowd_miss = (sums.missed.sum() + 3) / (sums.exposed.sum() + 50)
    crowd_miss = min(max(crowd_miss, 0.01), 0.2)
    miss = (sums.missed + priors.miss * crowd_miss) / (sums.exposed + priors.miss)
    crowd_false = min((sums.false_boxes.sum() + 2.5) / (sums.answers.sum() + 50), 0.25)
    false_box = sums.false_boxes + priors.false_box * crowd_false
    crowd_scale2 = (sums.squares.sum() + 40 * priors.crowd_scale**2) / (sums.edges.sum() + 40)
    scale2 = (sums.squares + priors.scale * crowd_scale2) / (sums.edges + priors.scale)
    return SkillArrays(
        miss=np.clip(miss, 0.003, 0.95),
        false_box=np.clip(false_box / (sums.answers + priors.false_box), 0.001, 3.0),
        scale=np.clip(np.sqrt(scale2), 0.004, 0.3),
        habit=_habits(sums, old, scale2, priors),
        n_answers=sums.answers,
    )


def _habits(sums: _Sums, old: SkillArrays, scale2: FloatArray, priors: SkillPriors) -> FloatArray:
    """Shrunken habits, centred on the precision-weighted crowd.

    Only differences between workers can be known from their answers, so the convention of the
    precise and prolific ones is taken for the truth.
    """
    pull = priors.habit_strength * np.square(old.scale) / priors.habit_sd**2
    habit = sums.habit / (sums.habit_weight + pull[:, None])
    precision = sums.habit_weight / scale2[:, None]
    centre = (precision * habit).sum(axis=0) / np.maximum(precision.sum(axis=0), 1e-12)
    is_known = sums.habit_weight > 0
    return np.asarray(np.where(is_known, np.clip(habit - centre, -0.2, 0.2), 0.0))


def _skill_of(skills: SkillArrays, index: int) -> BoxSkill:
    left, top, right, bottom = skills.habit[index].tolist()
    return BoxSkill(
        miss=float(skills.miss[index]),
        false_box=float(skills.false_box[index]),
        scale=float(skills.scale[index]),
        habit=(left, top, right, bottom),
        n_answers=int(skills.n_answers[index]),
    )
