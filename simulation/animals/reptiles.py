"""Reptiles and amphibians: lizard, snake, turtle, frog, salamander."""

from __future__ import annotations

import numpy as np

from simulation.animals.creature import Creature
from simulation.curves import FloatArray, ellipse, limb, smooth, turned
from simulation.paint import Colour, Part, Texture, eye, moved, shade, vary


def _at(spine: FloatArray, share: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The point of a spine at `share` of its length, the direction there, and the normal."""
    index = min(int(share * (len(spine) - 1)), len(spine) - 2)
    along = spine[index + 1] - spine[index]
    along = along / max(float(np.hypot(*along)), 1e-9)
    return spine[index], along, np.array([-along[1], along[0]])


def lizard(rng: np.random.Generator) -> Creature:
    """A lizard from above, on a curved spine."""
    skin = vary(rng, [(92, 138, 58), (150, 122, 84), (64, 120, 118)][int(rng.integers(3))], 8)
    parts = _crawler(rng, skin, texture="scales", slim=1.0)
    return Creature(parts, "flat", "Lacerta campestris", turn=3.1)


def salamander(rng: np.random.Generator) -> Creature:
    """A fire salamander from above: black with yellow blotches."""
    parts = _crawler(rng, (34, 34, 36), texture="wet", slim=1.45, blotch=(248, 202, 30))
    return Creature(parts, "flat", "Salamandra salamandra", turn=3.1)


def _crawler(
    rng: np.random.Generator,
    skin: Colour,
    *,
    texture: Texture,
    slim: float,
    blotch: Colour | None = None,
) -> list[Part]:
    bend = float(rng.uniform(0.05, 0.14)) * (1 if rng.random() < 0.5 else -1)
    trail = bend * float(rng.uniform(1.5, 3.0))
    knots = [(0.62, -bend * 0.6), (0.42, bend * 0.1), (0.15, bend), (-0.15, 0.0), (-0.5, -trail),
             (-0.95, -trail * 0.2), (-1.3, trail * 0.8)]  # fmt: skip
    w = 0.15 * slim
    tail_end = 0.012 if blotch is None else 0.05
    widths = [0.07 * slim, w * 0.95, w * 1.25, w * 1.05, w * 0.6, w * 0.32, tail_end]
    spine = smooth(knots, closed=False)
    parts: list[Part] = []
    for share, reach, swing in ((0.24, 0.26, 0.12), (0.47, 0.28, -0.16)):
        for side in (-1.0, 1.0):
            parts += _foot(spine, share, side, reach, swing * rng.uniform(0.4, 1.4), skin, slim)
    parts.append(
        Part(limb(knots, widths, steps=14), skin, shade(skin, -0.12), texture=texture, relief=1.5)
    )
    parts += _blotches(rng, spine, w, blotch) if blotch else _stripes(spine, w, skin)
    point, along, normal = _at(spine, 0.035)
    angle = float(np.arctan2(-along[1], -along[0]))
    head = np.array(
        [(0.17, 0.0), (0.11, 0.065), (-0.02, 0.088), (-0.13, 0.06), (-0.13, -0.06), (-0.02, -0.088),
         (0.11, -0.065)]
    )  # fmt: skip
    outline = turned(smooth(head * (1.0, 0.75 + 0.3 * slim)), angle) + point
    parts.append(Part(outline, shade(skin, 0.06), texture=texture, relief=1.2, cast=0.3))
    for side in (-1.0, 1.0):
        x, y = point - along * 0.035 + normal * side * 0.062 * (0.75 + 0.3 * slim)
        if blotch:
            parts.append(Part(ellipse(x, y, 0.05, 0.03, tilt=angle), blotch, relief=0.5))
        parts += eye(float(x), float(y), 0.026, iris=(206, 160, 60))
    return parts


def _foot(
    spine: FloatArray,
    share: float,
    side: float,
    reach: float,
    swing: float,
    skin: Colour,
    slim: float,
) -> list[Part]:
    root, along, normal = _at(spine, share)
    elbow = root + normal * side * reach * 0.62 - along * swing * 0.9
    hand = elbow + normal * side * reach * 0.5 + along * swing * 0.6
    tone = shade(skin, -0.15)
    toes = []
    for lean in (-0.9, -0.3, 0.3, 0.9):
        tip = hand + turned((normal * side * 0.105)[None], lean)[0]
        toes.append(Part(limb([tuple(hand), tuple(tip)], [0.03, 0.016]), tone))
    thick = 0.5 + 0.5 * slim
    arm = limb([tuple(root), tuple(elbow), tuple(hand)], [0.11 * thick, 0.075 * thick, 0.045])
    return [*toes, Part(arm, tone, shade(tone, 0.1), texture="scales")]


def _stripes(spine: FloatArray, width: float, skin: Colour) -> list[Part]:
    parts = []
    for side, tone in (
        (-0.55, shade(skin, 0.5)),
        (0.55, shade(skin, 0.5)),
        (0.0, shade(skin, -0.5)),
    ):
        line = [
            tuple(point + normal * side * width * 0.5)
            for point, _, normal in (_at(spine, s) for s in np.linspace(0.1, 0.7, 9))
        ]
        stripe = limb(line, [0.018, *([0.024] * 7), 0.004])
        parts.append(Part(stripe, tone, inside=True, relief=0, opacity=0.8))
    for share in np.linspace(0.14, 0.62, 15):
        point, _, normal = _at(spine, float(share))
        for side in (-0.24, 0.24):
            x, y = point + normal * side * width
            parts.append(
                Part(ellipse(x, y, 0.017, 0.017), shade(skin, -0.6), inside=True, relief=0)
            )
    return parts


def _blotches(
    rng: np.random.Generator, spine: FloatArray, width: float, colour: Colour
) -> list[Part]:
    parts = []
    for share in np.linspace(0.1, 0.92, 17):
        point, along, normal = _at(spine, float(share))
        x, y = point + normal * float(rng.uniform(-0.42, 0.42)) * width * (1.2 - share)
        tilt = float(np.arctan2(along[1], along[0]))
        rx, ry = rng.uniform(0.03, 0.075), rng.uniform(0.02, 0.04)
        spot = smooth(ellipse(x, y, rx, ry, tilt=tilt, n=7) + rng.normal(0, 0.006, (7, 2)))
        parts.append(Part(spot, colour, inside=True, relief=0.4))
    return parts


def snake(rng: np.random.Generator) -> Creature:
    """A snake in its curves, from above."""
    skin = vary(rng, [(168, 140, 92), (110, 120, 66), (178, 84, 52)][int(rng.integers(3))], 8)
    mark = shade(skin, -0.6)
    n = 9
    x = np.linspace(0.85, -0.85, n)
    swing = np.linspace(0.10, 0.34, n) * float(rng.uniform(0.7, 1.2))
    y = swing * np.sin(np.arange(n) * 1.9 + rng.uniform(0, 6.28))
    knots = np.column_stack([x + rng.normal(0, 0.03, n), y])
    widths = [0.06, 0.10, 0.125, 0.135, 0.135, 0.125, 0.105, 0.07, 0.015]
    spine = smooth(knots, closed=False, steps=16)
    parts = [Part(limb(knots, widths, steps=16), skin, shade(skin, -0.08), texture="scales",
                  relief=1.7)]  # fmt: skip
    for share in np.linspace(0.06, 0.95, 30):
        point, along, normal = _at(spine, float(share))
        half = 0.06 * (1.05 - 0.7 * share)
        diamond = np.array([point + along * 0.028, point + normal * half, point - along * 0.028,
                            point - normal * half])  # fmt: skip
        parts.append(Part(smooth(diamond, steps=4), mark, inside=True, relief=0, opacity=0.85))
    point, along, normal = _at(spine, 0.0)
    angle = float(np.arctan2(-along[1], -along[0]))
    tongue = [
        Part(
            limb([(0.1, 0), (0.20, 0.0), (0.255, side * 0.03)], [0.016, 0.013, 0.008]),
            (190, 40, 50),
        )
        for side in (-1, 1)
    ]
    head = smooth([(0.135, 0), (0.09, 0.05), (-0.02, 0.072), (-0.12, 0.045), (-0.12, -0.045),
                   (-0.02, -0.072), (0.09, -0.05)])  # fmt: skip
    parts += moved(
        [
            *tongue,
            Part(head, shade(skin, 0.05), texture="scales", relief=1.1, cast=0.3),
            *[
                Part(limb([(0.02, s * 0.045), (-0.1, s * 0.03)], [0.02, 0.012]), mark, inside=True,
                     relief=0)
                for s in (-1, 1)
            ],
            *eye(0.045, 0.046, 0.016, iris=(236, 176, 50)),
            *eye(0.045, -0.046, 0.016, iris=(236, 176, 50)),
        ],
        angle=angle, by=(float(point[0]), float(point[1])),
    )  # fmt: skip
    return Creature(
        parts, "flat", "Vipera berus" if skin[1] > 100 else "Pantherophis guttatus", 3.1
    )


def turtle(rng: np.random.Generator) -> Creature:
    """A tortoise from the side."""
    shell = vary(rng, [(126, 96, 54), (86, 92, 56), (146, 112, 60)][int(rng.integers(3))], 8)
    skin = vary(rng, (128, 124, 88), 8)
    dark, pale = shade(shell, -0.55), shade(shell, 0.35)
    reach = float(rng.uniform(-0.04, 0.08))
    step = float(rng.uniform(-0.08, 0.08))
    dome = smooth(
        [(-0.62, -0.20), (-0.54, -0.40), (-0.30, -0.60), (0.0, -0.66), (0.28, -0.58), (0.50, -0.38),
         (0.58, -0.20), (0.3, -0.15), (-0.3, -0.15)]
    )  # fmt: skip
    neck = limb([(0.40, -0.24), (0.62 + reach, -0.34), (0.76 + reach, -0.42)], [0.2, 0.15, 0.15])
    parts = [
        Part(limb([(-0.55, -0.2), (-0.74, -0.1)], [0.1, 0.02]), shade(skin, -0.2)),
        *[
            Part(limb([(x, -0.22), (x + s, -0.02)], [0.19, 0.15]), shade(skin, -0.38),
                 texture="scales")
            for x, s in ((-0.34, -step), (0.30, step))
        ],
        Part(neck, skin, shade(skin, -0.2), texture="scales"),
        Part(ellipse(0.83 + reach, -0.45, 0.13, 0.095, tilt=0.1), skin, shade(skin, -0.15),
             texture="scales", relief=1.2),
        Part(limb([(0.95 + reach, -0.42), (0.82 + reach, -0.40)], [0.01, 0.014]), shade(skin, -0.6),
             relief=0),
        *eye(0.87 + reach, -0.48, 0.024, iris=(190, 140, 50)),
        *[
            Part(limb([(x, -0.22), (x + s * 0.6, -0.12), (x + s, -0.02)], [0.24, 0.2, 0.17]), skin,
                 shade(skin, -0.25), texture="scales", relief=1.2)
            for x, s in ((-0.42, step), (0.38, -step))
        ],
        Part(limb([(-0.62, -0.19), (0.0, -0.13), (0.58, -0.19)], [0.07, 0.11, 0.07]),
             shade(shell, 0.2), dark, texture="wet"),
        Part(dome, shell, shade(shell, -0.25), texture="wet", relief=1.5, cast=0.3),
    ]  # fmt: skip
    for row, (cy, half, count) in enumerate([(-0.535, 0.072, 4), (-0.33, 0.10, 5)]):
        wide = 0.42 if row == 0 else 0.52
        for cx in np.linspace(-wide, wide, count) - 0.01:
            top = ellipse(cx, cy, wide / count * 0.92, half, n=6, tilt=0.52)
            parts.append(Part(top, dark, inside=True, relief=0, opacity=0.75))
            top = ellipse(cx, cy, wide / count * 0.72, half * 0.76, n=6, tilt=0.52)
            parts.append(Part(top, pale, shell, inside=True, relief=0.7))
    return Creature(parts, "ground", "Testudo graeca", turn=0.06)


def frog(rng: np.random.Generator) -> Creature:
    """A frog, sitting, from the side."""
    skin = vary(rng, [(98, 158, 52), (128, 116, 66), (60, 150, 70)][int(rng.integers(3))], 8)
    pale: Colour = (232, 230, 178)
    dark = shade(skin, -0.5)
    body = smooth(
        [
            (-0.56, -0.16),
            (-0.44, -0.34),
            (-0.16, -0.54),
            (0.10, -0.70),
            (0.34, -0.74),
            (0.52, -0.64),
            (0.60, -0.52),
            (0.50, -0.40),
            (0.36, -0.28),
            (0.10, -0.10),
            (-0.3, -0.05),
        ]
    )
    belly = smooth([(0.62, -0.50), (0.4, -0.44), (0.2, -0.3), (-0.1, -0.2), (0, 0.1), (0.6, -0.1)])
    thigh = smooth([(0.02, -0.36), (0.10, -0.22), (0.0, -0.10), (-0.30, -0.04), (-0.54, -0.08),
                    (-0.56, -0.24), (-0.36, -0.40), (-0.14, -0.44)])  # fmt: skip
    arm = limb([(0.26, -0.30), (0.30, -0.15), (0.24, -0.02)], [0.16, 0.11, 0.08])
    parts = [
        Part(limb([(0.36, -0.32), (0.44, -0.16), (0.42, -0.02)], [0.14, 0.09, 0.07]),
             shade(skin, -0.35)),
        *_webbed(0.44, shade(skin, -0.35)),
        Part(ellipse(0.42, -0.735, 0.085, 0.08), shade(skin, -0.25)),
        Part(body, skin, shade(skin, -0.1), texture="wet", relief=1.4),
        Part(belly, pale, inside=True, relief=0, blur=0.02),
        Part(limb([(0.62, -0.515), (0.46, -0.50), (0.30, -0.52)], [0.012, 0.02, 0.008]), dark,
             inside=True, relief=0),
    ]  # fmt: skip
    for x, y in rng.uniform((-0.45, -0.6), (0.2, -0.3), (9, 2)):
        spot = ellipse(x, y, float(rng.uniform(0.02, 0.045)), 0.025)
        parts.append(Part(spot, dark, inside=True, relief=0, opacity=0.6, blur=0.004))
    parts += [
        Part(limb([(0.26, -0.60), (0.05, -0.5), (-0.35, -0.26)], [0.02, 0.04, 0.01]),
             shade(skin, 0.5), inside=True, relief=0, opacity=0.6, blur=0.006),
        Part(ellipse(0.235, -0.565, 0.05, 0.05), shade(skin, -0.3), inside=True, relief=0.8),
        Part(arm, skin, shade(skin, -0.1), texture="wet", cast=0.4),
        *_webbed(0.25, shade(skin, -0.08)),
        Part(limb([(-0.44, -0.06), (-0.12, -0.05), (0.14, -0.02)], [0.1, 0.09, 0.05]), skin,
             shade(skin, -0.2), cast=0.3),
        *_webbed(0.12, shade(skin, -0.12)),
        Part(thigh, skin, shade(skin, -0.15), texture="wet", relief=1.5, cast=0.5),
        *[
            Part(limb([(-0.1 - d, -0.44), (-0.14 - d, -0.34)], [0.035, 0.02]), dark, inside=True,
                 relief=0, opacity=0.6)
            for d in (0.0, 0.13, 0.26)
        ],
        Part(ellipse(0.35, -0.73, 0.105, 0.10), shade(skin, 0.06), relief=1.3, cast=0.3),
        *eye(0.37, -0.735, 0.066, iris=(226, 176, 50), ring=dark),
        Part(ellipse(0.565, -0.60, 0.012, 0.01), dark, relief=0),
    ]  # fmt: skip
    return Creature(parts, "ground", "Rana viridis" if skin[0] < 110 else "Rana temporaria", 0.12)


def _webbed(x: float, colour: Colour) -> list[Part]:
    return [
        Part(limb([(x - 0.02, -0.03), (x + d, 0.0)], [0.05, 0.032]), shade(colour, -0.1))
        for d in (0.02, 0.08, 0.13)
    ]
