"""Shapes of organizers' charts, as Vega-Lite; colours are tokens (`charts/theme.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]

STATES = ("finished", "in work", "disputed", "waiting")
_STATE_COLOURS = ("var(--cat-5)", "var(--cat-2)", "var(--cat-6)", "var(--cat-rest)")
# month and day; the year is in the table
_DAY = "slice(datum.value, 5)"


def axis_of_counts(most: int) -> Spec:
    """The axis of numbers up to `most`, with whole ones alone.

    >>> axis_of_counts(2)["tickCount"]
    2
    """
    return {"format": ",d", "tickMinStep": 1, "tickCount": min(5, max(1, most))}


def stacked(rows: Sequence[tuple[str, Sequence[int], str]], *, title: str) -> Spec:
    """A lying bar a row, (name, how many in each of `STATES`, words behind it), all as long."""
    values = [
        {"name": name, "state": state, "n": n, "place": place}
        for name, counts, _ in rows
        for place, (state, n) in enumerate(zip(STATES, counts, strict=True))
    ]
    words = [{"name": name, "words": said, "end": 1.0} for name, _, said in rows]
    names = [name for name, *_ in rows]
    y = {"field": "name", "type": "nominal", "sort": names, "title": None}
    return {
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "stroke": "var(--raised)", "strokeWidth": 1},
                "encoding": {
                    "y": y,
                    "x": {
                        "field": "n",
                        "type": "quantitative",
                        "stack": "normalize",
                        "title": title,
                        # room for the words behind the bars
                        "scale": {"domain": [0, 1.2]},
                        "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "grid": False},
                    },
                    "color": {
                        "field": "state",
                        "type": "nominal",
                        "scale": {"domain": list(STATES), "range": list(_STATE_COLOURS)},
                        # two rows find room on a phone
                        "legend": {"columns": 2},
                    },
                    "order": {"field": "place", "type": "quantitative"},
                },
            },
            {
                "data": {"values": words},
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {
                    "y": y,
                    "x": {"field": "end", "type": "quantitative"},
                    "text": {"field": "words"},
                },
            },
        ]
    }


def per_day(rows: Sequence[tuple[str, int, float | None]], *, title: str) -> Spec:
    """A bar a day, (ISO date, number, mean of the week), and a line through the means."""
    values = [
        {"day": day, "n": n, "pace": pace, "what": "a day", "line": "mean of 7 days"}
        for day, n, pace in rows
    ]
    most = max((n for _, n, _ in rows), default=0)
    y = {"type": "quantitative", "title": title, "axis": axis_of_counts(most)}
    has_pace = any(pace is not None for *_, pace in rows)
    n_looks = 2 if has_pace else 1  # in the first week there is no mean, so no word of it
    looks = {
        "domain": ["a day", "mean of 7 days"][:n_looks],
        "range": ["var(--cat-2)", "var(--cat-6)"][:n_looks],
    }
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "n", **y},
            "color": {"field": "what", "type": "nominal", "scale": looks},
        },
    }
    line = {
        "transform": [{"filter": "isValid(datum.pace)"}],
        "mark": {"type": "line", "strokeWidth": 3},
        "encoding": {
            "y": {"field": "pace", **y},
            "color": {"field": "line", "type": "nominal", "scale": looks},
        },
    }
    return {
        "data": {"values": values},
        "encoding": {"x": _days([day for day, *_ in rows])},
        "layer": [bars, line][:n_looks],
    }


def over_time(
    rows: Sequence[tuple[str, float | None, float | None, float | None]],
    markers: Sequence[tuple[str, str]],
    *,
    title: str,
    is_share: bool,
    has_zero: bool = False,
) -> Spec:
    """A point a day, (ISO date, value, lower and upper end), joined by a line, with a rule for each
    marker, (ISO date, its number); `has_zero`: the scale begins there."""
    values = [
        {"day": day, "value": value, "low": low, "high": high}
        for day, value, low, high in rows
        if value is not None
    ]
    days = [day for day, *_ in rows]
    y: Spec = {"type": "quantitative", "title": title, "scale": {"zero": has_zero}}
    if is_share:
        y["axis"] = {"format": ".0%"}
    layers: list[Spec] = [
        {
            "data": {"values": [{"day": day, "number": number} for day, number in markers]},
            "encoding": {"x": _days(days)},
            "layer": [
                {"mark": {"type": "rule", "strokeDash": [4, 3], "color": "var(--muted)"}},
                {
                    "mark": {"type": "text", "baseline": "bottom", "dy": -4, "fontWeight": 600},
                    "encoding": {"y": {"value": 0}, "text": {"field": "number"}},
                },
            ],
        }
    ]
    if any(value["low"] is not None for value in values):
        layers.append(
            {
                "mark": {"type": "rule", "color": "var(--link)", "opacity": 0.5, "strokeWidth": 3},
                "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}},
            }
        )
    layers += [
        {"mark": {"type": "line"}, "encoding": {"y": {"field": "value", **y}}},
        {"mark": {"type": "point"}, "encoding": {"y": {"field": "value", **y}}},
    ]
    return {"data": {"values": values}, "encoding": {"x": _days(days)}, "layer": layers}


def dots(
    rows: Sequence[tuple[str, Sequence[tuple[str, float | None]]]],
    names: Sequence[str],
    *,
    title: str,
) -> Spec:
    """A mark a row for each of a few measures, (name, (measure, 0..1)), of its own shape."""
    values = [
        {"name": name, "measure": measure, "value": value}
        for name, found in rows
        for measure, value in found
        if value is not None
    ]
    look = {
        "field": "measure",
        "type": "nominal",
        "title": None,
        **({} if len(names) > 1 else {"legend": None}),
    }
    colours = ["var(--cat-5)", "var(--cat-6)"][: len(names)]
    shapes = ["circle", "diamond"][: len(names)]
    return {
        "data": {"values": values},
        "mark": {"type": "point", "size": 110},
        "encoding": {
            "y": {
                "field": "name",
                "type": "nominal",
                "sort": [name for name, _ in rows],
                "title": None,
                "axis": {"grid": True},
            },
            "x": {
                "field": "value",
                "type": "quantitative",
                "title": title,
                "scale": {"domain": [0, 1]},
                "axis": {"tickCount": 5, "format": ".1f"},
            },
            "color": {**look, "scale": {"domain": list(names), "range": colours}},
            "shape": {**look, "scale": {"domain": list(names), "range": shapes}},
        },
    }


def _days(days: Sequence[str]) -> Spec:
    """All days in their order; as words, as a browser would take dates for its own time."""
    axis = {"labelExpr": _DAY, "labelAngle": 0, "labelOverlap": "parity"}
    return {
        "field": "day",
        "type": "ordinal",
        "scale": {"domain": list(days)},
        "title": None,
        "axis": axis,
    }
