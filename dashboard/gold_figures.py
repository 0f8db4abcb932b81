"""What a campaign's gold says of itself, as a figure."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from charts import Figure, Table
from dashboard.queries.gold import Failures

SHOWN = 500
NOTE = (
    "Skilled are those who do well on the other gold. A photo that everybody fails is hard; one "
    "that skilled workers fail is probably known wrongly. "
)
POINTS = "Each point is a gold photo; press it to see the photo."
NOBODY_YET = "Nobody has answered enough gold yet to be called skilled; then there is a chart, too."


def failed(rows: Sequence[tuple[int, int, Failures]]) -> Figure:
    """How often each gold photo is failed, by those who do well on the rest and by everybody.

    `rows`: (task id, number on the page, failures), what is failed most first.
    """
    answered = [row for row in rows if row[2].n][:SHOWN]
    marks = [_mark(*row) for row in answered if row[2].n_by_good]
    n_doubtful = sum(failures.is_doubtful for _, _, failures in answered)
    return Figure(
        slug="gold-failures",
        title="Who fails which gold photo",
        table=Table(
            (
                "Gold photo",
                "Answers",
                "Failed",
                "Answers of skilled workers",
                "Failed by them",
                "In doubt",
            ),
            tuple(
                (
                    str(number),
                    found.n,
                    found.n_failed,
                    found.n_by_good,
                    found.n_failed_by_good,
                    "yes" if found.is_doubtful else "no",
                )
                for _, number, found in answered
            ),
            links=tuple(_address(task_id) for task_id, _, _ in answered),
        ),
        note=NOTE + (POINTS if marks else NOBODY_YET),
        alt=f"{len(marks)} gold photos by the share of all and of skilled workers who fail them; "
        f"{n_doubtful} in doubt.",
        spec=_spec(marks) if marks else None,
        height=300,
    )


def _mark(task_id: int, number: int, found: Failures) -> dict[str, object]:
    return {
        "photo": number,
        "all": round(found.n_failed / found.n, 4),
        "skilled": round(found.n_failed_by_good / found.n_by_good, 4),
        "answers": found.n,
        "known": "in doubt" if found.is_doubtful else "not in doubt",
        "link": _address(task_id),
    }


def _address(task_id: int) -> str:
    return reverse("dashboard:task", args=[task_id])


def _spec(marks: list[dict[str, object]]) -> dict[str, object]:
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}}
    kinds = ["in doubt", "not in doubt"]
    return {
        "data": {"values": marks},
        "mark": {"type": "point", "filled": True, "opacity": 0.8, "cursor": "pointer"},
        "encoding": {
            "x": {"field": "all", "title": "Failed by everybody", **share},
            "y": {"field": "skilled", "title": "Failed by skilled workers", **share},
            "size": {"field": "answers", "type": "quantitative", "title": "Answers"},
            "color": {
                "field": "known",
                "type": "nominal",
                "title": None,
                "scale": {"domain": kinds, "range": ["var(--cat-6)", "var(--cat-5)"]},
            },
            "shape": {
                "field": "known",
                "type": "nominal",
                "title": None,
                "scale": {"domain": kinds, "range": ["triangle-up", "circle"]},
            },
            "href": {"field": "link"},
            "tooltip": [
                {"field": "photo", "title": "Gold photo"},
                {"field": "all", "title": "Failed by everybody", "format": ".0%"},
                {"field": "skilled", "title": "Failed by skilled workers", "format": ".0%"},
                {"field": "answers", "title": "Answers"},
            ],
        },
    }
