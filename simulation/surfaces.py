"""Grounds seen from above: sand, snow, stone, leaf litter, a leaf, bark, a spider's web.

A ground of sand or snow takes `dents`: a grey picture of what is pressed into it (tracks).
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageFilter
from PIL.Image import Resampling

from simulation.curves import FloatArray, limb, smooth
from simulation.foliage import Sketch, leaf, midrib, pebbles
from simulation.paint import Colour, Sprite, mix, shade, slopes, soft_blur, vary

Size = tuple[int, int]


def field(
    rng: np.random.Generator, size: Size, cells: int, octaves: int = 3, *, squat: float = 1.0
) -> FloatArray:
    """Smooth noise (height, width) in 0..1, `cells` blobs across, finer ones in each octave.

    `squat` above 1 makes the blobs wider than high.
    """
    total = np.zeros((size[1], size[0]))
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        across = cells * 2**octave
        down = max(2, round(squat * across * size[1] / size[0]))
        raw = rng.integers(0, 256, (down + 1, across + 1)).astype(np.uint8)
        total += weight * np.asarray(Image.fromarray(raw).resize(size, Resampling.BICUBIC))
        norm += weight * 255
        weight *= 0.5
    return total / norm


def grey(values: FloatArray, size: Size) -> Image.Image:
    """An array in 0..255 as a grey image of `size`."""
    picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    return picture if picture.size == size else picture.resize(size, Resampling.BICUBIC)


def coloured(values: FloatArray, low: Colour, high: Colour, size: Size) -> Image.Image:
    """0..1 as a blend of two colours."""
    share = grey(values * 255, size)
    return Image.composite(Image.new("RGB", size, high), Image.new("RGB", size, low), share)


def lit(height: FloatArray, strength: float, size: Size) -> Image.Image:
    """Light from the upper left on a height field, as a grey overlay about 128."""
    down, right = slopes(height)
    light = grey(np.asarray(128 + strength * (down * 0.8 + right * 0.6)), size)
    return Image.merge("RGB", (light, light, light))


def paste(image: Image.Image, sprite: Sprite) -> None:
    """Lay a sprite on the image, in place."""
    image.paste(sprite.pixels, (sprite.left, sprite.top), sprite.alpha)


def coverage(sprite: Sprite, size: Size) -> Image.Image:
    """The coverage of a sprite as a grey image of the whole picture."""
    mask = Image.new("L", size)
    mask.paste(sprite.alpha, (sprite.left, sprite.top))
    return mask


def drop_shadow(image: Image.Image, sprite: Sprite, by: float, strength: float) -> None:
    """The soft shadow of something that lies on the ground, seen from above, in place."""
    pad = int(by * 2) + 2
    grown = Image.new("L", (sprite.alpha.width + 2 * pad, sprite.alpha.height + 2 * pad))
    grown.paste(sprite.alpha, (pad + int(by * 0.6), pad + int(by)))
    grown = soft_blur(grown, max(1.0, by * 0.7)).point(lambda value: round(value * strength))
    image.paste((18, 16, 20), (sprite.left - pad, sprite.top - pad), grown)


def half(size: Size) -> Size:
    """The size at which smooth fields are computed: half, which nobody sees."""
    return max(2, size[0] // 2), max(2, size[1] // 2)


def _dented(height: FloatArray, dents: Image.Image | None, depth: float) -> FloatArray:
    if dents is None:
        return height
    small = dents.resize((height.shape[1], height.shape[0]), Resampling.BOX)
    pressed = np.asarray(small.filter(ImageFilter.GaussianBlur(2.2)), dtype=np.float64) / 255
    wide = np.asarray(small.filter(ImageFilter.GaussianBlur(7)), dtype=np.float64) / 255
    return (
        height * (1 - 0.8 * pressed)
        - depth * pressed
        + depth * 0.45 * np.clip(wide - pressed, 0, 1)
    )


def sand(rng: np.random.Generator, size: Size, dents: Image.Image | None = None) -> Image.Image:
    """Rippled sand with grains and a few pebbles."""
    small = half(size)
    y, x = np.mgrid[0 : small[1], 0 : small[0]] / max(small)
    warp = field(rng, small, 4, 2)
    angle = float(rng.uniform(-0.5, 0.5))
    ripple = np.sin(
        2 * np.pi * (rng.uniform(11, 19) * (y * np.cos(angle) + x * np.sin(angle)) + 2.6 * warp)
    )
    height = _dented((ripple + 0.3 * ripple**2) * (0.25 + field(rng, small, 3, 2)), dents, 5.0)
    base = vary(rng, (212, 180, 132), 6)
    image = coloured(field(rng, small, 3), shade(base, -0.12), shade(base, 0.14), size)
    image = ImageChops.overlay(image, lit(height, 190, size))
    if dents is not None:
        shadow = dents.filter(ImageFilter.GaussianBlur(3)).point(lambda v: round(v * 0.3))
        image.paste(shade(base, -0.6), (0, 0), shadow)
    grains = rng.normal(128, 17, (small[1], small[0]))
    image = ImageChops.overlay(image, Image.merge("RGB", [grey(grains, size)] * 3))
    stones = Sketch((0, 0, *size), size)
    pebbles(stones, rng, across=(0, size[0]), base=(0, size[1]), size=size[0] * 0.006, n=14,
            colour=(168, 150, 128))  # fmt: skip
    paste(image, stones.sprite())
    return image


def snow(rng: np.random.Generator, size: Size, dents: Image.Image | None = None) -> Image.Image:
    """Soft snow with blue shadows."""
    small = half(size)
    height = _dented(field(rng, small, 5, 5) * 22, dents, 6.0)
    image = coloured(field(rng, small, 3), (222, 230, 242), (250, 251, 253), size)
    light = lit(height, 150, size)
    image = ImageChops.overlay(image, light)
    if dents is not None:
        shadow = dents.filter(ImageFilter.GaussianBlur(4)).point(lambda v: round(v * 0.5))
        image.paste((116, 142, 186), (0, 0), shadow)
        image = ImageChops.soft_light(image, light)
    sparkle = rng.normal(128, 7, (small[1], small[0]))
    return ImageChops.overlay(image, Image.merge("RGB", [grey(sparkle, size)] * 3))


def stone(rng: np.random.Generator, size: Size) -> Image.Image:
    """Weathered rock with cracks and lichen."""
    small = half(size)
    base = vary(rng, [(148, 142, 134), (168, 146, 122), (122, 126, 132)][int(rng.integers(3))], 7)
    rough = field(rng, small, 9, 5)
    image = coloured(field(rng, small, 4, 4), shade(base, -0.3), shade(base, 0.22), size)
    crust = np.clip((field(rng, small, 7, 4) - 0.56) * 9, 0, 1)
    lichen = [(186, 190, 138), (206, 172, 82), (172, 186, 170)][int(rng.integers(3))]
    image.paste(lichen, (0, 0), grey(crust * 175, size))
    ridge = np.abs(field(rng, small, 4, 3) - 0.5)
    crack = np.clip(1 - ridge * 110, 0, 1) * (field(rng, small, 3, 1) > 0.42)
    image.paste(shade(base, -0.75), (0, 0), grey(crack * 130, size))
    return ImageChops.overlay(image, lit(rough * 26 - crack * 2 + crust * 1.2, 75, size))


def litter(rng: np.random.Generator, size: Size) -> Image.Image:
    """The forest floor: leaves upon leaves."""
    small = half(size)
    image = coloured(field(rng, small, 24, 4), (42, 32, 24), (92, 70, 48), size)
    autumn: list[Colour] = [
        (150, 98, 52),
        (182, 124, 58),
        (122, 78, 46),
        (196, 150, 82),
        (108, 92, 54),
        (94, 110, 56),
    ]
    unit = max(size) / 1600
    for n, dim in ((300, -0.5), (240, -0.28), (150, 0.0)):
        sheet = Sketch((0, 0, *size), size)
        for _ in range(n):
            x, y = rng.uniform(-60, 60 + np.array(size))
            length, angle = unit * float(rng.uniform(70, 140)), float(rng.uniform(0, 6.28))
            tone = shade(vary(rng, autumn[int(rng.integers(len(autumn)))], 10), dim)
            sheet.shape(leaf(x, y, length, angle, width=float(rng.uniform(0.4, 0.6))), tone)
            sheet.shape(midrib(x, y, length, angle), shade(tone, 0.25))
        laid = sheet.sprite()
        drop_shadow(image, laid, 7 * unit, 0.5)
        paste(image, laid)
    return ImageChops.overlay(image, lit(field(rng, small, 40, 3) * 10, -30, size))


def big_leaf(rng: np.random.Generator, size: Size) -> Image.Image:
    """A leaf so near that it fills the picture, over a blurred garden."""
    width, height = size
    image = bokeh(rng, size, (58, 88, 42), (150, 178, 84))
    tone = vary(rng, [(92, 148, 56), (66, 128, 62), (126, 158, 60)][int(rng.integers(3))], 8)
    lean = float(rng.uniform(-0.16, 0.16))
    sheet = Sketch((0, 0, *size), size, base=tone)
    y0, y1 = height * (0.52 - lean), height * (0.52 + lean)
    sheet.shape(
        smooth([(-0.25 * width, y0), (0.1 * width, height * 0.02), (0.55 * width, -0.08 * height),
                (0.9 * width, 0.1 * height), (1.2 * width, y1), (0.86 * width, 0.93 * height),
                (0.5 * width, 1.08 * height), (0.12 * width, 0.98 * height)]), tone)  # fmt: skip
    laid = sheet.sprite()
    drop_shadow(image, laid, 0.016 * width, 0.5)
    skin = coloured(field(rng, half(size), 5, 4), shade(tone, -0.18), shade(tone, 0.14), size)
    veins = Sketch((0, 0, *size), size, base=shade(tone, 0.35))
    pale, unit = shade(tone, 0.32), width / 1600
    veins.shape(limb([(-50, y0), (width / 2, height * 0.52), (width + 50, y1)],
                     [26 * unit, 18 * unit, 9 * unit]), pale)  # fmt: skip
    for k in range(11):
        x = width * (-0.12 + 0.115 * k)
        y = y0 + (y1 - y0) * x / width
        for side in (-1, 1):
            curve = [(x, y), (x + 0.09 * width, y + side * 0.24 * height),
                     (x + 0.24 * width, y + side * 0.56 * height)]  # fmt: skip
            veins.shape(limb(curve, [11 * unit, 7 * unit, 3 * unit]), pale)
    drawn = veins.sprite(blur=1.2)
    drop_shadow(skin, drawn, 5 * unit, 0.35)
    paste(skin, drawn)
    image.paste(skin, (0, 0), coverage(laid, size))
    return ImageChops.overlay(image, lit(field(rng, half(size), 60, 2) * 5, -26, size))


def bark(rng: np.random.Generator, size: Size) -> Image.Image:
    """The trunk of a tree, furrowed, with moss."""
    small = half(size)
    tall = field(rng, (small[0], max(8, small[1] // 6)), 26, 3)
    furrow = np.asarray(
        Image.fromarray((tall * 255).astype(np.uint8)).resize(small, Resampling.BICUBIC), float
    ) / 255  # fmt: skip
    base = vary(rng, [(124, 98, 76), (108, 100, 92), (142, 104, 74)][int(rng.integers(3))], 6)
    image = coloured(np.clip(furrow * 1.9 - 0.45, 0, 1), shade(base, -0.5), shade(base, 0.15), size)
    moss = np.clip((field(rng, small, 5, 4) - 0.55) * 6, 0, 1)
    image.paste((104, 128, 56), (0, 0), grey(moss * 190, size))
    return ImageChops.overlay(image, lit(furrow * 20 + field(rng, small, 60, 2) * 4, -60, size))


def web(rng: np.random.Generator, size: Size) -> Image.Image:
    """An orb web with dew before a blurred garden; its hub is near the middle."""
    width, height = size
    image = bokeh(rng, size, (44, 62, 48), (138, 158, 98)).point(lambda v: round(v * 0.8))
    threads = Sketch((0, 0, *size), size, base=(225, 232, 236))
    cx, cy = width * float(rng.uniform(0.4, 0.6)), height * float(rng.uniform(0.42, 0.58))
    angles = np.linspace(0, 2 * np.pi, 22, endpoint=False) + rng.normal(0, 0.05, 22)
    silk, unit = (222, 230, 234), width / 1600
    for a in angles:
        far = (cx + 1300 * unit * np.cos(a), cy + 1300 * unit * np.sin(a))
        threads.shape(limb([(cx, cy), far], [2.4 * unit, 2.0 * unit], steps=2), silk)
    for ring in range(1, 26):
        r = unit * (26 * ring + 8)
        for a, b in zip(angles, np.roll(angles, -1), strict=True):
            end = b if b > a else b + 2 * np.pi
            mid = (a + end) / 2
            arc = [(cx + r * np.cos(a), cy + r * np.sin(a)),
                   (cx + r * 0.94 * np.cos(mid), cy + r * 0.94 * np.sin(mid)),
                   (cx + r * np.cos(end), cy + r * np.sin(end))]  # fmt: skip
            threads.shape(limb(arc, [1.7 * unit] * 3, steps=3), silk)
    drawn = threads.sprite()
    glow = soft_blur(drawn.alpha, 3).point(lambda v: round(v * 0.35))
    image.paste((210, 224, 226), (drawn.left, drawn.top), glow)
    faint = drawn.alpha.point(lambda v: round(v * 0.8))
    image.paste(drawn.pixels, (drawn.left, drawn.top), faint)
    return image


def bokeh(rng: np.random.Generator, size: Size, low: Colour, high: Colour) -> Image.Image:
    """A background far out of focus: soft blobs of light."""
    image = coloured(field(rng, half(size), 4, 3), shade(low, -0.1), high, size)
    unit = size[0] / 1600
    for _ in range(26):
        r = unit * float(rng.uniform(22, 90))
        x, y = rng.uniform(0, 1, 2) * size
        disc = Sketch((int(x - r) - 9, int(y - r) - 9, int(x + r) + 9, int(y + r) + 9), size)
        ring = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        disc.shape(np.column_stack([x + r * np.cos(ring), y + r * np.sin(ring)]), (255, 255, 255))
        soft = disc.sprite(blur=2.4 * unit)
        glow = soft.alpha.point(lambda v: round(v * 0.13))
        image.paste(mix(high, (255, 252, 214), 0.6), (soft.left, soft.top), glow)
    return soft_blur(image, 7 * unit)
