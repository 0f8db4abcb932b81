"""What all backgrounds are made of: sky, far hills and trees, bare ground, the blur of distance.

Lengths and `y` are pixels of the image that is painted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as default

import numpy as np
from PIL import Image, ImageChops

from simulation.curves import FloatArray, ellipse, smooth
from simulation.foliage import Sketch
from simulation.paint import Colour, Sprite, shade
from simulation.surfaces import Size, field, grey, half, lit, paste

Tuft = Callable[[np.random.Generator, float, float, float], Sprite]
Place = Callable[[np.random.Generator, Size, float], "Backdrop"]


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A painted place and what composing needs to know about it.

    `feet`: the y (pixels) between which animals stand or swim; those in the air stay above.
    `perches`: functions from x to the y of a branch. `tuft(rng, x, y, span)` grows something in
    front of the feet; `front` is painted last. `tint` is the light on the animals; `shadow` 0..1.
    """

    image: Image.Image
    feet: tuple[float, float]
    tint: Colour = (255, 255, 255)
    shadow: float = 0.5
    tuft: Tuft | None = None
    perches: list[Callable[[float], float]] = default(default_factory=list)
    front: list[Sprite] = default(default_factory=list)
    water: bool = False


def vertical(stops: list[Colour], size: Size) -> Image.Image:
    """A vertical gradient through evenly spaced colours."""
    at = np.linspace(0, len(stops) - 1, size[1])
    rows = [np.interp(at, np.arange(len(stops)), [stop[k] for stop in stops]) for k in range(3)]
    column = np.stack(rows, axis=1)[:, None, :].astype(np.uint8)
    return Image.fromarray(column).resize(size)


def sky(rng: np.random.Generator, size: Size, stops: list[Colour], cloud: Colour) -> Image.Image:
    """A sky with soft clouds, denser towards the horizon."""
    image = vertical(stops, size)
    small = half(size)
    amount = np.clip(
        (field(rng, small, 3, 5, squat=4.0) - float(rng.uniform(0.48, 0.58))) * 4.5, 0, 1
    )
    image.paste(cloud, (0, 0), grey(amount * 200, size))
    return image


def skyline(rng: np.random.Generator, size: Size, y: float, swing: float, knots: int) -> FloatArray:
    """The outline of a range of hills about `y`, closed along the bottom of the image."""
    x = np.linspace(-0.05 * size[0], 1.05 * size[0], knots)
    crest = smooth(np.column_stack([x, y + rng.normal(0, swing, knots)]), closed=False)
    return np.vstack([crest, [(size[0] * 1.05, size[1]), (-0.05 * size[0], size[1])]])


def hills(
    image: Image.Image, rng: np.random.Generator, y: float, tones: list[Colour], blur: float
) -> None:
    """Ranges of hills from `y` down, one a tone, the farthest first."""
    size = image.size
    for k, tone in enumerate(tones):
        sheet = Sketch((0, 0, *size), size, base=tone)
        sheet.shape(skyline(rng, size, y + k * size[1] * 0.035, size[1] * 0.02, 9), tone)
        paste(image, sheet.sprite(blur=blur))


def trees(
    image: Image.Image,
    rng: np.random.Generator,
    y: float,
    *,
    height: float,
    tone: Colour,
    blur: float,
    firs: float = 0.5,
) -> None:
    """A far line of trees, a share `firs` of them firs, the others round."""
    size = image.size
    sheet = Sketch((0, int(y - height * 2), size[0], int(y + height)), size, base=tone)
    for x in np.sort(rng.uniform(-40, size[0] + 40, 30)):
        tall, colour = (
            height * float(rng.uniform(0.5, 1.15)),
            shade(tone, float(rng.uniform(-0.16, 0.12))),
        )
        if rng.random() < firs:
            for k in range(4):
                top, wide = y - tall * (1.25 - 0.25 * k), tall * (0.13 + 0.07 * k)
                fir = [(x, top), (x + wide, top + tall * 0.42), (x - wide, top + tall * 0.42)]
                sheet.shape(np.asarray(fir), colour)
        else:
            for _ in range(6):
                cx, cy = x + rng.normal(0, tall * 0.18), y - tall * rng.uniform(0.35, 0.85)
                sheet.shape(
                    ellipse(cx, cy, tall * 0.26, tall * 0.24, n=18),
                    shade(colour, float(rng.uniform(-0.08, 0.08))),
                )
            sheet.shape(ellipse(x, y, tall * 0.5, tall * 0.22, n=18), colour)
    paste(image, sheet.sprite(blur=blur))


def ground(
    image: Image.Image, rng: np.random.Generator, y: float, far: Colour, near: Colour, rough: float
) -> None:
    """Bare ground from the horizon down, darker and coarser towards us."""
    width, height = image.size
    size = (width, max(2, height - int(y)))
    land = vertical([far, near], size)
    small = half(size)
    noise = field(rng, small, 12, 5)
    land = ImageChops.overlay(
        land, Image.merge("RGB", [grey(128 + (noise - 0.5) * 120 * rough, size)] * 3)
    )
    land = ImageChops.overlay(land, lit(noise * 24 * rough, -40, size))
    edge = grey(np.clip(np.linspace(0, 9, size[1]), 0, 1)[:, None].repeat(4, 1) * 255, size)
    image.paste(land, (0, int(y)), edge)


def focus(subject: float, unit: float) -> float:
    """How blurred it is behind the animals, in pixels; `unit` is a 1,200th of the height."""
    return unit * (2.0 + 9.0 * subject)
