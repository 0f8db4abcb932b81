"""The scenes of the demo, drawn on all cores. Django-free: the drawing processes import it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from simulation.scenes import Reason, Scene, draw_scene

SIZE = (1440, 1080)
SEED = 2017


@dataclass(frozen=True, slots=True)
class Wish:
    """One scene to draw."""

    super_class: str
    split: str
    seed: int
    reason: Reason = "animal"
    n_animals: int | None = None


def wishes() -> list[Wish]:
    """What the demo shows: birds and insects to box, mammals and their traces to verify."""
    birds = [Wish("Aves", "train", SEED + number) for number in range(34)]
    empty = [Wish("Aves", "train", SEED + 90 + number, n_animals=0) for number in range(2)]
    insects = [Wish("Insecta", "train", SEED + 200 + number) for number in range(12)]
    mammals = [Wish("Mammalia", "test", SEED + 300 + number) for number in range(18)]
    reasons: list[Reason] = ["tracks", "scat", "habitat", "remains", "tracks", "habitat"]
    traces = [
        Wish("Mammalia", "test", SEED + 400 + number, reason=reason)
        for number, reason in enumerate(reasons)
    ]
    return [*birds, *empty, *insects, *mammals, *traces]


def draw(wanted: list[Wish]) -> Iterator[tuple[Scene, str]]:
    """The scenes with their splits, in order, as they get ready."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for wish, scene in zip(wanted, pool.map(_draw_one, wanted), strict=True):
            yield scene, wish.split


def _draw_one(wish: Wish) -> Scene:
    return draw_scene(
        super_class=wish.super_class,
        seed=wish.seed,
        size=SIZE,
        n_animals=wish.n_animals,
        reason=wish.reason,
    )
