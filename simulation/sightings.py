"""Photos to tell the animal itself from its traces: each label, and the hard cases of an animal.

Boxes are [x, y, w, h] in pixels of the picture, as in `scenes`. The same arguments give the same
pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, get_args

import numpy as np
from PIL import Image

from simulation.lessons import behind_a_trunk
from simulation.scene import Scene
from simulation.scenes import draw_scene
from simulation.surfaces import Size

Case = Literal["animal", "part", "tiny", "hidden", "tracks", "scat", "habitat", "remains"]
CASES: tuple[Case, ...] = get_args(Case)
ANIMAL_CASES: frozenset[Case] = frozenset({"animal", "part", "tiny", "hidden"})
# whose tracks, scat, homes and remains can be drawn so that they look like theirs
SUPER_CLASSES: tuple[str, ...] = ("Aves", "Mammalia", "Reptilia", "Amphibia")

# of the width or height, by case
_SHARES: Mapping[str, float] = {"animal": 0.62, "part": 0.6, "tiny": 0.15, "hidden": 0.55}
_WIDER = 1.5  # the scene that a part of the body is cut from
_VISIBLE = 0.42  # of the width of the animal


def draw_sighting(*, super_class: str, case: str, seed: int, size: Size) -> Scene:
    """One case of `CASES` as a scene of `size` (width, height) pixels.

    The animal: whole, a part of it at the edge of the photo (its box may be a little loose there),
    tiny, or half hidden. Raises ValueError for an unknown case or a super-class that is not one of
    `SUPER_CLASSES`.
    """
    if super_class not in SUPER_CLASSES:
        raise ValueError(f"no sightings of super-class {super_class!r}; known: {SUPER_CLASSES}")
    if case not in CASES:
        raise ValueError(f"unknown case {case!r}; known: {CASES}")
    if case not in _SHARES:
        return draw_scene(super_class=super_class, seed=seed, size=size, reason=case)
    if case == "part":
        return _cut_off(super_class, seed, size)
    share = _SHARES[case]
    scene = draw_scene(super_class=super_class, seed=seed, size=size, n_animals=1, share=share)
    if case == "hidden":
        image, boxes = behind_a_trunk(scene.image, scene.boxes_xywh[0])
        return replace(scene, image=image, boxes_xywh=boxes)
    return scene


def _cut_off(super_class: str, seed: int, size: Size) -> Scene:
    """The animal leaves the photo on the side where the wider scene has more to show."""
    wide = (round(size[0] * _WIDER), round(size[1] * _WIDER))
    share = _SHARES["part"]
    scene = draw_scene(super_class=super_class, seed=seed, size=wide, n_animals=1, share=share)
    x, y, w, h = (float(side) for side in scene.boxes_xywh[0])
    is_leaving_left = wide[0] - (x + w) > x
    edge = x + (1 - _VISIBLE) * w if is_leaving_left else x + _VISIBLE * w
    width = wide[0] - edge if is_leaving_left else edge
    scale = min(width / size[0], wide[1] / size[1])
    width, height = scale * size[0], scale * size[1]
    left = edge if is_leaving_left else edge - width
    top = min(max(y + h / 2 - height / 2, 0), wide[1] - height)
    part = scene.image.resize(
        size, Image.Resampling.LANCZOS, box=(left, top, left + width, top + height)
    )
    corners = np.array([[x - left, y - top], [x + w - left, y + h - top]]) / scale
    corners = corners.clip((0, 0), size)
    box = np.concatenate([corners[0], corners[1] - corners[0]])[None, :]
    return replace(scene, image=part, boxes_xywh=box)
