"""Fish, molluscs and other animals: trout, reef fish, snail, octopus, crab, sea star, jellyfish."""

from __future__ import annotations

import numpy as np

from simulation.animals.creature import Creature
from simulation.curves import ellipse, limb, smooth
from simulation.paint import Colour, Part, eye, mix, shade, vary


def _fin(points: list[tuple[float, float]], tone: Colour, root: tuple[float, float]) -> list[Part]:
    outline = smooth(points)
    parts = [Part(outline, tone, shade(tone, -0.15), relief=0.5, opacity=0.93)]
    for tip in outline[:: max(1, len(outline) // 11)]:
        ray = limb([root, tuple(tip)], [0.012, 0.008])
        parts.append(Part(ray, shade(tone, -0.4), inside=True, relief=0, opacity=0.45))
    return parts


def trout(rng: np.random.Generator) -> Creature:
    """A river fish: trout, perch or carp, facing right."""
    back, flank, fin, taxon = [
        ((96, 106, 62), (214, 176, 104), (190, 140, 74), "Salmo trutta"),
        ((78, 98, 58), (186, 186, 96), (222, 96, 44), "Perca fluviatilis"),
        ((74, 96, 122), (206, 214, 220), (128, 142, 156), "Oncorhynchus clarus"),
    ][int(rng.integers(3))]
    back, flank, fin = vary(rng, back, 7), vary(rng, flank, 7), vary(rng, fin, 7)
    sway = float(rng.uniform(-0.06, 0.06))
    body = smooth(
        [(0.82, 0.0), (0.70, -0.10), (0.44, -0.21), (0.10, -0.25), (-0.30, -0.17), (-0.62, -0.075),
         (-0.74, -0.07 + sway), (-0.74, 0.07 + sway), (-0.60, 0.085), (-0.26, 0.17), (0.10, 0.22),
         (0.46, 0.17), (0.70, 0.085)]
    )  # fmt: skip
    parts = [
        *_fin(
            [
                (-0.68, -0.06 + sway),
                (-0.86, -0.17 + sway),
                (-1.04, -0.26 + sway),
                (-0.96, 0.0 + sway),
                (-1.04, 0.26 + sway),
                (-0.86, 0.17 + sway),
                (-0.68, 0.06 + sway),
            ],
            fin,
            (-0.66, sway),
        ),
        *_fin([(0.16, -0.22), (0.02, -0.42), (-0.14, -0.36), (-0.24, -0.17)], fin, (0.0, -0.1)),
        *_fin(
            [(-0.42, -0.12), (-0.54, -0.23), (-0.60, -0.16), (-0.56, -0.09)], fin, (-0.48, -0.08)
        ),
        *_fin([(-0.28, 0.14), (-0.40, 0.32), (-0.50, 0.28), (-0.48, 0.11)], fin, (-0.36, 0.08)),
        *_fin([(0.06, 0.19), (-0.06, 0.36), (-0.16, 0.33), (-0.10, 0.18)], fin, (0.0, 0.12)),
        Part(body, flank, shade(flank, 0.3), texture="scales", relief=1.5),
        Part(
            smooth(
                [
                    (0.86, -0.04),
                    (0.40, -0.08),
                    (-0.2, -0.06),
                    (-0.8, -0.02),
                    (-0.8, -0.4),
                    (0.4, -0.5),
                ]
            ),
            back,
            inside=True,
            relief=0,
            blur=0.035,
            texture="scales",
        ),
    ]
    if taxon.startswith("Perca"):
        for x in np.linspace(0.38, -0.5, 6):
            bar = limb([(x, -0.26), (x - 0.02, 0.0), (x, 0.10)], [0.08, 0.07, 0.02])
            parts.append(
                Part(bar, shade(back, -0.4), inside=True, relief=0, opacity=0.6, blur=0.01)
            )
    else:
        for x, y in rng.uniform((-0.6, -0.2), (0.5, 0.08), (42, 2)):
            red = taxon.startswith("Salmo") and rng.random() < 0.3
            spot = ellipse(x, y, 0.02, 0.02)
            tone = (206, 60, 40) if red else shade(back, -0.5)
            parts.append(Part(spot, tone, inside=True, relief=0, opacity=0.85))
    parts += [
        Part(limb([(0.50, -0.16), (0.43, 0.0), (0.50, 0.14)], [0.015, 0.02, 0.012]),
             shade(back, -0.45), inside=True, relief=0, opacity=0.7),
        Part(limb([(0.82, 0.02), (0.72, 0.045), (0.66, 0.04)], [0.012, 0.014, 0.006]),
             shade(back, -0.5), inside=True, relief=0),
        *_fin([(0.40, 0.06), (0.24, 0.05), (0.10, 0.17), (0.22, 0.19), (0.36, 0.13)],
              shade(fin, 0.1), (0.40, 0.08)),
        *eye(0.645, -0.055, 0.042, iris=(236, 200, 90), ring=shade(back, -0.1)),
    ]  # fmt: skip
    return Creature(parts, "under", taxon, turn=0.22)


def reef_fish(rng: np.random.Generator) -> Creature:
    """A deep-bodied reef fish with bands, facing right."""
    base, band, taxon = [
        ((250, 140, 30), (248, 246, 240), "Amphiprion ocellaris"),
        ((250, 216, 50), (36, 40, 60), "Chaetodon lunula"),
        ((40, 98, 214), (250, 214, 40), "Paracanthurus hepatus"),
    ][int(rng.integers(3))]
    base = vary(rng, base, 6)
    edge: Colour = shade(base, -0.65)
    body = smooth(
        [(0.66, 0.02), (0.54, -0.14), (0.32, -0.32), (0.02, -0.40), (-0.28, -0.28), (-0.48, -0.10),
         (-0.54, 0.0), (-0.48, 0.10), (-0.28, 0.28), (0.02, 0.38), (0.34, 0.30), (0.56, 0.14)]
    )  # fmt: skip
    parts = [
        *_fin([(-0.46, -0.08), (-0.66, -0.24), (-0.86, -0.28), (-0.80, 0.0), (-0.86, 0.28),
               (-0.66, 0.24), (-0.46, 0.08)], mix(base, band, 0.3), (-0.44, 0.0)),
        *_fin([(0.26, -0.34), (0.08, -0.54), (-0.22, -0.56), (-0.44, -0.34), (-0.40, -0.14)],
              shade(base, -0.08), (-0.05, -0.2)),
        *_fin([(0.10, 0.34), (-0.14, 0.54), (-0.40, 0.40), (-0.40, 0.14)], shade(base, -0.12),
              (-0.1, 0.2)),
        Part(body, shade(base, 0.06), shade(base, -0.14), texture="scales", relief=1.5),
    ]  # fmt: skip
    for x, wide in ((0.30, 0.15), (-0.06, 0.19), (-0.42, 0.12)):
        for tone, extra in ((edge, 0.05), (band, 0.0)):
            curve = [(x, -0.5), (x + 0.06, 0.0), (x, 0.5)]
            stripe = limb(curve, [wide * 0.8 + extra, wide + extra, wide * 0.8 + extra])
            parts.append(Part(stripe, tone, inside=True, relief=0.25))
    parts += [
        *_fin([(0.16, 0.06), (0.02, -0.02), (-0.12, 0.08), (-0.06, 0.20), (0.10, 0.17)],
              shade(base, 0.15), (0.16, 0.09)),
        Part(limb([(0.66, 0.05), (0.58, 0.075), (0.54, 0.07)], [0.012, 0.018, 0.008]), edge,
             inside=True, relief=0),
        *eye(0.45, -0.075, 0.055, iris=(246, 206, 90), ring=edge),
    ]  # fmt: skip
    return Creature(parts, "under", taxon, turn=0.3)


def snail(rng: np.random.Generator) -> Creature:
    """A land snail, facing right."""
    shell = vary(rng, [(196, 140, 80), (222, 184, 96), (150, 98, 66)][int(rng.integers(3))], 8)
    flesh = vary(rng, (176, 156, 122), 9)
    dark = shade(shell, -0.55)
    stretch = float(rng.uniform(-0.06, 0.1))
    hx = 0.62 + stretch
    foot = smooth(
        [(-0.86, -0.0), (-0.60, -0.09), (-0.2, -0.15), (0.30, -0.20), (hx - 0.12, -0.36),
         (hx + 0.04, -0.44), (hx + 0.15, -0.38), (hx + 0.14, -0.24), (hx, -0.08), (0.40, 0.0),
         (-0.2, 0.01)]
    )  # fmt: skip
    parts = []
    for lean, up, knob in ((0.02, 0.34, 0.034), (0.15, 0.30, 0.034), (0.20, 0.02, 0.02)):
        tip = (hx + lean + 0.06, -0.42 - up)
        feeler = limb([(hx + lean * 0.5, -0.36), (hx + lean, -0.40 - up * 0.6), tip],
                      [0.055, 0.036, 0.028])  # fmt: skip
        parts.append(Part(feeler, shade(flesh, -0.05)))
        parts.append(Part(ellipse(tip[0], tip[1], knob, knob), shade(flesh, -0.6)))
    parts.append(Part(foot, shade(flesh, 0.12), shade(flesh, -0.3), texture="scales", relief=1.4))
    cx, cy, radius = -0.10, -0.46, 0.42
    parts.append(
        Part(smooth([(cx + 0.02, cy - radius), (cx + 0.36, cy - 0.20), (cx + 0.42, cy + 0.16),
                     (cx + 0.26, cy + 0.36), (cx - 0.1, cy + 0.37), (cx - 0.38, cy + 0.2),
                     (cx - 0.42, cy - 0.1), (cx - 0.26, cy - 0.36)]),
             shell, shade(shell, -0.25), texture="wet", relief=1.4, cast=0.6)
    )  # fmt: skip
    turns = np.linspace(0.15, 2.75, 90) * 2 * np.pi
    reach = radius * 1.02 * np.exp(-(turns[-1] - turns) * 0.125)
    spiral = np.column_stack(
        [cx + reach * np.cos(turns + 1.2), cy + reach * 0.95 * np.sin(turns + 1.2)]
    )
    widths = np.linspace(0.012, 0.034, 12)
    inner = (spiral - (cx, cy)) * 0.84 + (cx, cy)
    parts.append(Part(limb(inner[::3], (widths * 2.1).tolist()), shade(shell, 0.45), inside=True,
                      relief=0, opacity=0.6, blur=0.012))  # fmt: skip
    parts.append(
        Part(limb(spiral[::3], widths.tolist()), dark, inside=True, relief=0, opacity=0.85)
    )
    for angle in np.linspace(0, 2 * np.pi, 22, endpoint=False):
        a, b = radius * 0.62, radius * 1.05
        rib = limb([(cx + a * np.cos(angle), cy + a * np.sin(angle)),
                    (cx + b * np.cos(angle + 0.16), cy + b * np.sin(angle + 0.16))],
                   [0.008, 0.02])  # fmt: skip
        parts.append(Part(rib, dark, inside=True, relief=0, opacity=0.3))
    gleam = ellipse(cx - 0.12, cy - 0.22, 0.13, 0.06, tilt=-0.6)
    parts.append(Part(gleam, (255, 252, 244), inside=True, relief=0, opacity=0.5, blur=0.03))
    return Creature(parts, "ground", "Helix pomatia", turn=0.06)


def octopus(rng: np.random.Generator) -> Creature:
    """An octopus, swimming or sitting."""
    skin = vary(rng, [(196, 92, 66), (150, 96, 126), (186, 134, 84)][int(rng.integers(3))], 8)
    pale = shade(skin, 0.5)
    parts: list[Part] = []
    starts = np.linspace(-0.26, 0.26, 8)
    order = [0, 7, 1, 6, 2, 5, 3, 4]
    for k in order:
        x = float(starts[k])
        out = x * 3.4 + float(rng.uniform(-0.08, 0.08))
        curl = float(np.sign(x)) * float(rng.uniform(0.10, 0.28))
        down = 0.75 - abs(x) * 1.1 + float(rng.uniform(-0.08, 0.08))
        curve = [(x, 0.0), (x * 2.0, 0.22), (out, down * 0.75), (out + curl, down),
                 (out + curl * 1.7, down * 0.78), (out + curl * 1.2, down * 0.66)]  # fmt: skip
        tone = shade(skin, -0.22 if k in (0, 7, 2, 5) else 0.0)
        arm = limb(curve, [0.20, 0.16, 0.125, 0.09, 0.055, 0.02], steps=14)
        parts.append(Part(arm, tone, shade(tone, -0.18), texture="wet", relief=1.4, cast=0.35))
        for share in np.linspace(0.25, 0.85, 6):
            at = smooth(curve, closed=False)[int(share * 45)]
            size = 0.03 * (1.25 - share)
            sucker = ellipse(at[0] + 0.03 * np.sign(x), at[1] + 0.02, size, size * 0.85)
            parts.append(Part(sucker, pale, inside=True, relief=0.3, opacity=0.85))
    mantle = smooth(
        [(0, -1.0), (0.26, -0.92), (0.38, -0.66), (0.32, -0.38), (0.25, -0.18), (0.32, 0.04),
         (0.16, 0.16), (-0.16, 0.16), (-0.32, 0.04), (-0.25, -0.18), (-0.32, -0.38), (-0.38, -0.66),
         (-0.26, -0.92)]
    )  # fmt: skip
    parts.append(
        Part(mantle, shade(skin, 0.08), shade(skin, -0.1), texture="wet", relief=1.5, cast=0.5)
    )
    for x, y in rng.uniform((-0.28, -0.9), (0.28, -0.3), (16, 2)):
        size = float(rng.uniform(0.02, 0.045))
        parts.append(Part(ellipse(x, y, size, size), pale, inside=True, relief=0, opacity=0.4))
    for side in (-1.0, 1.0):
        x = side * 0.17
        parts.append(Part(ellipse(x, -0.14, 0.105, 0.10), shade(skin, 0.06), relief=1.3, cast=0.4))
        parts.append(Part(ellipse(x, -0.145, 0.07, 0.062), (244, 226, 160), relief=0.3))
        parts.append(Part(ellipse(x, -0.145, 0.055, 0.02), (20, 18, 20), relief=0))
        parts.append(Part(ellipse(x + 0.02, -0.165, 0.014, 0.012), (255, 255, 255), relief=0))
    return Creature(parts, "under", "Octopus vulgaris", turn=0.35)


def crab(rng: np.random.Generator) -> Creature:
    """A crab with raised claws, seen from the front and above."""
    shell = vary(rng, [(206, 78, 42), (112, 110, 66), (176, 88, 92)][int(rng.integers(3))], 8)
    dark, pale = shade(shell, -0.5), shade(shell, 0.45)
    lift = float(rng.uniform(-0.12, 0.12))
    parts: list[Part] = []
    for side in (-1.0, 1.0):
        for k in range(4):
            y = 0.02 + 0.075 * k
            knee = (side * (0.86 - 0.06 * k), -0.10 + 0.17 * k)
            foot = (side * (1.02 - 0.11 * k), 0.28 + 0.13 * k)
            leg = limb([(side * 0.38, y), knee, foot], [0.11, 0.085, 0.02], steps=14)
            parts.append(Part(leg, shade(shell, -0.14), shade(shell, -0.35), cast=0.3, relief=1.3))
    for side, size in ((-1.0, 1.0), (1.0, float(rng.uniform(0.8, 1.25)))):
        elbow = (side * 0.74, -0.32 + lift * 0.5)
        wrist = (side * 0.66, -0.58 + lift)
        parts.append(Part(limb([(side * 0.36, -0.12), elbow, wrist], [0.14, 0.14, 0.13]),
                          shade(shell, -0.1), relief=1.3))  # fmt: skip
        x, y = wrist
        big = smooth([(x + side * 0.10 * size, y + 0.06), (x + side * 0.20 * size, y - 0.14 * size),
                      (x + side * 0.10 * size, y - 0.36 * size), (x - side * 0.12 * size,
                      y - 0.44 * size), (x - side * 0.03 * size, y - 0.24 * size),
                      (x - side * 0.10 * size, y - 0.08)])  # fmt: skip
        thumb = smooth(
            [
                (x - side * 0.06 * size, y + 0.02),
                (x - side * 0.20 * size, y - 0.18 * size),
                (x - side * 0.20 * size, y - 0.38 * size),
                (x - side * 0.10 * size, y - 0.22 * size),
                (x + side * 0.02, y - 0.10 * size),
            ]
        )
        parts.append(Part(thumb, shade(shell, -0.05), shade(shell, -0.3), relief=1.2, cast=0.3))
        parts.append(
            Part(big, shade(shell, 0.1), shade(shell, -0.12), texture="wet", relief=1.4, cast=0.4)
        )
    carapace = smooth(
        [(-0.54, -0.08), (-0.44, -0.24), (-0.2, -0.32), (0.2, -0.32), (0.44, -0.24), (0.54, -0.08),
         (0.40, 0.20), (0.18, 0.34), (-0.18, 0.34), (-0.40, 0.20)]
    )  # fmt: skip
    for side in (-1.0, 1.0):
        stalk = limb([(side * 0.13, -0.28), (side * 0.15, -0.42)], [0.055, 0.05])
        parts.append(Part(stalk, shell))
        parts.append(Part(ellipse(side * 0.15, -0.44, 0.05, 0.05), (24, 20, 22), relief=0.6))
        parts.append(
            Part(ellipse(side * 0.15 + 0.014, -0.458, 0.014, 0.014), (255, 255, 255), relief=0)
        )
    parts.append(
        Part(carapace, shade(shell, 0.06), shade(shell, -0.2), texture="wet", relief=1.6, cast=0.5)
    )
    for x, y in rng.uniform((-0.4, -0.22), (0.4, 0.22), (22, 2)):
        size = float(rng.uniform(0.01, 0.024))
        parts.append(Part(ellipse(x, y, size, size), pale, inside=True, relief=0.3, opacity=0.6))
    groove = limb(
        [(-0.3, -0.02), (-0.1, 0.07), (0.1, 0.07), (0.3, -0.02)], [0.01, 0.02, 0.02, 0.01]
    )
    parts.append(Part(groove, dark, inside=True, relief=0, opacity=0.6))
    return Creature(parts, "flat", "Carcinus maenas", turn=0.3)


def sea_star(rng: np.random.Generator) -> Creature:
    """A starfish from above."""
    skin = vary(rng, [(222, 104, 44), (176, 62, 92), (98, 88, 170)][int(rng.integers(3))], 8)
    pale = shade(skin, 0.5)
    points = []
    for k in range(5):
        angle = 2 * np.pi * k / 5 - np.pi / 2 + float(rng.uniform(-0.1, 0.1))
        reach = float(rng.uniform(0.92, 1.04))
        for turn, length in ((-0.10, 0.86), (0.0, 1.0), (0.10, 0.86), (0.62, 0.34)):
            radius = length * reach if length > 0.5 else length
            points.append((radius * np.cos(angle + turn), radius * np.sin(angle + turn)))
    parts = [Part(smooth(points), skin, shade(skin, -0.12), texture="wet", relief=1.7)]
    for k in range(5):
        angle = 2 * np.pi * k / 5 - np.pi / 2
        for share in np.linspace(0.0, 0.9, 11):
            for side in (-1.0, 0.0, 1.0):
                x = share * np.cos(angle) - side * 0.11 * (1 - share * 0.75) * np.sin(angle)
                y = share * np.sin(angle) + side * 0.11 * (1 - share * 0.75) * np.cos(angle)
                size = 0.024 * (1.2 - 0.6 * share)
                parts.append(
                    Part(ellipse(x, y, size, size), pale, inside=True, relief=0.5, opacity=0.9)
                )
    return Creature(parts, "flat", "Asterias rubens", turn=3.1)


def jellyfish(rng: np.random.Generator) -> Creature:
    """A jellyfish in open water."""
    tone = vary(rng, [(236, 178, 206), (236, 214, 178), (186, 176, 236)][int(rng.integers(3))], 8)
    deep = shade(tone, -0.3)
    parts: list[Part] = []
    for x in np.linspace(-0.46, 0.46, 13):
        wave = rng.normal(0, 0.06, 3)
        length = float(rng.uniform(0.65, 1.0))
        curve = [(x, -0.06), (x + wave[0], length * 0.35), (x + wave[1], length * 0.7),
                 (x + wave[2] * 1.6, length)]  # fmt: skip
        parts.append(Part(limb(curve, [0.03, 0.026, 0.024, 0.02]), shade(tone, -0.08), opacity=0.8))
    for x in (-0.16, -0.05, 0.06, 0.17):
        wave = rng.normal(0, 0.05, 3)
        curve = [(x, -0.1), (x + wave[0], 0.15), (x + wave[1], 0.4), (x + wave[2], 0.66)]
        parts.append(
            Part(
                limb(curve, [0.12, 0.13, 0.10, 0.03]),
                shade(tone, 0.35),
                tone,
                texture="wet",
                opacity=0.9,
                cast=0.2,
            )
        )
    bell = smooth(
        [(-0.58, -0.10), (-0.54, -0.40), (-0.32, -0.66), (0, -0.75), (0.32, -0.66), (0.54, -0.40),
         (0.58, -0.10), (0.44, -0.03), (0.29, -0.08), (0.15, -0.02), (0, -0.07), (-0.15, -0.02),
         (-0.29, -0.08), (-0.44, -0.03)]
    )  # fmt: skip
    parts.append(Part(bell, shade(tone, 0.45), deep, relief=1.5, opacity=0.95, texture="wet"))
    for k in range(4):
        ring = ellipse(-0.24 + 0.16 * k, -0.36, 0.075, 0.11)
        parts.append(
            Part(ring, shade(tone, -0.35), inside=True, relief=0, opacity=0.55, blur=0.012)
        )
    parts.append(Part(ellipse(-0.2, -0.54, 0.18, 0.07, tilt=-0.5), (255, 255, 255), inside=True,
                      relief=0, opacity=0.55, blur=0.035))  # fmt: skip
    return Creature(parts, "under", "Aurelia lucida", turn=0.4)
