"""Water: a lake seen from the bank, and the sea floor."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from simulation.backdrop import Backdrop, sky, skyline, vertical
from simulation.curves import ellipse, limb, smooth
from simulation.foliage import Sketch, grass, pebbles
from simulation.paint import Colour, Sprite, mix, shade, soft_blur, vary
from simulation.surfaces import Size, coverage, field, grey, half, paste


def lake(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """Still water that mirrors the far bank, with reeds."""
    height = size[1]
    unit = height / 1200
    horizon = height * float(rng.uniform(0.30, 0.38))
    stops: list[Colour] = [
        [(120, 172, 216), (196, 218, 228), (238, 236, 218)],
        [(150, 168, 182), (202, 210, 212), (228, 226, 216)],
        [(98, 106, 150), (222, 158, 138), (252, 214, 160)],
    ][int(rng.integers(3))]
    image = sky(rng, size, stops, shade(stops[-1], 0.4))
    blur = unit * (2 + 7 * subject)
    for k, tone in enumerate(
        (mix(stops[1], (96, 122, 120), 0.6), mix(stops[1], (64, 92, 62), 0.8))
    ):
        bank = Sketch((0, 0, *size), size, base=tone)
        bank.shape(skyline(rng, size, horizon - (56 - 30 * k) * unit, 14 * unit, 14), tone)
        paste(image, bank.sprite(blur=blur))
    _mirror(image, rng, int(horizon), mix(stops[0], (48, 84, 96), 0.55))
    front = [_reeds(rng, size)] if rng.random() < 0.8 else []
    return Backdrop(
        image,
        (horizon + 0.2 * height, 0.86 * height),
        tint=mix((255, 255, 255), stops[-1], 0.35),
        front=front,
        water=True,
    )


def _mirror(image: Image.Image, rng: np.random.Generator, y: int, deep: Colour) -> None:
    """Everything above `y` upside down below it, rippled, darker towards us."""
    width, height = image.size
    size = (width, height - y)
    top = np.asarray(image.crop((0, 0, width, y)))[::-1]
    rows = np.clip((np.linspace(0, 0.98, size[1]) ** 0.8 * y), 0, y - 1)
    near = np.linspace(0.02, 1, size[1])
    swell = field(rng, (size[0] // 4, size[1] // 2), 6, 3)
    wave = np.asarray(Image.fromarray((swell * 255).astype(np.uint8)).resize(size), dtype=float)
    wave = (wave / 255 - 0.5) * 90 * near[:, None]
    ripple = np.sin(np.log(0.03 + near) * 34)[:, None] * (3 + 9 * near[:, None])
    index = np.clip(rows[:, None] + wave + ripple, 0, y - 1).astype(np.intp)
    water = Image.fromarray(top[index, np.arange(width)[None, :]])
    shadow = grey((60 + 130 * near)[:, None].repeat(2, 1), size)
    water.paste(deep, (0, 0), shadow)
    glint = np.clip(np.sin(np.log(0.03 + near) * 90)[:, None] * 1.2 + wave / 26 - 0.9, 0, 1)
    water.paste((255, 252, 240), (0, 0), grey(glint * 60, size))
    image.paste(water, (0, y))


def _reeds(rng: np.random.Generator, size: Size) -> Sprite:
    width, height = size
    side = float(rng.uniform(-0.04, 0.1)) * width if rng.random() < 0.5 else width * 0.88
    sheet = Sketch((0, int(height * 0.35), width, height), size, base=(96, 118, 58))
    greens: list[Colour] = [(92, 120, 54), (124, 140, 66), (74, 100, 50)]
    grass(sheet, rng, across=(side, side + 0.14 * width), base=(height * 0.97, height * 1.04),
          height=height * 0.42, n=44, colours=greens)  # fmt: skip
    for _ in range(5):
        x, tall = side + float(rng.uniform(0, 0.13)) * width, height * float(rng.uniform(0.3, 0.44))
        tip = (x + float(rng.normal(0, 18)), height - tall)
        sheet.shape(limb([(x, height), tip], [7, 4]), (112, 124, 66))
        sheet.shape(
            limb([(tip[0], tip[1] + 10), (tip[0] + 2, tip[1] + height * 0.07)], [18, 19]),
            (98, 62, 38),
        )
    return sheet.sprite(blur=height / 1200 * 1.6)


def reef(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """Under water: rays of light, a sandy floor, weeds, corals and bubbles."""
    width, height = size
    unit = height / 1200
    fresh = rng.random() < 0.3
    stops: list[Colour] = (
        [(158, 196, 150), (92, 146, 116), (44, 88, 78)]
        if fresh
        else [(134, 214, 226), (46, 146, 190), (14, 74, 124)]
    )
    image = vertical(stops, size)
    _rays(image, rng)
    floor = height * float(rng.uniform(0.78, 0.86))
    rock = Sketch((0, 0, *size), size, base=stops[2])
    for k in range(3):
        tone = mix(stops[1], stops[2], 0.35 + 0.3 * k)
        rock.shape(skyline(rng, size, floor - (150 - 60 * k) * unit, 60 * unit, 8), tone)
    paste(image, rock.sprite(blur=unit * (7 + 6 * subject)))
    sandy = mix(stops[0], (226, 208, 166), 0.5)
    bed = Sketch((0, 0, *size), size, base=sandy)
    bed.shape(skyline(rng, size, floor, 10 * unit, 8), mix(sandy, stops[1], 0.35))
    paste(image, bed.sprite(blur=3 * unit))
    life = Sketch((0, 0, *size), size, base=(60, 110, 80))
    pebbles(
        life,
        rng,
        across=(0, width),
        base=(floor + 10, height),
        size=26 * unit,
        n=46,
        colour=mix(sandy, stops[2], 0.4),
    )
    _weeds(life, rng, floor, unit, fresh=bool(fresh))
    paste(image, life.sprite(blur=1.4 * unit))
    _caustics(image, rng, int(floor))
    return Backdrop(
        image,
        (height * 0.12, height * 0.84),
        tint=mix((255, 255, 255), stops[0], 0.45),
        front=[_bubbles(rng, size)],
    )


def _rays(image: Image.Image, rng: np.random.Generator) -> None:
    width, height = image.size
    sheet = Sketch((0, 0, *image.size), image.size, base=(255, 255, 255))
    for _ in range(9):
        x, wide = width * float(rng.uniform(-0.1, 1.1)), width * float(rng.uniform(0.015, 0.06))
        lean = (x - width * 0.5) * 0.5
        ray = [(x, -9), (x + wide, -9), (x + lean + wide * 3, height), (x + lean - wide, height)]
        sheet.shape(np.asarray(ray), (255, 255, 255))
    fade = grey(np.linspace(88, 0, height)[:, None].repeat(2, 1), image.size)
    alpha = ImageChops.multiply(soft_blur(coverage(sheet.sprite(), image.size), width / 80), fade)
    image.paste((236, 255, 250), (0, 0), alpha)


def _weeds(
    life: Sketch, rng: np.random.Generator, floor: float, unit: float, *, fresh: bool
) -> None:
    greens: list[Colour] = [(52, 116, 74), (86, 140, 66), (38, 92, 78)]
    right = life.right
    for _ in range(10):
        x = float(rng.uniform(0, right))
        tall = unit * float(rng.uniform(140, 330))
        tone = vary(rng, greens[int(rng.integers(3))], 8)
        for _ in range(5):
            sway = rng.normal(0, 26 * unit, 4)
            y = floor + unit * float(rng.uniform(20, 120))
            curve = [(x, y), (x + sway[0], y - tall * 0.35), (x + sway[1] * 1.5, y - tall * 0.7),
                     (x + sway[2] * 2, y - tall * float(rng.uniform(0.8, 1.1)))]  # fmt: skip
            life.shape(
                limb(curve, [9 * unit, 17 * unit, 14 * unit, 3 * unit]),
                shade(tone, float(rng.uniform(-0.2, 0.15))),
            )
    if fresh:
        return
    corals: list[Colour] = [(226, 104, 112), (236, 154, 80), (164, 96, 176), (238, 206, 120)]
    for _ in range(7):
        x, y = float(rng.uniform(0, right)), floor + unit * float(rng.uniform(20, 130))
        _coral(
            life,
            rng,
            x,
            y,
            unit * float(rng.uniform(50, 120)),
            vary(rng, corals[int(rng.integers(4))], 8),
        )


def _coral(
    life: Sketch, rng: np.random.Generator, x: float, y: float, r: float, tone: Colour
) -> None:
    if rng.random() < 0.5:
        for angle in np.linspace(-2.7, -0.45, 9):
            end = (x + r * np.cos(angle), y + r * 1.2 * np.sin(angle))
            mid = ((x + end[0]) / 2 + float(rng.normal(0, r * 0.1)), (y + end[1]) / 2)
            life.shape(
                limb([(x, y), mid, end], [r * 0.16, r * 0.13, r * 0.15]),
                shade(tone, float(rng.uniform(-0.3, 0.1))),
            )
        return
    dome = smooth(
        [
            (x - r, y),
            (x - r * 0.8, y - r * 0.6),
            (x, y - r * 0.85),
            (x + r * 0.8, y - r * 0.55),
            (x + r, y),
        ]
    )
    life.shape(dome, shade(tone, -0.25))
    for px, py in rng.uniform((-0.75, -0.62), (0.75, -0.05), (34, 2)):
        life.shape(ellipse(x + px * r, y + py * r, r * 0.07, r * 0.055, n=10), shade(tone, 0.15))


def _caustics(image: Image.Image, rng: np.random.Generator, y: int) -> None:
    width, height = image.size
    size = (width, height - y)
    small = half(size)
    ridge = np.abs(field(rng, small, 9, 2) - 0.5)
    net = np.clip(1 - ridge * 16, 0, 1) * np.linspace(0.3, 1, small[1])[:, None]
    image.paste((255, 255, 236), (0, y), grey(net * 90, size))


def _bubbles(rng: np.random.Generator, size: Size) -> Sprite:
    sheet = Sketch((0, 0, *size), size, base=(232, 250, 252))
    x0 = float(rng.uniform(0.1, 0.9)) * size[0]
    for _ in range(12):
        r = size[1] / 1200 * float(rng.uniform(3, 11))
        x, y = x0 + float(rng.normal(0, 26)), float(rng.uniform(0, size[1] * 0.8))
        ring = np.vstack([ellipse(x, y, r, r, n=24), ellipse(x, y, r * 0.8, r * 0.8, n=24)[::-1]])
        sheet.shape(ring, (226, 246, 250))
        sheet.shape(ellipse(x - r * 0.35, y - r * 0.35, r * 0.2, r * 0.2, n=10), (255, 255, 255))
    return sheet.sprite()
