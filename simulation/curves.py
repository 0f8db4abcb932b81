"""Smooth outlines for drawing: closed curves, tapered limbs, ellipses.

Outlines are float arrays of shape (n, 2), one [x, y] per row, y downwards. The unit is the
caller's: creatures are drawn in body lengths, backgrounds in pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Points = Sequence[tuple[float, float]] | FloatArray


def smooth(points: Points, *, closed: bool = True, steps: int = 10) -> FloatArray:
    """A Catmull-Rom curve through `points` (Catmull and Rom 1974), `steps` samples a span.

    >>> smooth([(0, 0), (1, 0), (1, 1), (0, 1)], steps=5).shape
    (20, 2)
    """
    knots = np.asarray(points, dtype=np.float64)
    if closed:
        ring = np.vstack([knots[-1:], knots, knots[:2]])
    else:
        ring = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    before, start, end, after = ring[:-3], ring[1:-2], ring[2:-1], ring[3:]
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    a, b, c, d = (part[:, None, :] for part in (before, start, end, after))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    flat = curve.reshape(-1, 2)
    return flat if closed else np.vstack([flat, knots[-1:]])


def limb(points: Points, widths: Sequence[float], *, steps: int = 8) -> FloatArray:
    """The outline of a stroke along `points`, as wide as `widths` says at each of them.

    Both ends are rounded. `widths` has one full width per point.
    """
    spine = smooth(points, closed=False, steps=steps)
    where = np.linspace(0.0, len(widths) - 1.0, len(spine))
    half = np.interp(where, np.arange(len(widths)), widths) / 2
    along = np.gradient(spine, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    normal = np.column_stack([-along[:, 1], along[:, 0]])
    left, right = spine + normal * half[:, None], spine - normal * half[:, None]
    tip = _cap(spine[-1], along[-1], half[-1])
    root = _cap(spine[0], -along[0], half[0])
    return np.vstack([left, tip, right[::-1], root])


def _cap(centre: FloatArray, along: FloatArray, radius: float) -> FloatArray:
    angles = np.linspace(np.pi / 2, -np.pi / 2, 7)[1:-1]
    normal = np.array([-along[1], along[0]])
    return np.asarray(
        centre
        + radius * (np.cos(angles)[:, None] * along[None] + np.sin(angles)[:, None] * normal[None])
    )


def ellipse(
    cx: float, cy: float, rx: float, ry: float, *, tilt: float = 0.0, n: int = 48
) -> FloatArray:
    """An ellipse about (cx, cy); `tilt` in radians, clockwise on the screen."""
    angles = np.linspace(0.0, 2 * np.pi, n, endpoint=False)
    ring = np.column_stack([rx * np.cos(angles), ry * np.sin(angles)])
    return np.asarray(turned(ring, tilt) + np.array([cx, cy]))


def turned(outline: FloatArray, angle: float, pivot: tuple[float, float] = (0, 0)) -> FloatArray:
    """`outline` turned by `angle` radians (clockwise on the screen) about `pivot`."""
    cos, sin = np.cos(angle), np.sin(angle)
    centre = np.asarray(pivot, dtype=np.float64)
    return np.asarray((outline - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre)


def ruffled(outline: FloatArray, amount: float, rng: np.random.Generator) -> FloatArray:
    """`outline` with a ragged edge (fur, down): points moved out by up to `amount`."""
    dense = _dense(outline, amount * 0.55)
    along = np.roll(dense, -1, axis=0) - np.roll(dense, 1, axis=0)
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    push = (1.3 * rng.random(len(dense)) ** 2.5 - 0.2) * amount
    sign = 1.0 if _area(outline) > 0 else -1.0
    return dense + sign * np.column_stack([along[:, 1], -along[:, 0]]) * push[:, None]


def _dense(outline: FloatArray, spacing: float) -> FloatArray:
    ring = np.vstack([outline, outline[:1]])
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ring, axis=0).T))])
    n = max(8, int(length[-1] / spacing))
    at = np.linspace(0.0, length[-1], n, endpoint=False)
    return np.column_stack([np.interp(at, length, ring[:, 0]), np.interp(at, length, ring[:, 1])])


def _area(outline: FloatArray) -> float:
    x, y = outline.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)
