"""Up in a tree: a branch with leaves before a blurred garden or an open sky."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageChops

from simulation.backdrop import Backdrop, sky, vertical
from simulation.curves import ellipse, limb, smooth
from simulation.foliage import Sketch, leafy_twig
from simulation.paint import Colour, Part, render, shade, vary
from simulation.surfaces import Size, coloured, field, half, paste


def branches(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """A branch with leaves before a blurred garden or an open sky."""
    width, height = size
    unit = height / 1200
    season = int(rng.integers(4))
    if season == 0:
        image = sky(rng, size, [(112, 170, 222), (190, 216, 234), (228, 234, 232)], (252, 252, 250))
    else:
        low, high = [
            ((70, 100, 54), (176, 196, 110)),
            ((120, 84, 46), (232, 176, 96)),
            ((84, 104, 116), (196, 208, 206)),
        ][season - 1]
        image = ImageChops.soft_light(
            coloured(field(rng, half(size), 4, 3), low, high, size),
            vertical([(170, 170, 165), (128, 128, 128), (96, 96, 98)], size),
        )
        _bokeh_lights(image, rng, shade(high, 0.4))
    leaves: list[Colour] = [
        [(86, 132, 56), (112, 152, 66), (70, 112, 54)],
        [(94, 142, 58), (126, 164, 72), (76, 118, 52)],
        [(206, 122, 42), (222, 160, 58), (176, 84, 44)],
        [(112, 128, 96), (146, 150, 110), (98, 112, 88)],
    ][season]
    far = Sketch((0, 0, *size), size, base=leaves[2])
    for _ in range(7):
        start = (float(rng.uniform(0, width)), float(rng.uniform(-60, height * 0.35)))
        leafy_twig(far, rng, start=start, angle=float(rng.uniform(0.3, 2.6)), length=340 * unit,
                   leaf_px=90 * unit, colours=[shade(c, -0.1) for c in leaves])  # fmt: skip
    paste(image, far.sprite(blur=10 * unit))
    foot = float(np.clip(max(0.56, subject + 0.10), 0.56, 0.90)) + float(rng.uniform(0.0, 0.05))
    perches = [_branch(image, rng, height * foot, 46 * unit, leaves)]
    if subject < 0.36:
        perches.insert(0, _branch(image, rng, height * (foot - 0.22), 26 * unit, leaves))
    near = Sketch((0, 0, *size), size, base=leaves[0])
    corner = -0.02 * width if rng.random() < 0.5 else 1.02 * width
    for k in range(3):
        aim = (0.35 if corner < 0 else np.pi - 0.35) + float(rng.normal(0, 0.3))
        leafy_twig(near, rng, start=(corner, height * (0.86 + 0.06 * k)), angle=aim,
                   length=230 * unit, leaf_px=86 * unit, colours=leaves)  # fmt: skip
    tint: Colour = [(255, 255, 255), (252, 255, 244), (255, 244, 226), (246, 250, 255)][season]
    return Backdrop(
        image,
        (height * 0.95, height * 0.98),
        tint=tint,
        perches=perches,
        front=[near.sprite(blur=1.5 * unit)],
    )


def _bokeh_lights(image: Image.Image, rng: np.random.Generator, colour: Colour) -> None:
    height = image.height
    for _ in range(18):
        r = height / 1200 * float(rng.uniform(18, 70))
        x, y = rng.uniform(0, 1, 2) * image.size
        disc = Sketch((int(x - r) - 6, int(y - r) - 6, int(x + r) + 6, int(y + r) + 6), image.size)
        disc.shape(ellipse(x, y, r, r), colour)
        drawn = disc.sprite(blur=3)
        faint = drawn.alpha.point(lambda v: round(v * 0.16))
        image.paste(colour, (drawn.left, drawn.top), faint)


def _branch(
    image: Image.Image, rng: np.random.Generator, y: float, wide: float, leaves: list[Colour]
) -> Callable[[float], float]:
    """Paint a branch across the image; returns the y of its top for any x."""
    size = image.size
    x = np.linspace(-0.04 * size[0], 1.04 * size[0], 7)
    slope = float(rng.uniform(-0.06, 0.06))
    knots = np.column_stack([x, y + slope * (x - size[0] / 2) + rng.normal(0, wide * 0.22, 7)])
    tone = vary(rng, (104, 82, 64), 7)
    swell = rng.uniform(0.8, 1.15, 7) * np.linspace(1.2, 0.6, 7)
    if rng.random() < 0.5:
        swell = swell[::-1]
    twigs = Sketch((0, 0, *size), size, base=leaves[0])
    for k in rng.uniform(0, size[0], 7):
        at = float(np.interp(k, knots[:, 0], knots[:, 1]))
        up = -1 if rng.random() < 0.35 else 1
        aim = up * float(rng.uniform(0.35, 1.0))
        leafy_twig(
            twigs,
            rng,
            start=(float(k), at),
            angle=aim if rng.random() < 0.5 else np.pi - aim,
            length=wide * 5.2,
            leaf_px=wide * 1.9,
            colours=leaves,
        )
    paste(image, twigs.sprite())
    wood = Part(
        limb(knots, (wide * swell).tolist(), steps=12),
        shade(tone, 0.15),
        shade(tone, -0.35),
        texture="fur",
        relief=1.6,
    )
    paste(image, render([wood], size, rng))
    curve = smooth(knots, closed=False)
    half_width = np.interp(np.linspace(0, 6, len(curve)), np.arange(7), wide * swell / 2)
    return lambda at: float(np.interp(at, curve[:, 0], curve[:, 1] - half_width * 0.72))
