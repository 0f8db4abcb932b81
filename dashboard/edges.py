"""A worker's habit at each edge, drawn: the consensus's box and the one the worker would draw.

Lengths are in the units of the drawing, whose view box is `WIDTH` x `HEIGHT`, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.queries.one_worker import Habit

WIDTH, HEIGHT = 368, 220
BOX = (104.0, 60.0, 160.0, 100.0)
# so far an edge may be off in the drawing; small habits are drawn this many times as large
FARTHEST = 26.0
TIMES = (20, 10, 5, 2, 1)


@dataclass(frozen=True, slots=True)
class Label:
    """What is said of an edge, at a place of the drawing; `anchor` is SVG's."""

    x: float
    y: float
    anchor: str
    text: str
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Edges:
    """The worker's box, [x, y, w, h], with offsets `times` as large as they are."""

    times: int
    xywh: tuple[float, float, float, float]
    labels: tuple[Label, ...]
    width: int = WIDTH
    height: int = HEIGHT
    consensus_xywh: tuple[float, float, float, float] = BOX


def edges(habits: Sequence[Habit]) -> Edges:
    """The drawing of four habits: left, top, right and bottom."""
    x, y, w, h = BOX
    off = [habit.share * side for habit, side in zip(habits, (w, h, w, h), strict=True)]
    farthest = max(abs(by) for by in off)
    times = next((n for n in TIMES if n * farthest <= FARTHEST), 1)
    left, top, right, bottom = (max(min(times * by, FARTHEST), -FARTHEST) for by in off)
    left, top, right, bottom = (round(by, 1) for by in (left, top, right, bottom))
    drawn = (x - left, y - top, w + left + right, h + top + bottom)
    return Edges(times, drawn, _labels(habits))


def _labels(habits: Sequence[Habit]) -> tuple[Label, ...]:
    x, y, w, h = BOX
    across, down = x + w / 2, y + h / 2 + 5
    places = (
        (x - FARTHEST - 8, down, "end"),
        (across, y - FARTHEST - 10, "middle"),
        (x + w + FARTHEST + 8, down, "start"),
        (across, y + h + FARTHEST + 20, "middle"),
    )
    return tuple(
        Label(*place, f"{habit.percent:+.1f} %".replace("-", "−"), habit.is_clear)
        for habit, place in zip(habits, places, strict=True)
    )
