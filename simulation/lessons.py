"""The pictures of the rules for boxing: how to do it, and what not to do.

Boxes are [x, y, w, h] in pixels of the picture, as in `scenes`. The same arguments give the same
pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from simulation.curves import FloatArray, smooth
from simulation.paint import Part, moved, render, shade, vary
from simulation.painting import visible_boxes
from simulation.scenes import SUPER_CLASSES, draw_scene
from simulation.surfaces import bark, coverage, paste, stone

Rule = Literal["each", "tight", "hidden", "overlap", "small", "grown", "kind", "none"]
RULES: tuple[Rule, ...] = (
    "each",
    "tight",
    "hidden",
    "overlap",
    "small",
    "grown",
    "kind",
    "none",
)
SIZE = (480, 360)

_N_ANIMALS: Mapping[Rule, int] = {"each": 3, "overlap": 2}
_WITHOUT_HOMES = {"Actinopterygii"}
_SMALL_LIGHT = 0.6
_COVERED = 0.34  # of the animal's width, behind the trunk
_SLIPPED = 0.2  # of a side, by which the careless box of "tight" is off
_GOOD, _POOR, _HALO = (255, 212, 0), (255, 138, 128), (21, 24, 28)
_LINE, _DASH = 5, 14

# Scenes that show what the rule says, by super-class, in the order of the rules that need one.
_SEEDED: tuple[Rule, ...] = ("each", "tight", "hidden", "overlap", "small", "kind")
_SEEDS: Mapping[str, Mapping[Rule, int]] = {
    "Aves": dict(zip(_SEEDED, (303, 503, 704, 910, 1100, 1500), strict=True)),
    "Mammalia": dict(zip(_SEEDED, (315, 500, 702, 903, 1105, 1514), strict=True)),
    "Reptilia": dict(zip(_SEEDED, (300, 504, 704, 900, 1131, 1510), strict=True)),
    "Amphibia": dict(zip(_SEEDED, (318, 528, 710, 900, 1135, 1506), strict=True)),
    "Actinopterygii": dict(zip(_SEEDED, (304, 513, 703, 900, 1107, 1513), strict=True)),
    "Insecta": dict(zip(_SEEDED, (303, 523, 700, 902, 1127, 1506), strict=True)),
    "Arachnida": dict(zip(_SEEDED, (305, 527, 703, 900, 1111, 1526), strict=True)),
    "Mollusca": dict(zip(_SEEDED, (300, 511, 701, 901, 1108, 1528), strict=True)),
    "Animalia": dict(zip(_SEEDED, (301, 555, 715, 917, 1134, 1525), strict=True)),
}

Picture = tuple[Image.Image, FloatArray]


def draw_lesson(*, super_class: str, rule: Rule, is_good: bool) -> Image.Image:
    """The picture of one rule, RGB of `SIZE`, with the boxes that a worker should draw, or with
    those that are not wanted, dashed.

    Raises ValueError for a super-class that cannot be drawn.
    """
    if super_class not in SUPER_CLASSES:
        raise ValueError(f"no pictures of super-class {super_class!r}")
    image, true_xywh = scene_of(super_class, rule)
    boxes = true_xywh if is_good else _MISTAKES[rule](true_xywh)
    for box in boxes:
        _outline(image, box, is_good=is_good)
    return image


def scene_of(super_class: str, rule: Rule) -> Picture:
    """The picture of a rule without any box drawn on it, and its true boxes (n, 4)."""
    if rule == "grown":
        return _mussels(np.random.default_rng(6))
    if rule == "none":
        return _nobody(super_class)
    seed = _SEEDS[super_class][rule]
    n = _N_ANIMALS.get(rule, 1)
    scene = draw_scene(super_class=super_class, seed=seed, size=SIZE, n_animals=n)
    if rule == "hidden":
        return behind_a_trunk(scene.image, scene.boxes_xywh[0])
    if rule == "small":
        dim = ImageEnhance.Brightness(scene.image).enhance(_SMALL_LIGHT)
        return dim.filter(ImageFilter.GaussianBlur(0.8)), scene.boxes_xywh
    return scene.image, scene.boxes_xywh


def _nobody(super_class: str) -> Picture:
    """Where an animal lives; of those without a nest or burrow, a place without the animal."""
    if super_class in _WITHOUT_HOMES:
        scene = draw_scene(super_class=super_class, seed=8, size=SIZE, n_animals=0)
    else:
        scene = draw_scene(super_class=super_class, seed=8, size=SIZE, reason="habitat")
    return scene.image, scene.boxes_xywh


def behind_a_trunk(image: Image.Image, box: FloatArray) -> Picture:
    """A trunk in front of the right part of the animal at `box`; what is left of it is its box.

    Paints on `image`.
    """
    x, y, w, h = box
    left = round(x + (1 - _COVERED) * w)
    wood = bark(np.random.default_rng(3), (max(64, round(_COVERED * w) + 36), image.height))
    image.paste(wood, (left, 0))
    shadow = Image.new("L", (10, image.height), 90)
    image.paste(_HALO, (left, 0), shadow)
    return image, np.array([[x, y, left - x, h]])


def _mussels(rng: np.random.Generator) -> Picture:
    """A bank of mussels on a rock: one connected group."""
    image = stone(rng, SIZE)
    shell = smooth([(-1, 0), (-0.55, -0.34), (0.2, -0.46), (0.85, -0.3), (1, 0.06), (0.6, 0.32),
                    (-0.3, 0.26)])  # fmt: skip
    whole = Image.new("L", SIZE)
    for _ in range(46):
        colour = vary(rng, (58, 62, 92), 12)
        out, turn = np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
        at = (238 + 118 * out * np.cos(turn), 184 + 78 * out * np.sin(turn))
        ridge = smooth([(-0.8, -0.02), (0.1, -0.26), (0.7, -0.12), (0.1, -0.16)])
        parts = [
            Part(shell, shade(colour, 0.1), shade(colour, -0.35), texture="wet", cast=0.5),
            Part(ridge, shade(colour, 0.5), inside=True, relief=0, opacity=0.5),
        ]
        laid = moved(
            parts, angle=float(rng.uniform(0, 2 * np.pi)), scale=float(rng.uniform(24, 34))
        )
        sprite = render(moved(laid, by=(float(at[0]), float(at[1]))), SIZE, rng)
        paste(image, sprite)
        whole.paste(255, (0, 0), coverage(sprite, SIZE))
    return image, visible_boxes([whole])


def _around_all(boxes: FloatArray) -> FloatArray:
    low = boxes[:, :2].min(axis=0)
    high = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return np.array([[*low, *(high - low)]])


def _slipped(boxes: FloatArray) -> FloatArray:
    """Loose on one side, and the other cut off."""
    x, y, w, h = boxes[0]
    return np.array([[x - _SLIPPED * w, y - _SLIPPED * h, w, h * (1 + _SLIPPED)]])


def _guessed(boxes: FloatArray) -> FloatArray:
    """As if the trunk were of glass."""
    x, y, w, h = boxes[0]
    return np.array([[x, y, w / (1 - _COVERED), h]])


def _left_out(boxes: FloatArray) -> FloatArray:  # noqa: ARG001
    return np.empty((0, 4))


def _one_by_one(boxes: FloatArray) -> FloatArray:
    """Boxes within the connected group, as if each could be told apart."""
    x, y, w, h = boxes[0]
    places = ((0.06, 0.12), (0.36, 0.02), (0.66, 0.2), (0.14, 0.5), (0.46, 0.42), (0.7, 0.6))
    return np.array([[x + u * w, y + v * h, 0.24 * w, 0.32 * h] for u, v in places])


def _where_it_might_be(boxes: FloatArray) -> FloatArray:  # noqa: ARG001
    width, height = SIZE
    return np.array([[0.24 * width, 0.34 * height, 0.52 * width, 0.5 * height]])


_MISTAKES: Mapping[Rule, Callable[[FloatArray], FloatArray]] = {
    "each": _around_all,
    "tight": _slipped,
    "hidden": _guessed,
    "overlap": _around_all,
    "small": _left_out,
    "grown": _one_by_one,
    "kind": _left_out,
    "none": _where_it_might_be,
}


def _outline(image: Image.Image, box: Sequence[float] | FloatArray, *, is_good: bool) -> None:
    """A box with a dark halo, so that it can be seen on anything."""
    x, y, w, h = (float(side) for side in box)
    left, top = max(x, _LINE), max(y, _LINE)
    right, bottom = min(x + w, SIZE[0] - _LINE), min(y + h, SIZE[1] - _LINE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=_HALO, width=_LINE + 4)
    if is_good:
        pen.rectangle((left, top, right, bottom), outline=_GOOD, width=_LINE)
        return
    for start, end in (((left, top), (right, top)), ((left, bottom), (right, bottom)),
                       ((left, top), (left, bottom)), ((right, top), (right, bottom))):  # fmt: skip
        _dashes(pen, start, end)


def _dashes(pen: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float]) -> None:
    across = start[1] == end[1]
    first, last = (start[0], end[0]) if across else (start[1], end[1])
    half = _LINE // 2
    at = first
    while at < last:
        to = min(at + _DASH, last)
        if across:
            pen.rectangle((at, start[1] - half, to, start[1] + half), fill=_POOR)
        else:
            pen.rectangle((start[0] - half, at, start[0] + half, to), fill=_POOR)
        at += _DASH * 1.6
