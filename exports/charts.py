"""Shapes of charts that several figures of a data set share, as Vega-Lite.

Colours are tokens (`charts/theme.py`). What others report is a diamond beside our bar, so that the
two differ in more than colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]

OURS, THEIRS = "this data set", "iNat2017"
_SIDES: Spec = {"domain": [OURS, THEIRS], "range": ["var(--link)", "var(--warn)"]}
_SHAPES: Spec = {"domain": [OURS, THEIRS], "range": ["square", "diamond"]}
PERCENT = ".1~%"


def bars_beside(
    rows: Sequence[tuple[str, float | None, float | None]],
    *,
    across: str,
    up: str,
    lying: bool = False,
) -> Spec:
    """A bar a row, (name, ours, theirs), shares of 0 to 1, and a diamond for theirs where known.

    `across` names the rows, `up` the share; `lying` bars go from left to right.
    """
    values = [{"name": name, "side": OURS, "share": ours} for name, ours, _ in rows]
    values += [{"name": name, "side": THEIRS, "share": theirs} for name, _, theirs in rows]
    has_theirs = any(theirs is not None for *_, theirs in rows)
    name = {
        "field": "name",
        "type": "nominal",
        "sort": None,
        "title": across or None,
        "axis": {"labelAngle": 0},
    }
    share = {
        "field": "share",
        "type": "quantitative",
        "title": up,
        "axis": {"format": PERCENT, "tickCount": 5},
    }
    words = {"field": "share", "type": "quantitative", "format": PERCENT}
    beside = {"align": "left", "dx": 6} if lying else {"baseline": "bottom", "dy": -4}
    layers: list[Spec] = [
        {
            "transform": [{"filter": {"field": "side", "equal": OURS}}],
            "mark": {"type": "bar", "width": {"band": 0.6}, "height": {"band": 0.6}},
            "encoding": {"color": _side(legend=has_theirs)},
        },
        {
            "transform": [{"filter": {"field": "side", "equal": OURS}}],
            "mark": {"type": "text", **beside},
            "encoding": {"text": words},
        },
    ]
    if has_theirs:
        layers.append(
            {
                "transform": [{"filter": {"field": "side", "equal": THEIRS}}],
                "mark": {"type": "point", "stroke": "var(--raised)", "strokeWidth": 1, "size": 110},
                "encoding": {
                    "color": _side(legend=True),
                    "shape": {"field": "side", "type": "nominal", "scale": _SHAPES, "title": None},
                },
            }
        )
    known = [row for row in values if row["share"] is not None]
    places = {"y": name, "x": share} if lying else {"x": name, "y": share}
    return {"data": {"values": known}, "encoding": places, "layer": layers}


def spread(rows: Sequence[tuple[str, tuple[float, ...]]], *, title: str) -> Spec:
    """A line a row from its 5 % to its 95 % quantile, 0 to 1, a bar between the quartiles and a
    mark at the median."""
    names = ("low", "quarter", "half", "three_quarters", "high")
    values = [{"name": name, **dict(zip(names, found, strict=True))} for name, found in rows]

    def x(name: str) -> Spec:
        scale = {"domain": [0, 1]}
        return {"field": name, "type": "quantitative", "title": title, "scale": scale}

    return {
        "data": {"values": values},
        "encoding": {"y": {"field": "name", "type": "nominal", "title": None}},
        "layer": [
            {
                "mark": {"type": "rule", "color": "var(--muted)"},
                "encoding": {"x": x("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "bar", "height": {"band": 0.55}},
                "encoding": {"x": x("quarter"), "x2": {"field": "three_quarters"}},
            },
            {
                "mark": {"type": "tick", "color": "var(--raised)", "thickness": 3, "band": 0.55},
                "encoding": {"x": x("half")},
            },
        ],
    }


def falling(steps: Sequence[tuple[int, int]], *, across: str, up: str) -> Spec:
    """How many things each of many has, the most first, on a logarithmic scale.

    `steps` are (things, number that have so many), the most things first; a long level stretch
    needs only its two ends.
    """
    values, rank = [], 0
    for things, n in steps:
        values.append({"rank": rank + 1, "n": things})
        if n > 1:
            values.append({"rank": rank + n, "n": things})
        rank += n
    x = {"field": "rank", "type": "quantitative", "title": across, "scale": {"domain": [1, rank]}}
    y = {"field": "n", "type": "quantitative", "title": up, "scale": {"type": "log"}}
    mark = {"type": "line", "point": {"size": 30} if len(values) <= 40 else False}
    axes = {"x": {**x, "axis": {"grid": False, "tickMinStep": 1, "format": ","}}}
    return {
        "data": {"values": values},
        "mark": mark,
        "encoding": {**axes, "y": {**y, "axis": {"tickCount": 6, "format": ",~r"}}},
    }


def _side(*, legend: bool) -> Spec:
    shown = {"title": None} if legend else {"legend": None}
    return {"field": "side", "type": "nominal", "scale": _SIDES, **shown}
