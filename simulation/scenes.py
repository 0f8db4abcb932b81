"""Field scenes with animals whose true boxes are known, and scenes that show only their signs.

Boxes are float arrays of shape (n, 4), one [x, y, w, h] per row, in pixels of the image, origin
top left: the extent of what is VISIBLE of each animal, read from the painted coverage masks.
The same arguments give the same pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import get_args
from zlib import crc32

import numpy as np
from PIL import Image

from simulation import signs
from simulation.animals import CREATURES, Creature, Stance
from simulation.backdrop import Backdrop, Place
from simulation.backgrounds import (
    dunes,
    dusk,
    forest,
    meadow,
    mountain,
    open_sky,
    snowfield,
)
from simulation.canopy import branches
from simulation.composing import Pose, place_all, posed, shares
from simulation.curves import FloatArray
from simulation.dataset import write_dataset
from simulation.lens import developed
from simulation.painting import paint_animals
from simulation.scene import Reason, Scene, Status
from simulation.surfaces import Size, bark, big_leaf, litter, sand, snow, stone, web
from simulation.waters import lake, reef

__all__ = [
    "MAX_ANIMALS",
    "REASONS",
    "SUPER_CLASSES",
    "Reason",
    "Scene",
    "Status",
    "draw_scene",
    "write_dataset",
]

MAX_ANIMALS = 10
_ATTEMPTS = 8  # rarely, a crowd hides one of its own: then it is drawn anew
_LEAST_SIDE_PX = 4
REASONS: tuple[Reason, ...] = get_args(Reason)
SUPER_CLASSES: tuple[str, ...] = tuple(CREATURES)

_HOW_MANY = ((1, 0.56), (2, 0.2), (3, 0.1), (4, 0.05), (5, 0.04), (7, 0.03), (10, 0.02))


def _from_above(ground: Callable[[np.random.Generator, Size], Image.Image]) -> Place:
    def place(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:  # noqa: ARG001
        return Backdrop(ground(rng, size), (0.0, float(size[1])), shadow=0.6)

    return place


_LEAF, _BARK, _STONE, _SAND, _SNOW, _LITTER, _WEB = (
    _from_above(ground) for ground in (big_leaf, bark, stone, sand, snow, litter, web)
)
_LAND: tuple[Place, ...] = (meadow, forest, dusk, snowfield, mountain, dunes)
_PLACES: Mapping[Stance, tuple[Place, ...]] = {
    "ground": _LAND,
    "perch": (branches,),
    "air": (open_sky, open_sky, dusk, branches),
    "surface": (lake,),
    "wading": (lake,),
    "flat": (_STONE, _SAND, _LITTER),
    "under": (reef,),
}
# where a super-class or one of its taxa is at home, when its stance alone would say too much
_HOMES: Mapping[str, tuple[Place, ...]] = {
    "Mammalia": (meadow, forest, dusk, snowfield, mountain),
    "Vulpes vulpes": _LAND,
    "Insecta": (_LEAF, _LEAF, _BARK, _STONE),
    "Arachnida": (_WEB, _LEAF, _BARK),
    "Amphibia/ground": (meadow, forest),
    "Reptilia/ground": (meadow, dunes, mountain, forest),
    "Reptilia/flat": (_SAND, _STONE),
    "Amphibia/flat": (_LITTER, _LEAF, _STONE),
    "Mollusca/ground": (meadow, forest),
    "Animalia/flat": (_SAND, _STONE),
    "Lepus timidus": (snowfield,),
    "Vulpes lagopus": (snowfield, mountain),
    "Sciurus vulgaris": (forest, meadow),
    "Sciurus carolinensis": (forest, meadow),
}


def draw_scene(
    *,
    super_class: str,
    seed: int,
    size: tuple[int, int] = (1600, 1200),
    n_animals: int | None = None,
    reason: str = "animal",
    share: float | None = None,
) -> Scene:
    """Draw one scene of `size` (width, height) pixels, each at least 64.

    `n_animals` (0..10) is drawn at random when it is None; 0 gives an image with nothing to box.
    So is `share`, how much of the width or height each animal fills (0.05 to 0.95). With a
    `reason` other than "animal" no animal is in view and `n_animals` must be None or 0.
    Raises ValueError for an unknown super-class or reason, a number out of range, or an image
    too small for its animals.
    """
    checked = _checked(super_class, size, n_animals, reason)
    key = crc32(f"{super_class}/{checked}/{n_animals}/{size}".encode())
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng([abs(seed), int(seed < 0), key, attempt])
        if checked != "animal":
            return _sign_scene(super_class, checked, size, rng)
        n = _how_many(rng) if n_animals is None else n_animals
        scene = _animal_scene(super_class, n, size, rng, share)
        if len(scene.boxes_xywh) == n and (scene.boxes_xywh[:, 2:] >= _LEAST_SIDE_PX).all():
            return scene
    raise ValueError(f"no room for {n_animals} animals in {size[0]} x {size[1]} pixels")


def _animal_scene(
    super_class: str, n: int, size: Size, rng: np.random.Generator, share: float | None = None
) -> Scene:
    herd = _herd(super_class, max(1, n), rng)
    wanted = shares(len(herd), rng, in_a_row=herd[0].stance == "perch")
    if share is not None:
        wanted = [share] * len(herd)
    poses = [posed(each, fills, size, rng) for each, fills in zip(herd, wanted, strict=True)]
    home = _home(super_class, herd[0], poses, rng)
    backdrop = home(rng, size, min(0.9, poses[0].height / size[1]))
    placed = place_all(poses if n else [], backdrop, size, rng)
    image, boxes = paint_animals(backdrop, placed, rng)
    return Scene(developed(image, rng), super_class, herd[0].taxon, "instance", "animal", boxes)


def _checked(super_class: str, size: Size, n_animals: int | None, reason: str) -> Reason:
    if super_class not in CREATURES:
        raise ValueError(f"no creatures of super-class {super_class!r}; known: {list(CREATURES)}")
    if reason not in REASONS:
        raise ValueError(f"unknown reason {reason!r}; known: {list(REASONS)}")
    if n_animals is not None and not 0 <= n_animals <= MAX_ANIMALS:
        raise ValueError(f"n_animals must be 0 to {MAX_ANIMALS}, not {n_animals}")
    if reason != "animal" and n_animals:
        raise ValueError(f"a scene of {reason} has no animals in view, not {n_animals}")
    if min(size) < 64:
        raise ValueError(f"a scene needs at least 64 pixels each way, not {size}")
    return next(known for known in REASONS if known == reason)


def _how_many(rng: np.random.Generator) -> int:
    numbers, weights = zip(*_HOW_MANY, strict=True)
    return int(rng.choice(numbers, p=np.asarray(weights) / sum(weights)))


def _herd(super_class: str, n: int, rng: np.random.Generator) -> list[Creature]:
    """`n` individuals of one taxon (or nearly: a few tries each)."""
    drawers: Sequence[Callable[[np.random.Generator], Creature]] = CREATURES[super_class]
    draw = drawers[int(rng.integers(len(drawers)))]
    herd = [draw(rng)]
    while len(herd) < n:
        other = draw(rng)
        for _ in range(12):
            if other.taxon == herd[0].taxon:
                break
            other = draw(rng)
        herd.append(other)
    return herd


def _home(
    super_class: str, creature: Creature, poses: Sequence[Pose], rng: np.random.Generator
) -> Place:
    stance = creature.stance
    homes = _PLACES[stance]
    for key in (super_class, f"{super_class}/{stance}", creature.taxon):
        homes = _HOMES.get(key, homes)
    if stance == "perch" and len(poses) > 6:
        homes = (meadow, snowfield)
    return homes[int(rng.integers(len(homes)))]


def _sign_scene(super_class: str, reason: Reason, size: Size, rng: np.random.Generator) -> Scene:
    draw = {
        "tracks": signs.tracks,
        "scat": signs.scat,
        "habitat": signs.habitat,
        "remains": signs.remains,
    }[reason]
    image = draw(rng, size, super_class)
    drawers = CREATURES[super_class]
    taxon = drawers[int(rng.integers(len(drawers)))](rng).taxon
    none: FloatArray = np.empty((0, 4))
    return Scene(developed(image, rng), super_class, taxon, "non_instance", reason, none)
