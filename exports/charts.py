"""Shapes of charts that several figures of a data set share, as Vega-Lite.

Colours are tokens (`charts/theme.py`). What others report is a hollow bar beside our full one, so
that the two differ in more than colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

Spec = dict[str, Any]

OURS, THEIRS = "this data set", "iNat2017"
SIDES = [OURS, THEIRS]
PERCENT = "format(100 * datum.value, '.3~r') + ' %'"


def bars_beside(rows: Sequence[tuple[str, float | None, float | None]], *, title: str) -> Spec:
    """A lying bar a row, (name, ours, theirs), shares of 0 to 1, and a hollow one under it for
    theirs where it is known. `title` says of what the shares are."""
    values = [
        {"name": name, "side": side, "share": share, "words": f"{100 * share:.1f} %"}
        for name, *both in rows
        for side, share in zip(SIDES, both, strict=True)
        if share is not None
    ]
    shown = [side for side in SIDES if any(value["side"] == side for value in values)]
    highest = max((share or 0 for _, *both in rows for share in both), default=0)
    return {
        "data": {"values": values},
        "encoding": {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
            "yOffset": {"field": "side", "scale": {"domain": shown}},
            # room for the words behind the longest bar, on a phone, too
            "x": _shares(title, 1.3 * highest or 1),
        },
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.8}}, "encoding": _look(shown)},
            {
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {"text": {"field": "words"}},
            },
        ],
    }


def spread(rows: Sequence[tuple[str, tuple[float, ...]]], *, title: str) -> Spec:
    """A line a row from its 5 % to its 95 % quantile, 0 to 1, a bar between the quartiles and a
    mark at the median."""
    names = ("low", "quarter", "half", "three_quarters", "high")
    values = [{"name": name, **dict(zip(names, found, strict=True))} for name, found in rows]

    def x(name: str) -> Spec:
        axis = {"tickCount": 5, "format": ".1f"}
        scale = {"domain": [0, 1]}
        place = {"field": name, "type": "quantitative", "title": title}
        return {**place, "scale": scale, "axis": axis}

    return {
        "data": {"values": values},
        "encoding": {"y": {"field": "name", "type": "nominal", "title": None}},
        "layer": [
            {
                "mark": {"type": "rule", "color": "var(--muted)"},
                "encoding": {"x": x("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "bar", "height": 18},
                "encoding": {"x": x("quarter"), "x2": {"field": "three_quarters"}},
            },
            {
                "mark": {"type": "tick", "color": "var(--raised)", "thickness": 3, "size": 18},
                "encoding": {"x": x("half")},
            },
        ],
    }


def falling(steps: Sequence[tuple[int, int]], *, across: str, up: str) -> Spec:
    """How many things each of many has, the most first, on a logarithmic scale.

    `steps` are (things, number that have so many), at least one, the most things first; a long
    level stretch needs only its two ends.
    """
    values, rank = [], 0
    for things, n in steps:
        values.append({"rank": rank + 1, "n": things})
        if n > 1:
            values.append({"rank": rank + n, "n": things})
        rank += n
    lowest, highest = floor(log10(steps[-1][0])), ceil(log10(steps[0][0]))
    powers = [10**power for power in range(lowest, max(highest, lowest + 1) + 1)]
    x = {"field": "rank", "type": "quantitative", "title": across}
    y = {"field": "n", "type": "quantitative", "title": up}
    # between few whole numbers halves would get a tick, and be rounded to a number that is there
    ticks = {"values": list(range(1, rank + 1))} if rank < 10 else {"tickMinStep": 1}
    return {
        "data": {"values": values},
        "mark": {"type": "line", "point": len(values) <= 40},
        "encoding": {
            "x": {
                **x,
                "scale": {"domain": [1, max(rank, 2)], "nice": False},
                "axis": {"grid": False, "format": ",d", **ticks},
            },
            "y": {
                **y,
                "scale": {"type": "log", "domain": [powers[0], powers[-1]]},
                "axis": {"values": powers, "format": ",d"},
            },
        },
    }


def _shares(title: str, highest: float) -> Spec:
    axis = {"labelExpr": PERCENT, "tickCount": 5}
    field = {"field": "share", "type": "quantitative", "title": title}
    return {**field, "scale": {"domain": [0, highest]}, "axis": axis}


def _look(shown: Sequence[str]) -> Spec:
    """Ours is full, theirs is hollow; no legend where there is only one of them."""
    looks = {
        "fill": {OURS: "var(--link)", THEIRS: "var(--raised)"},
        "stroke": {OURS: "var(--link)", THEIRS: "var(--warn)"},
    }
    legend = {} if len(shown) > 1 else {"legend": None}
    return {
        channel: {
            "field": "side",
            "type": "nominal",
            "title": None,
            "scale": {"domain": list(shown), "range": [colours[side] for side in shown]},
            **legend,
        }
        for channel, colours in looks.items()
    } | {"strokeWidth": {"value": 2}}
