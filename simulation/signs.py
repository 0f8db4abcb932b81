"""What an animal leaves behind: tracks, scat, a home, feathers and bones. No animal is in view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from simulation.backgrounds import forest, meadow
from simulation.canopy import branches
from simulation.curves import FloatArray, ellipse, limb, ruffled, smooth, turned
from simulation.foliage import Sketch, grass, leafy_twig, pebbles
from simulation.paint import Colour, Part, Sprite, moved, render, shade, vary
from simulation.remains import bone, feather, fish_bones, shed_skin, shell
from simulation.surfaces import (
    Size,
    bark,
    big_leaf,
    drop_shadow,
    paste,
    sand,
    snow,
    stone,
    web,
)

Print = Callable[[], list[FloatArray]]


def _paw() -> list[FloatArray]:
    pad = smooth(
        [(-0.30, 0.26), (-0.20, 0.02), (0, -0.06), (0.20, 0.02), (0.30, 0.26), (0.0, 0.36)]
    )
    toes = [(-0.36, -0.10, -0.35), (-0.14, -0.36, -0.1), (0.14, -0.36, 0.1), (0.36, -0.10, 0.35)]
    claws = [ellipse(x * 1.12, y - 0.22, 0.03, 0.06, tilt=t) for x, y, t in toes]
    return [pad, *[ellipse(x, y, 0.11, 0.16, tilt=t) for x, y, t in toes], *claws]


def _hoof() -> list[FloatArray]:
    half = smooth(
        [(0.05, -0.48), (0.22, -0.20), (0.26, 0.18), (0.16, 0.36), (0.05, 0.30), (0.04, -0.1)]
    )
    return [half, half * (-1.0, 1.0)]


def _claw() -> list[FloatArray]:
    toes = [limb([(0, 0.12), (0.55 * np.sin(a), 0.12 - 0.62 * np.cos(a))], [0.10, 0.05])
            for a in (-0.62, 0.0, 0.62)]  # fmt: skip
    return [*toes, limb([(0, 0.1), (0, 0.5)], [0.09, 0.04])]


def _dots() -> list[FloatArray]:
    return [ellipse(x, y, 0.07, 0.11, tilt=x) for x, y in ((-0.3, -0.2), (0.0, -0.35), (0.3, -0.2))]


_PRINTS: dict[str, list[Print]] = {"Mammalia": [_paw, _hoof, _paw], "Aves": [_claw]}


def tracks(rng: np.random.Generator, size: Size, super_class: str) -> Image.Image:
    """Footprints that cross sand or snow."""
    width, height = size
    prints = _PRINTS.get(super_class, [_dots])
    shape = prints[int(rng.integers(len(prints)))]()
    dents = Image.new("L", size)
    pen = ImageDraw.Draw(dents)
    big = height * float(rng.uniform(0.07, 0.15))
    heading = float(rng.uniform(-0.5, 0.5))
    step = big * 1.55
    path = smooth(
        [
            (-0.1 * width, height * float(rng.uniform(0.25, 0.75))),
            (width * 0.35, height * float(rng.uniform(0.35, 0.65))),
            (width * 0.7, height * (0.5 + heading * 0.4)),
            (width * 1.1, height * (0.5 + heading * 0.9)),
        ],
        closed=False,
        steps=200,
    )
    gone = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if shape and super_class == "Reptilia":
        wave = path + np.column_stack([0 * gone, np.sin(gone / big * 2.2) * big * 0.28])
        pen.polygon(limb(wave[::8], [big * 0.13] * 40).ravel().tolist(), fill=200)
    for k, at in enumerate(np.arange(0, gone[-1], step * 0.62)):
        index = min(int(np.searchsorted(gone, at)), len(path) - 2)
        along = path[index + 1] - path[index]
        angle = float(np.arctan2(along[1], along[0]))
        side = (1 if k % 2 else -1) * big * 0.42
        centre = path[index] + side * np.array([-np.sin(angle), np.cos(angle)])
        lean = angle + np.pi / 2 + float(rng.normal(0, 0.08))
        for outline in shape:
            pen.polygon((turned(outline * big, lean) + centre).ravel().tolist(), fill=255)
    return (snow if rng.random() < 0.5 else sand)(rng, size, dents)


def _lay(image: Image.Image, parts: list[Part], rng: np.random.Generator, depth: float) -> Sprite:
    sprite = render(parts, image.size, rng)
    drop_shadow(image, sprite, depth, 0.6)
    paste(image, sprite)
    return sprite


def _ground(rng: np.random.Generator, size: Size) -> Image.Image:
    return [sand, stone, snow][int(rng.integers(3))](rng, size)


def scat(rng: np.random.Generator, size: Size, super_class: str) -> Image.Image:
    """Droppings: pellets, a twisted one, or a bird's white splash on a stone."""
    cx, cy = np.array(size) * rng.uniform(0.38, 0.62, 2)
    unit = size[1] * float(rng.uniform(0.14, 0.26))
    if super_class == "Aves":
        return _splash(rng, size, float(cx), float(cy), unit)
    image = _ground(rng, size)
    tone = vary(rng, (70, 52, 38), 7)
    if rng.random() < 0.5:
        spots = rng.normal(0, 0.42, (26, 2))
        for x, y in spots[np.argsort(spots[:, 1])]:
            tilt = float(rng.uniform(0, 3.1))
            pellet = ellipse(
                cx + x * unit, cy + y * unit * 0.7, unit * 0.13, unit * 0.095, tilt=tilt
            )
            _lay(
                image,
                [Part(pellet, shade(tone, 0.12), shade(tone, -0.3), relief=1.6)],
                rng,
                unit * 0.05,
            )
        return image
    for k, (x, y, length) in enumerate(
        ((-0.5, 0.25, 1.0), (0.35, -0.05, 0.85), (-0.15, -0.4, 0.6))
    ):
        curve = [
            (cx + (x - length * 0.5) * unit, cy + y * unit),
            (cx + x * unit, cy + (y - 0.12) * unit),
            (cx + (x + length * 0.5) * unit, cy + (y + 0.10) * unit),
        ]
        body = limb(curve, [unit * 0.24, unit * 0.36, unit * 0.07], steps=14)
        rope = Part(
            ruffled(body, unit * 0.02, rng),
            shade(tone, 0.1),
            shade(tone, -0.3),
            texture="wet",
            relief=1.6,
        )
        twists = [
            Part(
                limb(
                    [
                        (c[0] - unit * 0.06, c[1] - unit * 0.2),
                        (c[0] + unit * 0.06, c[1] + unit * 0.2),
                    ],
                    [unit * 0.035] * 2,
                ),
                shade(tone, -0.6),
                inside=True,
                relief=0,
                opacity=0.6,
            )
            for c in smooth(curve, closed=False)[3 + k :: 4]
        ]
        _lay(image, [rope, *twists], rng, unit * 0.08)
    return image


def _splash(rng: np.random.Generator, size: Size, cx: float, cy: float, unit: float) -> Image.Image:
    image = stone(rng, size)
    for r, x, y in (
        (1.0, 0, 0),
        *[(float(rng.uniform(0.08, 0.3)), *rng.normal(0, 1.1, 2)) for _ in range(9)],
    ):
        ring = ellipse(cx + x * unit, cy + y * unit, r * unit * 0.75, r * unit * 0.6, n=14)
        blot = smooth(ring + rng.normal(0, r * unit * 0.11, ring.shape))
        core = smooth(
            (ring - ring.mean(0)) * 0.42 + ring.mean(0) + rng.normal(0, r * unit * 0.05, ring.shape)
        )
        _lay(
            image,
            [
                Part(blot, (246, 244, 236), (226, 226, 214), texture="wet", relief=0.7),
                Part(core, (92, 88, 62), (58, 54, 44), inside=True, blur=unit * 0.03, relief=0.6),
            ],
            rng,
            4,
        )
    return image


def habitat(rng: np.random.Generator, size: Size, super_class: str) -> Image.Image:
    """A home with nobody in it: nest, burrow, tree hole, empty web, empty branch."""
    if super_class == "Arachnida":
        return web(rng, size)
    if super_class == "Aves":
        return _nest(rng, size) if rng.random() < 0.7 else branches(rng, size, 0.3).image
    if super_class in {"Insecta", "Mollusca"}:
        return _eaten_leaf(rng, size)
    if rng.random() < 0.35:
        return _tree_hole(rng, size)
    return _burrow(rng, size)


def _nest(rng: np.random.Generator, size: Size) -> Image.Image:
    image = branches(rng, size, 0.3).image
    width, height = size
    cx, cy = width * float(rng.uniform(0.38, 0.62)), height * 0.52
    r = height * float(rng.uniform(0.24, 0.33))
    straw: list[Colour] = [(146, 112, 70), (176, 142, 92), (112, 84, 54), (192, 166, 118)]
    _twig_ring(image, rng, (cx, cy - r * 0.16, r * 0.98, r * 0.30), 90, straw, -0.3)
    hollow = ellipse(cx, cy - r * 0.10, r * 0.76, r * 0.22)
    paste(
        image,
        render([Part(hollow, (46, 34, 26), (84, 62, 42), relief=0, texture="fur")], size, rng),
    )
    bowl = smooth(
        [
            (cx - r, cy - r * 0.1),
            (cx - r * 0.7, cy + r * 0.06),
            (cx, cy + r * 0.12),
            (cx + r * 0.7, cy + r * 0.06),
            (cx + r, cy - r * 0.1),
            (cx + r * 0.74, cy + r * 0.40),
            (cx, cy + r * 0.58),
            (cx - r * 0.74, cy + r * 0.40),
        ]
    )
    _lay(
        image, [Part(bowl, (138, 106, 68), (84, 62, 42), texture="fur", relief=1.2)], rng, r * 0.05
    )
    for k in range(7):
        ring = (cx, cy - r * 0.10 + r * 0.075 * k, r * (1.02 - 0.075 * k), r * 0.22)
        _twig_ring(image, rng, ring, 34, straw, -0.05 - 0.05 * k, front=True)
    return image


def _twig_ring(
    image: Image.Image,
    rng: np.random.Generator,
    ring: tuple[float, float, float, float],
    n: int,
    tones: list[Colour],
    dim: float,
    *,
    front: bool = False,
) -> None:
    """Twigs laid along an ellipse (cx, cy, rx, ry), or only along its front half."""
    cx, cy, rx, ry = ring
    sheet = Sketch((0, 0, *image.size), image.size, base=tones[0])
    low, high = (0.0, np.pi) if front else (0.0, 2 * np.pi)
    for start in rng.uniform(low, high, n):
        reach = float(rng.uniform(0.2, 0.55))
        angles = start + np.linspace(-reach, reach, 4)
        wobble = rng.normal(0, rx * 0.022, (4, 2))
        curve = np.column_stack([cx + rx * np.cos(angles), cy + ry * np.sin(angles)]) + wobble
        tone = shade(vary(rng, tones[int(rng.integers(len(tones)))], 10), dim)
        sheet.shape(limb(curve, [rx * 0.02, rx * 0.024, rx * 0.02, rx * 0.008], steps=4), tone)
    drawn = sheet.sprite()
    drop_shadow(image, drawn, rx * 0.015, 0.5)
    paste(image, drawn)


def _burrow(rng: np.random.Generator, size: Size) -> Image.Image:
    """The mouth of a burrow in a bank, with the earth that was dug out and grass above it."""
    width, height = size
    place = (meadow if rng.random() < 0.5 else forest)(rng, size, 0.4)
    image = place.image
    cx, cy = width * float(rng.uniform(0.38, 0.62)), height * 0.74
    r = height * float(rng.uniform(0.15, 0.21))
    soil = vary(rng, (124, 92, 62), 6)
    bank = np.array(
        [
            (-2.9, 0.75),
            (-2.2, 0.1),
            (-1.3, -0.55),
            (-0.5, -0.95),
            (0.3, -1.0),
            (1.2, -0.6),
            (2.1, 0.05),
            (2.8, 0.7),
            (1.5, 1.05),
            (0, 1.15),
            (-1.5, 1.05),
        ]
    )
    bank += rng.normal(0, 0.07, bank.shape)
    mouth = np.array(
        [
            (-0.78, 0.30),
            (-0.62, -0.22),
            (-0.2, -0.5),
            (0.3, -0.5),
            (0.7, -0.18),
            (0.8, 0.3),
            (0.4, 0.46),
            (-0.4, 0.46),
        ]
    )
    mouth += rng.normal(0, 0.05, mouth.shape)
    fan = np.array(
        [(-0.8, 0.32), (0, 0.42), (0.8, 0.32), (1.6, 0.95), (0.6, 1.3), (-0.6, 1.3), (-1.6, 0.95)]
    )
    mound, hole, spoil = (smooth(shape * r + (cx, cy)) for shape in (bank, mouth, fan))
    _lay(
        image,
        [
            Part(
                ruffled(mound, r * 0.05, rng),
                shade(soil, -0.05),
                shade(soil, -0.3),
                texture="wet",
                relief=0.7,
            ),
            Part(
                (hole - (cx, cy)) * 1.2 + (cx, cy),
                shade(soil, -0.55),
                inside=True,
                relief=0,
                blur=r * 0.06,
            ),
            Part(ruffled(spoil, r * 0.04, rng), shade(soil, 0.22), soil, texture="wet", relief=0.6),
            Part(ruffled(hole, r * 0.03, rng), (16, 12, 10), (52, 38, 27), relief=0),
        ],
        rng,
        r * 0.06,
    )
    top = Sketch((0, 0, *size), size, base=(96, 122, 56))
    greens: list[Colour] = [(92, 124, 52), (118, 142, 66), (78, 102, 46)]
    for x, y in bank[:8]:
        at = (cx + x * r, cy + y * r)
        grass(
            top,
            rng,
            across=(at[0] - 0.6 * r, at[0] + 0.6 * r),
            base=(at[1], at[1] + 0.28 * r),
            height=r * 0.42,
            n=46,
            colours=greens,
        )
    pebbles(
        top,
        rng,
        across=(cx - 1.4 * r, cx + 1.4 * r),
        base=(cy + 0.75 * r, cy + 1.2 * r),
        size=r * 0.06,
        n=16,
        colour=shade(soil, 0.2),
    )
    paste(image, top.sprite())
    return image


def _tree_hole(rng: np.random.Generator, size: Size) -> Image.Image:
    image = bark(rng, size)
    cx, cy = np.array(size) * rng.uniform(0.42, 0.58, 2)
    r = size[1] * float(rng.uniform(0.16, 0.24))
    rim = ellipse(cx, cy, r, r * 1.18, n=20) + rng.normal(0, r * 0.03, (20, 2))
    hole = (rim - (cx, cy)) * 0.76 + (cx, cy + r * 0.03)
    _lay(
        image,
        [
            Part(smooth(rim), (156, 124, 92), (96, 72, 52), texture="fur", relief=1.5),
            Part(smooth(hole), (22, 16, 13), (58, 42, 30), inside=True, relief=0, blur=r * 0.05),
        ],
        rng,
        r * 0.06,
    )
    return image


def _eaten_leaf(rng: np.random.Generator, size: Size) -> Image.Image:
    image = big_leaf(rng, size)
    for _ in range(int(rng.integers(5, 10))):
        cx, cy = np.array(size) * rng.uniform(0.2, 0.8, 2)
        r = size[1] * float(rng.uniform(0.03, 0.09))
        ring = ellipse(cx, cy, r, r * 0.8, n=9) + rng.normal(0, r * 0.14, (9, 2))
        hole = smooth(ring)
        edge = (hole - (cx, cy)) * 1.1 + (cx, cy)
        paste(
            image,
            render(
                [
                    Part(edge, (150, 134, 62), (120, 104, 50), relief=0.4),
                    Part(hole, (30, 44, 24), (58, 78, 40), relief=0),
                ],
                size,
                rng,
            ),
        )
    corner = Sketch((0, 0, *size), size)
    leafy_twig(corner, rng, start=(-20, size[1] * 0.9), angle=-0.4, length=size[0] * 0.2,
               leaf_px=size[1] * 0.1, colours=[(84, 122, 52), (104, 142, 62)])  # fmt: skip
    paste(image, corner.sprite(blur=3))
    return image


def remains(rng: np.random.Generator, size: Size, super_class: str) -> Image.Image:
    """A feather, a bone, a shed skin, a fish's skeleton or an empty shell on the ground."""
    image = _ground(rng, size)
    draw = {"Aves": feather, "Reptilia": shed_skin, "Actinopterygii": fish_bones,
            "Mollusca": shell, "Animalia": shell}.get(super_class, bone)  # fmt: skip
    scale = min(size) * float(rng.uniform(0.34, 0.62))
    centre = (size[0] * float(rng.uniform(0.42, 0.58)), size[1] * float(rng.uniform(0.44, 0.56)))
    parts = moved(draw(rng), angle=float(rng.uniform(-0.7, 0.7)), mirror=rng.random() < 0.5,
                  scale=scale, by=centre)  # fmt: skip
    _lay(image, parts, rng, scale * 0.03)
    return image
