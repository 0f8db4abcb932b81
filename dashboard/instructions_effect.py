"""What answers were like before and after each version of a campaign's instructions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from charts import Figure, Table
from charts.figures import Cell
from crowd.models import Campaign, Instructions
from dashboard.queries import days
from dashboard.queries.days import NOTHING, Work

WEEKS = 2
SHOWN = 12
# fewer answers than this on one side say nothing
LEAST = 20
NOTE = (
    f"Days (UTC) of up to {WEEKS} weeks on either side, the day of the change left out, and none "
    "beyond the version before or after. A comparison of times, not a trial: other workers, other "
    "photos and practice change answers as well, and a photo handed out before the change may be "
    "answered after it."
)


@dataclass(frozen=True, slots=True)
class Effect:
    """The answers of the days before and after a version came out."""

    number: int
    day: date
    before: Work
    after: Work

    @property
    def is_comparable(self) -> bool:
        """Whether there are enough answers on both sides."""
        return min(self.before.n_answers, self.after.n_answers) >= LEAST


def effects(versions: Sequence[Instructions], worked: Mapping[date, Work]) -> list[Effect]:
    """Each version but the first, the newest first; `versions` are in that order, too."""
    since = [version.written_at.astimezone(UTC).date() for version in versions]
    found = []
    for place, version in enumerate(versions[:-1][:SHOWN]):
        day = since[place]
        # on the day of a change nobody knows which version an answer went by
        earlier = versions[place + 1].number > 1
        begin = max(day - timedelta(weeks=WEEKS), since[place + 1] + timedelta(days=earlier))
        end = day + timedelta(weeks=WEEKS)
        if place:
            end = min(end, since[place - 1] - timedelta(days=1))
        before = _sum(worked, begin, day - timedelta(days=1))
        after = _sum(worked, day + timedelta(days=1), end)
        found.append(Effect(version.number, day, before, after))
    return found


def figure(
    campaign: Campaign, versions: Sequence[Instructions]
) -> tuple[Figure | None, datetime | None]:
    """The effects as a table, with a chart of agreement where there is something to compare, and
    when the days were counted; no figure while there is one version alone."""
    if len(versions) <= 1:
        return None, None
    is_box = campaign.kind == Campaign.Kind.BOX
    counted = days.counted([campaign.pk]).get(campaign.pk)
    found = effects(versions, counted.days if counted else {})
    measure = "IoU with the consensus" if is_box else "Same as the consensus"
    heads = ("Version", "Since", "Answers", "after", measure, "after")
    more = ("Seconds an answer", "after", "Can't tell or problem (%)", "after")
    rows = tuple(_row(effect, is_box=is_box) for effect in found)
    marks = [mark for effect in found for mark in _marks(effect, is_box=is_box)]
    made = Figure(
        slug="instructions-effect",
        title="Answers before and after each version",
        table=Table(heads + more, rows),
        note=NOTE,
        alt=f"{measure} before and after {len(marks) // 2} versions.",
        spec=_spec(marks, measure) if marks else None,
        height=80 + 36 * (len(marks) // 2),
    )
    return made, counted.counted_at if counted else None


def _sum(worked: Mapping[date, Work], first: date, last: date) -> Work:
    total = NOTHING
    for day, work in worked.items():
        if first <= day <= last:
            total += work
    return total


def _row(effect: Effect, *, is_box: bool) -> tuple[Cell, ...]:
    cells: list[Cell] = [f"version {effect.number}", effect.day.isoformat()]
    cells += [effect.before.n_answers, effect.after.n_answers]
    for pair in (
        [work.agreement(is_box=is_box) for work in (effect.before, effect.after)],
        [work.seconds_per_answer for work in (effect.before, effect.after)],
        [_percent(work.unusable) for work in (effect.before, effect.after)],
    ):
        cells += pair
    return tuple(cells)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _marks(effect: Effect, *, is_box: bool) -> list[dict[str, Any]]:
    sides = [
        ("before", effect.before.agreement(is_box=is_box)),
        ("after", effect.after.agreement(is_box=is_box)),
    ]
    if not effect.is_comparable or any(value is None for _, value in sides):
        return []
    name = f"version {effect.number}"
    return [
        {"version": name, "when": when, "agreement": value, "place": -effect.number}
        for when, value in sides
    ]


def _spec(marks: list[dict[str, Any]], measure: str) -> dict[str, Any]:
    y = {"field": "version", "type": "nominal", "title": None, "sort": {"field": "place"}}
    x = {"field": "agreement", "type": "quantitative", "title": measure, "scale": {"zero": False}}
    sides = ["before", "after"]
    return {
        "data": {"values": marks},
        "layer": [
            {
                "mark": {"type": "line", "color": "var(--muted)"},
                "encoding": {"x": x, "y": y, "detail": {"field": "version"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": y,
                    "shape": {
                        "field": "when",
                        "title": None,
                        "scale": {"domain": sides, "range": ["circle", "triangle-right"]},
                    },
                    "color": {
                        "field": "when",
                        "title": None,
                        "scale": {"domain": sides, "range": ["var(--cat-1)", "var(--cat-5)"]},
                    },
                    "tooltip": [
                        {"field": "version", "title": "Version"},
                        {"field": "when", "title": "When"},
                        {"field": "agreement", "title": measure, "format": ".3f"},
                    ],
                },
            },
        ],
    }
