"""The overview's charts, each with its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from charts import Figure, Table
from dashboard import charting
from dashboard.queries.campaigns import SuperClassRow
from dashboard.queries.standing import DayCount

ROW = 38
FRAME = 116
ASKED = {"box": "box", "verify": "verify", "check": "check"}


def by_super_class(rows: Sequence[SuperClassRow], *, link: str = "") -> Figure:
    """Photos of each super-class and kind, by how far they are."""
    table = []
    for row in rows:
        progress = row.progress
        waiting = progress.n_open - progress.n_begun + progress.n_awaited
        counts = (progress.n_retired, progress.n_begun, progress.n_disputed, waiting)
        table.append((f"{row.super_class}, {ASKED[row.kind]}", counts, progress.n_tasks))
    drawn = [
        (name, counts, f"{100 * counts[0] // n_tasks} %")
        for name, counts, n_tasks in table
        if n_tasks
    ]
    return Figure(
        slug="progress",
        title="How far is each super-class?",
        table=Table(
            ("Super-class, asked", "Photos", *(state.capitalize() for state in charting.STATES)),
            tuple((name, n_tasks, *counts) for name, counts, n_tasks in table),
            links=tuple(f"{link}?kind={row.kind}" for row in rows) if link else (),
        ),
        note="Finished of all photos. In work: somebody has taken it. Disputed: it waits for an "
        "organizer. Waiting: nobody has taken it yet, or its photograph is on its way.",
        alt="; ".join(f"{name}: {said} finished" for name, _, said in drawn),
        spec=charting.stacked(drawn, title="Share of photos") if drawn else None,
        height=FRAME + ROW * len(drawn),
    )


def per_day(rows: Sequence[DayCount]) -> Figure:
    """Answers of each day, and the pace of a week."""
    values = [(row.day.isoformat(), row.n_answers, row.pace) for row in rows]
    best = max(rows, key=lambda row: row.n_answers, default=None)
    pace = next((row.pace for row in reversed(rows) if row.pace is not None), None)
    said = [f"Most on {best.day}: {best.n_answers:,}."] if best and best.n_answers else []
    said += [f"Mean of the last 7 complete days: {pace:,.1f}."] if pace is not None else []
    return Figure(
        slug="days",
        title="How many answers come a day?",
        table=Table(("Day (UTC)", "Answers", "Mean of 7 days"), tuple(values[::-1]), digits=1),
        note="The last four weeks, answers to gold apart. " + " ".join(said),
        alt="A bar for each day. " + " ".join(said),
        spec=charting.per_day(values, title="Answers") if any(n for _, n, _ in values) else None,
        height=260,
    )
