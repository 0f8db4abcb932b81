"""Two animals that overlap, five workers: how often are exactly these two found?

    python -m benchmarks.consensus_overlap [--trials 500]

The true boxes have an IoU of 0.465, and x, y, w and h of every drawn box err by a normal share of
its sides, 1 to 5 %. A trial succeeds with two boxes, each right at IoU 0.5. `no skills` merges
every trial alone, with workers nobody knows yet; `fitted` learns the five from all trials.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from benchmarks.consensus_methods import OURS, Merge, boxes_of, everybody, merge_ours
from benchmarks.consensus_scoring import FloatArray, count
from benchmarks.consensus_targets import judge
from consensus import BoxAnswer, BoxImage, merge_images

WIDTH, HEIGHT = 800, 600
PAIR = np.array([[200.0, 150.0, 240.0, 200.0], [287.645, 150.0, 240.0, 200.0]])
JITTERS = (0.01, 0.02, 0.03, 0.04, 0.05)
N_WORKERS = 5
WANTED = 0.99


def trials(n: int, jitter: float) -> list[BoxImage]:
    """`n` images of the two animals, boxed by five workers."""
    rng = np.random.default_rng([7, round(1000 * jitter)])
    sides = PAIR[:, [2, 3, 2, 3]]
    return [
        BoxImage(
            [
                BoxAnswer(f"worker {place}", PAIR + rng.normal(0, jitter, (2, 4)) * sides)
                for place in range(N_WORKERS)
            ],
            WIDTH,
            HEIGHT,
        )
        for _ in range(n)
    ]


def successes(merge: Merge, n: int) -> list[float]:
    """Share of the trials with exactly the two animals, for each jitter."""
    shares = []
    for jitter in JITTERS:
        counts = count(merge(trials(n, jitter))[0], [PAIR] * n)
        shares.append(float(np.mean(counts.errors == 0)))
    return shares


def without_skills(images: Sequence[BoxImage]) -> tuple[list[FloatArray], float]:
    """Our consensus of workers nobody knows."""
    return boxes_of(list(merge_images(images))), 0.0


def fitted(images: Sequence[BoxImage]) -> tuple[list[FloatArray], float]:
    """Our consensus with skills learned from all trials."""
    found, seconds = merge_ours(images)
    return boxes_of(found), seconds


def main() -> None:
    """Print one line per method."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    n = parser.parse_args().trials
    print(f"share of {n} trials with exactly two boxes, both right, by jitter")
    with everybody(is_thorough=True) as methods:
        print(f"  {'':38}", *(f"{jitter:6.0%}" for jitter in JITTERS))
        ours = {"no skills": successes(without_skills, n), "fitted": successes(fitted, n)}
        for setting, shares in ours.items():
            show(f"{OURS} ({setting})", shares)
        for method in methods:
            if method.cut == "most":
                show(f"{method.name} ({method.setting})", successes(method.merge, n))
    for setting, shares in ours.items():
        judge(f"least share, {setting}", min(shares), WANTED, is_least=True)


def show(name: str, shares: Sequence[float]) -> None:
    """One line of the table."""
    print(f"  {name:38}", *(f"{share:6.3f}" for share in shares))


if __name__ == "__main__":
    main()
