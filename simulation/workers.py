"""Simulated workers on known truth: careful, hasty, biased and spamming.

Boxes are float arrays of shape (n, 4), one [x, y, w, h] per row, in pixels of the upright
full-size image, origin top left. Randomness is always an argument.

The error model is the annotation model of Branson, Van Horn and Perona, "Lean Crowdsourcing"
(CVPR 2017), turned round to generate: a worker misses objects, adds false ones, and places each
edge with normal noise about a personal habit. The noise of an edge grows with the side of the
box but has a floor in pixels, so that small boxes are relatively noisier; small objects are also
overlooked more often. Spamming workers do not look at the image.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
Kind = Literal["careful", "hasty", "biased", "spamming"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MAX_BOXES = 10
MIN_SIDE_PX = 3.0
GRID_PX = 0.5
EDGE_FLOOR_PX = 25.0  # below this side the noise of an edge stops shrinking with the box
SMALL_SHARE = 0.06  # a box whose side is this share of the image is missed about twice as often
DEFAULT_MIX: Mapping[str, float] = {"careful": 0.5, "hasty": 0.25, "biased": 0.15, "spamming": 0.1}


@dataclass(frozen=True, slots=True)
class WorkerProfile:
    """How one simulated worker errs.

    scale: standard deviation of an edge as a share of the box's side.
    habit: systematic shift of the left, top, right and bottom edge, in shares of the side,
        rightwards and downwards positive: (-.05, -.05, .05, .05) draws 5 % too loose all round.
    miss: probability of overlooking a large object; false_box: of adding one box too many.
    gross: probability that one edge of a box is badly wrong (a cut-off tail).
    accuracy: probability of the right label in a verification task.
    cant_tell: probability of giving up; seconds_per_image, seconds_per_box: medians.
    """

    kind: Kind
    scale: float
    habit: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    miss: float = 0.03
    false_box: float = 0.01
    gross: float = 0.01
    accuracy: float = 0.95
    cant_tell: float = 0.01
    seconds_per_image: float = 4.0
    seconds_per_box: float = 5.0


@dataclass(frozen=True, slots=True)
class BoxReply:
    """The answer to a box task; `boxes_xywh` is empty unless the outcome is "answered"."""

    outcome: Literal["answered", "nothing", "cant_tell"]
    boxes_xywh: FloatArray


@dataclass(frozen=True, slots=True)
class VerdictReply:
    """The answer to a verification task; `label` is None unless the outcome is "answered"."""

    outcome: Literal["answered", "cant_tell"]
    label: str | None


def draw_crowd(n: int, *, seed: int, mix: Mapping[str, float] | None = None) -> list[WorkerProfile]:
    """`n` workers whose kinds are in the proportions of `mix`, in random order.

    The numbers of each kind are exact up to rounding (largest remainder), so that a small crowd
    is not all spammers by chance. Unknown kinds, negative weights or none at all: ValueError.

    >>> sorted(worker.kind for worker in draw_crowd(4, seed=1, mix={"careful": 3, "hasty": 1}))
    ['careful', 'careful', 'careful', 'hasty']
    """
    weights = DEFAULT_MIX if mix is None else mix
    if unknown := set(weights) - set(KINDS):
        raise ValueError(f"unknown kinds of worker: {sorted(unknown)}; known: {list(KINDS)}")
    shares = np.array([float(weights.get(kind, 0.0)) for kind in KINDS])
    if n < 0 or not np.isfinite(shares).all() or shares.min() < 0 or shares.sum() <= 0:
        raise ValueError("the crowd needs n >= 0 and weights >= 0 that are not all 0")
    exact = shares / shares.sum() * n
    counts = np.floor(exact).astype(int)
    for index in np.argsort(-(exact - counts), kind="stable")[: n - int(counts.sum())]:
        counts[index] += 1
    rng = np.random.default_rng([seed, 0xC0])
    kinds = [kind for kind, count in zip(KINDS, counts, strict=True) for _ in range(count)]
    return [_profile(kinds[i], rng) for i in rng.permutation(len(kinds))]


def _profile(kind: Kind, rng: np.random.Generator) -> WorkerProfile:
    """One worker of a kind: the kind's typical figures, varied by a third either way."""
    vary = float(np.exp(rng.normal(0, 0.25)))
    if kind == "careful":
        return WorkerProfile(
            kind, 0.012 * vary, miss=0.015 * vary, false_box=0.005, gross=0.005,
            accuracy=float(rng.uniform(0.95, 0.99)), seconds_per_box=6.5 / vary,
        )  # fmt: skip
    if kind == "hasty":
        return WorkerProfile(
            kind, 0.045 * vary, miss=min(0.4, 0.12 * vary), false_box=0.04, gross=0.05,
            accuracy=float(rng.uniform(0.8, 0.92)), cant_tell=0.03,
            seconds_per_image=1.8, seconds_per_box=2.4 * vary,
        )  # fmt: skip
    if kind == "biased":
        return WorkerProfile(
            kind, 0.016 * vary, habit=_habit(rng), miss=0.03 * vary, accuracy=0.93,
            seconds_per_box=5.0,
        )  # fmt: skip
    return WorkerProfile(
        kind, 0.3, miss=0.5, false_box=0.5, gross=0.5, accuracy=0.3, cant_tell=0.05,
        seconds_per_image=0.9, seconds_per_box=0.8,
    )  # fmt: skip


def _habit(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Too loose, too tight, or shifted as a whole, by 4 to 8 % of the side."""
    by = float(rng.uniform(0.04, 0.08))
    shapes = [(-by, -by, by, by), (by, by, -by, -by), (by, 0.0, by, 0.0), (0.0, by, 0.0, by)]
    return shapes[int(rng.integers(len(shapes)))]


def answer_boxes(
    profile: WorkerProfile,
    truth_xywh: ArrayLike,
    *,
    width: int,
    height: int,
    rng: np.random.Generator,
) -> BoxReply:
    """One worker's answer to a box task whose true boxes are `truth_xywh` (n, 4), n >= 0.

    The boxes lie inside the image (`width`, `height` >= 3 pixels), have sides of at least 3
    pixels, corners on a grid of half a pixel, and there are at most 10.
    """
    if min(width, height) < MIN_SIDE_PX:
        raise ValueError(f"an image of {width} x {height} pixels is too small to box")
    truth = np.asarray(truth_xywh, dtype=np.float64).reshape(-1, 4)
    if rng.random() < profile.cant_tell:
        return BoxReply("cant_tell", np.empty((0, 4)))
    if profile.kind == "spamming":
        boxes = _spam(width, height, rng)
    else:
        boxes = _look(profile, truth, width, height, rng)
    if not len(boxes):
        return BoxReply("nothing", np.empty((0, 4)))
    return BoxReply("answered", _inside(boxes[:MAX_BOXES], width, height))


def _look(
    profile: WorkerProfile, truth: FloatArray, width: int, height: int, rng: np.random.Generator
) -> FloatArray:
    side = np.sqrt(np.maximum(truth[:, 2] * truth[:, 3], 0.0)) / max(width, height)
    overlooked = np.clip(profile.miss * (1 + 3 * np.exp(-side / SMALL_SHARE)), 0, 0.95)
    drawn = _placed(profile, truth[rng.random(len(truth)) >= overlooked], rng)
    if rng.random() < profile.false_box:
        drawn = np.vstack([drawn, _anywhere(width, height, rng)])
    return drawn


def _placed(profile: WorkerProfile, boxes: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Each edge: truth + habit + normal noise, of which a few are grossly wrong (inwards)."""
    sides = np.column_stack([boxes[:, 2], boxes[:, 3], boxes[:, 2], boxes[:, 3]])
    edges = np.column_stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    noise = profile.scale * np.hypot(sides, EDGE_FLOOR_PX)
    shifted = edges + sides * np.asarray(profile.habit) + rng.normal(0, 1, edges.shape) * noise
    wrong = (rng.random(len(boxes)) < profile.gross)[:, None]
    wrong = wrong & (np.arange(4)[None, :] == rng.integers(0, 4, len(boxes))[:, None])
    inwards = np.array([1.0, 1.0, -1.0, -1.0]) * rng.uniform(0.15, 0.4, edges.shape) * sides
    shifted = np.where(wrong, shifted + inwards, shifted)
    low = np.minimum(shifted[:, :2], shifted[:, 2:])
    return np.column_stack([low, np.abs(shifted[:, 2:] - shifted[:, :2])])


def _spam(width: int, height: int, rng: np.random.Generator) -> FloatArray:
    """Nothing, nearly the whole image, or boxes thrown anywhere."""
    habit = rng.random()
    if habit < 0.35:
        return np.empty((0, 4))
    if habit < 0.75:
        inset = rng.uniform(0.0, 0.12, 4) * (width, height, width, height)
        return np.array([[inset[0], inset[1], width - inset[0] - inset[2],
                          height - inset[1] - inset[3]]])  # fmt: skip
    return np.vstack([_anywhere(width, height, rng) for _ in range(int(rng.integers(1, 4)))])


def _anywhere(width: int, height: int, rng: np.random.Generator) -> FloatArray:
    w, h = rng.uniform(0.08, 0.5, 2) * (width, height)
    return np.array([[rng.uniform(0, width - w), rng.uniform(0, height - h), w, h]])


def _inside(boxes: FloatArray, width: int, height: int) -> FloatArray:
    """Corners on the grid and inside the image, every side at least `MIN_SIDE_PX`."""
    size = np.array([width, height], dtype=np.float64)
    low = np.round(boxes[:, :2] / GRID_PX) * GRID_PX
    high = np.round((boxes[:, :2] + boxes[:, 2:]) / GRID_PX) * GRID_PX
    low = np.clip(low, 0, size - MIN_SIDE_PX)
    high = np.clip(np.maximum(high, low + MIN_SIDE_PX), MIN_SIDE_PX, size)
    return np.column_stack([low, high - low])


def answer_verdict(
    profile: WorkerProfile, truth: str, labels: Sequence[str], rng: np.random.Generator
) -> VerdictReply:
    """One worker's answer to a verification task whose right answer is `truth`.

    A wrong answer is any other of `labels`, all equally likely; a spamming worker picks any
    label without looking. `truth` not among `labels`: ValueError.
    """
    if truth not in labels:
        raise ValueError(f"the true label {truth!r} is not one of {list(labels)}")
    if rng.random() < profile.cant_tell:
        return VerdictReply("cant_tell", None)
    if profile.kind == "spamming":
        return VerdictReply("answered", labels[int(rng.integers(len(labels)))])
    others = [label for label in labels if label != truth]
    if not others or rng.random() < profile.accuracy:
        return VerdictReply("answered", truth)
    return VerdictReply("answered", others[int(rng.integers(len(others)))])


def active_seconds(profile: WorkerProfile, n_boxes: int, rng: np.random.Generator) -> float:
    """Seconds of attention for an answer with `n_boxes` boxes; log-normal, at least 0.2."""
    median = profile.seconds_per_image + profile.seconds_per_box * n_boxes
    return max(0.2, float(median * np.exp(rng.normal(0, 0.35))))
