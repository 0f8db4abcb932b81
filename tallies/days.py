"""What each worker has done in a campaign on each day (UTC), kept as rows of `WorkerDay`, and what
all of them did, kept with the topic."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum

from crowd.models import Campaign
from tallies import replacing
from tallies.answer_rows import FIGURES, GOLD, GOLD_FIGURES, answer_rows, selected
from tallies.models import Figures, WorkerDay

TOPIC = "days"
KINDS = tuple(Campaign.Kind)
SUMMED = tuple(field.name for field in Figures._meta.get_fields())

_DAY = "({} AT TIME ZONE 'UTC')::date AS day"


def count(campaign: Campaign) -> dict[str, Any]:
    """Replace the campaign's rows; how many have changed, and the sums of each day."""
    ctes = {
        "of_answers": f"SELECT worker_id, {_DAY.format('received_at')}, {selected(FIGURES)} "  # noqa: S608 - SQL of ours
        f"FROM ({answer_rows(campaign.kind)}) answer GROUP BY 1, 2",
        "of_gold": f"SELECT worker_id, {_DAY.format('scored_at')}, {selected(GOLD_FIGURES)} "  # noqa: S608 - SQL of ours
        f"FROM ({GOLD}) gold GROUP BY 1, 2",
    }
    columns = {name: f"coalesce({name}, 0)" for name in (*FIGURES, *GOLD_FIGURES)}
    query = (
        f"SELECT worker_id, day, {selected(columns)} "  # noqa: S608 - SQL of ours
        "FROM of_answers FULL JOIN of_gold USING (worker_id, day)"
    )
    n_changed = replacing.replace(campaign, "tallies_workerday", ("day", "worker_id"), ctes, query)
    return {"n_changed": n_changed, "days": sums(campaign)}


def sums(campaign: Campaign) -> list[list[Any]]:
    """Of each day: the date (ISO), the number of workers, and the sums of `SUMMED`."""
    rows = WorkerDay.objects.filter(campaign=campaign).values("day").order_by("day")
    # an alias must not be a column's name
    named = {f"sum_{name}": Sum(name) for name in SUMMED}
    summed = rows.annotate(n_workers=Count("worker"), **named)
    found = summed.values_list("day", "n_workers", *named)
    return [[day.isoformat(), *figures] for day, *figures in found]
