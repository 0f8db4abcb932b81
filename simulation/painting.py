"""Painting placed animals into a place, far ones first, and reading their visible boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw
from PIL.Image import Resampling, Transpose

from simulation.backdrop import Backdrop
from simulation.composing import Placed
from simulation.curves import FloatArray, ellipse
from simulation.foliage import Sketch
from simulation.paint import Sprite, moved, render, soft_blur
from simulation.surfaces import Size, coverage, drop_shadow, paste

VISIBLE = 64  # coverage (0..255) from which a pixel counts as showing the animal
LEAST_SHOWN = 0.5  # what foliage may leave of an animal


@dataclass(frozen=True, slots=True)
class Shown:
    """What can still be seen of an animal (L, the image's size), and how much there was of it."""

    mask: Image.Image
    whole: float

    @classmethod
    def of(cls, sprite: Sprite, size: Size) -> Shown:
        return cls(coverage(sprite, size), _amount(sprite.alpha))

    def left_by(self, sprite: Sprite) -> float:
        """The share of the whole that could be seen behind `sprite`."""
        hidden = ImageChops.multiply(self.mask.crop(sprite.box), sprite.alpha)
        if hidden.getbbox() is None:
            return 1.0
        return (_amount(self.mask) - _amount(hidden)) / max(self.whole, 1.0)


def _amount(mask: Image.Image) -> float:
    """The sum of a mask's coverage, from its histogram: quicker than from its pixels."""
    return float(np.dot(mask.histogram(), np.arange(256)))


def paint_animals(
    backdrop: Backdrop, placed: Sequence[Placed], rng: np.random.Generator
) -> tuple[Image.Image, FloatArray]:
    """The backdrop with its animals, and the boxes (n, 4) of their visible parts."""
    image = backdrop.image
    shown: list[Shown] = []
    for each in placed:
        sprite = _sprite(each, backdrop, image, rng)
        _shadow(image, sprite, each, backdrop)
        _hide(shown, sprite)
        paste(image, sprite)
        shown.append(Shown.of(sprite, image.size))
        _feet(image, shown, each, backdrop, rng)
    for sprite in backdrop.front:
        _occlude(image, shown, sprite)
    return image, visible_boxes([each.mask for each in shown])


def visible_boxes(masks: Sequence[Image.Image]) -> FloatArray:
    """[x, y, w, h] of the pixels of each mask (L) that are at least `VISIBLE`.

    >>> mask = Image.new("L", (9, 9))
    >>> mask.paste(255, (2, 3, 5, 7))
    >>> visible_boxes([mask]).tolist()
    [[2.0, 3.0, 3.0, 4.0]]
    """
    boxes = []
    for mask in masks:
        extent = mask.point(lambda value: 255 if value >= VISIBLE else 0).getbbox()
        if extent is not None:
            x0, y0, x1, y1 = extent
            boxes.append((x0, y0, x1 - x0, y1 - y0))
    return np.asarray(boxes, dtype=np.float64).reshape(-1, 4)


def _sprite(
    each: Placed, backdrop: Backdrop, image: Image.Image, rng: np.random.Generator
) -> Sprite:
    """The animal as it is seen there: in the place's light, cut off at the waterline."""
    sprite = render(moved(each.pose.parts, by=(each.x, each.y)), image.size, rng)
    pixels = ImageChops.multiply(sprite.pixels, Image.new("RGB", sprite.pixels.size, backdrop.tint))
    sprite = Sprite(pixels, sprite.alpha, sprite.left, sprite.top)
    if backdrop.water and each.pose.creature.stance in {"surface", "wading"}:
        line = _waterline(each)
        _reflect(image, sprite, line)
        cut = ImageDraw.Draw(sprite.alpha)
        x = np.arange(0, sprite.alpha.width + 6, 6)
        y = line - sprite.top + 1.5 * np.sin(x / 17.0)
        below = [*zip(x.tolist(), y.tolist(), strict=True)]
        end = float(sprite.alpha.height + 9)
        cut.polygon([*below, (float(x[-1]), end), (0.0, end)], fill=0)
    return sprite


def _waterline(each: Placed) -> float:
    depth = 0.06 if each.pose.creature.stance == "wading" else 0.0
    return each.y - depth * each.pose.height


def _reflect(image: Image.Image, sprite: Sprite, line: float) -> None:
    """The animal upside down in the water, faint and rippled, and rings around it."""
    row = int(line) - sprite.top
    if row < 4:
        return
    depth = max(2, int(row * 0.8))
    box = (0, 0, sprite.alpha.width, min(row, sprite.alpha.height))
    flipped = [
        layer.crop(box).transpose(Transpose.FLIP_TOP_BOTTOM).resize(
            (sprite.alpha.width, depth), Resampling.BILINEAR
        )
        for layer in (sprite.pixels, sprite.alpha)
    ]  # fmt: skip
    y = np.arange(depth)
    sway = (np.sin(y / max(3.0, depth / 22)) * (1 + 9 * y / depth)).astype(np.intp)
    x = np.clip(np.arange(sprite.alpha.width)[None, :] + sway[:, None], 0, sprite.alpha.width - 1)
    pixels = np.asarray(flipped[0])[y[:, None], x]
    fade = (0.5 - 0.35 * y / depth)[:, None]
    alpha = (np.asarray(flipped[1])[y[:, None], x] * fade).astype(np.uint8)
    image.paste(Image.fromarray(pixels), (sprite.left, int(line)), Image.fromarray(alpha))
    _rings(image, sprite, line)


def _rings(image: Image.Image, sprite: Sprite, line: float) -> None:
    cx, half = sprite.left + sprite.alpha.width / 2, sprite.alpha.width / 2
    rings = Sketch((0, 0, *image.size), image.size, base=(240, 246, 248))
    thin = max(1.5, half * 0.012)
    for k in (1.02, 1.2, 1.42):
        outer = ellipse(cx, line, half * k, half * k * 0.16, n=90)
        inner = ellipse(cx, line, half * k - thin * 2, half * k * 0.16 - thin, n=90)
        rings.shape(np.vstack([outer, outer[:1], inner[:1], inner[::-1]]), (240, 246, 248))
    drawn = rings.sprite(blur=1.0)
    faint = drawn.alpha.point(lambda value: round(value * 0.32))
    image.paste(drawn.pixels, (drawn.left, drawn.top), faint)


def _shadow(image: Image.Image, sprite: Sprite, each: Placed, backdrop: Backdrop) -> None:
    stance = each.pose.creature.stance
    span = max(sprite.alpha.size)
    if stance == "flat":
        drop_shadow(image, sprite, max(2.0, span * 0.022), backdrop.shadow)
    elif not backdrop.water and not backdrop.perches and stance in {"ground", "perch", "wading"}:
        _cast(image, sprite, each.y, backdrop.shadow)


def _cast(image: Image.Image, sprite: Sprite, feet: float, strength: float) -> None:
    """The shadow on the ground: the silhouette laid down, and darker right below the animal."""
    width, height = sprite.alpha.size
    deep = max(2, int(height * 0.13))
    pad = max(3, deep // 2)
    laid = sprite.alpha.transpose(Transpose.FLIP_TOP_BOTTOM).resize(
        (width, deep), Resampling.BILINEAR
    )
    sheet = Image.new("L", (width + 4 * pad, deep + 3 * pad))
    sheet.paste(laid, (2 * pad, pad))
    lean = sheet.transform(
        sheet.size, Image.Transform.AFFINE, (1, -0.5, 0.5 * pad, 0, 1, 0), Resampling.BILINEAR
    )
    soft = soft_blur(lean, max(1.0, pad * 0.18)).point(lambda value: round(value * strength * 0.7))
    at = (sprite.left - 2 * pad, int(feet) - pad - max(1, deep // 20))
    image.paste((22, 20, 24), at, soft)
    spot = Image.new("L", (width, deep))
    ImageDraw.Draw(spot).ellipse((width * 0.14, deep * 0.3, width * 0.86, deep * 0.7), fill=255)
    spot = soft_blur(spot, max(1.0, deep * 0.12)).point(lambda value: round(value * strength))
    image.paste((22, 20, 24), (sprite.left, int(feet - deep * 0.45)), spot)


def _feet(
    image: Image.Image,
    shown: list[Shown],
    each: Placed,
    backdrop: Backdrop,
    rng: np.random.Generator,
) -> None:
    """Grass or snow in front of the feet of the animal just painted."""
    if backdrop.tuft is None or each.pose.creature.stance not in {"ground", "perch", "wading"}:
        return
    left, _, right, _ = each.edges
    span = min(right - left, each.pose.height * 1.3)
    _occlude(image, shown, backdrop.tuft(rng, (left + right) / 2, each.y, span))


def _occlude(image: Image.Image, shown: Sequence[Shown], sprite: Sprite) -> None:
    """Paint foliage, unless it would leave too little of an animal."""
    if all(each.left_by(sprite) >= LEAST_SHOWN for each in shown):
        _hide(shown, sprite)
        paste(image, sprite)


def _hide(shown: Sequence[Shown], sprite: Sprite) -> None:
    for each in shown:
        each.mask.paste(0, (sprite.left, sprite.top), sprite.alpha)
