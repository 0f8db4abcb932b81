"""What each worker has done in a campaign on each day (UTC), kept as rows of `WorkerDay`."""

from __future__ import annotations

from typing import Any

from crowd.models import Campaign
from tallies import replacing
from tallies.answer_rows import FIGURES, GOLD, GOLD_FIGURES, answer_rows, selected

TOPIC = "days"
KINDS = tuple(Campaign.Kind)

_DAY = "({} AT TIME ZONE 'UTC')::date AS day"


def count(campaign: Campaign) -> dict[str, Any]:
    """Replace the campaign's rows; how many have changed."""
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
    return {
        "n_changed": replacing.replace(
            campaign, "tallies_workerday", ("day", "worker_id"), ctes, query
        )
    }
