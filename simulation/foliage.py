"""Plants and other small stuff, many flat shapes antialiased together.

Everything here is in pixels of the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw
from PIL.Image import Resampling

from simulation.curves import FloatArray, ellipse, limb, smooth, turned
from simulation.paint import Box, Colour, Sprite, mix, shade, soft_blur, vary

_SOFT_PX = 2.5  # a blur of this many pixels hides what antialiasing would give


class Sketch:
    """A transparent sheet over a part of the image, on which many polygons are drawn.

    The polygons are kept and only drawn by `sprite`, on a sheet as small as they allow.
    """

    def __init__(self, box: Box, size: tuple[int, int], *, base: Colour = (80, 90, 60)) -> None:
        self.left, self.top = max(0, box[0]), max(0, box[1])
        self.right, self.bottom = min(size[0], box[2]), min(size[1], box[3])
        self._base = base
        self._shapes: list[tuple[FloatArray, Colour]] = []

    def shape(self, outline: FloatArray, colour: Colour) -> None:
        """Draw one polygon given in pixels of the image."""
        self._shapes.append((outline, colour))

    def sprite(self, *, blur: float = 0.0) -> Sprite:
        """What was drawn, as pixels and coverage."""
        x0, y0, x1, y1 = self._used(int(3 * blur) + 2)
        span = (x1 - x0, y1 - y0)
        scale = 2.0 if blur < _SOFT_PX else 1.0 if blur < 2 * _SOFT_PX else 0.5
        sheet = (max(1, round(span[0] * scale)), max(1, round(span[1] * scale)))
        pixels, alpha = Image.new("RGB", sheet, self._base), Image.new("L", sheet)
        colour_pen, alpha_pen = ImageDraw.Draw(pixels), ImageDraw.Draw(alpha)
        for outline, colour in self._shapes:
            flat = ((outline - (x0, y0)) * scale).ravel().tolist()
            colour_pen.polygon(flat, fill=colour)
            alpha_pen.polygon(flat, fill=255)
        if blur >= 0.8 and scale < 2:
            alpha, pixels = soft_blur(alpha, blur * scale), soft_blur(pixels, blur * scale)
        if scale != 1:
            alpha, pixels = (_fitted(layer, span) for layer in (alpha, pixels))
        if blur >= 0.8 and scale == 2:
            alpha, pixels = soft_blur(alpha, blur), soft_blur(pixels, blur)
        return Sprite(pixels, alpha, x0, y0)

    def _used(self, margin: int) -> Box:
        """The part of the sheet that has anything on it, never empty."""
        if not self._shapes:
            return self.left, self.top, self.left + 1, self.top + 1
        low = np.min([outline.min(axis=0) for outline, _ in self._shapes], axis=0) - margin
        high = np.max([outline.max(axis=0) for outline, _ in self._shapes], axis=0) + margin
        x0 = min(max(self.left, int(low[0])), self.right - 1)
        y0 = min(max(self.top, int(low[1])), self.bottom - 1)
        return (
            x0,
            y0,
            max(x0 + 1, min(self.right, int(high[0]) + 1)),
            max(y0 + 1, min(self.bottom, int(high[1]) + 1)),
        )


def _fitted(layer: Image.Image, span: tuple[int, int]) -> Image.Image:
    if layer.width == 2 * span[0] and layer.height == 2 * span[1]:
        return layer.reduce(2)
    return layer.resize(span, Resampling.BILINEAR)


def blade(x: float, y: float, height: float, lean: float, width: float) -> FloatArray:
    """A blade of grass rooted at (x, y), its tip `lean` pixels to the side."""
    t = np.array([0.0, 0.35, 0.7, 1.0])
    spine_x, spine_y = x + lean * t**2, y - height * t * (1 - 0.12 * t)
    half = width / 2 * np.array([1.0, 0.85, 0.5, 0.06])
    left = np.column_stack([spine_x - half, spine_y])
    return np.vstack([left, np.column_stack([spine_x + half, spine_y])[::-1]])


def grass(
    sketch: Sketch,
    rng: np.random.Generator,
    *,
    across: tuple[float, float],
    base: tuple[float, float],
    height: float,
    n: int,
    colours: Sequence[Colour],
) -> None:
    """`n` blades with roots between the two x of `across` and the two y of `base`."""
    roots = np.sort(rng.uniform(*base, n))
    for y in roots:
        tall = height * float(rng.uniform(0.45, 1.1))
        tone = vary(rng, colours[int(rng.integers(len(colours)))], 9)
        x = float(rng.uniform(*across))
        lean = float(rng.normal(0.08, 0.3)) * tall
        sketch.shape(blade(x, float(y), tall, lean, max(1.6, tall * 0.055)), tone)


def flower(sketch: Sketch, x: float, y: float, r: float, colour: Colour, stem: float) -> None:
    """A daisy-like flower on a stem of `stem` pixels."""
    sketch.shape(blade(x, y + stem, stem, 0.0, max(1.5, r * 0.3)), (74, 112, 48))
    for angle in np.linspace(0, 2 * np.pi, 9, endpoint=False):
        petal = ellipse(
            x + 0.62 * r * np.cos(angle),
            y + 0.42 * r * np.sin(angle),
            r * 0.48,
            r * 0.24,
            tilt=float(angle),
            n=12,
        )
        sketch.shape(petal, shade(colour, -0.1 * (np.sin(angle) > 0)))
    sketch.shape(ellipse(x, y, r * 0.34, r * 0.26, n=16), (244, 186, 52))


@lru_cache(maxsize=64)
def _leaf_shape(width: float) -> FloatArray:
    half = width / 2
    side = [(0.22, half * 0.8), (0.5, half), (0.82, half * 0.45)]
    upper = [(x, -y) for x, y in side]
    return smooth([(0.0, 0.0), *upper, (1.02, 0.0), *side[::-1]], steps=3)


def leaf(x: float, y: float, length: float, angle: float, *, width: float = 0.42) -> FloatArray:
    """A pointed leaf whose stalk is at (x, y) and whose tip points in the direction `angle`."""
    shape = _leaf_shape(round(width, 2)) * length
    return np.asarray(turned(shape, angle) + np.array([x, y]))


def midrib(x: float, y: float, length: float, angle: float) -> FloatArray:
    """The rib of such a leaf: a sliver from the stalk towards the tip."""
    half = length * 0.017
    sliver = np.array([(0, -half), (length * 0.93, 0), (0, half)])
    return np.asarray(turned(sliver, angle) + np.array([x, y]))


def leafy_twig(
    sketch: Sketch,
    rng: np.random.Generator,
    *,
    start: tuple[float, float],
    angle: float,
    length: float,
    leaf_px: float,
    colours: Sequence[Colour],
) -> None:
    """A drooping twig with leaves on alternate sides, each with a midrib."""
    bend = float(rng.normal(0.25, 0.2))
    steps = np.linspace(0, 1, 9)
    headings = angle + bend * steps
    xy = np.cumsum(np.column_stack([np.cos(headings), np.sin(headings)]) * length / 9, axis=0)
    spine = xy + np.asarray(start)
    widths = np.linspace(leaf_px * 0.10, leaf_px * 0.03, 9).tolist()
    sketch.shape(limb(spine, widths, steps=3), (84, 66, 48))
    for k in range(1, 9):
        side = 1 if k % 2 else -1
        lean = float(headings[k]) + side * float(rng.uniform(0.5, 0.95))
        size = leaf_px * float(rng.uniform(0.75, 1.15))
        tone = vary(rng, colours[int(rng.integers(len(colours)))], 11)
        x, y = float(spine[k][0]), float(spine[k][1])
        sketch.shape(leaf(x, y, size, lean), tone)
        sketch.shape(midrib(x, y, size, lean), shade(tone, 0.3))


def fern(
    sketch: Sketch, rng: np.random.Generator, x: float, y: float, length: float, angle: float
) -> None:
    """A frond that arches from (x, y); leaflets on both sides."""
    tone = vary(rng, (66, 112, 52), 12)
    bend = 0.9 if np.cos(angle) > 0 else -0.9
    steps = np.linspace(0, 1, 18)
    headings = angle + bend * steps
    spine = np.cumsum(np.column_stack([np.cos(headings), np.sin(headings)]), axis=0)
    spine = spine * length / 18 + np.array([x, y])
    for k in range(2, 18):
        size = length * 0.24 * np.sin(np.pi * (0.15 + 0.85 * (1 - steps[k])) * 0.62)
        for side in (-1.0, 1.0):
            lean = float(headings[k]) + side * 1.15
            piece = leaf(float(spine[k][0]), float(spine[k][1]), float(size), lean, width=0.3)
            sketch.shape(piece, shade(tone, 0.12 if side < 0 else -0.12))
    sketch.shape(limb(spine, [length * 0.016, length * 0.006], steps=2), shade(tone, -0.3))


def pebbles(
    sketch: Sketch,
    rng: np.random.Generator,
    *,
    across: tuple[float, float],
    base: tuple[float, float],
    size: float,
    n: int,
    colour: Colour,
) -> None:
    """Stones with a lit top, far ones first."""  # fmt: skip
    for y in np.sort(rng.uniform(*base, n)):
        x, r = float(rng.uniform(*across)), size * float(rng.uniform(0.4, 1.2))
        tone = vary(rng, colour, 14)
        ring = ellipse(x, float(y), r, r * 0.6, n=9) + rng.normal(0, r * 0.05, (9, 2))
        sketch.shape(smooth(ring + np.array([r * 0.08, r * 0.16]), steps=4), shade(tone, -0.55))
        sketch.shape(smooth(ring, steps=4), shade(tone, -0.2))
        sketch.shape(smooth((ring - (x, y)) * 0.78 + (x - r * 0.1, y - r * 0.12), steps=4),
                     mix(tone, (255, 250, 240), 0.12))  # fmt: skip
