"""Places seen from the side: meadow, forest, dunes, snowfield, mountain, dusk, open sky.

Each function draws a `Backdrop` of the wanted size. `subject` is the height of the largest
animal as a share of the image's height: a near animal means a far background out of focus.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops

from simulation.backdrop import Backdrop, Tuft, focus, ground, hills, sky, skyline, trees, vertical
from simulation.curves import ellipse, limb
from simulation.foliage import Sketch, fern, flower, grass, pebbles
from simulation.paint import Colour, Sprite, mix, shade, soft_blur, vary
from simulation.surfaces import Size, coverage, field, grey, half, paste


def meadow(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """A summer meadow with flowers."""
    width, height = size
    unit, blur = height / 1200, focus(subject, height / 1200)
    horizon = height * float(rng.uniform(0.34, 0.44))
    image = sky(rng, size, [(126, 176, 222), (196, 220, 232), (236, 236, 214)], (252, 250, 244))
    hills(image, rng, horizon - 40 * unit, [(156, 182, 172), (128, 164, 128)], blur * 0.8)
    trees(image, rng, horizon + 10 * unit, height=120 * unit, tone=(82, 118, 72), blur=blur)
    ground(image, rng, horizon, (168, 188, 96), (74, 112, 42), 0.5)
    greens: list[Colour] = [(106, 148, 54), (132, 168, 70), (88, 130, 48), (158, 176, 84)]
    for k in range(6):
        y0 = horizon + (height - horizon) * (k / 6) ** 1.3
        y1 = horizon + (height - horizon) * ((k + 1) / 6) ** 1.3
        tall = unit * (14 + 16 * k)
        sheet = Sketch((0, int(y0 - tall * 1.3), width, int(y1) + 4), size, base=greens[0])
        tones = [shade(mix((186, 200, 120), tone, 0.4 + 0.1 * k), -0.05 * k) for tone in greens]
        grass(
            sheet,
            rng,
            across=(-20, width + 20),
            base=(y0, y1),
            height=tall,
            n=430 - 40 * k,
            colours=tones,
        )
        for _ in range(10):
            petal: Colour = [(250, 248, 240), (246, 206, 64), (222, 92, 120), (150, 120, 210)][
                int(rng.integers(4))
            ]
            x, y = float(rng.uniform(0, width)), float(rng.uniform(y0, y1)) - tall * 0.7
            flower(sheet, x, y, unit * (3.5 + 2.6 * k), petal, tall * 0.7)
        paste(image, sheet.sprite(blur=blur * 0.35 * max(0, 3 - k)))
    return Backdrop(image, (horizon + 0.16 * height, 0.95 * height), tuft=_grass_tuft(greens, size),
                    front=[_front_grass(rng, size, greens)], tint=(255, 252, 242))  # fmt: skip


def _grass_tuft(colours: list[Colour], size: Size) -> Tuft:
    def tuft(rng: np.random.Generator, x: float, y: float, span: float) -> Sprite:
        tall = max(6.0, span * 0.15)
        box = (int(x - span * 0.7), int(y - tall * 1.4), int(x + span * 0.7), int(y + tall * 0.6))
        sheet = Sketch(box, size, base=colours[0])
        grass(
            sheet,
            rng,
            across=(x - span * 0.6, x + span * 0.6),
            base=(y - tall * 0.05, y + tall * 0.45),
            height=tall,
            n=70,
            colours=[shade(c, -0.1) for c in colours],
        )
        return sheet.sprite()

    return tuft


def _front_grass(rng: np.random.Generator, size: Size, colours: list[Colour]) -> Sprite:
    """Blurred blades close to the lens, in a lower corner."""
    width, height = size
    side = 0.0 if rng.random() < 0.5 else width * 0.78
    sheet = Sketch((0, int(height * 0.72), width, height), size, base=shade(colours[0], -0.2))
    grass(
        sheet,
        rng,
        across=(side - 0.04 * width, side + 0.26 * width),
        base=(height, height * 1.06),
        height=height * 0.22,
        n=34,
        colours=[shade(c, -0.28) for c in colours],
    )
    return sheet.sprite(blur=height / 1200 * 5)


def forest(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """A wood in mist: trunks in depth, shafts of light, ferns."""
    width, height = size
    unit, blur = height / 1200, focus(subject, height / 1200)
    horizon = height * float(rng.uniform(0.50, 0.58))
    fog: Colour = [(204, 216, 186), (222, 208, 168), (186, 206, 206)][int(rng.integers(3))]
    image = vertical([shade(fog, -0.35), fog, shade(fog, 0.25), fog], size)
    crowns = np.clip((field(rng, half(size), 9, 4) - 0.45) * 4, 0, 1)
    crowns *= np.clip(1.3 - np.linspace(0, 3.2, crowns.shape[0]), 0, 1)[:, None]
    image.paste((78, 104, 62), (0, 0), grey(crowns * 210, size))
    for depth in range(4):
        tone = mix(fog, (62, 50, 42), 0.22 + 0.22 * depth)
        sheet = Sketch((0, 0, width, height), size, base=tone)
        for x in rng.uniform(0, width, 9 - 2 * depth):
            wide = unit * (18 + 26 * depth) * float(rng.uniform(0.7, 1.3))
            foot = horizon + height * 0.035 * depth
            sway = float(rng.normal(0, 20)) * unit
            trunk = limb([(x, foot + 20), (x + sway, height * 0.3), (x + sway * 2, -40)],
                         [wide * 1.5, wide, wide * 0.8])  # fmt: skip
            sheet.shape(trunk, tone)
            light = limb(
                [
                    (x - wide * 0.3, foot),
                    (x + sway - wide * 0.25, height * 0.3),
                    (x + sway * 2 - wide * 0.2, -40),
                ],
                [wide * 0.4, wide * 0.25, wide * 0.2],
            )
            sheet.shape(light, shade(tone, 0.16))
        paste(image, sheet.sprite(blur=blur * (1.1 - 0.25 * depth)))
    _light_shafts(image, rng, shade(fog, 0.6))
    ground(image, rng, horizon, mix(fog, (120, 106, 66), 0.6), (66, 54, 36), 0.9)
    _forest_floor(image, rng, horizon, blur)
    mosses: list[Colour] = [(88, 116, 52), (112, 128, 62), (76, 98, 50)]
    return Backdrop(
        image,
        (horizon + 0.12 * height, 0.95 * height),
        tuft=_grass_tuft(mosses, size),
        front=[_front_fern(rng, size)],
        tint=mix((255, 255, 255), fog, 0.35),
    )


def _light_shafts(image: Image.Image, rng: np.random.Generator, colour: Colour) -> None:
    width, height = image.size
    sheet = Sketch((0, 0, width, height), image.size, base=colour)
    for _ in range(5):
        x, wide = float(rng.uniform(0, width)), width * float(rng.uniform(0.02, 0.07))
        drop = -0.35 * width
        ray = [(x, -10), (x + wide, -10), (x + drop + wide * 2.6, height), (x + drop, height)]
        sheet.shape(np.asarray(ray), colour)
    rays = sheet.sprite()
    fade = grey(np.linspace(80, 0, height)[:, None].repeat(2, 1), image.size)
    alpha = ImageChops.multiply(soft_blur(coverage(rays, image.size), width / 70), fade)
    image.paste(colour, (0, 0), alpha)


def _forest_floor(
    image: Image.Image, rng: np.random.Generator, horizon: float, blur: float
) -> None:
    width, height = image.size
    autumn: list[Colour] = [(148, 100, 56), (176, 126, 64), (112, 78, 46), (120, 118, 60)]
    for k in range(4):
        y0 = horizon + (height - horizon) * (k / 4) ** 1.2
        y1 = horizon + (height - horizon) * ((k + 1) / 4) ** 1.2
        sheet = Sketch((0, int(y0) - 60, width, int(y1) + 30), image.size, base=autumn[0])
        for _ in range(230 - 35 * k):
            r = height / 1200 * (5 + 6 * k) * float(rng.uniform(0.6, 1.3))
            x, y = float(rng.uniform(0, width)), float(rng.uniform(y0, y1))
            tone = shade(vary(rng, autumn[int(rng.integers(4))], 10), -0.1)
            sheet.shape(ellipse(x, y, r, r * 0.38, tilt=float(rng.normal(0, 0.35)), n=10), tone)
        paste(image, sheet.sprite(blur=blur * 0.3 * max(0, 2 - k)))
    sheet = Sketch((0, int(horizon), width, height), image.size, base=(66, 112, 52))
    for _ in range(7):
        x, y = (
            float(rng.uniform(0, width)),
            float(rng.uniform(horizon + 0.05 * height, height * 0.8)),
        )
        size = 0.35 * (y - horizon) + 40 * height / 1200
        for angle in np.linspace(-2.7, -0.44, 6):
            fern(sheet, rng, x, y, size * float(rng.uniform(0.7, 1.1)), float(angle))
    paste(image, sheet.sprite(blur=blur * 0.2))


def _front_fern(rng: np.random.Generator, size: Size) -> Sprite:
    width, height = size
    x = width * (0.03 if rng.random() < 0.5 else 0.97)
    sheet = Sketch((0, int(height * 0.6), width, height), size, base=(44, 76, 36))
    for angle in np.linspace(-2.5, -0.6, 7):
        fern(sheet, rng, x, height * 1.03, height * 0.3, float(angle))
    return sheet.sprite(blur=height / 1200 * 5)


def dunes(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """Desert dunes under a clear sky."""
    width, height = size
    unit, blur = height / 1200, focus(subject, height / 1200)
    horizon = height * float(rng.uniform(0.36, 0.46))
    image = sky(rng, size, [(92, 158, 214), (178, 210, 226), (246, 230, 200)], (250, 246, 238))
    tones: list[Colour] = [(226, 190, 146), (214, 170, 118), (206, 158, 104)]
    hills(image, rng, horizon - 50 * unit, tones, blur * 0.6)
    ground(image, rng, horizon + 30 * unit, (222, 182, 128), (196, 148, 94), 0.35)
    floor = (width, height - int(horizon + 30 * unit))
    small = half(floor)
    y, x = np.mgrid[0 : small[1], 0 : small[0]].astype(float)
    depth = 1 / (0.12 + y / small[1])
    ripple = np.sin(
        26 * np.log(0.15 + y / small[1]) * 3 + 8 * field(rng, small, 3, 2) + x / small[0]
    )
    light = grey(128 + ripple * 26 / depth**0.4, floor)
    band = image.crop((0, height - floor[1], width, height))
    image.paste(
        ImageChops.overlay(band, Image.merge("RGB", (light, light, light))), (0, height - floor[1])
    )
    sheet = Sketch((0, int(horizon), width, height), size, base=(168, 160, 96))
    for _ in range(9):
        cx, cy = float(rng.uniform(0, width)), float(rng.uniform(horizon + 50 * unit, height * 0.9))
        tall = 0.22 * (cy - horizon) + 12 * unit
        dry: list[Colour] = [(166, 156, 92), (190, 172, 112), (136, 134, 80)]
        grass(
            sheet,
            rng,
            across=(cx - tall * 0.4, cx + tall * 0.4),
            base=(cy, cy + 5),
            height=tall,
            n=26,
            colours=dry,
        )
    paste(image, sheet.sprite())
    return Backdrop(
        image,
        (horizon + 0.18 * height, 0.94 * height),
        shadow=0.62,
        tint=(255, 246, 228),
        tuft=_grass_tuft([(178, 164, 104), (150, 142, 86)], size) if rng.random() < 0.4 else None,
    )


def snowfield(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """Snow before firs in the mist."""
    height = size[1]
    unit, blur = height / 1200, focus(subject, height / 1200)
    horizon = height * float(rng.uniform(0.40, 0.50))
    image = sky(rng, size, [(168, 188, 212), (206, 218, 230), (238, 238, 238)], (242, 244, 248))
    hills(image, rng, horizon - 60 * unit, [(196, 208, 224), (180, 194, 212)], blur)
    trees(
        image, rng, horizon - 10 * unit, height=230 * unit, tone=(150, 168, 184), blur=blur, firs=1
    )
    trees(
        image,
        rng,
        horizon + 26 * unit,
        height=190 * unit,
        tone=(92, 114, 128),
        blur=blur * 0.7,
        firs=1,
    )
    ground(image, rng, horizon, (226, 233, 242), (244, 247, 251), 0.22)
    for k in range(3):
        drift = Sketch((0, 0, *size), size, base=(214, 224, 238))
        y = horizon + (height - horizon) * (0.2 + 0.27 * k)
        drift.shape(
            skyline(rng, size, y, 14 * unit, 7),
            [(232, 238, 246), (238, 243, 249), (246, 249, 252)][k],
        )
        drawn = drift.sprite(blur=3)
        faint = drawn.alpha.point(lambda v: round(v * 0.75))
        image.paste(drawn.pixels, (drawn.left, drawn.top), faint)
    flakes = Sketch((0, 0, *size), size, base=(255, 255, 255))
    for x, y in rng.uniform((0, 0), size, (90, 2)):
        r = unit * float(rng.uniform(1.5, 5))
        flakes.shape(ellipse(x, y, r, r, n=12), (255, 255, 255))
    front = [flakes.sprite(blur=1.4 * unit)] if rng.random() < 0.5 else []
    return Backdrop(
        image,
        (horizon + 0.18 * height, 0.94 * height),
        shadow=0.34,
        tint=(244, 248, 255),
        tuft=_drift(size),
        front=front,
    )


def _drift(size: Size) -> Tuft:
    def tuft(rng: np.random.Generator, x: float, y: float, span: float) -> Sprite:
        rise = max(2.0, span * 0.022)
        box = (int(x - span), int(y - rise * 2), int(x + span), int(y + rise * 3))
        sheet = Sketch(box, size, base=(246, 249, 252))
        for lean in (-0.32, 0.05, 0.36):
            wide = span * float(rng.uniform(0.18, 0.3))
            sheet.shape(ellipse(x + lean * span, y + rise * 0.5, wide, rise), (247, 249, 252))
        return sheet.sprite(blur=max(1.0, rise * 0.4))

    return tuft


def mountain(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """Rocks and stones below blue ridges."""
    width, height = size
    unit, blur = height / 1200, focus(subject, height / 1200)
    horizon = height * float(rng.uniform(0.44, 0.54))
    image = sky(rng, size, [(104, 156, 212), (184, 210, 230), (232, 234, 230)], (250, 250, 250))
    for k, tone in enumerate([(164, 182, 206), (132, 152, 178), (110, 126, 136)]):
        sheet = Sketch((0, 0, *size), size, base=tone)
        x = np.linspace(-50, width + 50, 13 + 4 * k)
        crest = horizon - height * (0.2 - 0.065 * k) + rng.normal(0, height * 0.055, len(x))
        sheet.shape(
            np.vstack([np.column_stack([x, crest]), [(width + 50, height), (-50, height)]]), tone
        )
        paste(image, sheet.sprite(blur=blur * 0.7))
    ground(image, rng, horizon, (150, 148, 132), (128, 122, 108), 1.3)
    stones = Sketch((0, int(horizon) - 40, width, height), size, base=(150, 144, 134))
    for k in range(4):
        y0 = horizon + (height - horizon) * (k / 4) ** 1.4
        y1 = horizon + (height - horizon) * ((k + 1) / 4) ** 1.4
        pebbles(
            stones,
            rng,
            across=(0, width),
            base=(y0, y1),
            size=unit * (9 + 16 * k),
            n=60 - 13 * k,
            colour=(152, 146, 136),
        )
        grass(
            stones,
            rng,
            across=(0, width),
            base=(y0, y1),
            height=unit * (10 + 14 * k),
            n=40,
            colours=[(134, 142, 84), (112, 124, 72)],
        )
    paste(image, stones.sprite())
    return Backdrop(
        image,
        (horizon + 0.14 * height, 0.94 * height),
        tuft=_grass_tuft([(134, 142, 84), (106, 118, 70)], size),
        tint=(250, 250, 252),
    )


def dusk(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """The last light over a dark meadow."""
    width, height = size
    unit, blur = height / 1200, focus(subject, height / 1200)
    horizon = height * float(rng.uniform(0.50, 0.60))
    evening: list[Colour] = [
        [(58, 62, 110), (156, 100, 132), (242, 152, 96), (255, 214, 140)],
        [(48, 70, 104), (116, 130, 150), (236, 170, 120), (252, 220, 164)],
    ][int(rng.integers(2))]
    image = sky(rng, (width, height), [*evening, evening[-1]], (250, 180, 130))
    x, y, r = width * float(rng.uniform(0.2, 0.8)), horizon - 70 * unit, 62 * unit
    sun = Sketch((0, 0, *size), size, base=(255, 236, 190))
    sun.shape(ellipse(x, y, r, r), (255, 238, 196))
    disc = coverage(sun.sprite(), size)
    glow = soft_blur(disc, 90 * unit).point(lambda v: min(255, round(v * 3.4)))
    image.paste((255, 226, 160), (0, 0), glow)
    paste(image, sun.sprite(blur=2 + blur * 0.4))
    hills(image, rng, horizon - 30 * unit, [(150, 104, 108), (104, 80, 88)], blur * 0.6)
    trees(image, rng, horizon + 12 * unit, height=140 * unit, tone=(70, 58, 62), blur=blur * 0.8)
    ground(image, rng, horizon, (142, 112, 76), (58, 56, 40), 0.5)
    tones: list[Colour] = [(112, 98, 56), (88, 84, 50), (146, 118, 66)]
    for k in range(5):
        y0 = horizon + (height - horizon) * (k / 5) ** 1.3
        y1 = horizon + (height - horizon) * ((k + 1) / 5) ** 1.3
        tall = unit * (16 + 18 * k)
        sheet = Sketch((0, int(y0 - tall * 1.3), width, int(y1) + 4), size, base=tones[0])
        grass(sheet, rng, across=(-20, width + 20), base=(y0, y1), height=tall, n=330 - 30 * k,
              colours=[shade(tone, 0.1 - 0.1 * k) for tone in tones])  # fmt: skip
        paste(image, sheet.sprite(blur=blur * 0.3 * max(0, 2 - k)))
    return Backdrop(
        image,
        (horizon + 0.1 * height, 0.95 * height),
        tint=(236, 192, 166),
        shadow=0.45,
        tuft=_grass_tuft(tones, size),
        front=[_front_grass(rng, size, tones)],
    )


def open_sky(rng: np.random.Generator, size: Size, subject: float) -> Backdrop:
    """The sky over distant land or a hill."""
    width, height = size
    blur = focus(subject, height / 1200)
    stops: list[Colour] = [
        [(72, 138, 206), (150, 196, 230), (222, 234, 238)],
        [(120, 146, 178), (178, 194, 208), (226, 226, 220)],
        [(84, 98, 156), (226, 160, 140), (252, 216, 158)],
    ][int(rng.integers(3))]
    image = sky(rng, (width, height), stops, shade(stops[-1], 0.5))
    tones = [mix(stops[-1], (92, 122, 132), 0.5), mix(stops[-1], (70, 98, 84), 0.75)]
    hills(image, rng, height * 0.9, tones, blur * 0.5)
    return Backdrop(
        image, (height * 0.92, height * 0.96), tint=mix((255, 255, 255), stops[-1], 0.4)
    )
