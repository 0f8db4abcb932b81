"""Mammals: deer, fox, squirrel, hare."""

from __future__ import annotations

import numpy as np

from simulation.animals.creature import Creature
from simulation.curves import ellipse, limb, ruffled, smooth
from simulation.paint import Colour, Part, eye, mix, moved, shade, vary


def deer(rng: np.random.Generator) -> Creature:
    """A deer, standing or grazing: a stag, a hind, or spotted."""
    coat = vary(rng, [(168, 112, 66), (138, 100, 68), (186, 118, 62)][int(rng.integers(3))], 8)
    pale, dark = shade(coat, 0.5), shade(coat, -0.5)
    grazing, stag, spotted = rng.random() < 0.3, rng.random() < 0.5, rng.random() < 0.4
    step = float(rng.uniform(-0.12, 0.12))
    torso = smooth(
        [(-0.60, -0.95), (-0.25, -0.97), (0.15, -0.95), (0.40, -1.01), (0.56, -0.92), (0.58, -0.74),
         (0.46, -0.58), (0.12, -0.52), (-0.22, -0.57), (-0.48, -0.56), (-0.68, -0.68),
         (-0.70, -0.86)]
    )  # fmt: skip
    far = shade(coat, -0.3)
    parts = [
        *_hind_leg(-0.46, -step, far, dark),
        *_fore_leg(0.36, step, far, dark),
        Part(smooth([(-0.62, -0.92), (-0.76, -0.86), (-0.80, -0.70), (-0.70, -0.72)]), coat, pale),
        Part(ruffled(torso, 0.012, rng), shade(coat, 0.05), shade(coat, -0.2), texture="fur",
             relief=1.2),
        Part(ellipse(-0.70, -0.76, 0.12, 0.16), pale, inside=True, relief=0, blur=0.03),
        Part(ellipse(0.0, -0.50, 0.5, 0.09), pale, inside=True, relief=0, blur=0.04),
    ]  # fmt: skip
    if spotted:
        for x, y in rng.uniform((-0.5, -0.93), (0.4, -0.7), (26, 2)):
            parts.append(Part(ellipse(x, y, 0.024, 0.018), pale, inside=True, relief=0))
    parts += _hind_leg(-0.52, step, coat, dark) + _fore_leg(0.44, -step * 0.8, coat, dark)
    head = _deer_head(coat, stag=bool(stag), rng=rng)
    lean = 1.25 if grazing else float(rng.uniform(-0.08, 0.2))
    parts += moved(head, angle=lean, pivot=(0.42, -0.80))
    taxon = "Dama dama" if spotted else ("Cervus elaphus" if stag else "Capreolus capreolus")
    return Creature(parts, "ground", taxon, turn=0.04)


def _fore_leg(x: float, swing: float, coat: Colour, dark: Colour) -> list[Part]:
    foot = x + swing
    leg = limb(
        [(x, -0.70), (x + swing * 0.3, -0.36), (foot, -0.05)], [0.22, 0.085, 0.055], steps=12
    )
    hoof = smooth(
        [(foot - 0.035, -0.06), (foot + 0.03, -0.06), (foot + 0.07, 0.0), (foot - 0.03, 0)]
    )
    return [Part(leg, coat, shade(coat, -0.22), texture="fur"), Part(hoof, shade(dark, -0.4))]


def _hind_leg(x: float, swing: float, coat: Colour, dark: Colour) -> list[Part]:
    foot = x + swing
    leg = limb(
        [(x - 0.02, -0.76), (x + 0.02, -0.52), (x - 0.08 + swing * 0.5, -0.34), (foot, -0.05)],
        [0.36, 0.22, 0.085, 0.055],
        steps=12,
    )
    hoof = smooth(
        [(foot - 0.035, -0.06), (foot + 0.03, -0.06), (foot + 0.07, 0.0), (foot - 0.03, 0)]
    )
    return [Part(leg, coat, shade(coat, -0.22), texture="fur"), Part(hoof, shade(dark, -0.4))]


def _deer_head(coat: Colour, *, stag: bool, rng: np.random.Generator) -> list[Part]:
    pale, dark = shade(coat, 0.5), shade(coat, -0.5)
    neck = limb([(0.40, -0.80), (0.56, -1.06), (0.66, -1.30)], [0.44, 0.26, 0.19], steps=12)
    skull = smooth(
        [(0.58, -1.34), (0.66, -1.42), (0.78, -1.39), (0.92, -1.28), (1.0, -1.215), (0.985, -1.15),
         (0.88, -1.15), (0.74, -1.18), (0.63, -1.22)]
    )  # fmt: skip
    ear = smooth([(0.65, -1.38), (0.56, -1.50), (0.44, -1.555), (0.46, -1.46), (0.57, -1.34)])
    inner = smooth([(0.62, -1.385), (0.55, -1.47), (0.475, -1.52), (0.50, -1.46), (0.58, -1.37)])
    back = moved([Part(ear, shade(coat, -0.3))], angle=0.55, pivot=(0.62, -1.37))
    antlers = _antlers(rng) if stag else []
    return [
        *back,
        *moved([*antlers], by=(0.05, -0.01)),
        Part(ruffled(neck, 0.012, rng), coat, shade(coat, -0.12), texture="fur", relief=1.0),
        Part(ellipse(0.72, -1.05, 0.10, 0.14), pale, inside=True, relief=0, blur=0.03),
        Part(skull, coat, shade(coat, -0.1), texture="fur", relief=1.2, cast=0.25),
        Part(ellipse(0.93, -1.165, 0.12, 0.045, tilt=0.5), pale, inside=True, relief=0, blur=0.012),
        Part(ellipse(0.985, -1.205, 0.036, 0.032), (30, 26, 26), relief=1.2),
        Part(limb([(0.975, -1.165), (0.90, -1.168)], [0.012, 0.008]), dark, relief=0),
        *antlers,
        Part(ear, shade(coat, -0.05), texture="fur", cast=0.4),
        Part(inner, mix(pale, (226, 170, 150), 0.4), inside=True, relief=0, blur=0.006),
        *eye(0.745, -1.325, 0.032, ring=shade(coat, -0.55)),
    ]


def _antlers(rng: np.random.Generator) -> list[Part]:
    bone: Colour = (158, 128, 92)
    beam = [(0.68, -1.40), (0.55, -1.55), (0.50, -1.76), (0.60, -1.96), (0.76, -2.06)]
    parts = []
    tines = [(0.655, -1.43, 0.20, -0.13), (0.53, -1.62, 0.24, -0.14), (0.515, -1.82, 0.22, -0.20)]
    for x, y, dx, dy in tines[: int(rng.integers(2, 4))]:
        curve = [(x, y), (x + dx * 0.75, y + dy * 0.25), (x + dx, y + dy)]
        parts.append(Part(limb(curve, [0.04, 0.032, 0.012]), bone, shade(bone, 0.3)))
    main = limb(beam, [0.055, 0.05, 0.044, 0.034, 0.014])
    return [*parts, Part(main, bone, shade(bone, 0.3))]


def fox(rng: np.random.Generator) -> Creature:
    """A fox on the move."""
    arctic = rng.random() < 0.2
    coat: Colour = (228, 230, 234) if arctic else vary(rng, (206, 104, 44), 9)
    white: Colour = (246, 242, 236)
    sock: Colour = shade(coat, -0.2) if arctic else (54, 40, 36)
    step = float(rng.uniform(0.05, 0.2)) * (1 if rng.random() < 0.5 else -1)
    lift = float(rng.uniform(-0.22, 0.12))
    torso = smooth(
        [(-0.56, -0.60), (-0.25, -0.63), (0.10, -0.61), (0.36, -0.66), (0.52, -0.60), (0.55, -0.44),
         (0.42, -0.32), (0.12, -0.33), (-0.2, -0.38), (-0.44, -0.34), (-0.60, -0.44)]
    )  # fmt: skip
    tail = limb(
        [(-0.54, -0.53), (-0.78, -0.46), (-1.02, -0.36), (-1.26, -0.36)], [0.10, 0.24, 0.28, 0.05],
        steps=14,
    )  # fmt: skip
    tip = ellipse(-1.25, -0.36, 0.17, 0.24)
    far = shade(coat, -0.32)
    parts = [
        *_fox_leg(-0.42, -step, far, sock, hind=True),
        *_fox_leg(0.34, step, far, sock, hind=False),
        *moved(
            [
                Part(ruffled(tail, 0.022, rng), shade(coat, -0.02), shade(coat, -0.28),
                     texture="fur", relief=1.2),
                Part(tip, white, inside=True, relief=0, blur=0.025),
            ],
            angle=lift, pivot=(-0.54, -0.53),
        ),
        Part(ruffled(torso, 0.014, rng), shade(coat, 0.06), shade(coat, -0.2), texture="fur",
             relief=1.2),
        Part(ellipse(0.52, -0.38, 0.14, 0.20), white, inside=True, relief=0, blur=0.03),
        *_fox_leg(-0.46, step, coat, sock, hind=True),
        *_fox_leg(0.40, -step, coat, sock, hind=False),
        *moved(_fox_head(coat, white, rng), angle=float(rng.uniform(-0.2, 0.45)),
               pivot=(0.48, -0.58)),
    ]  # fmt: skip
    return Creature(parts, "ground", "Vulpes lagopus" if arctic else "Vulpes vulpes", turn=0.05)


def _fox_leg(x: float, swing: float, coat: Colour, sock: Colour, *, hind: bool) -> list[Part]:
    foot = x + swing
    knee = (x + (-0.06 if hind else 0.02) + swing * 0.4, -0.22)
    thigh = 0.26 if hind else 0.17
    leg = limb([(x, -0.48), knee, (foot, -0.03)], [thigh, 0.095, 0.065], steps=12)
    boot = limb([knee, (foot, -0.03), (foot + 0.07, -0.02)], [0.075, 0.07, 0.05], steps=12)
    return [
        Part(leg, coat, shade(coat, -0.15), texture="fur"),
        Part(boot, mix(coat, sock, 0.85), sock, texture="fur", relief=0.6),
    ]


def _fox_head(coat: Colour, white: Colour, rng: np.random.Generator) -> list[Part]:
    dark: Colour = (48, 36, 34)
    neck = limb([(0.38, -0.50), (0.54, -0.66), (0.62, -0.76)], [0.34, 0.28, 0.24])
    skull = smooth(
        [(0.50, -0.84), (0.60, -0.93), (0.74, -0.92), (0.86, -0.81), (1.02, -0.735), (1.035, -0.69),
         (0.94, -0.665), (0.80, -0.63), (0.64, -0.60), (0.52, -0.66)]
    )  # fmt: skip
    cheek = smooth([(1.05, -0.70), (0.88, -0.72), (0.76, -0.74), (0.66, -0.68), (0.56, -0.68),
                    (0.60, -0.52), (0.9, -0.55)])  # fmt: skip
    near_ear = smooth([(0.54, -0.86), (0.53, -1.0), (0.56, -1.12), (0.66, -1.02), (0.70, -0.90)])
    far_ear = smooth([(0.66, -0.90), (0.67, -1.0), (0.72, -1.09), (0.79, -1.0), (0.80, -0.88)])
    inner = smooth([(0.57, -0.90), (0.565, -1.0), (0.585, -1.06), (0.64, -1.0), (0.66, -0.92)])
    return [
        Part(far_ear, shade(coat, -0.35), dark, texture="fur"),
        Part(ruffled(neck, 0.02, rng), coat, shade(coat, -0.1), texture="fur"),
        Part(ruffled(skull, 0.012, rng), shade(coat, 0.06), shade(coat, -0.06), texture="fur",
             relief=1.2, cast=0.35),
        Part(cheek, white, inside=True, relief=0, blur=0.016),
        Part(near_ear, coat, shade(coat, -0.1), texture="fur", cast=0.3),
        Part(inner, dark, inside=True, relief=0, opacity=0.75, blur=0.01),
        Part(ellipse(1.03, -0.72, 0.036, 0.032), dark, relief=1.2),
        Part(limb([(1.0, -0.675), (0.9, -0.668), (0.84, -0.65)], [0.008, 0.012, 0.006]), dark,
             relief=0),
        *eye(0.775, -0.80, 0.034, iris=(214, 150, 40), ring=dark),
    ]  # fmt: skip


def squirrel(rng: np.random.Generator) -> Creature:
    """A squirrel sitting up with a nut."""
    coat = vary(rng, [(176, 82, 38), (128, 122, 116), (96, 62, 44)][int(rng.integers(3))], 8)
    pale: Colour = (240, 228, 208)
    dark = shade(coat, -0.45)
    tail = limb(
        [(-0.26, -0.06), (-0.56, -0.16), (-0.62, -0.52), (-0.40, -0.82), (-0.46, -1.10),
         (-0.72, -1.16)], [0.12, 0.28, 0.36, 0.40, 0.34, 0.10], steps=14,
    )  # fmt: skip
    body = smooth(
        [(0.14, -0.72), (0.28, -0.56), (0.30, -0.36), (0.24, -0.14), (0.08, -0.02), (-0.20, -0.01),
         (-0.36, -0.14), (-0.34, -0.38), (-0.18, -0.60), (-0.02, -0.74)]
    )  # fmt: skip
    thigh = smooth([(0.10, -0.30), (0.18, -0.14), (0.10, -0.02), (-0.14, -0.0), (-0.28, -0.10),
                    (-0.24, -0.30), (-0.06, -0.38)])  # fmt: skip
    head = smooth(
        [(0.02, -0.90), (0.12, -1.0), (0.28, -0.98), (0.40, -0.87), (0.46, -0.80), (0.42, -0.73),
         (0.28, -0.68), (0.10, -0.68), (0.0, -0.77)]
    )  # fmt: skip
    ear = smooth([(0.06, -0.95), (0.02, -1.06), (0.05, -1.19), (0.14, -1.08), (0.17, -0.97)])
    belly = ellipse(0.30, -0.40, 0.14, 0.30)
    parts = [
        Part(ruffled(tail, 0.035, rng), shade(coat, 0.12), dark, texture="fur", relief=1.1),
        Part(limb([(-0.30, -0.10), (-0.52, -0.22), (-0.56, -0.52), (-0.36, -0.82), (-0.44, -1.04)],
                  [0.04, 0.1, 0.16, 0.16, 0.06]), dark, inside=True, relief=0, blur=0.04,
             opacity=0.5),
        *moved([Part(ear, shade(coat, -0.3), texture="fur")], by=(0.10, 0.0)),
        Part(ruffled(body, 0.015, rng), coat, shade(coat, -0.15), texture="fur", relief=1.2,
             cast=0.5),
        Part(belly, pale, inside=True, relief=0, blur=0.03),
        Part(ruffled(thigh, 0.012, rng), coat, shade(coat, -0.2), texture="fur", cast=0.5,
             relief=1.3),
        Part(limb([(-0.02, -0.03), (0.16, -0.03), (0.28, -0.02)], [0.09, 0.08, 0.05]),
             shade(coat, -0.1), cast=0.4),
        Part(ruffled(head, 0.012, rng), shade(coat, 0.05), shade(coat, -0.06), texture="fur",
             cast=0.5, relief=1.2),
        Part(ellipse(0.34, -0.72, 0.14, 0.07), pale, inside=True, relief=0, blur=0.014),
        Part(ruffled(ear, 0.014, rng), coat, shade(coat, -0.25), texture="fur", cast=0.3),
        Part(ellipse(0.452, -0.805, 0.024, 0.02), (40, 28, 26)),
        *eye(0.27, -0.875, 0.042, ring=mix(coat, pale, 0.7)),
        Part(ellipse(0.43, -0.53, 0.085, 0.075), (150, 96, 48), (96, 56, 28), relief=1.4),
        Part(limb([(0.34, -0.60), (0.42, -0.60), (0.48, -0.59)], [0.05, 0.07, 0.035]),
             (120, 78, 44)),
        Part(limb([(0.12, -0.60), (0.24, -0.48), (0.38, -0.52)], [0.14, 0.10, 0.06]), coat,
             shade(coat, -0.12), texture="fur", cast=0.5),
    ]  # fmt: skip
    taxon = "Sciurus carolinensis" if abs(coat[0] - coat[2]) < 40 else "Sciurus vulgaris"
    return Creature(parts, "ground", taxon, turn=0.08)


def hare(rng: np.random.Generator) -> Creature:
    """A hare, sitting."""
    coat = vary(rng, [(166, 132, 92), (148, 128, 108), (232, 230, 228)][int(rng.integers(3))], 7)
    pale = shade(coat, 0.6)
    body = smooth(
        [(-0.50, -0.10), (-0.56, -0.34), (-0.42, -0.60), (-0.14, -0.70), (0.14, -0.62),
         (0.34, -0.50), (0.40, -0.30), (0.32, -0.10), (0.0, -0.03), (-0.3, -0.02)]
    )  # fmt: skip
    thigh = smooth([(-0.06, -0.34), (0.04, -0.18), (-0.02, -0.04), (-0.30, -0.0), (-0.48, -0.08),
                    (-0.50, -0.30), (-0.30, -0.44)])  # fmt: skip
    tail = ellipse(-0.56, -0.16, 0.11, 0.10)
    parts = [
        Part(ruffled(tail, 0.025, rng), (248, 246, 242), shade(pale, -0.1), texture="fur"),
        Part(limb([(0.26, -0.40), (0.30, -0.16), (0.34, -0.03)], [0.16, 0.09, 0.08]),
             shade(coat, -0.3), texture="fur"),
        Part(ruffled(body, 0.016, rng), coat, shade(coat, -0.16), texture="fur", relief=1.2),
        Part(ellipse(0.32, -0.22, 0.12, 0.22), pale, inside=True, relief=0, blur=0.04),
        Part(ruffled(thigh, 0.012, rng), coat, shade(coat, -0.22), texture="fur", cast=0.55,
             relief=1.3),
        Part(limb([(-0.36, -0.04), (-0.12, -0.035), (0.10, -0.02)], [0.10, 0.10, 0.05]),
             shade(coat, 0.08), texture="fur", cast=0.4),
        Part(limb([(0.20, -0.40), (0.22, -0.18), (0.26, -0.03), (0.34, -0.02)],
                  [0.20, 0.11, 0.085, 0.06]), coat, shade(coat, 0.12), texture="fur", cast=0.4),
        *moved(_hare_head(coat, pale, rng), angle=float(rng.uniform(-0.12, 0.25)),
               pivot=(0.28, -0.56)),
    ]  # fmt: skip
    taxon = "Lepus timidus" if coat[2] > 190 else "Lepus europaeus"
    return Creature(parts, "ground", taxon, turn=0.06)


def _hare_head(coat: Colour, pale: Colour, rng: np.random.Generator) -> list[Part]:
    skull = smooth(
        [(0.14, -0.72), (0.24, -0.86), (0.40, -0.86), (0.54, -0.75), (0.60, -0.66), (0.54, -0.57),
         (0.38, -0.52), (0.20, -0.54)]
    )  # fmt: skip
    spread = float(rng.uniform(0.05, 0.4))
    ear = limb([(0.26, -0.80), (0.18, -1.06), (0.10, -1.34)], [0.10, 0.17, 0.05], steps=12)
    inner = limb([(0.25, -0.86), (0.185, -1.06), (0.12, -1.26)], [0.03, 0.09, 0.02], steps=12)
    lobe = [
        Part(ear, coat, shade(coat, -0.1), texture="fur", cast=0.3),
        Part(inner, mix(pale, (222, 150, 130), 0.55), inside=True, relief=0, blur=0.012),
        Part(ellipse(0.09, -1.36, 0.07, 0.07), (52, 42, 38), inside=True, relief=0, blur=0.015),
    ]
    return [
        *moved(lobe, angle=-spread * 0.3 + 0.34, pivot=(0.27, -0.80)),
        Part(ruffled(skull, 0.012, rng), coat, shade(coat, -0.05), texture="fur", relief=1.2,
             cast=0.4),
        Part(ellipse(0.54, -0.58, 0.13, 0.07), pale, inside=True, relief=0, blur=0.02),
        *moved(lobe, angle=-spread, pivot=(0.26, -0.80)),
        Part(ellipse(0.595, -0.68, 0.026, 0.022), (176, 112, 104)),
        *eye(0.415, -0.735, 0.046, iris=(150, 96, 40), ring=mix(coat, pale, 0.7)),
        *[
            Part(limb([(0.55, -0.64), (0.66, -0.62 + d), (0.76, -0.60 + d * 2.4)],
                      [0.007, 0.006, 0.004]), pale, relief=0)
            for d in (-0.03, 0.0, 0.03)
        ],
    ]  # fmt: skip
