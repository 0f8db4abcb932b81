"""Simulated workers: careful, ordinary, hasty, biased and spamming; their verdicts and their time.

How they box is in `simulation.answering`. Randomness is always an argument.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Kind = Literal["careful", "ordinary", "hasty", "biased", "spamming"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LEAST_S = 0.2
PACE_SD = 0.35  # of the logarithm of the time for one answer
DEFAULT_MIX: Mapping[str, float] = {"careful": 0.5, "hasty": 0.25, "biased": 0.15, "spamming": 0.1}


@dataclass(frozen=True, slots=True)
class WorkerProfile:
    """How one simulated worker errs.

    scale: standard deviation of an edge as a share of the box's side.
    hand: a further standard deviation that does not shrink with the box, as a share of the longer
        side of the image: a hand on a screen that shows the whole image.
    habit: systematic shift of the left, top, right and bottom edge, in shares of the side,
        rightwards and downwards positive: (-.05, -.05, .05, .05) draws 5 % too loose all round.
    miss: probability of overlooking a large object; false_box: of adding one box too many.
    gross: probability that one edge of a box is badly wrong (a cut-off tail).
    accuracy: probability of the right label in a verification task; lean: probability of taking
        the first label (the animal itself) without a second look.
    cant_tell: probability of giving up; seconds_per_image, seconds_per_box: medians.
    """

    kind: Kind
    scale: float
    habit: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    miss: float = 0.03
    false_box: float = 0.01
    gross: float = 0.01
    hand: float = 0.0
    accuracy: float = 0.95
    lean: float = 0.0
    cant_tell: float = 0.01
    seconds_per_image: float = 4.0
    seconds_per_box: float = 5.0


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
    if kind == "ordinary":
        return WorkerProfile(
            kind, 0.025 * vary, miss=0.05 * vary, false_box=0.02, gross=0.03,
            accuracy=float(rng.uniform(0.88, 0.96)), cant_tell=0.02,
            seconds_per_image=3.0, seconds_per_box=4.5 / vary,
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


def answer_verdict(
    profile: WorkerProfile,
    truth: str,
    labels: Sequence[str],
    rng: np.random.Generator,
    *,
    lookalike: tuple[str, float] | None = None,
) -> VerdictReply:
    """One worker's answer to a verification task whose right answer is `truth`.

    A wrong answer is any other of `labels`, all equally likely; a spamming worker picks any
    label without looking. `lookalike` is a label that the image looks like to everybody, and the
    probability of taking it for that (see `simulation.confusions`). `truth` not among `labels`:
    ValueError.
    """
    if truth not in labels:
        raise ValueError(f"the true label {truth!r} is not one of {list(labels)}")
    if rng.random() < profile.cant_tell:
        return VerdictReply("cant_tell", None)
    if profile.kind == "spamming":
        return VerdictReply("answered", labels[int(rng.integers(len(labels)))])
    if lookalike is not None and rng.random() < lookalike[1]:
        return VerdictReply("answered", lookalike[0])
    if profile.lean and rng.random() < profile.lean:
        return VerdictReply("answered", labels[0])
    others = [label for label in labels if label != truth]
    if not others or rng.random() < profile.accuracy:
        return VerdictReply("answered", truth)
    return VerdictReply("answered", others[int(rng.integers(len(others)))])


def active_seconds(profile: WorkerProfile, n_boxes: int, rng: np.random.Generator) -> float:
    """Seconds of attention for an answer with `n_boxes` boxes; log-normal, at least `LEAST_S`."""
    median = profile.seconds_per_image + profile.seconds_per_box * n_boxes
    return max(LEAST_S, float(median * np.exp(rng.normal(0, PACE_SD))))
