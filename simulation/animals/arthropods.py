"""Insects and spiders: beetle, ladybird, butterfly, dragonfly, spider."""

from __future__ import annotations

import numpy as np

from simulation.animals.creature import Creature
from simulation.curves import FloatArray, ellipse, limb, smooth
from simulation.paint import Colour, Part, mix, moved, shade, vary

_BLACK: Colour = (30, 28, 30)


def _mirrored(outline: FloatArray) -> FloatArray:
    return np.asarray(outline * np.array([1.0, -1.0]))


def _six_legs(rng: np.random.Generator, tone: Colour, reach: float) -> list[Part]:
    """Three jointed legs a side of an insect that faces right."""
    parts = []
    for x, lean in ((0.26, 0.30), (0.02, -0.08), (-0.16, -0.34)):
        for side in (-1.0, 1.0):
            sway = float(rng.uniform(-0.07, 0.07))
            knee = (x + lean * 0.55 + sway, side * reach * 0.72)
            foot = (x + lean * 1.25 + sway, side * reach)
            tarsus = (foot[0] + 0.05 * np.sign(lean), foot[1] + side * 0.10)
            parts.append(Part(limb([(x, side * 0.1), knee], [0.06, 0.055]), tone))
            parts.append(Part(limb([knee, foot, tarsus], [0.045, 0.034, 0.02]), shade(tone, 0.08)))
    return parts


def _feelers(x: float, length: float, spread: float, tone: Colour, knob: float) -> list[Part]:
    parts = []
    for side in (-1.0, 1.0):
        curve = [
            (x, side * 0.05),
            (x + length * 0.5, side * spread * 0.8),
            (x + length, side * spread),
        ]
        parts.append(Part(limb(curve, [0.024, 0.018, 0.016]), tone))
        if knob:
            parts.append(Part(ellipse(curve[2][0], curve[2][1], knob * 1.5, knob), tone))
    return parts


def beetle(rng: np.random.Generator) -> Creature:
    """A ground or rose beetle from above, often metallic."""
    metal = [(44, 132, 76), (40, 74, 150), (126, 68, 36), (52, 48, 54), (150, 104, 34)]
    shell = vary(rng, metal[int(rng.integers(len(metal)))], 8)
    stag = rng.random() < 0.35
    parts = [
        *_six_legs(rng, _BLACK, 0.44),
        *_feelers(0.62, 0.30, 0.30, _BLACK, 0.03),
    ]
    if stag:
        for side in (-1.0, 1.0):
            jaw = limb([(0.62, side * 0.08), (0.80, side * 0.19), (0.98, side * 0.12),
                        (1.04, side * 0.02)], [0.07, 0.075, 0.05, 0.015])  # fmt: skip
            parts.append(Part(jaw, (84, 40, 28), (50, 26, 22)))
    wing = smooth([(0.22, -0.02), (0.22, -0.24), (0.02, -0.335), (-0.34, -0.31), (-0.62, -0.16),
                   (-0.70, -0.01)])  # fmt: skip
    parts += [
        Part(ellipse(0.60, 0, 0.13, 0.14), shade(shell, -0.4), texture="wet", relief=1.2),
        Part(smooth([(0.20, -0.24), (0.42, -0.22), (0.56, -0.13), (0.56, 0.13), (0.42, 0.22),
                     (0.20, 0.24)]), shade(shell, -0.15), shade(shell, -0.4), relief=1.3, cast=0.4),
        Part(ellipse(-0.2, 0, 0.48, 0.31), shade(shell, -0.6)),
        Part(_mirrored(wing), shell, shade(shell, -0.35), relief=1.4, cast=0.3),
        Part(wing, shade(shell, 0.08), shell, relief=1.4, cast=0.3),
    ]  # fmt: skip
    for side in (-1.0, 1.0):
        for k in range(4):
            y = side * (0.055 + 0.062 * k)
            groove = limb([(0.17, y), (-0.2, y * 1.12), (-0.52, y * 0.75)], [0.008, 0.013, 0.006])
            parts.append(Part(groove, shade(shell, -0.55), relief=0, opacity=0.6))
    gleam = limb([(0.08, -0.20), (-0.2, -0.225), (-0.44, -0.18)], [0.02, 0.055, 0.015])
    parts += [
        Part(gleam, shade(shell, 0.75), relief=0, opacity=0.55, blur=0.014),
        Part(
            ellipse(0.44, -0.11, 0.06, 0.026), shade(shell, 0.75), relief=0, opacity=0.5, blur=0.01
        ),
        Part(ellipse(0.64, -0.11, 0.035, 0.035), _BLACK, relief=1.2),
        Part(ellipse(0.64, 0.11, 0.035, 0.035), _BLACK, relief=1.2),
    ]
    return Creature(parts, "flat", "Lucanus cervus" if stag else "Carabus auratus", turn=3.1)


def ladybird(rng: np.random.Generator) -> Creature:
    """A ladybird from above."""
    red = vary(rng, [(214, 38, 26), (232, 92, 22), (240, 178, 30)][int(rng.integers(3))], 6)
    shell = ellipse(-0.06, 0, 0.50, 0.43)
    parts = [
        *_six_legs(rng, _BLACK, 0.52),
        *_feelers(0.56, 0.14, 0.16, _BLACK, 0.02),
        Part(ellipse(0.50, 0, 0.12, 0.16), _BLACK, relief=1.2),
        Part(ellipse(0.38, 0, 0.15, 0.27), (38, 36, 38), relief=1.3),
        Part(ellipse(0.42, -0.17, 0.07, 0.06), (244, 240, 230), inside=True, relief=0),
        Part(ellipse(0.42, 0.17, 0.07, 0.06), (244, 240, 230), inside=True, relief=0),
        Part(shell, shade(red, 0.08), shade(red, -0.22), relief=1.7, cast=0.4),
    ]
    spots = [(0.30, 0.0), (0.12, 0.24), (-0.12, 0.16), (-0.20, 0.33), (-0.34, 0.17)]
    for x, y in spots[: int(rng.integers(3, 6))]:
        for side in (-1.0, 1.0):
            spot = ellipse(x - 0.04, y * side, 0.082, 0.075)
            parts.append(Part(spot, _BLACK, inside=True, relief=0.2))
    parts += [
        Part(limb([(0.42, 0), (-0.56, 0)], [0.014, 0.02]), _BLACK, inside=True, relief=0),
        Part(ellipse(0.06, -0.22, 0.14, 0.065, tilt=-0.3), (255, 250, 244), inside=True, relief=0,
             opacity=0.55, blur=0.025),
    ]  # fmt: skip
    return Creature(parts, "flat", "Coccinella decempunctata", turn=3.1)


_BUTTERFLIES: list[tuple[str, Colour, Colour, Colour]] = [
    ("Vanessa atalanta", (210, 84, 30), (46, 34, 32), (246, 240, 230)),
    ("Danaus plexippus", (232, 126, 28), (28, 24, 24), (250, 246, 236)),
    ("Polyommatus icarus", (70, 120, 214), (36, 44, 84), (236, 240, 250)),
    ("Papilio machaon", (246, 218, 96), (30, 28, 34), (72, 116, 200)),
    ("Pieris brassicae", (244, 242, 226), (52, 50, 48), (60, 58, 56)),
]


def butterfly(rng: np.random.Generator) -> Creature:
    """A butterfly with open wings, from above; it faces up."""
    taxon, base, edge, spot = _BUTTERFLIES[int(rng.integers(len(_BUTTERFLIES)))]
    ground = vary(rng, base, 6)
    fore = smooth(
        [(0.03, -0.14), (0.26, -0.42), (0.56, -0.66), (0.86, -0.72), (0.94, -0.60), (0.84, -0.34),
         (0.72, -0.10), (0.44, -0.0), (0.05, 0.03)]
    )  # fmt: skip
    tail = taxon.startswith("Papilio")
    hind = smooth(
        [(0.04, -0.02), (0.40, -0.04), (0.68, 0.08), (0.74, 0.32), (0.60, 0.52),
         *([(0.50, 0.56), (0.47, 0.80), (0.40, 0.80), (0.40, 0.58)] if tail else [(0.42, 0.60)]),
         (0.22, 0.52), (0.06, 0.28)]
    )  # fmt: skip
    right = [*_butterfly_wing(hind, ground, edge, spot, (0.2, 0.16)),
             *_butterfly_wing(fore, ground, edge, spot, (0.2, -0.2))]  # fmt: skip
    fold = float(rng.uniform(0.62, 1.0))
    both: list[Part] = []
    for side in (1.0, -1.0):
        squeeze = np.array([side * (fold if side > 0 else min(1.0, fold + 0.12)), 1.0])
        both += [Part(p.outline * squeeze, p.fill, p.fill_to, p.across, p.texture, p.relief, p.cast,
                      p.inside, p.opacity, p.blur) for p in right]  # fmt: skip
    body: list[Part] = []
    for side in (-1.0, 1.0):
        feeler = [(side * 0.02, -0.24), (side * 0.10, -0.42), (side * 0.20, -0.56)]
        body.append(Part(limb(feeler, [0.018, 0.016, 0.018]), edge))
        body.append(Part(ellipse(side * 0.205, -0.565, 0.024, 0.024), edge))
    body += [
        Part(
            limb([(0, 0.02), (0, 0.22), (0, 0.46)], [0.10, 0.10, 0.04]),
            shade(edge, 0.1),
            texture="fur",
            relief=1.4,
            cast=0.4,
        ),
        Part(
            ellipse(0, -0.08, 0.068, 0.15), shade(edge, 0.18), texture="fur", relief=1.4, cast=0.4
        ),
        Part(ellipse(0, -0.245, 0.056, 0.056), shade(edge, 0.05), relief=1.4),
    ]
    return Creature([*both, *body], "flat", taxon, turn=0.9)


def _butterfly_wing(
    outline: FloatArray, ground: Colour, edge: Colour, spot: Colour, root: tuple[float, float]
) -> list[Part]:
    centre = np.asarray(root)
    inner = (outline - centre) * 0.80 + centre
    parts = [Part(outline, edge, shade(edge, 0.12), texture="wet", relief=0.5, cast=0.5),
             Part(inner, ground, shade(ground, -0.12), inside=True, texture="wet", relief=0.3,
                  blur=0.008)]  # fmt: skip
    far = outline[:: max(1, len(outline) // 14)]
    for tip in far:
        vein = limb([(root[0] * 0.2, root[1] * 0.2), tuple(tip)], [0.014, 0.011])
        parts.append(Part(vein, edge, inside=True, relief=0, opacity=0.55))
    rim = [p for p in (outline - centre) * 0.91 + centre if p[0] > 0.42]
    for x, y in rim[:: max(1, len(rim) // 8)]:
        parts.append(Part(ellipse(x, y, 0.026, 0.026), spot, inside=True, relief=0))
    cx, cy = outline.mean(axis=0)
    parts.append(Part(ellipse(cx + 0.12, cy - 0.02, 0.06, 0.05), edge, inside=True, relief=0))
    parts.append(Part(ellipse(cx + 0.125, cy - 0.025, 0.022, 0.02), spot, inside=True, relief=0))
    return parts


def dragonfly(rng: np.random.Generator) -> Creature:
    """A dragonfly from above; it faces right."""
    tone = vary(rng, [(46, 132, 190), (196, 52, 40), (92, 150, 54)][int(rng.integers(3))], 8)
    dark = shade(tone, -0.6)
    glass: Colour = (214, 226, 232)
    parts: list[Part] = []
    for x, lean, length in ((0.22, -0.24, 0.92), (0.36, 0.12, 0.98)):
        for side in (-1.0, 1.0):
            sway = lean + float(rng.uniform(-0.05, 0.05))
            wing = smooth(
                [
                    (x, side * 0.05),
                    (x - 0.10 + sway * 0.5, side * length * 0.5),
                    (x - 0.08 + sway, side * length * 0.92),
                    (x + 0.04 + sway, side * length),
                    (x + 0.10 + sway, side * length * 0.9),
                    (x + 0.1 + sway * 0.5, side * length * 0.45),
                ]
            )
            parts.append(
                Part(wing, glass, mix(glass, tone, 0.2), relief=0.4, opacity=0.62, cast=0.3)
            )
            for share in (0.35, 0.6, 1.0):
                vein = limb([(x + 0.02, side * 0.05), (x + sway * share + 0.08 * share,
                             side * length * 0.93 * share)], [0.012, 0.008])  # fmt: skip
                parts.append(Part(vein, dark, inside=True, relief=0, opacity=0.7))
            mark = limb([(x + 0.075 + sway * 0.86, side * length * 0.84),
                         (x + 0.08 + sway * 0.93, side * length * 0.93)], [0.03, 0.03])  # fmt: skip
            parts.append(Part(mark, dark, inside=True, relief=0))
    bend = float(rng.uniform(-0.06, 0.06))
    tail = [(0.16, 0.0), (-0.3, bend * 0.4), (-0.8, bend), (-0.92, bend * 1.2)]
    parts.append(Part(limb(tail, [0.12, 0.085, 0.085, 0.05]), tone, shade(tone, -0.3), relief=1.6))
    for x in np.linspace(0.06, -0.8, 9):
        ring = limb([(x, bend * 0.5 - 0.08), (x, bend * 0.5 + 0.08)], [0.014, 0.014])
        parts.append(Part(ring, dark, inside=True, relief=0, opacity=0.8))
    parts += [
        Part(ellipse(0.27, 0, 0.20, 0.115), shade(tone, -0.3), texture="fur", relief=1.5, cast=0.4),
        Part(
            limb([(0.14, 0.04), (0.42, 0.05)], [0.02, 0.03]),
            shade(tone, 0.5),
            inside=True,
            relief=0,
        ),
        Part(ellipse(0.52, 0, 0.085, 0.12), shade(tone, -0.2), relief=1.2),
        Part(ellipse(0.55, -0.085, 0.085, 0.075), mix(tone, (120, 60, 40), 0.4), relief=1.6),
        Part(ellipse(0.55, 0.085, 0.085, 0.075), mix(tone, (120, 60, 40), 0.4), relief=1.6),
        Part(ellipse(0.565, -0.105, 0.022, 0.016), (250, 250, 250), relief=0, opacity=0.8),
        Part(ellipse(0.565, 0.065, 0.022, 0.016), (250, 250, 250), relief=0, opacity=0.8),
    ]
    return Creature(parts, "flat", "Aeshna cyanea", turn=3.1)


def spider(rng: np.random.Generator) -> Creature:
    """A spider from above; it faces up."""
    brown = vary(rng, [(134, 94, 58), (88, 74, 66), (188, 140, 60)][int(rng.integers(3))], 8)
    dark, pale = shade(brown, -0.5), shade(brown, 0.5)
    parts: list[Part] = []
    for k, angle in enumerate((-1.12, -0.50, 0.28, 0.92)):
        reach = (1.0, 0.78, 0.70, 0.98)[k] * float(rng.uniform(0.93, 1.05))
        for side in (-1.0, 1.0):
            lean = angle + float(rng.uniform(-0.08, 0.08))
            knee = (side * reach * 0.52 * np.cos(lean), reach * 0.58 * np.sin(lean) - 0.16)
            ankle = (side * reach * 0.80 * np.cos(lean * 0.9), reach * 0.78 * np.sin(lean) - 0.10)
            foot = (side * reach * 0.86 * np.cos(lean), reach * 1.05 * np.sin(lean) - 0.03)
            leg = limb([(side * 0.08, -0.10 + 0.05 * k), knee, ankle, foot],
                       [0.075, 0.075, 0.048, 0.024])  # fmt: skip
            parts.append(Part(leg, brown, shade(brown, -0.2), texture="fur", cast=0.2))
            for share in (0.6, 0.85):
                x = knee[0] + (ankle[0] - knee[0]) * share
                y = knee[1] + (ankle[1] - knee[1]) * share
                parts.append(Part(ellipse(x, y, 0.05, 0.028), dark, inside=True, relief=0))
    belly = smooth([(0, 0.02), (0.19, 0.10), (0.27, 0.30), (0.20, 0.52), (0, 0.64), (-0.20, 0.52),
                    (-0.27, 0.30), (-0.19, 0.10)])  # fmt: skip
    parts += [
        Part(
            ellipse(0, -0.12, 0.16, 0.20), shade(brown, -0.15), texture="fur", relief=1.5, cast=0.4
        ),
        Part(limb([(0, -0.28), (0, 0.04)], [0.03, 0.05]), pale, inside=True, relief=0, opacity=0.6),
        Part(belly, brown, shade(brown, -0.25), texture="fur", relief=1.7, cast=0.5),
    ]
    for k in range(5):
        y = 0.14 + 0.095 * k
        for side in (-1.0, 1.0):
            spot = ellipse(side * (0.075 + 0.01 * k), y, 0.055 - 0.006 * k, 0.026, tilt=side * 0.5)
            parts.append(Part(spot, pale, inside=True, relief=0, opacity=0.9))
    parts.append(Part(limb([(0, 0.1), (0, 0.5)], [0.05, 0.02]), pale, inside=True, relief=0))
    for side in (-1.0, 1.0):
        palp = limb([(side * 0.05, -0.28), (side * 0.10, -0.40), (side * 0.05, -0.46)],
                    [0.045, 0.045, 0.035])  # fmt: skip
        parts.append(Part(palp, brown))
        for x, y in ((0.035, -0.275), (0.085, -0.25)):
            parts += moved([Part(ellipse(0, 0, 0.018, 0.018), (16, 14, 14)),
                            Part(ellipse(0.005, -0.007, 0.006, 0.006), (250, 250, 250), relief=0)],
                           by=(side * x, y))  # fmt: skip
    return Creature(parts, "flat", "Araneus diadematus", turn=3.1)
