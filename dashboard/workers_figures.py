"""The chart of a campaign's workers: how good they are, how fast, and how much they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from charts import Figure, Table
from crowd.models import Campaign
from dashboard.queries.workers import STATES, WorkerRow

# the busiest; more marks would hide each other
MOST_MARKS = 300
# colour and shape say the same
LOOKS = {
    "active": ("var(--cat-5)", "circle"),
    "practice": ("var(--cat-3)", "square"),
    "paused": ("var(--cat-1)", "triangle-up"),
    "excluded": ("var(--cat-6)", "cross"),
}
HEADS = ("Worker", "State", "Answers", "Median s", "Skill", "from", "to")


def crowd(campaign: Campaign, rows: Sequence[WorkerRow]) -> Figure:
    """Skill against speed; a mark for each worker of whom both are known."""
    known = [row for row in rows if row.span and row.pace_s]
    shown = sorted(known, key=lambda row: -row.tally.n_answers)[:MOST_MARKS]
    of = "box" if campaign.kind == Campaign.Kind.BOX else "answer"
    links = tuple(_url(campaign, row) for row in shown)
    left_out = f" The {MOST_MARKS} busiest of {len(known)}." if len(known) > len(shown) else ""
    return Figure(
        slug="skill-and-speed",
        title="Skill against speed",
        table=Table(HEADS, tuple(_cells(row) for row in shown), links=links),
        note=f"Each mark is a worker, the larger the more answers; the line is where the skill "
        f"lies (90 %). Far left is fast, low is unlike the others.{left_out}",
        alt=_alt(shown, of),
        spec=_spec(campaign, shown, of) if shown else None,
        height=380,
    )


def _cells(row: WorkerRow) -> tuple[str | int | float | None, ...]:
    span = row.span
    return (
        row.worker.pseudonym,
        row.state_words,
        row.tally.n_answers,
        row.pace_s,
        span.value if span else None,
        span.low if span else None,
        span.high if span else None,
    )


def _alt(rows: Sequence[WorkerRow], of: str) -> str:
    if not rows:
        return ""
    best = max(rows, key=lambda row: row.quality or 0)
    worst = min(rows, key=lambda row: row.quality or 0)
    paces = sorted(row.pace_s or 0 for row in rows)
    return (
        f"{len(rows)} workers. Skill from {worst.quality:.2f} ({worst.worker.pseudonym}) to "
        f"{best.quality:.2f} ({best.worker.pseudonym}); median seconds per {of} from "
        f"{paces[0]:.1f} to {paces[-1]:.1f}."
    )


def _named(rows: Sequence[WorkerRow]) -> dict[int, str]:
    """Whose marks are called by name, as they stand out, and where: beside the mark, or below it
    where the two lowest may be neighbours."""
    by_skill = sorted(rows, key=lambda row: row.quality or 0)
    by_pace = sorted(rows, key=lambda row: row.pace_s or 0)
    beside = [*by_pace[:1], *by_pace[-1:], *rows[:1], *by_skill[:1]]
    below = [row for row in by_skill[1:2] if row not in beside]
    places = {row.worker.pk: "beside" for row in beside}
    return places | {row.worker.pk: "below" for row in below}


def _spec(campaign: Campaign, rows: Sequence[WorkerRow], of: str) -> dict[str, Any]:
    named = _named(rows)
    values = [
        {
            "worker": row.worker.pseudonym,
            "named": named.get(row.worker.pk, ""),
            "state": row.state_words,
            "n": row.tally.n_answers,
            "pace": row.pace_s,
            "skill": row.span.value,
            "low": row.span.low,
            "high": row.span.high,
            "url": _url(campaign, row),
        }
        for row in rows
        if row.span
    ]
    place = {
        "x": {
            "field": "pace",
            "type": "quantitative",
            "title": f"Median seconds per {of} (logarithmic)",
            "scale": {"type": "log", "nice": False, "padding": 24},
            "axis": {"format": "~g", "grid": False, "tickCount": 6},
        },
        "y": {
            "field": "skill",
            "type": "quantitative",
            "title": "Skill",
            "scale": {"zero": False, "nice": False, "padding": 14},
            "axis": {"format": ".1f", "tickCount": 6},
        },
    }
    interval = {**place, "y": {**place["y"], "field": "low"}, "y2": {"field": "high"}}
    return {
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "rule", "color": "var(--muted)"}, "encoding": interval},
            {"mark": {"type": "point", "opacity": 0.9}, "encoding": {**place, **_look(rows)}},
            _names(place, "beside", align="left", dx=12),
            _names(place, "below", align="center", dy=20),
        ],
    }


def _names(place: dict[str, Any], where: str, **at: str | int) -> dict[str, Any]:
    """The layer of the names that stand beside their marks, or below."""
    return {
        "transform": [{"filter": {"field": "named", "equal": where}}],
        "mark": {"type": "text", "fontSize": 11, **at},
        "encoding": {**place, "text": {"field": "worker"}},
    }


def _look(rows: Sequence[WorkerRow]) -> dict[str, Any]:
    """How a mark says how much a worker did and in what state the worker is."""
    states = [state for state in STATES if any(row.state == state for row in rows)]
    domain = [STATES[state] for state in states]
    by_state: dict[str, Any] = {"field": "state", "type": "nominal"}
    # two in a row fit on a phone
    legend: dict[str, Any] = {"legend": {"columns": 2} if len(states) > 1 else None}
    colours, shapes = ([LOOKS[state][at] for state in states] for at in (0, 1))
    return {
        "color": {**by_state, "scale": {"domain": domain, "range": colours}, **legend},
        "shape": {**by_state, "scale": {"domain": domain, "range": shapes}, **legend},
        "size": {
            "field": "n",
            "type": "quantitative",
            "scale": {"range": [40, 500], "zero": True},
            "legend": None,
        },
        "href": {"field": "url"},
    }


def _url(campaign: Campaign, row: WorkerRow) -> str:
    return reverse("dashboard:worker", args=[campaign.slug, row.worker.pk])
