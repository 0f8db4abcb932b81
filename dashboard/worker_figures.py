"""The charts of one worker: answers a day, drift, what is off, edges, gold, and how boxes are made.

Colours are tokens (`charts/theme.py`); whatever a colour says, a shape, a dash or a word says, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from annotate.models import Box
from charts import Figure, Table
from dashboard.charting import axis_of_counts
from dashboard.queries.one_worker import Course, Day, GoldRow, Habit
from tallies.models import WorkerTally

Spec = dict[str, Any]
# pixels of a lying bar's row, and of its axis and margins
ROW, FRAME = 34, 70
METHODS: dict[str, str] = {
    Box.Method.DRAG: "dragging",
    Box.Method.CLICK2: "two clicks",
    Box.Method.EXTREME: "four extreme points",
    Box.Method.KEYS: "keys",
    Box.Method.NUMBERS: "numbers",
}
POINTERS: dict[str, str] = {
    Box.Pointer.MOUSE: "a mouse",
    Box.Pointer.TOUCH: "a finger",
    Box.Pointer.PEN: "a pen",
    Box.Pointer.KEYS: "keys",
}
# of a few days the ticks fall between days, too; only a day's own is told
_WORDS_OF_DAY = "utchours(datum.value) ? '' : utcFormat(datum.value, '%d %b')"
DAY_AXIS = {"labelExpr": _WORDS_OF_DAY, "tickCount": 6, "grid": False}


def days(of: Sequence[Day]) -> Figure:
    """How much was done, day by day."""
    values = [{"day": f"{day.day:%Y-%m-%d}", "n": day.n_answers} for day in of]
    busiest = max(of, key=lambda day: day.n_answers) if of else None
    rows = tuple((f"{day.day:%Y-%m-%d}", day.n_answers) for day in of)
    return Figure(
        slug="answers-a-day",
        title="Answers a day",
        table=Table(("Day", "Answers"), rows),
        note="Days are those of UTC.",
        alt=f"{len(of)} days with answers, most on {busiest.day:%Y-%m-%d}: {busiest.n_answers:,}."
        if busiest
        else "",
        spec={
            "data": {"values": values},
            "mark": {"type": "bar", "binSpacing": 1},
            "encoding": {
                "x": {**_on_days(), "timeUnit": "utcyearmonthdate", "bandPosition": 0.5},
                "y": {"field": "n", "type": "quantitative", "title": "Answers",
                      "axis": axis_of_counts(busiest.n_answers)},
            },
        }
        if busiest
        else None,
        height=240,
    )  # fmt: skip


def course(found: Course, *, is_box: bool) -> Figure:
    """How the agreement with the consensus went, with the band in which it moves by chance."""
    drift = found.drift
    values = [
        {
            "day": f"{day.day:%Y-%m-%d}",
            "value": day.agreement,
            "average": average,
            "low": max(drift.centre - margin, 0.0),
            "high": min(drift.centre + margin, 1.0),
            "n": day.n,
        }
        for day, average, margin in zip(found.days, drift.average, drift.margin, strict=True)
    ]
    rows = tuple(
        (value["day"], value["n"], value["value"], value["average"], value["low"], value["high"])
        for value in values
    )
    what = "the IoU, 0 for missed and extra boxes" if is_box else "the share of equal labels"
    trend = "under" if drift.is_falling else "over" if drift.is_rising else "within"
    return Figure(
        slug="drift",
        title="Agreement from day to day",
        table=Table(("Day", "Boxes" if is_box else "Labels", "That day", "Average", "from", "to"),
                    rows),
        note=f"Agreement is {what}. Dots: single days. Line: their moving average (EWMA), a fifth "
        "for the newest day. Band: where it moves by chance around all answers together (three "
        "deviations).",
        alt=f"The moving average ends at {found.last:.2f}, {trend} the band around "
        f"{drift.centre:.2f}.",
        spec=_drift_spec(values),
        height=280,
    )  # fmt: skip


def split(tally: WorkerTally, gallery: str) -> Figure:
    """Of all boxes, the worker's and the consensus's: what fits and what does not. `gallery` is
    the address of the worker's photos, which takes a pattern."""
    parts = [
        ("fits", tally.n_matched - tally.n_loose, "var(--cat-5)"),
        ("loose", tally.n_loose, "var(--cat-2)"),
        ("missed", tally.n_missed, "var(--cat-1)"),
        ("extra", tally.n_extra, "var(--cat-6)"),
    ]
    links = [gallery, *(f"{gallery}&pattern={name}" for name, _, _ in parts[1:])]
    total = sum(n for _, n, _ in parts)
    highest = max(n for _, n, _ in parts) / total
    values = [
        {"part": name, "share": n / total, "words": f"{n:,} ({100 * n / total:.0f} %)",
         "url": link}
        for (name, n, _), link in zip(parts, links, strict=True)
    ]  # fmt: skip
    return Figure(
        slug="split",
        title="Missed, extra and loose boxes",
        table=Table(
            ("Boxes", "Number", "Share, %"),
            tuple((name, n, 100 * n / total) for name, n, *_ in parts),
            digits=1,
            links=tuple(links),
        ),
        note="Against the consensus; each row leads to its photos. Loose: IoU under 0.75. "
        "Missed: a box of the consensus without one of this worker's. Extra: one of this worker's "
        "that is nobody else's.",
        alt="; ".join(f"{value['part']}: {value['words']}" for value in values) + ".",
        spec=_split_spec(values, {name: colour for name, _, colour in parts}, highest),
        height=FRAME + ROW * len(parts),
    )


def _split_spec(values: list[Spec], colours: Mapping[str, str], highest: float) -> Spec:
    """A bar a part, up to a share of `highest`, with its words behind it."""
    parts, looks = list(colours), list(colours.values())
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]  # the room for the words has none
    return {
        "data": {"values": values},
        "encoding": {
            "y": {"field": "part", "type": "nominal", "sort": parts, "title": None},
            "x": {"field": "share", "type": "quantitative", "title": "Share of all boxes",
                  "scale": {"domainMin": 0, "domainMax": 1.25 * highest},
                  "axis": {"format": ".0%", "values": ticks}},
        },
        "layer": [
            {"mark": {"type": "bar", "height": {"band": 0.7}},
             "encoding": {"href": {"field": "url"},
                          "color": {"field": "part", "type": "nominal", "legend": None,
                                    "scale": {"domain": parts, "range": looks}}}},
            {"mark": {"type": "text", "align": "left", "dx": 6},
             "encoding": {"text": {"field": "words"}}},
        ],
    }  # fmt: skip


def habits(of: Sequence[Habit]) -> Figure:
    """Where each edge lies beside the consensus's, on average."""
    values = [
        {"edge": habit.edge, "at": habit.percent, "low": 100 * habit.low,
         "high": 100 * habit.high, "clear": "clear" if habit.is_clear else "not clear"}
        for habit in of
    ]  # fmt: skip
    at = {"type": "quantitative", "title": "% of the box's side; right of 0 is outside"}
    y = {"field": "edge", "type": "nominal", "sort": [habit.edge for habit in of], "title": None}
    return Figure(
        slug="edges",
        title="Habit at each edge",
        table=Table(
            ("Edge", "Pixels", "% of side", "from", "to", "Clear"),
            tuple(
                (habit.edge, habit.px, habit.percent, 100 * habit.low, 100 * habit.high,
                 "yes" if habit.is_clear else "no")
                for habit in of
            ),
        ),
        note="How far the edge lies outside the consensus on average, with its 90 % interval. "
        "A filled mark is a clear habit: the interval excludes 0, and it is at least 1 %.",
        alt="; ".join(f"{habit.edge} {habit.percent:+.1f} %" for habit in of) + ".",
        spec={
            "data": {"values": values},
            "encoding": {"y": y},
            "layer": [
                {"data": {"values": [{"zero": 0}]}, "mark": {"type": "rule", "color": "var(--ink)"},
                 "encoding": {"x": {"field": "zero", **at}, "y": {"value": 0},
                              "y2": {"value": "height"}}},
                {"mark": {"type": "rule", "color": "var(--link)", "strokeWidth": 2},
                 "encoding": {"x": {"field": "low", **at}, "x2": {"field": "high"}}},
                {"mark": {"type": "point", "size": 90, "strokeWidth": 2, "stroke": "var(--link)"},
                 "encoding": {"x": {"field": "at", **at},
                              "fill": {"field": "clear", "type": "nominal", "legend": None,
                                       "scale": {"domain": ["clear", "not clear"],
                                                 "range": ["var(--link)", "var(--raised)"]}}}},
            ],
        },
        height=FRAME + ROW * len(of),
    )  # fmt: skip


def gold(of: Sequence[GoldRow]) -> Figure:
    """Answers to gold in the order they were given."""
    oldest_first = list(reversed(of))
    values = [
        {"at": f"{row.at:%Y-%m-%dT%H:%M:%SZ}", "was": "good" if row.is_good else "not good",
         "url": reverse("dashboard:task", args=[row.task_id])}
        for row in oldest_first
    ]  # fmt: skip
    n_good = sum(row.is_good for row in of)
    looks = {"domain": ["good", "not good"]}
    was: Spec = {"field": "was", "type": "nominal"}
    return Figure(
        slug="gold",
        title="Gold, answer by answer",
        table=Table(
            ("When", "Was", "In what"),
            tuple((f"{row.at:%Y-%m-%d %H:%M}", "good" if row.is_good else "not good",
                   "" if row.is_good else row.words) for row in of),
            links=tuple(reverse("dashboard:task", args=[row.task_id]) for row in of),
        ),
        note=f"The newest {len(of)} in this campaign; each leads to its photo.",
        alt=f"{n_good} of {len(of)} good.",
        spec={
            "data": {"values": values},
            "mark": {"type": "point", "size": 110},
            "encoding": {
                "x": {"field": "at", "type": "temporal", "title": None,
                      "scale": {"type": "utc", "padding": 12}, "axis": DAY_AXIS},
                "y": {**was, "sort": looks["domain"], "title": None},
                "shape": {**was, "legend": None, "scale": {**looks, "range": ["circle", "cross"]}},
                "color": {**was, "legend": None,
                          "scale": {**looks, "range": ["var(--cat-5)", "var(--cat-6)"]}},
                "href": {"field": "url"},
            },
        }
        if values
        else None,
        height=130,
    )  # fmt: skip


def drawn(tally: WorkerTally) -> Figure:
    """How boxes are made, and with what."""
    methods = _counted("Drawn by", tally.methods, METHODS)
    pointers = _counted("With", tally.pointers, POINTERS)
    return Figure(
        slug="how-drawn",
        title="How boxes are drawn",
        table=Table(("How", "Boxes"), (*methods, *pointers)),
        note="As the browser told; boxes that came otherwise are not told apart.",
    )


def _counted(
    what: str, counts: Mapping[str, int], names: Mapping[str, str]
) -> list[tuple[str, int]]:
    """Rows of a table, the most frequent first."""
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    return [(f"{what} {names.get(name, 'means unknown')}", n) for name, n in ranked]


def _on_days() -> Spec:
    return {"field": "day", "type": "temporal", "title": None, "axis": DAY_AXIS,
            "scale": {"type": "utc"}}  # fmt: skip


def _drift_spec(values: Sequence[Mapping[str, Any]]) -> Spec:
    def y(name: str) -> Spec:
        return {"field": name, "type": "quantitative", "title": "Agreement",
                "scale": {"zero": False, "nice": True},
                "axis": {"format": ".2f", "tickCount": 5}}  # fmt: skip

    return {
        "data": {"values": list(values)},
        "encoding": {"x": _on_days()},
        "layer": [
            {"mark": {"type": "area", "color": "var(--seq-2)", "opacity": 0.35},
             "encoding": {"y": y("low"), "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": False, "size": 40, "color": "var(--muted)"},
             "encoding": {"y": y("value")}},
            {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"y": y("average")}},
        ],
    }  # fmt: skip
