"""How simulated workers box: one answer, or the answers of a whole crowd at once.

Boxes are float arrays of shape (n, 4), one [x, y, w, h] per row, in pixels of the upright
full-size image, origin top left. Randomness is always an argument.

The error model is the annotation model of Branson, Van Horn and Perona, "Lean Crowdsourcing"
(CVPR 2017), turned round to generate: a worker misses objects, adds false ones, and places each
edge with normal noise about a personal habit. The noise of an edge grows with the side of the
box but has a floor in pixels, so that small boxes are relatively noisier; small objects are also
overlooked more often. Spamming workers do not look at the image. What misleads several workers
alike comes with the image (`simulation.confusions`).

Everything is computed on rows, one per answer and true object, so that a crowd costs little more
than one worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulation.confusions import Confusion
from simulation.layouts import Layout
from simulation.workers import WorkerProfile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

MAX_BOXES = 10
MIN_SIDE_PX = 3.0
GRID_PX = 0.5
EDGE_FLOOR_PX = 25.0  # below this side the noise of an edge stops shrinking with the box
SMALL_SHARE = 0.06  # a box whose side is this share of the image is missed about twice as often
INWARDS = np.array([1.0, 1.0, -1.0, -1.0])


@dataclass(frozen=True, slots=True, eq=False)
class BoxReply:
    """The answer to a box task; `boxes_xywh` is empty unless the outcome is "answered"."""

    outcome: Literal["answered", "nothing", "cant_tell"]
    boxes_xywh: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """An image to be boxed: what is true of it and what misleads."""

    layout: Layout
    confusion: Confusion


def answer_boxes(
    profile: WorkerProfile,
    truth_xywh: ArrayLike,
    *,
    width: int,
    height: int,
    rng: np.random.Generator,
    confusion: Confusion | None = None,
) -> BoxReply:
    """One worker's answer to a box task whose true boxes are `truth_xywh` (n, 4), n >= 0.

    The boxes lie inside the image (`width`, `height` >= 3 pixels), have sides of at least 3
    pixels, corners on a grid of half a pixel, and there are at most 10. `confusion` is what
    misleads everybody in this image; None for nothing.
    """
    truth = np.asarray(truth_xywh, dtype=np.float64).reshape(-1, 4)
    scene = Scene(Layout(truth, width, height), confusion or Confusion.none(len(truth)))
    return answer_all([profile], [scene], np.zeros((1, 1), dtype=np.intp), rng)[0]


def answer_all(
    crowd: Sequence[WorkerProfile],
    scenes: Sequence[Scene],
    takers: IntArray,
    rng: np.random.Generator,
) -> list[BoxReply]:
    """The answers of many workers, scene by scene in the order of `takers`.

    takers: (scenes, answers each), the indices in `crowd` of those who answer each scene. The reply
    of the k-th taker of scene i is number i * answers each + k. A scene smaller than 3 pixels:
    ValueError.
    """
    worker, scene = takers.ravel(), np.repeat(np.arange(len(scenes)), takers.shape[1])
    size = np.array([(s.layout.width, s.layout.height) for s in scenes], dtype=np.float64)
    size = size.reshape(-1, 2)
    if len(size) and size.min() < MIN_SIDE_PX:
        raise ValueError("an image of less than 3 x 3 pixels is too small to box")
    traits = _Traits.of(crowd)
    gives_up = rng.random(len(worker)) < traits.cant_tell[worker]
    looking = np.nonzero(~gives_up & ~traits.is_spamming[worker])[0]
    answer, boxes = _looked(looking, worker, scene, size, scenes, traits, rng)
    for index in np.nonzero(~gives_up & traits.is_spamming[worker])[0].tolist():
        width, height = size[scene[index]].tolist()
        thrown = _spam(width, height, rng)
        answer = np.concatenate([answer, np.full(len(thrown), index, dtype=np.intp)])
        boxes = np.vstack([boxes, thrown])
    order = np.argsort(answer, kind="stable")
    answer, boxes = answer[order], _inside(boxes[order], size[scene[answer[order]]])
    ends = np.cumsum(np.bincount(answer, minlength=len(worker))).tolist()
    return _replies(gives_up.tolist(), boxes, ends)


def _replies(gives_up: list[bool], boxes: FloatArray, ends: list[int]) -> list[BoxReply]:
    replies, start = [], 0
    for gave_up, end in zip(gives_up, ends, strict=True):
        drawn = boxes[start : min(end, start + MAX_BOXES)]
        if gave_up:
            replies.append(BoxReply("cant_tell", drawn))
        else:
            replies.append(BoxReply("answered" if len(drawn) else "nothing", drawn))
        start = end
    return replies


@dataclass(frozen=True, slots=True, eq=False)
class _Traits:
    """The profiles of a crowd as arrays, one row per worker."""

    scale: FloatArray
    hand: FloatArray
    habit: FloatArray
    miss: FloatArray
    false_box: FloatArray
    gross: FloatArray
    cant_tell: FloatArray
    is_spamming: NDArray[np.bool_]

    @classmethod
    def of(cls, crowd: Sequence[WorkerProfile]) -> _Traits:
        def column(name: str) -> FloatArray:
            return np.array([getattr(profile, name) for profile in crowd], dtype=np.float64)

        return cls(
            scale=column("scale"),
            hand=column("hand"),
            habit=column("habit").reshape(-1, 4),
            miss=column("miss"),
            false_box=column("false_box"),
            gross=column("gross"),
            cant_tell=column("cant_tell"),
            is_spamming=np.array([profile.kind == "spamming" for profile in crowd], dtype=bool),
        )


def _looked(
    looking: IntArray,
    worker: IntArray,
    scene: IntArray,
    size: FloatArray,
    scenes: Sequence[Scene],
    traits: _Traits,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """The boxes of those who look, and the number of the answer each belongs to."""
    answer, boxes = _perceived(looking, worker, scene, size, scenes, traits, rng)
    boxes = _placed(boxes, traits, worker[answer], size[scene[answer]].max(axis=1, initial=0), rng)
    invents = looking[rng.random(len(looking)) < traits.false_box[worker[looking]]]
    invented = _anywhere(size[scene[invents]], rng)
    return np.concatenate([answer, invents]), np.vstack([boxes, invented])


def _perceived(
    looking: IntArray,
    worker: IntArray,
    scene: IntArray,
    size: FloatArray,
    scenes: Sequence[Scene],
    traits: _Traits,
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """What each of them means to box, before the hand trembles: (answer, box) rows."""
    confusions = [each.confusion for each in scenes]
    answer, row = _spread(looking, scene, [len(each.layout.boxes_xywh) for each in scenes])
    truth = np.vstack([np.empty((0, 4)), *(each.layout.boxes_xywh for each in scenes)])[row]
    missed = np.concatenate([np.empty(0), *(each.missed for each in confusions)])[row]
    side = np.sqrt(np.maximum(truth[:, 2] * truth[:, 3], 0)) / size[scene[answer]].max(
        axis=1, initial=0
    )
    careless = traits.miss[worker[answer]] * (1 + 3 * np.exp(-side / SMALL_SHARE))
    overlooked = 1 - (1 - np.clip(careless, 0, 0.95)) * (1 - missed)
    is_seen = rng.random(len(answer)) >= overlooked
    truth = _reshaped(truth, row, confusions, rng)
    merged_answer, merged = _merged(looking, scene, scenes, answer, truth, is_seen, rng)
    decoy_answer, decoys = _fallen_for(looking, scene, confusions, rng)
    return (
        np.concatenate([answer[is_seen], merged_answer, decoy_answer]),
        np.vstack([truth[is_seen], merged, decoys]),
    )


def _spread(looking: IntArray, scene: IntArray, counts: Sequence[int]) -> tuple[IntArray, IntArray]:
    """One row for each of the things in the scene of each answer: (answer, place of the thing in
    the list of all scenes' things)."""
    per_scene = np.array(counts, dtype=np.intp)
    first = np.cumsum(per_scene) - per_scene
    n = per_scene[scene[looking]]
    answer = np.repeat(looking, n)
    within = np.arange(len(answer)) - np.repeat(np.cumsum(n) - n, n)
    return answer, first[scene[answer]] + within


def _reshaped(
    truth: FloatArray, row: IntArray, confusions: Sequence[Confusion], rng: np.random.Generator
) -> FloatArray:
    """Objects whose edge can be seen in two places, as each worker sees them."""
    taken = np.concatenate([np.empty(0), *(each.taken for each in confusions)])[row]
    unclear = np.nonzero(taken)[0]
    fooled = unclear[rng.random(len(unclear)) < taken[unclear]]
    shift = np.vstack([np.empty((0, 4)), *(each.shift for each in confusions)])[row[fooled]]
    edges = _edges(truth[fooled]) + shift * _sides(truth[fooled])
    changed = truth.copy()
    changed[fooled] = _xywh(edges)
    return changed


def _merged(
    looking: IntArray,
    scene: IntArray,
    scenes: Sequence[Scene],
    answer: IntArray,
    truth: FloatArray,
    is_seen: NDArray[np.bool_],
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    """One box around two objects, for those who see both; takes both out of `is_seen`."""
    confusions = [each.confusion for each in scenes]
    by, row = _spread(looking, scene, [len(each.pairs) for each in confusions])
    share = np.concatenate([np.empty(0), *(each.merged for each in confusions)])[row]
    pairs = np.vstack([np.empty((0, 2), dtype=np.intp), *(each.pairs for each in confusions)])[row]
    both = np.searchsorted(answer, by)[:, None] + pairs
    happens = (rng.random(len(by)) < share) & is_seen[both].all(axis=1)
    both = both[happens]
    is_seen[both.ravel()] = False
    one, other = _edges(truth[both[:, 0]]), _edges(truth[both[:, 1]])
    around = np.hstack([np.minimum(one, other)[:, :2], np.maximum(one, other)[:, 2:]])
    return by[happens], _xywh(around)


def _fallen_for(
    looking: IntArray,
    scene: IntArray,
    confusions: Sequence[Confusion],
    rng: np.random.Generator,
) -> tuple[IntArray, FloatArray]:
    answer, row = _spread(looking, scene, [len(each.decoys_xywh) for each in confusions])
    boxed = np.concatenate([np.empty(0), *(each.boxed for each in confusions)])[row]
    decoys = np.vstack([np.empty((0, 4)), *(each.decoys_xywh for each in confusions)])[row]
    falls = rng.random(len(answer)) < boxed
    return answer[falls], decoys[falls]


def _placed(
    boxes: FloatArray,
    traits: _Traits,
    worker: IntArray,
    longer: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    """Each edge: truth + habit + normal noise, of which a few are grossly wrong (inwards)."""
    sides, edges = _sides(boxes), _edges(boxes)
    noise = traits.scale[worker, None] * np.hypot(sides, EDGE_FLOOR_PX)
    noise = np.hypot(noise, (traits.hand[worker] * longer)[:, None])
    shifted = edges + sides * traits.habit[worker] + rng.normal(0, 1, edges.shape) * noise
    wrong = (rng.random(len(boxes)) < traits.gross[worker])[:, None]
    wrong = wrong & (np.arange(4)[None, :] == rng.integers(0, 4, len(boxes))[:, None])
    inwards = INWARDS * rng.uniform(0.15, 0.4, edges.shape) * sides
    return _xywh(np.where(wrong, shifted + inwards, shifted))


def _sides(boxes: FloatArray) -> FloatArray:
    return boxes[:, [2, 3, 2, 3]]


def _edges(boxes: FloatArray) -> FloatArray:
    return np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])


def _xywh(edges: FloatArray) -> FloatArray:
    """Boxes from edges, also from edges that have changed places."""
    low = np.minimum(edges[:, :2], edges[:, 2:])
    return np.hstack([low, np.abs(edges[:, 2:] - edges[:, :2])])


def _spam(width: float, height: float, rng: np.random.Generator) -> FloatArray:
    """Nothing, nearly the whole image, or boxes thrown anywhere."""
    habit = rng.random()
    if habit < 0.35:
        return np.empty((0, 4))
    if habit < 0.75:
        inset = rng.uniform(0.0, 0.12, 4) * (width, height, width, height)
        return np.array([[inset[0], inset[1], width - inset[0] - inset[2],
                          height - inset[1] - inset[3]]])  # fmt: skip
    size = np.array([[width, height]])
    return np.vstack([_anywhere(size, rng) for _ in range(int(rng.integers(1, 4)))])


def _anywhere(size: FloatArray, rng: np.random.Generator) -> FloatArray:
    """A box in each of the images of `size` (n, 2)."""
    sides = rng.uniform(0.08, 0.5, size.shape) * size
    return np.hstack([rng.random(size.shape) * (size - sides), sides])


def _inside(boxes: FloatArray, size: FloatArray) -> FloatArray:
    """Corners on the grid and inside the image, every side at least `MIN_SIDE_PX`."""
    low = np.round(boxes[:, :2] / GRID_PX) * GRID_PX
    high = np.round((boxes[:, :2] + boxes[:, 2:]) / GRID_PX) * GRID_PX
    low = np.clip(low, 0, size - MIN_SIDE_PX)
    high = np.clip(np.maximum(high, low + MIN_SIDE_PX), MIN_SIDE_PX, size)
    return np.hstack([low, high - low])
