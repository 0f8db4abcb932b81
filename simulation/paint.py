"""Paint: colours, noise, light on surfaces, and creatures made of shaded parts.

Colours are (red, green, blue), 0..255. A `Part` is an outline in body lengths with its colours;
`render` turns a list of parts into a `Sprite`: pixels and an antialiased coverage mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from PIL.Image import Resampling, Transpose

from simulation.curves import FloatArray, ellipse, turned

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
Texture = Literal["plain", "fur", "feather", "scales", "wet"]

_TILE = 1024


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with `share` (0..1) of `second`.

    >>> mix((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    parts = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return (parts[0], parts[1], parts[2])


def shade(colour: Colour, amount: float) -> Colour:
    """`colour` lighter (amount up to 1) or darker (down to -1)."""
    return mix(colour, (255, 255, 255) if amount > 0 else (0, 0, 0), abs(amount))


def vary(rng: np.random.Generator, colour: Colour, amount: float = 10.0) -> Colour:
    """`colour` as another individual has it: brighter or darker, a little warmer or cooler."""
    shift = rng.normal(0, amount) + rng.normal(0, amount / 3, 3)
    parts = [int(np.clip(c + s, 0, 255)) for c, s in zip(colour, shift, strict=True)]
    return (parts[0], parts[1], parts[2])


@dataclass(frozen=True, slots=True)
class Part:
    """One shape of a creature, painted in order.

    `fill_to` makes a gradient from top to bottom (or left to right: `across`). `inside` paints
    only where the last part without `inside` is: markings. `cast` is the shadow it throws on what
    is below, 0..1; `relief` how rounded it looks, 0..2.
    """

    outline: FloatArray
    fill: Colour
    fill_to: Colour | None = None
    across: bool = False
    texture: Texture = "plain"
    relief: float = 1.0
    cast: float = 0.0
    inside: bool = False
    opacity: float = 1.0
    blur: float = 0.0  # body lengths


@dataclass(frozen=True, slots=True)
class Sprite:
    """Painted pixels (RGB), coverage (L) of the same size, and where they lie in the image."""

    pixels: Image.Image
    alpha: Image.Image
    left: int
    top: int

    @property
    def box(self) -> Box:
        return (
            self.left,
            self.top,
            self.left + self.alpha.width,
            self.top + self.alpha.height,
        )


def moved(
    parts: Sequence[Part],
    *,
    angle: float = 0.0,
    pivot: tuple[float, float] = (0.0, 0.0),
    by: tuple[float, float] = (0.0, 0.0),
    scale: float = 1.0,
    mirror: bool = False,
) -> list[Part]:
    """The parts mirrored, turned about `pivot`, enlarged from the origin and shifted."""
    flip = np.array([-1.0 if mirror else 1.0, 1.0])
    return [
        replace(
            part,
            outline=turned(part.outline * flip, angle, pivot) * scale + np.asarray(by),
            blur=part.blur * scale,
        )
        for part in parts
    ]


def extent(parts: Sequence[Part]) -> tuple[float, float, float, float]:
    """[left, top, right, bottom] of the parts that make the silhouette."""
    ring = np.vstack([part.outline for part in parts if not part.inside])
    left, top = ring.min(axis=0)
    right, bottom = ring.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def eye(
    x: float, y: float, r: float, *, iris: Colour | None = None, ring: Colour | None = None
) -> list[Part]:
    """A living eye: an optional pale ring and iris, a dark pupil, a catch-light."""
    parts = []
    if ring is not None:
        parts.append(Part(ellipse(x, y, r * 1.4, r * 1.4), ring, relief=0.3))
    if iris is not None:
        parts.append(Part(ellipse(x, y, r, r), iris, shade(iris, -0.35), relief=0.3))
    pupil = r * (0.62 if iris is not None else 1.0)
    parts.append(Part(ellipse(x, y, pupil, pupil), (22, 17, 15), relief=0.2))
    glint = ellipse(x + r * 0.22, y - r * 0.32, r * 0.26, r * 0.26)
    parts.append(Part(glint, (250, 250, 245), relief=0))
    return parts


def render(parts: Sequence[Part], size: tuple[int, int], rng: np.random.Generator) -> Sprite:
    """Paint parts given in image pixels, cropped to the image of `size` (width, height)."""
    left, top, right, bottom = extent(parts)
    x0, y0 = max(0, int(left) - 2), max(0, int(top) - 2)
    x1, y1 = min(size[0], int(right) + 3), min(size[1], int(bottom) + 3)
    span = (max(1, x1 - x0), max(1, y1 - y0))
    pixels, alpha = Image.new("RGB", span, parts[0].fill), Image.new("L", span)
    base: tuple[Image.Image, Box] | None = None
    for part in parts:
        drawn = _mask(part, (x0, y0), span)
        if drawn is None:
            continue
        mask, box = drawn
        if part.inside:
            if base is None:
                continue
            mask = _clipped(mask, box, base)
        else:
            base = (mask, box)
        _apply(part, mask, box, pixels, alpha, rng)
    return Sprite(pixels, alpha, x0, y0)


def _apply(
    part: Part,
    mask: Image.Image,
    box: Box,
    pixels: Image.Image,
    alpha: Image.Image,
    rng: np.random.Generator,
) -> None:
    if part.cast:
        _cast_shadow(part, mask, box, pixels)
    if part.opacity < 1:
        mask = mask.point(lambda value: round(value * part.opacity))
    pixels.paste(_surface(part, mask, max(alpha.size), rng), box, mask)
    if not part.inside:
        alpha.paste(255, box, mask)


def _mask(
    part: Part, origin: tuple[int, int], span: tuple[int, int]
) -> tuple[Image.Image, Box] | None:
    outline = part.outline - np.asarray(origin)
    soft = int(part.blur * 2)
    low, high = outline.min(axis=0) - soft, outline.max(axis=0) + soft
    x0, y0 = max(0, int(low[0]) - 1), max(0, int(low[1]) - 1)
    x1, y1 = min(span[0], int(high[0]) + 2), min(span[1], int(high[1]) + 2)
    if x1 <= x0 or y1 <= y0:
        return None
    mask = polygon_mask(outline - (x0, y0), (x1 - x0, y1 - y0))
    if part.blur >= 1:
        mask = soft_blur(mask, part.blur)
    return mask, (x0, y0, x1, y1)


def polygon_mask(outline: FloatArray, size: tuple[int, int]) -> Image.Image:
    """The antialiased coverage (L) of one polygon given in pixels of an image of `size`."""
    factor = 2 if size[0] * size[1] > 400_000 else 4
    canvas = Image.new("L", (size[0] * factor, size[1] * factor))
    flat = (outline * factor).ravel().tolist()
    ImageDraw.Draw(canvas).polygon(flat, fill=255)
    return canvas.reduce(factor)


def soft_blur(image: Image.Image, radius: float) -> Image.Image:
    """A Gaussian blur that works on a smaller copy when the radius allows it."""
    step = int(max(1, min(radius / 2, 8)))
    if step == 1:
        return image.filter(ImageFilter.GaussianBlur(radius))
    small = image.reduce(step).filter(ImageFilter.GaussianBlur(radius / step))
    return small.resize(image.size, Resampling.BICUBIC)


def _clipped(mask: Image.Image, box: Box, base: tuple[Image.Image, Box]) -> Image.Image:
    window = Image.new("L", mask.size)
    window.paste(base[0], (base[1][0] - box[0], base[1][1] - box[1]))
    return ImageChops.multiply(mask, window)


def _cast_shadow(part: Part, mask: Image.Image, box: Box, pixels: Image.Image) -> None:
    spread = max(2.0, 0.06 * min(mask.size))
    pad = int(spread * 2)
    grown = Image.new("L", (mask.width + 2 * pad, mask.height + 2 * pad))
    grown.paste(mask, (pad, pad + int(spread * 0.7)))
    grown = soft_blur(grown, spread).point(lambda value: round(value * 0.62 * part.cast))
    dark = Image.new("RGB", grown.size, shade(part.fill, -0.85))
    pixels.paste(dark, (box[0] - pad, box[1] - pad), grown)


def _surface(part: Part, mask: Image.Image, whole: int, rng: np.random.Generator) -> Image.Image:
    size = mask.size
    colour = Image.new("RGB", size, part.fill)
    if part.fill_to is not None:
        ramp = Image.linear_gradient("L")
        if part.across:
            ramp = ramp.transpose(Transpose.ROTATE_90)
        colour = Image.composite(
            Image.new("RGB", size, part.fill_to), colour, ramp.resize(size, Resampling.BILINEAR)
        )
    if min(size) >= 6 and part.texture != "plain":
        colour = ImageChops.soft_light(colour, _textured(part.texture, size, whole, rng))
    if part.relief and min(size) >= 4:
        colour = ImageChops.overlay(colour, _relief(mask, part.relief))
    return colour


def _textured(
    kind: Texture, size: tuple[int, int], whole: int, rng: np.random.Generator
) -> Image.Image:
    """A window of the texture tile; texels keep one size over the whole creature."""
    grain = max(0.5, whole / 1400.0)
    tile = texture_tile(kind)
    wide = (min(_TILE, int(size[0] / grain) + 1), min(_TILE, int(size[1] / grain) + 1))
    x, y = int(rng.integers(0, _TILE - wide[0] + 1)), int(rng.integers(0, _TILE - wide[1] + 1))
    window = tile.crop((x, y, x + wide[0], y + wide[1])).resize(size, Resampling.BICUBIC)
    return Image.merge("RGB", (window, window, window))


def _relief(mask: Image.Image, strength: float) -> Image.Image:
    """Light from the upper left on a shape that is taken to bulge towards us."""
    step = max(1.0, max(mask.size) / 120.0)
    small_size = (max(3, int(mask.width / step)), max(3, int(mask.height / step)))
    pad = 8
    padded = Image.new("L", (small_size[0] + 2 * pad, small_size[1] + 2 * pad))
    padded.paste(mask.resize(small_size, Resampling.BOX), (pad, pad))
    radius = max(1.2, 0.17 * min(small_size))
    height = np.asarray(padded.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float64)
    down, right = slopes(height)
    light = (down * 0.9 + right * 0.4)[pad:-pad, pad:-pad]
    light *= strength * radius / 255.0 * 190.0
    field = Image.fromarray(np.clip(128 + light, 20, 235).astype(np.uint8))
    wide = field.resize(mask.size, Resampling.BICUBIC)
    return Image.merge("RGB", (wide, wide, wide))


def slopes(height: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How much a height field rises per pixel downwards and to the right; 0 at the borders."""
    down, right = np.zeros_like(height), np.zeros_like(height)
    down[1:-1] = (height[2:] - height[:-2]) / 2
    right[:, 1:-1] = (height[:, 2:] - height[:, :-2]) / 2
    return down, right


@lru_cache(maxsize=8)
def texture_tile(kind: Texture) -> Image.Image:
    """A fixed grey tile, 1024 pixels square, mean near 128."""
    rng = np.random.default_rng(20170)
    if kind == "scales":
        return _scale_tile(14.0, 12.0, 60.0, rng)
    if kind == "feather":
        return _scale_tile(32.0, 18.0, 34.0, rng)
    cells = {"fur": (70, 420), "wet": (30, 40), "plain": (256, 256)}[kind]
    coarse = _noise(rng, cells)
    fine = _noise(rng, (240, 1000) if kind == "fur" else (500, 500))
    spread = 0.36 if kind == "fur" else 0.3
    grey = 128 + ((coarse - 128) * 0.6 + (fine - 128) * 0.55) * spread * 1.6
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))


def _noise(rng: np.random.Generator, cells: tuple[int, int]) -> FloatArray:
    raw = rng.integers(0, 256, (cells[1], cells[0])).astype(np.uint8)
    wide = Image.fromarray(raw).resize((_TILE, _TILE), Resampling.BICUBIC)
    return np.asarray(wide, dtype=np.float64)


def _scale_tile(across: float, down: float, depth: float, rng: np.random.Generator) -> Image.Image:
    y, x = np.mgrid[0:_TILE, 0:_TILE].astype(np.float64)
    x = x + (_noise(rng, (16, 16)) - 128) * 0.05
    row = np.floor(y / down)
    u = (x / across + 0.5 * (row % 2)) % 1.0 - 0.5
    v = y / down - row
    arc = v - np.sqrt(np.clip(0.25 - u**2, 0, 1)) * 1.3
    grey = 138 - depth * np.clip(1 - np.abs(arc) * 3, 0, 1) + 25 * (v - 0.5)
    grey += (_noise(rng, (200, 200)) - 128) * 0.2
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
