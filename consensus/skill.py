"""What the workers of box tasks are like, learned from where they disagree.

A few rounds of fusing everything with the current skills and estimating the skills again from the
result, every worker shrunk towards the crowd (in the spirit of Welinder et al. 2010 and Branson et
al. 2017). Only images with at least two answers teach: alone, a worker would confirm himself.
Symbols as in `fusion`: p probability of a candidate, w robust weight, u a worker's own share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import numpy as np

from consensus.existence import Existence, believe
from consensus.fusion import OUTWARD, Fusion, fuse
from consensus.geometry import paired_iou
from consensus.lean import LEAST_VOTES, Errors
from consensus.rows import Rows, SkillArrays, in_blocks, read_block
from consensus.spool import Spool
from consensus.types import (
    BoolArray,
    BoxFit,
    BoxImage,
    BoxParameters,
    BoxSkill,
    FloatArray,
    IntArray,
)

MIN_REST = 0.1
SAME_OBJECT = 0.5
LEAST_QUALITY = 0.5
PRIOR_QUALITY = BoxSkill.prior().quality


@dataclass(frozen=True, slots=True)
class SkillPriors:
    """How strongly a worker is drawn towards the crowd, in pseudo-observations.

    miss, false_box: in objects and in answers. scale: in edges. habit_sd: the habit's prior
    standard deviation, at `habit_strength` times its nominal strength. miss_factor: of the miss
    factor of a size and crowd bin, in objects. objects: of their mean number, in images. quality:
    in boxes. passes: rounds of reweighting per iteration.
    """

    iterations: int = 8
    passes: int = 2
    miss: float = 6.0
    false_box: float = 2.0
    scale: float = 2.0
    habit_sd: float = 0.025
    habit_strength: float = 4.0
    crowd_scale: float = 0.025
    miss_factor: float = 4.0
    objects: float = 50.0
    quality: float = 4.0


DEFAULT_PRIORS = SkillPriors()
DEFAULT_PARAMETERS = BoxParameters()


def fit_boxes(
    images: Iterable[BoxImage],
    *,
    parameters: BoxParameters = DEFAULT_PARAMETERS,
    priors: SkillPriors = DEFAULT_PRIORS,
) -> BoxFit:
    """The skill of every worker who answered any of `images`, and what was learned of the images.

    `images` is read once, in blocks, and kept in a spool on disk, so that memory does not grow with
    their number. Workers without an image in common with somebody else get the crowd's values and
    `n_answers` 0. The order of the images and of the answers does not matter beyond rounding.
    Raises ValueError for an image without area.

    >>> from consensus import BoxAnswer
    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> answers = [BoxAnswer("ada", cat), BoxAnswer("ben", cat), BoxAnswer("cyd", cat[:0])]
    >>> skills = fit_boxes([BoxImage(answers, 100, 80)] * 20).skills
    >>> skills["cyd"].miss > 0.5 > skills["ada"].miss
    True
    """
    worker_index: dict[str, int] = {}
    blocks = Spool(read_block(block, worker_index, parameters) for block in in_blocks(images))
    return fit_blocks(blocks, worker_index, parameters=parameters, priors=priors)


def fit_blocks(
    blocks: Spool[Rows],
    worker_index: dict[str, int],
    *,
    parameters: BoxParameters,
    priors: SkillPriors,
) -> BoxFit:
    """As `fit_boxes`, from blocks of rows whose workers are numbered by `worker_index`."""
    skills = SkillArrays.of(list(worker_index), {})
    sums, learned = _Sums.zero(len(worker_index), parameters), parameters
    fused: Iterable[FloatArray | None] = [None] * len(blocks)
    for _ in range(priors.iterations):
        sums = _Sums.zero(len(worker_index), parameters)
        fused = Spool(
            _learn(rows, start, skills, sums, learned, priors)
            for rows, start in zip(blocks, fused, strict=True)
        )
        skills = _estimate(sums, skills, priors)
        learned = replace(
            parameters,
            objects=_mean_objects(sums, parameters, priors),
            miss_factor=_miss_factors(sums, parameters, priors),
        )
    skills = replace(skills, habit=skills.habit + sums.errors.lean())
    return BoxFit(
        skills={worker: _skill_of(skills, index) for worker, index in worker_index.items()},
        parameters=learned,
    )


@dataclass(slots=True, eq=False)
class _Sums:
    """Sufficient statistics; they add up over blocks.

    Per worker (J,), habit ones (J, 4); bin_missed and bin_expected (size bins, crowd bins); images
    with several answers and the objects in them, seen or not (1,); errors of all who can box.
    """

    missed: FloatArray
    exposed: FloatArray
    false_boxes: FloatArray
    answers: FloatArray
    squares: FloatArray
    edges: FloatArray
    habit: FloatArray
    habit_weight: FloatArray
    matched: FloatArray
    drawn: FloatArray
    there: FloatArray
    bin_missed: FloatArray
    bin_expected: FloatArray
    images: FloatArray
    objects: FloatArray
    errors: Errors

    @classmethod
    def zero(cls, n_workers: int, parameters: BoxParameters) -> _Sums:
        bins = np.shape(parameters.miss_factor)
        names = [field.name for field in fields(cls) if field.name != "errors"]
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(names, (n_workers,))
        shapes |= {"habit": (n_workers, 4), "habit_weight": (n_workers, 4)}
        shapes |= {"bin_missed": bins, "bin_expected": bins, "images": (1,), "objects": (1,)}
        zeros = {name: np.zeros(shape) for name, shape in shapes.items()}
        return cls(errors=Errors.none(), **zeros)


def _learn(
    rows: Rows,
    start: FloatArray | None,
    skills: SkillArrays,
    sums: _Sums,
    parameters: BoxParameters,
    priors: SkillPriors,
) -> FloatArray:
    """Fuse and judge a block with `skills`, and add what it teaches to `sums`.

    Returns the fused edges (C, 4), from which the next iteration starts.
    """
    is_shared = rows.answers_of_image >= 2
    answered = rows.answer_worker[is_shared[rows.answer_image]]
    sums.answers += np.bincount(answered, minlength=len(sums.answers))
    fusion = fuse(rows, skills, parameters, passes=priors.passes, start=start)
    found = believe(rows, fusion.edges, skills.miss, skills.false_box, parameters)
    teaches = is_shared[rows.candidate_image]
    _add_finding(sums, rows, found, np.where(teaches, found.probability, 0.0), skills)
    sums.false_boxes += _per_worker(
        rows.box_worker,
        np.where(teaches, 1 - found.probability, 0.0)[rows.box_candidate],
        len(sums.missed),
    )
    sums.images += is_shared.sum()
    sums.objects += found.probability[teaches].sum() + found.unseen[is_shared].sum()
    belief = np.where(rows.candidate_votes >= 2, found.probability, 0.0)
    _add_placing(sums, rows, fusion, belief)
    _add_matches(sums, rows, fusion, found.probability, teaches)
    _add_errors(sums, rows, fusion, found.probability, skills)
    return fusion.edges


def _add_finding(
    sums: _Sums, rows: Rows, found: Existence, belief: FloatArray, skills: SkillArrays
) -> None:
    """Who missed what, weighted with `belief` (C,) in each candidate."""
    n = len(sums.missed)
    worker, candidate = rows.answer_worker[rows.row_answer], rows.row_candidate
    missed = belief[candidate] * ~rows.row_voted
    sums.missed += _per_worker(worker, missed, n)
    sums.exposed += _per_worker(worker, (belief * found.factor)[candidate], n)
    bins = (found.size_bin * sums.bin_missed.shape[1] + found.crowd_bin)[candidate]
    expected = belief[candidate] * skills.miss[worker]
    shape, size = sums.bin_missed.shape, sums.bin_missed.size
    sums.bin_missed += np.bincount(bins, weights=missed, minlength=size).reshape(shape)
    sums.bin_expected += np.bincount(bins, weights=expected, minlength=size).reshape(shape)


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
    seen = weight * fusion.habit_term * offset
    information = weight * np.square(fusion.habit_term)
    for edge in range(4):
        sums.habit[:, edge] += _per_worker(worker, seen[:, edge], n)
        sums.habit_weight[:, edge] += _per_worker(worker, information[:, edge], n)


def _add_matches(
    sums: _Sums, rows: Rows, fusion: Fusion, probability: FloatArray, teaches: BoolArray
) -> None:
    """Own boxes that the consensus of the others confirms, own boxes, and objects there were."""
    n, of = len(sums.missed), rows.box_candidate
    share = np.clip(fusion.share, 0.0, 0.9)
    # taking the own corrected edge z' with its share u out of the fused one leaves the others'
    others = fusion.edges[of] - share / (1 - share) * fusion.residual * fusion.side[of]
    is_hit = paired_iou(rows.box_edges, others) >= SAME_OBJECT
    is_hit &= (rows.candidate_votes >= 2)[of]
    sums.matched += _per_worker(rows.box_worker, is_hit * probability[of], n)
    sums.drawn += _per_worker(rows.box_worker, teaches[of].astype(np.float64), n)
    worker = rows.answer_worker[rows.row_answer]
    sums.there += _per_worker(worker, (probability * teaches)[rows.row_candidate], n)


def _add_errors(
    sums: _Sums, rows: Rows, fusion: Fusion, probability: FloatArray, skills: SkillArrays
) -> None:
    """Errors against the other voters, for what workers have in common.

    Those of workers who hardly ever meet others say nothing about how people box.
    """
    of = rows.box_candidate
    counts = (rows.candidate_votes >= LEAST_VOTES)[of]
    counts &= skills.quality[rows.box_worker] >= LEAST_QUALITY
    share = np.clip(fusion.share[counts], 0.0, 0.9)
    errors = OUTWARD * fusion.residual[counts] / (1 - share) / fusion.habit_term[counts]
    others = (rows.candidate_votes[of][counts] - 1).astype(np.float64)
    weight = np.sqrt(fusion.weight[counts]) * probability[of][counts, None]
    sums.errors.add(errors, weight, others)


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
        quality=_qualities(sums, priors),
    )


def _qualities(sums: _Sums, priors: SkillPriors) -> FloatArray:
    """F1 against the others' consensus, shrunk towards the crowd's."""
    boxes = sums.drawn + sums.there
    crowd = (2 * sums.matched.sum() + priors.quality * PRIOR_QUALITY) / (
        boxes.sum() + priors.quality
    )
    found = (2 * sums.matched + priors.quality * crowd) / (boxes + priors.quality)
    return np.asarray(np.clip(found, 0.0, 1.0))


def _mean_objects(sums: _Sums, parameters: BoxParameters, priors: SkillPriors) -> float:
    """Objects an image, between almost none and what nobody would box."""
    total = float(sums.objects[0]) + priors.objects * parameters.objects
    mean = total / (float(sums.images[0]) + priors.objects)
    return min(max(mean, 0.02), 20.0)


def _miss_factors(
    sums: _Sums, parameters: BoxParameters, priors: SkillPriors
) -> tuple[tuple[float, ...], ...]:
    """How much more often than usual objects of each size and crowding are missed.

    Only their ratios can be known: a crowd that misses twice as much looks like objects twice as
    hard. Hence the mean over the crowd's objects stays what it is in the given table.
    """
    start = np.array(parameters.miss_factor)
    factor = sums.bin_missed + priors.miss_factor * start
    factor = np.clip(factor / (sums.bin_expected + priors.miss_factor), 0.3, 12.0)
    weight = sums.bin_expected + 1e-9
    factor *= (weight * start).sum() / (weight * factor).sum()
    return tuple(tuple(row) for row in factor.tolist())


def _habits(sums: _Sums, old: SkillArrays, scale2: FloatArray, priors: SkillPriors) -> FloatArray:
    """Shrunken habits, centred on the precision-weighted crowd.

    Only differences between workers can be known from their answers, so the convention of the
    precise and prolific ones is the zero; `lean` says how far that may be from the truth.
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
        quality=float(skills.quality[index]),
    )
