"""Where the animals of a scene stand: sizes, poses and places, without painting anything.

Lengths are pixels of the image; boxes here are (left, top, right, bottom) of whole silhouettes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulation.animals import Creature
from simulation.backdrop import Backdrop
from simulation.paint import Part, extent, moved
from simulation.surfaces import Size

Edges = tuple[float, float, float, float]

MAX_COVERED = 0.5  # of the smaller of two silhouettes' boxes
_TRIES = 30
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Pose:
    """A creature turned and enlarged, its origin still at (0, 0)."""

    creature: Creature
    parts: Sequence[Part]
    edges: Edges

    @property
    def height(self) -> float:
        return self.edges[3] - self.edges[1]


@dataclass(frozen=True, slots=True)
class Placed:
    """A pose and the point of the image at which its origin lies."""

    pose: Pose
    x: float
    y: float

    @property
    def edges(self) -> Edges:
        left, top, right, bottom = self.pose.edges
        return left + self.x, top + self.y, right + self.x, bottom + self.y


def posed(creature: Creature, share: float, size: Size, rng: np.random.Generator) -> Pose:
    """`creature` mirrored or not, tilted, and so large that it fills `share` of the image."""
    tilt = float(rng.uniform(-1, 1)) * creature.turn
    parts = moved(creature.parts, angle=tilt, mirror=bool(rng.random() < 0.5))
    left, top, right, bottom = extent(parts)
    scale = share * min(size[0] / (right - left), size[1] / (bottom - top))
    return Pose(creature, moved(parts, scale=scale), _scaled((left, top, right, bottom), scale))


def _scaled(edges: Edges, scale: float) -> Edges:
    left, top, right, bottom = edges
    return left * scale, top * scale, right * scale, bottom * scale


def shares(n: int, rng: np.random.Generator, *, in_a_row: bool = False) -> list[float]:
    """How much of the image's width or height each of `n` animals fills, 0.05 to 0.95.

    `in_a_row`: they sit side by side on a branch and have less room.
    """
    if n == 1:
        if rng.random() < 0.12:
            return [float(rng.uniform(0.05, 0.14))]
        return [float(0.16 + 0.79 * rng.random() ** 1.2)]
    largest = min(0.62, 1.2 / n if in_a_row else 1.05 / np.sqrt(n))
    return [float(max(0.05, largest * rng.uniform(0.35, 1.0))) for _ in range(n)]


def place_all(
    poses: Sequence[Pose], backdrop: Backdrop, size: Size, rng: np.random.Generator
) -> list[Placed]:
    """A place for every pose; nobody is hidden by more than about half.

    In the order of painting: far ones first where there is a ground, else large ones first.
    """
    placed: list[Placed] = []
    for pose in sorted(poses, key=lambda each: -each.height):
        touching = bool(placed) and rng.random() < 0.4
        placed.append(_place(pose, placed, backdrop, size, rng, touching=touching))
    standing = {"ground", "surface", "wading"}
    return sorted(
        placed,
        key=lambda each: each.y if each.pose.creature.stance in standing else -each.pose.height,
    )


def _place(
    pose: Pose,
    others: Sequence[Placed],
    backdrop: Backdrop,
    size: Size,
    rng: np.random.Generator,
    *,
    touching: bool,
) -> Placed:
    """The first free place found; when `touching`, the one that overlaps most within the limit.

    Where there is no room, the animal becomes smaller until there is.
    """
    best, best_covered = None, np.inf
    for attempt in range(_ROUNDS):
        small = _shrunk(pose, 0.75**attempt)
        for _ in range(_TRIES):
            candidate = Placed(small, *_spot(small, backdrop, size, rng))
            covered = sum(overlap(candidate.edges, other.edges) for other in others)
            if covered < 0.03 and not touching:
                return candidate
            wanted = MAX_COVERED - covered if touching and covered <= MAX_COVERED else covered
            if best is None or wanted < best_covered:
                best, best_covered = candidate, wanted
        if best is not None and best_covered <= MAX_COVERED:
            return best
    if best is None:
        raise ValueError("no place was tried")
    return best


def _shrunk(pose: Pose, by: float) -> Pose:
    return Pose(pose.creature, moved(pose.parts, scale=by), _scaled(pose.edges, by))


def overlap(first: Edges, second: Edges) -> float:
    """The share of the smaller box that the other covers, 0..1.

    >>> overlap((0, 0, 10, 10), (5, 0, 25, 10))
    0.5
    """
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return max(0.0, wide) * max(0.0, high) / max(min(areas), 1e-9)


def _spot(
    pose: Pose, backdrop: Backdrop, size: Size, rng: np.random.Generator
) -> tuple[float, float]:
    left, top, right, bottom = pose.edges
    margin = 0.01 * min(size)
    x = _between(rng, margin - left, size[0] - margin - right)
    stance = pose.creature.stance
    if stance == "perch" and backdrop.perches:
        fitting = [perch for perch in backdrop.perches if perch(x) + top >= margin]
        choice = fitting or backdrop.perches[-1:]
        perch = choice[int(rng.integers(len(choice)))]
        return x, perch(x)
    if stance in {"ground", "surface", "wading"}:
        near, far = backdrop.feet[1], max(backdrop.feet[0], margin - top)
        depth = min(1.0, pose.height / (0.6 * size[1]))
        low, high = far + (near - far) * 0.55 * depth, far + (near - far) * (0.45 + 0.55 * depth)
        return x, min(_between(rng, low, high), size[1] - margin)
    low, high = margin - top, size[1] - margin - bottom
    if stance == "air":
        high = max(low, min(high, backdrop.feet[0] - bottom))
    return x, _between(rng, low, high)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high)) if high > low else (low + high) / 2
