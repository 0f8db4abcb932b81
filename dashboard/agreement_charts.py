"""Shapes of the charts of agreement, as Vega-Lite. Colours are tokens (`charts/theme.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from consensus.bootstrap import Estimate
from dashboard.charting import axis_of_counts

Spec = dict[str, Any]

FRAME = 70
ROW = 30
# from little to much; text is light on the last alone
LEVELS = [f"var(--seq-{number})" for number in range(1, 6)]
# colour and shape say the same
LOOKS = (("var(--link)", "circle"), ("var(--warn)", "diamond"))
PERCENT = "format(100 * datum.value, '.3~r') + ' %'"


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure with its interval, of one of the kinds in the legend ("" for no legend)."""

    name: str
    estimate: Estimate
    kind: str = ""
    href: str = ""


def height_of(n_rows: int, *, has_legend: bool = False) -> int:
    """Pixels that a chart of so many rows needs."""
    return FRAME + ROW * n_rows + (50 if has_legend else 0)


def dots(
    rows: Sequence[Dot], *, title: str, marks: Sequence[float] = (), is_share: bool = False
) -> Spec:
    """A dot a row with a bar from the low to the high end of its interval; dashed lines at `marks`.

    `title` says what is measured; shares are written as percent.
    """
    values = [
        {
            "name": row.name,
            "kind": row.kind,
            "value": row.estimate.value,
            "low": row.estimate.value if row.estimate.low is None else row.estimate.low,
            "high": row.estimate.value if row.estimate.high is None else row.estimate.high,
            "href": row.href,
        }
        for row in rows
        if row.estimate.value is not None
    ]
    axis = {"tickCount": 5, "labelExpr": PERCENT} if is_share else {"tickCount": 6, "format": ".1f"}
    scale = {"domain": _domain(values, is_share=is_share)}

    def x(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": scale,
            "axis": axis,
        }

    y = {"field": "name", "type": "nominal", "sort": None, "title": None}
    return {
        "data": {"values": values},
        "layer": [
            *_rulers(marks, scale),
            {
                "mark": {"type": "rule", "color": "var(--muted)", "strokeWidth": 2},
                "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "size": 90},
                "encoding": {"y": y, "x": x("value"), **_look(rows), **_link(rows)},
            },
        ],
    }


def histogram(counts: Sequence[int], *, across: str, up: str) -> Spec:
    """Bars of equal bins from 0 to 1."""
    n = len(counts)
    values = [
        {"from": number / n, "to": (number + 1) / n, "n": count}
        for number, count in enumerate(counts)
    ]
    x = {"field": "from", "type": "quantitative", "title": across, "scale": {"domain": [0, 1]}}
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "binSpacing": 1},
        "encoding": {
            "x": {**x, "axis": {"tickCount": 5, "format": ".1f", "grid": False}},
            "x2": {"field": "to"},
            "y2": {"datum": 0},
            "y": {
                "field": "n",
                "type": "quantitative",
                "title": up,
                "axis": axis_of_counts(max(counts, default=0)),
            },
        },
    }


def at_least(shares: Sequence[float], marks: Sequence[float], *, across: str, up: str) -> Spec:
    """A falling line: `shares` reach the values 0 to 1, evenly spaced, at least; dots at `marks`,
    which are among these, with their shares in words."""
    n = len(shares) - 1
    values = [{"x": place / n, "y": share} for place, share in enumerate(shares)]
    marked = [
        {"x": mark, "y": shares[round(mark * n)], "words": f"{100 * shares[round(mark * n)]:.1f} %"}
        for mark in marks
    ]
    place = {
        "x": {
            "field": "x",
            "type": "quantitative",
            "title": across,
            "scale": {"domain": [0, 1]},
            "axis": {"values": sorted({0, 0.25, 1, *marks}), "format": ".2~f", "grid": False},
        },
        "y": {
            "field": "y",
            "type": "quantitative",
            "title": up,
            "scale": {"domain": [0, 1]},
            "axis": {"labelExpr": PERCENT, "tickCount": 5},
        },
    }
    words = {"type": "text", "align": "right", "dx": -8, "dy": 16}
    return {
        "layer": [
            {"data": {"values": values}, "mark": "line", "encoding": place},
            {
                "data": {"values": marked},
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": "var(--edge)"},
                "encoding": {"x": place["x"]},
            },
            {
                "data": {"values": marked},
                "mark": {"type": "point", "color": "var(--warn)", "shape": "diamond", "size": 90},
                "encoding": place,
            },
            {
                "data": {"values": marked},
                "mark": words,
                "encoding": {**place, "text": {"field": "words"}},
            },
        ],
    }


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a matrix; `share` (0 to 1) is its shade, `href` what is behind it."""

    row: str
    column: str
    n: int
    share: float
    href: str = ""


def matrix(cells: Sequence[Cell], *, rows: str, columns: str) -> Spec:
    """Shaded cells with their numbers; `rows` and `columns` say what they are."""
    values = [
        {
            "row": cell.row,
            "column": cell.column,
            "words": f"{cell.n:,}",
            "level": min(int(cell.share * len(LEVELS)), len(LEVELS) - 1),
            "href": cell.href,
        }
        for cell in cells
        if cell.n
    ]
    in_order = [list(dict.fromkeys(getattr(cell, name) for cell in cells)) for name in _SIDES]
    place = {
        "y": {"field": "row", "type": "nominal", "title": rows, "scale": {"domain": in_order[0]}},
        "x": {
            "field": "column",
            "type": "nominal",
            "title": columns,
            "scale": {"domain": in_order[1]},
            "axis": {"labelAngle": 0 if max(map(len, in_order[1]), default=0) < 3 else -30},
        },
    }
    shade = {"domain": list(range(len(LEVELS))), "range": LEVELS}
    level = {"field": "level", "type": "ordinal", "scale": shade, "legend": None}
    is_dark = {"test": f"datum.level == {len(LEVELS) - 1}", "value": "var(--photo-picked)"}
    return {
        "data": {"values": values},
        "encoding": place,
        "layer": [
            {
                "mark": {"type": "rect", "cursor": "pointer"},
                "encoding": {"color": level, "href": {"field": "href"}},
            },
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "text": {"field": "words"},
                    "color": {"condition": is_dark, "value": "var(--on-accent)"},
                },
            },
        ],
    }


_SIDES = ("row", "column")


def over_time(rows: Sequence[Dot], *, title: str, marks: Sequence[float] = ()) -> Spec:
    """A line through the dots, in order, each with its interval; dashed lines at `marks`."""
    values = [
        {
            "name": row.name,
            "value": row.estimate.value,
            "low": row.estimate.low,
            "high": row.estimate.high,
        }
        for row in rows
        if row.estimate.value is not None
    ]
    scale = {"domain": _domain(values, is_share=False)}

    def y(field: str) -> Spec:
        axis = {"tickCount": 6, "format": ".1f"}
        return {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": scale,
            "axis": axis,
        }

    x = {
        "field": "name",
        "type": "ordinal",
        "sort": None,
        "title": None,
        "axis": {"labelAngle": -40, "labelOverlap": True, "grid": False},
    }
    bar = {"type": "rule", "color": "var(--muted)", "strokeWidth": 2}
    rulers = [
        {"data": {"values": [{"mark": mark}]}, "mark": _DASHED, "encoding": {"y": _at(scale)}}
        for mark in marks
    ]
    return {
        "data": {"values": values},
        "layer": [
            *rulers,
            {"mark": bar, "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}}},
            {"mark": {"type": "line", "point": True}, "encoding": {"x": x, "y": y("value")}},
        ],
    }


_DASHED = {"type": "rule", "strokeDash": [4, 4], "color": "var(--edge)"}


def _at(scale: Spec) -> Spec:
    return {"field": "mark", "type": "quantitative", "scale": scale}


def _rulers(marks: Sequence[float], scale: Spec) -> list[Spec]:
    return [
        {"data": {"values": [{"mark": mark}]}, "mark": _DASHED, "encoding": {"x": _at(scale)}}
        for mark in marks
    ]


def _domain(values: Sequence[Spec], *, is_share: bool) -> list[float]:
    """From 0, or from as far below as intervals go, to 1; of small shares to what is needed."""
    lows = [value["low"] for value in values if value["low"] is not None]
    if not is_share:
        return [min(0.0, floor(10 * min(lows, default=0.0)) / 10), 1.0]
    highs = [value["high"] for value in values]
    return [0.0, min(1.0, max(0.05, 1.1 * max(highs, default=1.0)))]


def _look(rows: Sequence[Dot]) -> Spec:
    """Colour and shape by kind, with a legend where there is more than one."""
    kinds = list(dict.fromkeys(row.kind for row in rows))
    if len(kinds) < 2:
        return {}
    looks = LOOKS[: len(kinds)]
    # one below the other, as a phone is narrow
    by = {"field": "kind", "type": "nominal", "title": None, "legend": {"columns": 1}}
    return {
        channel: {**by, "scale": {"domain": kinds, "range": [look[place] for look in looks]}}
        for place, channel in enumerate(("color", "shape"))
    }


def _link(rows: Sequence[Dot]) -> Spec:
    return {"href": {"field": "href"}} if any(row.href for row in rows) else {}
