"""Birds: a songbird, an owl, a heron, a duck, a gull in flight, a soaring hawk."""

from __future__ import annotations

import numpy as np

from simulation.animals.creature import Creature
from simulation.curves import FloatArray, ellipse, limb, smooth
from simulation.paint import Colour, Part, eye, mix, moved, shade, vary

# taxon, back, wing, breast, belly, crown, bill, bars
_SONGBIRDS: list[tuple[str, list[Colour]]] = [
    (
        "Erithacus rubecula",
        [(122, 104, 78), (104, 88, 66), (226, 112, 40), (228, 222, 206), (122, 104, 78)],
    ),
    (
        "Cyanistes caeruleus",
        [(124, 146, 84), (66, 112, 170), (246, 208, 60), (248, 226, 120), (52, 104, 184)],
    ),
    (
        "Cardinalis cardinalis",
        [(184, 36, 30), (142, 34, 32), (216, 48, 36), (206, 62, 46), (200, 30, 26)],
    ),
    (
        "Sialia sialis",
        [(48, 98, 182), (38, 78, 158), (204, 104, 56), (240, 234, 224), (52, 108, 196)],
    ),
    (
        "Spinus tristis",
        [(238, 202, 44), (40, 38, 38), (250, 214, 52), (250, 226, 110), (28, 26, 28)],
    ),
    (
        "Pyrrhula pyrrhula",
        [(132, 138, 146), (44, 46, 52), (222, 92, 76), (228, 108, 92), (26, 26, 30)],
    ),
]


def songbird(rng: np.random.Generator) -> Creature:
    """A small perching bird, facing right."""
    taxon, palette = _SONGBIRDS[int(rng.integers(len(_SONGBIRDS)))]
    back, wing, breast, belly, crown = (vary(rng, colour, 6) for colour in palette)
    head = (0.30, -0.64)
    body = smooth(
        [(0.45, -0.66), (0.40, -0.77), (0.28, -0.82), (0.15, -0.77), (0.07, -0.66), (-0.10, -0.55),
         (-0.34, -0.41), (-0.52, -0.29), (-0.49, -0.21), (-0.28, -0.12), (-0.04, -0.07),
         (0.20, -0.09), (0.38, -0.23), (0.45, -0.40), (0.44, -0.54)]
    )  # fmt: skip
    front = smooth(
        [(0.47, -0.68), (0.38, -0.66), (0.24, -0.60), (0.16, -0.44), (0.12, -0.22), (0.2, -0.0),
         (0.55, -0.1), (0.55, -0.5)]
    )  # fmt: skip
    under = smooth([(-0.6, -0.26), (-0.2, -0.22), (0.1, -0.26), (0.3, -0.2), (0.2, 0.1), (-0.5, 0)])
    cap = smooth(
        [(0.44, -0.71), (0.30, -0.72), (0.16, -0.66), (0.02, -0.56), (0.05, -0.8), (0.3, -0.95)]
    )
    wing_shape = smooth(
        [(0.20, -0.44), (0.13, -0.56), (-0.06, -0.51), (-0.34, -0.36), (-0.68, -0.19),
         (-0.42, -0.19), (-0.15, -0.20), (0.08, -0.27)]
    )  # fmt: skip
    upper = [
        *_tail_feathers((-0.40, -0.27), 2.93 + rng.normal(0, 0.06), 0.52, wing),
        Part(body, back, shade(back, -0.1), texture="feather", relief=1.2),
        Part(under, belly, inside=True, relief=0, blur=0.02),
        Part(front, breast, shade(breast, 0.08), inside=True, relief=0, blur=0.018),
        Part(cap, crown, inside=True, relief=0, blur=0.008),
        Part(wing_shape, shade(wing, 0.1), shade(wing, -0.12), texture="feather", cast=0.8),
        *_wing_lines(wing),
        Part(
            smooth([(0.42, -0.69), (0.52, -0.675), (0.61, -0.62), (0.52, -0.605), (0.42, -0.59)]),
            (78, 70, 64), (40, 36, 34), relief=0.8,
        ),
        *eye(head[0] + 0.055, head[1] - 0.035, 0.034, ring=mix(crown, (240, 236, 220), 0.35)),
    ]  # fmt: skip
    tilt = float(rng.uniform(-0.28, 0.16))
    legs = _bird_legs([(-0.02, -0.14), (0.12, -0.12)], (92, 70, 58), 0.034)
    return Creature([*legs, *moved(upper, angle=tilt, pivot=(0.05, -0.12))], "perch", taxon)


def _wing_lines(wing: Colour) -> list[Part]:
    dark, pale = shade(wing, -0.45), shade(wing, 0.55)
    lines = [
        Part(limb([(0.06, -0.30 - 0.035 * k), (-0.2, -0.25 - 0.03 * k), (-0.62, -0.19 - 0.01 * k)],
                  [0.012, 0.014, 0.008]), dark, inside=True, relief=0, opacity=0.7)
        for k in range(4)
    ]  # fmt: skip
    for x in (0.06, -0.05):
        bar = limb([(x + 0.04, -0.53), (x, -0.42), (x - 0.01, -0.28)], [0.02, 0.034, 0.02])
        lines.append(Part(bar, pale, inside=True, relief=0, opacity=0.85))
    return lines


def _tail_feathers(
    root: tuple[float, float], angle: float, length: float, colour: Colour
) -> list[Part]:
    feathers = []
    for k, lean in enumerate((-0.07, 0.0, 0.07)):
        tip = (
            root[0] + length * np.cos(angle + lean),
            root[1] + length * np.sin(angle + lean),
        )
        tone = shade(colour, -0.1 * k)
        feathers.append(Part(limb([root, tip], [0.09, 0.085]), tone, shade(tone, -0.2), cast=0.4))
    return feathers


def _bird_legs(roots: list[tuple[float, float]], colour: Colour, width: float) -> list[Part]:
    parts = []
    for x, y in roots:
        parts.append(Part(limb([(x, y), (x + 0.02, -0.01)], [width * 1.2, width]), colour))
        for toe in (-0.07, 0.06, 0.1):
            curve = limb([(x + 0.02, -0.015), (x + 0.02 + toe, 0.012)], [width * 0.9, width * 0.55])
            parts.append(Part(curve, shade(colour, -0.15)))
    return parts


def owl(rng: np.random.Generator) -> Creature:
    """An owl looking straight at us."""
    brown = vary(rng, [(142, 104, 66), (168, 120, 74), (122, 112, 102)][int(rng.integers(3))], 8)
    pale, dark = shade(brown, 0.55), shade(brown, -0.5)
    body = smooth(
        [(0, -1.22), (0.24, -1.16), (0.36, -0.96), (0.36, -0.72), (0.38, -0.48), (0.3, -0.2),
         (0.13, -0.03), (-0.13, -0.03), (-0.3, -0.2), (-0.38, -0.48), (-0.36, -0.72),
         (-0.36, -0.96), (-0.24, -1.16)]
    )  # fmt: skip
    parts = [
        *_tail_feathers((0.0, -0.2), np.pi / 2, 0.36, shade(brown, -0.3)),
        Part(body, brown, shade(brown, -0.15), texture="feather", relief=1.2),
        Part(ellipse(0, -0.42, 0.26, 0.4), pale, inside=True, relief=0, blur=0.03),
    ]
    for row in range(6):
        for column in range(-2, 3):
            x = column * 0.095 + (row % 2) * 0.045 - 0.02
            y = -0.72 + row * 0.105
            streak = limb([(x, y), (x, y + 0.06)], [0.026, 0.012])
            parts.append(Part(streak, dark, inside=True, relief=0, opacity=0.75))
    for side in (-1, 1):
        wing = smooth(
            [(side * 0.30, -0.86), (side * 0.41, -0.62), (side * 0.40, -0.34), (side * 0.25, -0.02),
             (side * 0.21, -0.3), (side * 0.22, -0.62)]
        )  # fmt: skip
        tone = shade(brown, -0.22)
        parts.append(Part(wing, tone, shade(tone, -0.25), texture="feather", cast=0.7))
        for k in range(4):
            bar = limb(
                [(side * 0.2, -0.6 + 0.13 * k), (side * 0.44, -0.64 + 0.13 * k)], [0.03, 0.03]
            )
            parts.append(Part(bar, pale, inside=True, relief=0, opacity=0.45))
    parts += _owl_face(rng, brown)
    for x in (-0.11, 0.11):
        for toe in (-0.05, 0, 0.05):
            claw = limb([(x + toe, -0.06), (x + toe * 1.3, 0.03)], [0.05, 0.035])
            parts.append(Part(claw, (206, 178, 124), (120, 96, 62)))
    return Creature(parts, "perch", "Strix noctivaga", turn=0.06)


def _owl_face(rng: np.random.Generator, brown: Colour) -> list[Part]:
    pale, dark = shade(brown, 0.62), shade(brown, -0.55)
    iris = [(250, 190, 30), (244, 140, 30), (252, 214, 70)][int(rng.integers(3))]
    parts = []
    for side in (-1, 1):
        tuft = smooth([(side * 0.1, -1.16), (side * 0.31, -1.42), (side * 0.34, -1.08)])
        parts.append(Part(tuft, shade(brown, -0.3), brown, texture="fur"))
    for side in (-1, 1):
        disc = ellipse(side * 0.15, -0.95, 0.175, 0.2)
        parts.append(Part(disc, dark, cast=0.4, relief=0.4))
        disc = ellipse(side * 0.145, -0.95, 0.155, 0.18)
        parts.append(Part(disc, pale, shade(pale, -0.12), texture="fur", relief=0.5))
    parts.append(Part(smooth([(0, -1.18), (0.07, -1.08), (0, -0.86), (-0.07, -1.08)]), brown))
    for side in (-1, 1):
        parts += eye(side * 0.145, -0.96, 0.085, iris=iris, ring=dark)
    beak = smooth([(0, -0.93), (0.045, -0.86), (0, -0.76), (-0.045, -0.86)])
    parts.append(Part(beak, (72, 66, 58), (34, 30, 28), cast=0.8))
    return parts


def heron(rng: np.random.Generator) -> Creature:
    """A tall wading bird."""
    white = bool(rng.random() < 0.35)
    grey: Colour = (240, 240, 236) if white else vary(rng, (132, 146, 164), 8)
    dark: Colour = (206, 208, 206) if white else (52, 60, 76)
    pale: Colour = (250, 250, 246) if white else (222, 226, 228)
    bend = float(rng.uniform(-0.10, 0.10))
    neck = [(0.22, -0.95), (0.40, -1.10), (0.30 + bend, -1.32), (0.24 + bend, -1.50),
            (0.38 + bend, -1.66)]  # fmt: skip
    hx, hy = neck[-1]
    body = smooth(
        [(0.36, -1.02), (0.22, -1.08), (-0.05, -1.02), (-0.34, -0.82), (-0.58, -0.60),
         (-0.36, -0.62), (-0.08, -0.66), (0.18, -0.72), (0.34, -0.86)]
    )  # fmt: skip
    wing = smooth(
        [(0.2, -0.98), (0.02, -1.03), (-0.3, -0.86), (-0.64, -0.54), (-0.3, -0.70), (0.04, -0.78)]
    )
    leg = (216, 176, 70) if not white else (40, 38, 36)
    parts = []
    for x, swing in ((0.06, 0.12), (-0.06, -0.06)):
        knee = (x - 0.05 + swing * 0.3, -0.36)
        curve = limb([(x, -0.76), knee, (x + swing, 0.0)], [0.06, 0.034, 0.03])
        parts.append(Part(curve, shade(leg, -0.1 if x > 0 else -0.3)))
        for toe in (-0.1, 0.1, 0.15):
            parts.append(Part(limb([(x + swing, 0), (x + swing + toe, 0.03)], [0.03, 0.015]), leg))
    parts += [
        Part(limb(neck, [0.20, 0.15, 0.10, 0.085, 0.10]), pale, shade(pale, -0.12), relief=1.2),
        Part(body, grey, shade(grey, -0.15), texture="feather", relief=1.2, cast=0.3),
        Part(wing, shade(grey, -0.06), dark, texture="feather", cast=0.8, relief=1.1),
    ]
    for k in range(4):
        plume = limb([(-0.25 - 0.05 * k, -0.8 + 0.02 * k), (-0.62 - 0.02 * k, -0.5 + 0.03 * k)],
                     [0.05, 0.015])  # fmt: skip
        parts.append(Part(plume, dark, cast=0.3))
    bill = smooth([(hx + 0.08, hy - 0.05), (hx + 0.5, hy + 0.06), (hx + 0.08, hy + 0.04)], steps=4)
    parts += [
        Part(bill, (240, 176, 56), (206, 128, 40)),
        Part(ellipse(hx + 0.04, hy - 0.01, 0.12, 0.072, tilt=0.12), pale, relief=1.1),
        Part(limb([(hx + 0.08, hy - 0.055), (hx - 0.06, hy - 0.05), (hx - 0.3, hy + 0.04)],
                  [0.03, 0.045, 0.012]), shade(dark, -0.3)),
        *eye(hx + 0.085, hy - 0.015, 0.02, iris=(250, 214, 60)),
    ]  # fmt: skip
    return Creature(parts, "wading", "Ardea alba" if white else "Ardea cinerea", turn=0.05)


def duck(rng: np.random.Generator) -> Creature:
    """A duck on the water; the origin is at the waterline."""
    drake = bool(rng.random() < 0.6)
    flank: Colour = vary(rng, (188, 186, 178) if drake else (158, 122, 82), 6)
    head: Colour = (22, 104, 72) if drake else shade(flank, 0.05)
    breast: Colour = (112, 62, 44) if drake else shade(flank, -0.12)
    body = smooth(
        [(-0.74, -0.34), (-0.50, -0.30), (-0.2, -0.37), (0.12, -0.38), (0.38, -0.33), (0.50, -0.2),
         (0.46, -0.04), (0.3, 0.06), (-0.2, 0.08), (-0.5, 0.02), (-0.62, -0.14)]
    )  # fmt: skip
    wing = smooth(
        [(0.18, -0.28), (-0.1, -0.37), (-0.4, -0.33), (-0.66, -0.25), (-0.4, -0.14), (-0.05, -0.10),
         (0.16, -0.16)]
    )  # fmt: skip
    wing_tone = mix(flank, (116, 98, 78), 0.55)
    parts = [
        Part(limb([(0.3, -0.2), (0.40, -0.42), (0.39, -0.62)], [0.32, 0.2, 0.17]),
             breast if drake else flank, relief=1.1),
        Part(body, flank, shade(flank, -0.18), texture="feather", relief=1.1),
        Part(ellipse(0.44, -0.18, 0.2, 0.28), breast, inside=True, relief=0, blur=0.03),
        Part(ellipse(-0.62, -0.22, 0.14, 0.2), (38, 36, 38) if drake else shade(flank, -0.3),
             inside=True, relief=0, blur=0.02),
        Part(wing, wing_tone, shade(wing_tone, -0.2), texture="feather", cast=0.6),
        Part(limb([(-0.40, -0.20), (-0.20, -0.17)], [0.07, 0.07]), (42, 78, 178), inside=True),
        Part(limb([(-0.42, -0.15), (-0.18, -0.12)], [0.02, 0.02]), (245, 245, 240), inside=True),
        Part(limb([(0.40, -0.40), (0.39, -0.56), (0.42, -0.66)], [0.19, 0.18, 0.2]), head,
             shade(head, -0.2), texture="feather"),
    ]  # fmt: skip
    if drake:
        parts.append(
            Part(limb([(0.315, -0.44), (0.40, -0.42), (0.485, -0.45)], [0.03] * 3), (245, 245, 240))
        )
    bill = smooth(
        [(0.54, -0.74), (0.66, -0.66), (0.78, -0.645), (0.80, -0.61), (0.70, -0.58), (0.55, -0.60)]
    )
    parts += [
        Part(ellipse(0.455, -0.69, 0.155, 0.135, tilt=0.1), head, shade(head, -0.25),
             texture="feather", relief=1.3),
        Part(bill, (234, 192, 60) if drake else (206, 138, 62), (190, 140, 40), cast=0.3),
        *eye(0.50, -0.725, 0.025),
    ]  # fmt: skip
    return Creature(parts, "surface", "Anas platyrhynchos", turn=0.04)


def _flight_wing(
    arm: list[tuple[float, float]],
    inner: float,
    outer: float,
    length: float,
    colour: Colour,
    tip: Colour,
) -> list[Part]:
    """Flight feathers fanned along an arm, then the coverts over their roots.

    `inner` and `outer` are the directions (radians) in which the first and last feather point.
    """  # fmt: skip
    bones = smooth(arm, closed=False)
    n = 13
    parts = []
    for k in range(n):
        share = k / (n - 1)
        root = bones[int(share * (len(bones) - 1))]
        angle = inner + (outer - inner) * share**1.6
        reach = length * (0.62 + 0.5 * share)
        end = (root[0] + reach * np.cos(angle), root[1] + reach * np.sin(angle))
        tone = mix(colour, tip, share**2)
        feather = limb([(root[0], root[1]), end], [0.11, 0.045 if share > 0.6 else 0.085])
        parts.append(Part(feather, tone, shade(tone, -0.12), cast=0.25, relief=0.5))
    coverts = limb(arm, [0.24, *([0.22] * (len(arm) - 2)), 0.08])
    pale = shade(colour, 0.12)
    parts.append(Part(coverts, pale, shade(pale, -0.12), texture="feather", cast=0.5))
    return parts


def gull(rng: np.random.Generator) -> Creature:
    """A gull in flapping flight, from the side."""
    kind = int(rng.integers(3))
    wing_tone: Colour = [(176, 186, 196), (64, 70, 84), (150, 110, 76)][kind]
    body_tone: Colour = [(244, 244, 242), (242, 242, 240), (196, 160, 118)][kind]
    lift = float(rng.uniform(0.35, 1.0))
    arm = [(0.14, -0.04), (0.10, -0.30 * lift), (-0.06, -0.62 * lift), (-0.30, -0.86 * lift)]
    far = [(x + 0.22, y * 0.86) for x, y in arm]
    body = smooth(
        [(0.66, -0.04), (0.58, -0.12), (0.44, -0.13), (0.2, -0.15), (-0.15, -0.10), (-0.46, -0.01),
         (-0.2, 0.08), (0.15, 0.14), (0.42, 0.10), (0.58, 0.04)]
    )  # fmt: skip
    tip: Colour = (42, 42, 48)
    bill = smooth([(0.62, -0.06), (0.74, -0.01), (0.77, 0.03), (0.62, 0.02)])
    tail: list[Part] = []
    for lean in (-0.12, 0.0, 0.12):
        end = (-0.36 + 0.38 * np.cos(3.14 + lean), 0.38 * np.sin(3.14 + lean))
        tail.append(Part(limb([(-0.32, -0.01), end], [0.09, 0.1]), shade(body_tone, -0.06)))
    parts = [
        *_flight_wing(far, 2.9, 3.75, 0.42, shade(wing_tone, -0.22), tip),
        *tail,
        Part(body, body_tone, shade(body_tone, -0.16), texture="feather", relief=1.1),
        *_flight_wing(arm, 2.75, 3.85, 0.46, wing_tone, tip),
        Part(bill, (246, 186, 40), (206, 120, 34)),
        *eye(0.555, -0.06, 0.022),
    ]
    taxon = ["Larus argentatus", "Larus fuscus", "Sterna campestris"][kind]
    return Creature(parts, "air", taxon, turn=0.3)


def hawk(rng: np.random.Generator) -> Creature:
    """A bird of prey soaring with spread wings."""
    brown = vary(rng, [(132, 92, 58), (98, 76, 60), (166, 112, 64)][int(rng.integers(3))], 8)
    pale, dark = shade(brown, 0.55), shade(brown, -0.5)
    raise_ = float(rng.uniform(-0.18, 0.12))
    parts: list[Part] = []
    for lean in np.linspace(-0.42, 0.42, 7):
        end = (0.40 * np.sin(lean), 0.24 + 0.36 * np.cos(lean))
        tone = mix(brown, (186, 96, 52), 0.5)
        parts.append(Part(limb([(0, 0.2), end], [0.09, 0.11]), tone, shade(tone, -0.3), cast=0.2))
    band = limb([(-0.3, 0.46), (0, 0.54), (0.3, 0.46)], [0.03, 0.03, 0.03])
    parts.append(Part(band, dark, relief=0, opacity=0.01))
    for side in (-1.0, 1.0):
        arm = [(side * 0.06, -0.08), (side * 0.34, -0.20 + raise_ * 0.6),
               (side * 0.66, -0.14 + raise_), (side * 0.86, -0.10 + raise_ * 1.4)]  # fmt: skip
        outer = 0.0 if side > 0 else np.pi
        inner = 1.45 if side > 0 else np.pi - 1.45
        parts += _flight_wing(arm, inner, outer - side * 0.25, 0.40, mix(brown, pale, 0.35), dark)
    body = smooth(
        [(0, -0.40), (0.08, -0.36), (0.10, -0.24), (0.13, -0.06), (0.12, 0.14), (0.05, 0.34),
         (-0.05, 0.34), (-0.12, 0.14), (-0.13, -0.06), (-0.10, -0.24), (-0.08, -0.36)]
    )  # fmt: skip
    parts.append(Part(body, brown, pale, texture="feather", relief=1.3, cast=0.5))
    parts += _breast_flecks(rng, dark)
    beak = smooth([(-0.04, -0.38), (0.0, -0.47), (0.04, -0.38)])
    parts += [Part(beak, (70, 66, 62)), *eye(-0.045, -0.34, 0.016), *eye(0.045, -0.34, 0.016)]
    return Creature(parts, "air", "Buteo borealis", turn=0.35)


def _breast_flecks(rng: np.random.Generator, dark: Colour) -> list[Part]:
    spots: FloatArray = rng.uniform((-0.09, -0.12), (0.09, 0.25), (16, 2))
    return [
        Part(limb([(x, y), (x, y + 0.03)], [0.018, 0.008]), dark, inside=True, relief=0)
        for x, y in spots
    ]
