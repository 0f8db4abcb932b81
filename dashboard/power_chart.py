"""The chart of a forecast: a figure against answers an image, fixed and adaptive. Pure geometry.

Lengths are in the units of the drawing, whose view box is `WIDTH` x `HEIGHT`, origin top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from simulation.power import Interval

WIDTH, HEIGHT = 360, 250
LEFT, RIGHT, TOP, BOTTOM = 44, 346, 14, 196
MOST_TICKS = 5
MARK = 5.0


@dataclass(frozen=True, slots=True)
class Point:
    """One choice: so many answers an image, and the figure it leads to."""

    answers: float
    value: Interval
    is_adaptive: bool
    name: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a scale is marked (x or y of the drawing), and with what; `below` is a second line."""

    at: float
    text: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A choice in the drawing: its place, the ends of its interval, and its name."""

    x: float
    y: float
    low: float
    high: float
    is_adaptive: bool
    name: str

    @property
    def diamond(self) -> str:
        """The corners of an adaptive choice's mark."""
        x, y, by = self.x, self.y, 1.4 * MARK
        corners = ((x, y - by), (x + by, y), (x, y + by), (x - by, y))
        return " ".join(f"{_short(a)},{_short(b)}" for a, b in corners)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing: the marks of both series, a line through each, and the ticks of both scales."""

    title: str
    marks: tuple[Mark, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]

    def line(self, *, is_adaptive: bool) -> str:
        """The points of the line through a series, by answers."""
        series = sorted((m for m in self.marks if m.is_adaptive == is_adaptive), key=lambda m: m.x)
        return " ".join(f"{mark.x},{mark.y}" for mark in series)

    @property
    def frame(self) -> dict[str, int]:
        """The lengths that a template needs."""
        return {
            "width": WIDTH,
            "height": HEIGHT,
            "left": LEFT,
            "right": RIGHT,
            "beside": LEFT - 6,
            "below": BOTTOM + 18,
            "costs": BOTTOM + 33,
            "title": BOTTOM + 50,
        }

    @property
    def has_costs(self) -> bool:
        return any(tick.below for tick in self.across)

    @property
    def fixed_line(self) -> str:
        return self.line(is_adaptive=False)

    @property
    def adaptive_line(self) -> str:
        return self.line(is_adaptive=True)


def draw(
    title: str,
    points: Sequence[Point],
    *,
    least: float | None = None,
    most: float | None = None,
    digits: int = 2,
    costs: Sequence[str] = (),
) -> Chart:
    """The chart of at least one point. `least` and `most` fix the ends of the upright scale;
    `costs` are written under 1, 2, 3 ... answers.

    >>> point = Point(2, Interval(0.5, 0.25, 1.0), False, "2 answers")
    >>> chart = draw("F1", [point], least=0, most=1)
    >>> chart.marks[0].y, [tick.text for tick in chart.up]
    (105.0, ['0.00', '0.20', '0.40', '0.60', '0.80', '1.00'])
    """
    low = min(point.value.low for point in points) if least is None else least
    high = max(point.value.high for point in points) if most is None else most
    step = _step(max(high - low, 1e-6))
    low, high = floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step
    n_answers = max(2, ceil(max(point.answers for point in points)))

    def x(answers: float) -> float:
        return _short(LEFT + 14 + (RIGHT - LEFT - 28) * (answers - 1) / (n_answers - 1))

    def y(value: float) -> float:
        return _short(BOTTOM - (BOTTOM - TOP) * (value - low) / max(high - low, 1e-9))

    marks = tuple(
        Mark(x(p.answers), y(p.value.mean), y(p.value.low), y(p.value.high), p.is_adaptive, p.name)
        for p in points
    )
    n_steps = round((high - low) / step)
    up = tuple(Tick(y(low + k * step), f"{low + k * step:.{digits}f}") for k in range(n_steps + 1))
    across = tuple(
        Tick(x(n), str(n), costs[n - 1] if n <= len(costs) else "") for n in range(1, n_answers + 1)
    )
    return Chart(title, marks, across, up)


def _step(span: float) -> float:
    """A round distance between ticks that leaves at most `MOST_TICKS` steps."""
    raw = span / MOST_TICKS
    unit = 10 ** floor(log10(raw))
    return float(
        next(factor * unit for factor in (1, 2, 2.5, 5, 10) if factor * unit >= raw - 1e-12)
    )


def _short(length: float) -> float:
    return round(length, 2)
