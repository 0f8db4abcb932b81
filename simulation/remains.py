"""What is left of an animal: feather, bone, shed skin, fish bones, shell, about two units long."""

from __future__ import annotations

import numpy as np

from simulation.curves import ellipse, limb, ruffled, smooth
from simulation.paint import Colour, Part, shade, vary


def feather(rng: np.random.Generator) -> list[Part]:
    """A feather, its quill to the left."""
    tone = vary(
        rng, [(112, 92, 74), (70, 96, 142), (208, 204, 196), (60, 58, 62)][int(rng.integers(4))], 8
    )
    dark = shade(tone, -0.45)
    vane = smooth(
        [
            (-0.62, 0.03),
            (-0.5, -0.10),
            (-0.1, -0.17),
            (0.4, -0.15),
            (0.76, -0.06),
            (0.86, 0.03),
            (0.66, 0.09),
            (0.3, 0.14),
            (-0.2, 0.15),
            (-0.52, 0.09),
        ]
    )
    parts = [Part(ruffled(vane, 0.008, rng), shade(tone, 0.1), shade(tone, -0.15), relief=0.8)]
    if rng.random() < 0.6:
        for x in np.linspace(-0.4, 0.66, 6):
            bar = limb([(x - 0.09, -0.2), (x, 0.02), (x - 0.08, 0.2)], [0.06, 0.07, 0.06])
            parts.append(Part(bar, dark, inside=True, relief=0, opacity=0.75, blur=0.008))
    for x in np.linspace(-0.62, 0.82, 72):
        for side in (-1, 1):
            barb = limb(
                [(x, 0.01), (x + 0.10, side * 0.10), (x + 0.17, side * 0.22)], [0.005] * 3, steps=3
            )
            parts.append(Part(barb, dark, inside=True, relief=0, opacity=0.28))
    for x in rng.uniform(-0.5, 0.6, 3):
        split = np.array([(x, 0.06), (x + 0.10, 0.20), (x + 0.065, 0.20)])
        parts.append(Part(split, shade(tone, -0.6), inside=True, relief=0, opacity=0.7))
    for x in np.linspace(-0.74, -0.56, 9):
        for side in (-1, 1):
            wisp = limb(
                [(x, 0.02), (x - 0.02, side * 0.07), (x + 0.03, side * 0.13)], [0.008, 0.006, 0.004]
            )
            parts.append(Part(wisp, shade(tone, 0.45), relief=0, opacity=0.85))
    quill = limb(
        [(-1.0, 0.06), (-0.5, 0.02), (0.2, 0.0), (0.82, 0.03)], [0.026, 0.03, 0.018, 0.006]
    )
    return [*parts, Part(quill, (240, 232, 212), (206, 192, 164), relief=1.2, cast=0.3)]


def bone(rng: np.random.Generator) -> list[Part]:
    """A long bone."""
    tone: Colour = vary(rng, (232, 222, 198), 6)
    shaft = limb([(-0.7, 0.0), (0.0, -0.05), (0.7, 0.0)], [0.2, 0.15, 0.2], steps=12)
    ends = [Part(ellipse(x, y, 0.15, 0.125, tilt=x), tone, shade(tone, -0.2), relief=1.5)
            for x, y in ((-0.78, -0.09), (-0.76, 0.11), (0.78, -0.11), (0.80, 0.08))]  # fmt: skip
    cracks = [Part(limb([(x, -0.06), (x + 0.2, -0.03), (x + 0.34, -0.05)], [0.008, 0.012, 0.004]),
                   shade(tone, -0.5), inside=True, relief=0, opacity=0.6)
              for x in rng.uniform(-0.5, 0.2, 4)]  # fmt: skip
    return [*ends, Part(shaft, tone, shade(tone, -0.22), texture="wet", relief=1.5), *cracks]


def shed_skin(rng: np.random.Generator) -> list[Part]:
    """The skin a snake has left."""
    x = np.linspace(-1.0, 1.0, 8)
    knots = np.column_stack([x, 0.2 * np.sin(np.arange(8) * 1.6 + rng.uniform(0, 6))])
    tone: Colour = (222, 212, 188)
    skin = limb(knots, [0.03, 0.12, 0.17, 0.16, 0.18, 0.15, 0.13, 0.09], steps=14)
    parts = [Part(skin, tone, shade(tone, -0.18), texture="scales", relief=0.7, opacity=0.85)]
    for at in smooth(knots, closed=False)[4::3]:
        crease = limb([(at[0], at[1] - 0.1), (at[0] + 0.015, at[1] + 0.1)], [0.01, 0.006])
        parts.append(Part(crease, shade(tone, -0.45), inside=True, relief=0, opacity=0.45))
    return parts


def fish_bones(rng: np.random.Generator) -> list[Part]:
    """The skeleton of a fish."""
    tone: Colour = vary(rng, (236, 230, 212), 5)
    parts = []
    for x in np.linspace(-0.56, 0.46, 13):
        length = 0.27 * (1 - abs(x - 0.05) ** 1.6)
        for side in (-1, 1):
            rib = limb(
                [(x, 0), (x - 0.05, side * length * 0.6), (x - 0.14, side * length)],
                [0.03, 0.022, 0.008],
            )
            parts.append(Part(rib, tone, shade(tone, -0.15)))
    for lean in np.linspace(-0.75, 0.75, 7):
        ray = limb([(-0.72, 0), (-0.72 - 0.28 * np.cos(lean), 0.32 * np.sin(lean))], [0.035, 0.012])
        parts.append(Part(ray, tone, shade(tone, -0.15)))
    head = smooth(
        [
            (0.46, -0.16),
            (0.64, -0.17),
            (0.96, 0.02),
            (0.90, 0.09),
            (0.66, 0.17),
            (0.46, 0.14),
            (0.52, 0),
        ]
    )
    return [
        *parts,
        Part(limb([(-0.78, 0), (0.5, 0)], [0.035, 0.06]), tone, shade(tone, -0.2), relief=1.3),
        Part(head, tone, shade(tone, -0.2), relief=1.2),
        Part(ellipse(0.68, -0.04, 0.055, 0.055), (70, 58, 46), inside=True, relief=0),
    ]


def shell(rng: np.random.Generator) -> list[Part]:
    """An empty scallop."""
    tone = vary(rng, [(236, 190, 156), (226, 214, 186), (208, 142, 124)][int(rng.integers(3))], 7)
    angles = np.linspace(np.pi * 1.12, np.pi * 1.88, 10)
    rim = [(0.78 * np.cos(a), 0.42 + 0.95 * np.sin(a)) for a in angles]
    fan = smooth([(-0.10, 0.46), (-0.45, 0.24), *rim, (0.45, 0.24), (0.10, 0.46)])
    hinge = smooth([(-0.28, 0.36), (0.28, 0.36), (0.2, 0.54), (-0.2, 0.54)])
    parts = [
        Part(hinge, shade(tone, -0.12), shade(tone, -0.3)),
        Part(fan, shade(tone, 0.12), shade(tone, -0.12), texture="wet", relief=1.6, cast=0.4),
    ]
    for a in np.linspace(np.pi * 1.1, np.pi * 1.9, 12):
        rib = limb(
            [(0.05 * np.cos(a), 0.46), (0.86 * np.cos(a), 0.42 + 1.0 * np.sin(a))], [0.012, 0.05]
        )
        parts.append(Part(rib, shade(tone, -0.32), inside=True, relief=0, opacity=0.5))
    for r in (0.45, 0.66, 0.84):
        ring = [
            (r * 0.86 * np.cos(a), 0.44 + r * np.sin(a))
            for a in np.linspace(np.pi * 1.05, np.pi * 1.95, 12)
        ]
        parts.append(
            Part(
                limb(ring, [0.03] * 12),
                shade(tone, -0.3),
                inside=True,
                relief=0,
                opacity=0.45,
                blur=0.008,
            )
        )
    return parts
