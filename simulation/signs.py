"""What an animal leaves behind: tracks, scat, a home, feathers and bones. No animal is in view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from simulation.backgrounds import branches, forest
from simulation.curves import FloatArray, ellipse, limb, ruffled, smooth, turned
from simulation.foliage import Sketch, leafy_twig
from simulation.paint import Colour, Part, Sprite, moved, render, shade, vary
from simulation.surfaces import Size, bark, big_leaf, drop_shadow, litter, paste, sand, snow, stone, web

Print = Callable[[], list[FloatArray]]


def _paw() -> list[FloatArray]:
    pad = smooth([(-0.30, 0.26), (-0.20, 0.02), (0, -0.06), (0.20, 0.02), (0.30, 0.26), (0.0, 0.36)])
    toes = [(-0.36, -0.10, -0.35), (-0.14, -0.36, -0.1), (0.14, -0.36, 0.1), (0.36, -0.10, 0.35)]
    claws = [ellipse(x * 1.12, y - 0.22, 0.03, 0.06, tilt=t) for x, y, t in toes]
    return [pad, *[ellipse(x, y, 0.11, 0.16, tilt=t) for x, y, t in toes], *claws]


def _hoof() -> list[FloatArray]:
    half = smooth([(0.05, -0.48), (0.22, -0.20), (0.26, 0.18), (0.16, 0.36), (0.05, 0.30), (0.04, -0.1)])
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
    path = smooth([(-0.1 * width, height * float(rng.uniform(0.25, 0.75))),
                   (width * 0.35, height * float(rng.uniform(0.35, 0.65))),
                   (width * 0.7, height * (0.5 + heading * 0.4)),
                   (width * 1.1, height * (0.5 + heading * 0.9))], closed=False, steps=200)  # fmt: skip
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
    return [litter, sand, stone][int(rng.integers(3))](rng, size)


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
            pellet = ellipse(cx + x * unit, cy + y * unit * 0.7, unit * 0.13, unit * 0.095, tilt=tilt)
            _lay(image, [Part(pellet, shade(tone, 0.12), shade(tone, -0.3), relief=1.6)], rng, unit * 0.05)
        return image
    for k, (x, y, length) in enumerate(((-0.5, 0.25, 1.0), (0.35, -0.05, 0.85), (-0.15, -0.4, 0.6))):
        curve = [(cx + (x - length * 0.5) * unit, cy + y * unit), (cx + x * unit, cy + (y - 0.12) * unit),
                 (cx + (x + length * 0.5) * unit, cy + (y + 0.10) * unit)]  # fmt: skip
        body = limb(curve, [unit * 0.24, unit * 0.36, unit * 0.07], steps=14)
        rope = Part(ruffled(body, unit * 0.02, rng), shade(tone, 0.1), shade(tone, -0.3), texture="wet", relief=1.6)
        twists = [Part(limb([(c[0] - unit * 0.06, c[1] - unit * 0.2), (c[0] + unit * 0.06, c[1] + unit * 0.2)],
                            [unit * 0.035] * 2), shade(tone, -0.6), inside=True, relief=0, opacity=0.6)
                  for c in smooth(curve, closed=False)[3 + k :: 4]]  # fmt: skip
        _lay(image, [rope, *twists], rng, unit * 0.08)
    return image


def _splash(rng: np.random.Generator, size: Size, cx: float, cy: float, unit: float) -> Image.Image:
    image = stone(rng, size)
    for r, x, y in ((1.0, 0, 0), *[(float(rng.uniform(0.08, 0.3)), *rng.normal(0, 1.1, 2)) for _ in range(9)]):
        ring = ellipse(cx + x * unit, cy + y * unit, r * unit * 0.75, r * unit * 0.6, n=14)
        blot = smooth(ring + rng.normal(0, r * unit * 0.11, ring.shape))
        core = smooth((ring - ring.mean(0)) * 0.42 + ring.mean(0) + rng.normal(0, r * unit * 0.05, ring.shape))
        _lay(image, [Part(blot, (246, 244, 236), (226, 226, 214), texture="wet", relief=0.7),
                     Part(core, (92, 88, 62), (58, 54, 44), inside=True, blur=unit * 0.03, relief=0.6)],
             rng, 4)  # fmt: skip
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
    paste(image, render([Part(hollow, (46, 34, 26), (84, 62, 42), relief=0, texture="fur")], size, rng))
    bowl = smooth([(cx - r, cy - r * 0.1), (cx - r * 0.7, cy + r * 0.06), (cx, cy + r * 0.12),
                   (cx + r * 0.7, cy + r * 0.06), (cx + r, cy - r * 0.1), (cx + r * 0.74, cy + r * 0.40),
                   (cx, cy + r * 0.58), (cx - r * 0.74, cy + r * 0.40)])  # fmt: skip
    _lay(image, [Part(bowl, (138, 106, 68), (84, 62, 42), texture="fur", relief=1.2)], rng, r * 0.05)
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
    image = forest(rng, size, 0.4).image
    width, height = size
    cx, cy = width * float(rng.uniform(0.38, 0.62)), height * 0.70
    r = height * float(rng.uniform(0.20, 0.27))
    soil = vary(rng, (124, 92, 62), 6)
    mound = smooth([(cx - 2.1 * r, cy + r * 0.6), (cx - 1.5 * r, cy - r * 0.3), (cx - 0.8 * r, cy - r),
                    (cx, cy - 1.2 * r), (cx + 0.8 * r, cy - r), (cx + 1.5 * r, cy - r * 0.3),
                    (cx + 2.1 * r, cy + r * 0.6), (cx, cy + r * 0.85)])  # fmt: skip
    hole = smooth([(cx - 0.72 * r, cy + r * 0.42), (cx - 0.66 * r, cy - r * 0.2), (cx - 0.3 * r, cy - 0.66 * r),
                   (cx + 0.3 * r, cy - 0.66 * r), (cx + 0.66 * r, cy - r * 0.2),
                   (cx + 0.72 * r, cy + r * 0.42), (cx, cy + 0.52 * r)])  # fmt: skip
    lip = (hole - (cx, cy)) * 1.14 + (cx, cy)
    sill = limb([(cx - 0.9 * r, cy + 0.42 * r), (cx, cy + 0.56 * r), (cx + 0.9 * r, cy + 0.42 * r)],
                [0.1 * r, 0.3 * r, 0.1 * r])  # fmt: skip
    _lay(image, [
        Part(ruffled(mound, r * 0.05, rng), shade(soil, 0.08), shade(soil, -0.35), texture="wet", relief=1.2),
        Part(ruffled(lip, r * 0.03, rng), shade(soil, -0.25), shade(soil, 0.1), inside=True, texture="wet", relief=0.5),
        Part(hole, (20, 15, 12), (46, 32, 22), inside=True, relief=0, blur=r * 0.03),
        Part(ruffled(sill, r * 0.03, rng), shade(soil, 0.2), soil, texture="wet", relief=1.0),
    ], rng, r * 0.1)  # fmt: skip
    roots = Sketch((0, 0, *size), size, base=soil)
    for x in rng.uniform(-0.55, 0.55, 6):
        top = cy - r * (0.68 - 0.3 * abs(float(x)))
        drop = r * float(rng.uniform(0.12, 0.4))
        curve = [(cx + x * r, top - 8), (cx + x * r + rng.normal(0, 8), top + drop * 0.5),
                 (cx + x * r + rng.normal(0, 14), top + drop)]  # fmt: skip
        roots.shape(limb(curve, [r * 0.03, r * 0.02, r * 0.006]), (150, 118, 84))
    paste(image, roots.sprite())
    return image


def _tree_hole(rng: np.random.Generator, size: Size) -> Image.Image:
    image = bark(rng, size)
    cx, cy = np.array(size) * rng.uniform(0.42, 0.58, 2)
    r = size[1] * float(rng.uniform(0.16, 0.24))
    rim = ellipse(cx, cy, r, r * 1.18, n=20) + rng.normal(0, r * 0.03, (20, 2))
    hole = (rim - (cx, cy)) * 0.76 + (cx, cy + r * 0.03)
    _lay(image, [Part(smooth(rim), (156, 124, 92), (96, 72, 52), texture="fur", relief=1.5),
                 Part(smooth(hole), (22, 16, 13), (58, 42, 30), inside=True, relief=0, blur=r * 0.05)],
         rng, r * 0.06)  # fmt: skip
    return image


def _eaten_leaf(rng: np.random.Generator, size: Size) -> Image.Image:
    image = big_leaf(rng, size)
    for _ in range(int(rng.integers(5, 10))):
        cx, cy = np.array(size) * rng.uniform(0.2, 0.8, 2)
        r = size[1] * float(rng.uniform(0.03, 0.09))
        ring = ellipse(cx, cy, r, r * 0.8, n=9) + rng.normal(0, r * 0.14, (9, 2))
        hole = smooth(ring)
        edge = (hole - (cx, cy)) * 1.1 + (cx, cy)
        paste(image, render([Part(edge, (150, 134, 62), (120, 104, 50), relief=0.4),
                             Part(hole, (30, 44, 24), (58, 78, 40), relief=0)], size, rng))  # fmt: skip
    corner = Sketch((0, 0, *size), size)
    leafy_twig(corner, rng, start=(-20, size[1] * 0.9), angle=-0.4, length=size[0] * 0.2,
               leaf_px=size[1] * 0.1, colours=[(84, 122, 52), (104, 142, 62)])  # fmt: skip
    paste(image, corner.sprite(blur=3))
    return image


def remains(rng: np.random.Generator, size: Size, super_class: str) -> Image.Image:
    """A feather, a bone, a shed skin, a fish's skeleton or an empty shell on the ground."""
    image = _ground(rng, size)
    draw = {"Aves": _feather, "Reptilia": _shed_skin, "Actinopterygii": _fish_bones,
            "Mollusca": _shell, "Animalia": _shell}.get(super_class, _bone)  # fmt: skip
    scale = min(size) * float(rng.uniform(0.34, 0.62))
    centre = (size[0] * float(rng.uniform(0.42, 0.58)), size[1] * float(rng.uniform(0.44, 0.56)))
    parts = moved(draw(rng), angle=float(rng.uniform(-0.7, 0.7)), mirror=rng.random() < 0.5,
                  scale=scale, by=centre)  # fmt: skip
    _lay(image, parts, rng, scale * 0.03)
    return image


def _feather(rng: np.random.Generator) -> list[Part]:
    tone = vary(rng, [(112, 92, 74), (70, 96, 142), (208, 204, 196), (60, 58, 62)][int(rng.integers(4))], 8)
    dark = shade(tone, -0.45)
    vane = smooth([(-0.62, 0.03), (-0.5, -0.10), (-0.1, -0.17), (0.4, -0.15), (0.76, -0.06), (0.86, 0.03),
                   (0.66, 0.09), (0.3, 0.14), (-0.2, 0.15), (-0.52, 0.09)])  # fmt: skip
    parts = [Part(ruffled(vane, 0.008, rng), shade(tone, 0.1), shade(tone, -0.15), relief=0.8)]
    if rng.random() < 0.6:
        for x in np.linspace(-0.4, 0.66, 6):
            bar = limb([(x - 0.09, -0.2), (x, 0.02), (x - 0.08, 0.2)], [0.06, 0.07, 0.06])
            parts.append(Part(bar, dark, inside=True, relief=0, opacity=0.75, blur=0.008))
    for x in np.linspace(-0.62, 0.82, 72):
        for side in (-1, 1):
            barb = limb([(x, 0.01), (x + 0.10, side * 0.10), (x + 0.17, side * 0.22)], [0.005] * 3, steps=3)
            parts.append(Part(barb, dark, inside=True, relief=0, opacity=0.28))
    for x in rng.uniform(-0.5, 0.6, 3):
        split = np.array([(x, 0.06), (x + 0.10, 0.20), (x + 0.065, 0.20)])
        parts.append(Part(split, shade(tone, -0.6), inside=True, relief=0, opacity=0.7))
    for x in np.linspace(-0.74, -0.56, 9):
        for side in (-1, 1):
            wisp = limb([(x, 0.02), (x - 0.02, side * 0.07), (x + 0.03, side * 0.13)], [0.008, 0.006, 0.004])
            parts.append(Part(wisp, shade(tone, 0.45), relief=0, opacity=0.85))
    quill = limb([(-1.0, 0.06), (-0.5, 0.02), (0.2, 0.0), (0.82, 0.03)], [0.026, 0.03, 0.018, 0.006])
    return [*parts, Part(quill, (240, 232, 212), (206, 192, 164), relief=1.2, cast=0.3)]


def _bone(rng: np.random.Generator) -> list[Part]:
    tone: Colour = vary(rng, (232, 222, 198), 6)
    shaft = limb([(-0.7, 0.0), (0.0, -0.05), (0.7, 0.0)], [0.2, 0.15, 0.2], steps=12)
    ends = [Part(ellipse(x, y, 0.15, 0.125, tilt=x), tone, shade(tone, -0.2), relief=1.5)
            for x, y in ((-0.78, -0.09), (-0.76, 0.11), (0.78, -0.11), (0.80, 0.08))]  # fmt: skip
    cracks = [Part(limb([(x, -0.06), (x + 0.2, -0.03), (x + 0.34, -0.05)], [0.008, 0.012, 0.004]),
                   shade(tone, -0.5), inside=True, relief=0, opacity=0.6)
              for x in rng.uniform(-0.5, 0.2, 4)]  # fmt: skip
    return [*ends, Part(shaft, tone, shade(tone, -0.22), texture="wet", relief=1.5), *cracks]


def _shed_skin(rng: np.random.Generator) -> list[Part]:
    x = np.linspace(-1.0, 1.0, 8)
    knots = np.column_stack([x, 0.2 * np.sin(np.arange(8) * 1.6 + rng.uniform(0, 6))])
    tone: Colour = (222, 212, 188)
    skin = limb(knots, [0.03, 0.12, 0.17, 0.16, 0.18, 0.15, 0.13, 0.09], steps=14)
    parts = [Part(skin, tone, shade(tone, -0.18), texture="scales", relief=0.7, opacity=0.85)]
    for at in smooth(knots, closed=False)[4::3]:
        crease = limb([(at[0], at[1] - 0.1), (at[0] + 0.015, at[1] + 0.1)], [0.01, 0.006])
        parts.append(Part(crease, shade(tone, -0.45), inside=True, relief=0, opacity=0.45))
    return parts


def _fish_bones(rng: np.random.Generator) -> list[Part]:
    tone: Colour = vary(rng, (236, 230, 212), 5)
    parts = []
    for x in np.linspace(-0.56, 0.46, 13):
        length = 0.27 * (1 - abs(x - 0.05) ** 1.6)
        for side in (-1, 1):
            rib = limb([(x, 0), (x - 0.05, side * length * 0.6), (x - 0.14, side * length)], [0.03, 0.022, 0.008])
            parts.append(Part(rib, tone, shade(tone, -0.15)))
    for lean in np.linspace(-0.75, 0.75, 7):
        ray = limb([(-0.72, 0), (-0.72 - 0.28 * np.cos(lean), 0.32 * np.sin(lean))], [0.035, 0.012])
        parts.append(Part(ray, tone, shade(tone, -0.15)))
    head = smooth([(0.46, -0.16), (0.64, -0.17), (0.96, 0.02), (0.90, 0.09), (0.66, 0.17), (0.46, 0.14), (0.52, 0)])
    return [
        *parts,
        Part(limb([(-0.78, 0), (0.5, 0)], [0.035, 0.06]), tone, shade(tone, -0.2), relief=1.3),
        Part(head, tone, shade(tone, -0.2), relief=1.2),
        Part(ellipse(0.68, -0.04, 0.055, 0.055), (70, 58, 46), inside=True, relief=0),
    ]


def _shell(rng: np.random.Generator) -> list[Part]:
    tone = vary(rng, [(236, 190, 156), (226, 214, 186), (208, 142, 124)][int(rng.integers(3))], 7)
    angles = np.linspace(np.pi * 1.12, np.pi * 1.88, 10)
    rim = [(0.78 * np.cos(a), 0.42 + 0.95 * np.sin(a)) for a in angles]
    fan = smooth([(-0.10, 0.46), (-0.45, 0.24), *rim, (0.45, 0.24), (0.10, 0.46)])
    hinge = smooth([(-0.28, 0.36), (0.28, 0.36), (0.2, 0.54), (-0.2, 0.54)])
    parts = [Part(hinge, shade(tone, -0.12), shade(tone, -0.3)),
             Part(fan, shade(tone, 0.12), shade(tone, -0.12), texture="wet", relief=1.6, cast=0.4)]  # fmt: skip
    for a in np.linspace(np.pi * 1.1, np.pi * 1.9, 12):
        rib = limb([(0.05 * np.cos(a), 0.46), (0.86 * np.cos(a), 0.42 + 1.0 * np.sin(a))], [0.012, 0.05])
        parts.append(Part(rib, shade(tone, -0.32), inside=True, relief=0, opacity=0.5))
    for r in (0.45, 0.66, 0.84):
        ring = [(r * 0.86 * np.cos(a), 0.44 + r * np.sin(a)) for a in np.linspace(np.pi * 1.05, np.pi * 1.95, 12)]
        parts.append(Part(limb(ring, [0.03] * 12), shade(tone, -0.3), inside=True, relief=0, opacity=0.45, blur=0.008))
    return parts
