"""What each worker has done in a campaign, kept as rows of `WorkerTally`."""

from __future__ import annotations

from typing import Any

from annotate.models import Box, Comparison
from crowd.models import Campaign
from tallies import replacing
from tallies.answer_rows import FIGURES, GOLD, GOLD_FIGURES, answer_rows, selected

TOPIC = "workers"
KINDS = tuple(Campaign.Kind)

EDGES = range(1, 5)

_BY_WORKER = {**FIGURES, "first_at": "min(received_at)", "last_at": "max(received_at)"}
# apart from the sums, as it has to sort
_MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY {}) {}"
_MEDIANS = {
    "median_s": _MEDIAN.format("seconds", ""),
    "median_box_s": _MEDIAN.format("seconds / n_boxes", "FILTER (WHERE n_boxes > 0)"),
}
_OFFSETS = {
    f"{name}_{edge}": f"sum(edges_{name}[{edge}]) / sum(n_matched)"
    for name in ("px", "share", "square")
    for edge in EDGES
}
_GOLD = {**GOLD_FIGURES, "first_gold_at": "min(scored_at)", "last_gold_at": "max(scored_at)"}
_MEANS = {
    "habits_px": "round(px_{0}::numeric, 4)",
    "habits_share": "round(share_{0}::numeric, 6)",
    "habits_sd": "round(sqrt(greatest(square_{0} - share_{0} ^ 2, 0))::numeric, 6)",
}
_NO_COUNTS = {"methods": "'{}'::jsonb", "pointers": "'{}'::jsonb"}
_COUNTS = {
    f"{column}s": f"coalesce((SELECT jsonb_object_agg({column}, n) FROM ("  # noqa: S608 - SQL of ours
    f"SELECT {column}, sum(n) AS n FROM hands WHERE hands.worker_id = of_answers.worker_id "
    f"AND {column} <> '' GROUP BY {column}) each), '{{}}')"
    for column in ("method", "pointer")
}
_OF_ANSWERS = f"SELECT worker_id, {selected(_BY_WORKER)} FROM answer GROUP BY worker_id"  # noqa: S608
_OF_TIMES = f"SELECT worker_id, {selected(_MEDIANS)} FROM answer GROUP BY worker_id"  # noqa: S608
_OF_GOLD = f"SELECT worker_id, {selected(_GOLD)} FROM ({GOLD}) gold GROUP BY worker_id"  # noqa: S608
_OF_EDGES = f"""
SELECT worker_id, {selected(_OFFSETS)} FROM {Comparison._meta.db_table}
WHERE campaign_id = %(campaign)s AND n_matched > 0 AND task_id NOT IN (
    SELECT id FROM crowd_task WHERE campaign_id = %(campaign)s AND state = 'excluded'
)
GROUP BY worker_id
"""  # noqa: S608 - SQL of ours
_HANDS = f"""
SELECT answer.worker_id, box.method, box.pointer, count(*) AS n
FROM {Box._meta.db_table} box JOIN answer ON answer.id = box.annotation_id
GROUP BY answer.worker_id, box.method, box.pointer
"""  # noqa: S608 - SQL of ours


def count(campaign: Campaign) -> dict[str, Any]:
    """Replace the campaign's rows; how many have changed."""
    is_box = campaign.kind == Campaign.Kind.BOX
    ctes = {
        "answer": answer_rows(campaign.kind),
        "of_answers": _OF_ANSWERS,
        "of_times": _OF_TIMES,
        "of_gold": _OF_GOLD,
        **({"of_edges": _OF_EDGES, "hands": _HANDS} if is_box else {}),
    }
    columns = {
        "worker_id": "worker_id",
        **{name: f"coalesce({name}, 0)" for name in (*FIGURES, *GOLD_FIGURES)},
        "first_at": "least(first_at, first_gold_at)",
        "last_at": "greatest(last_at, last_gold_at)",
        "median_s": "round(median_s::numeric, 3)",
        "median_box_s": "round(median_box_s::numeric, 3)",
        **{name: _habit(mean) if is_box else "'{}'::float[]" for name, mean in _MEANS.items()},
        **(_COUNTS if is_box else _NO_COUNTS),
    }
    query = (
        f"SELECT {selected(columns)} FROM of_answers FULL JOIN of_gold USING (worker_id) "  # noqa: S608
        f"LEFT JOIN of_times USING (worker_id) {'LEFT JOIN of_edges USING (worker_id)' * is_box}"
    )
    n_changed = replacing.replace(campaign, "tallies_workertally", ("worker_id",), ctes, query)
    return {"n_changed": n_changed}


def _habit(mean: str) -> str:
    edges = ", ".join(mean.format(edge) for edge in EDGES)
    return f"CASE WHEN px_1 IS NOT NULL THEN ARRAY[{edges}]::float[] ELSE '{{}}' END"
