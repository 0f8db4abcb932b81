"""A campaign's tasks, answers and consensus by taxon: the topic as it is counted and read.

A campaign is of one super-class, so that the sum over its taxa is the super-class's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.db import connection

from crowd.models import Campaign
from tallies import store
from tallies.answer_rows import answer_rows

TOPIC = "taxa"
KINDS = tuple(Campaign.Kind)


@dataclass(frozen=True, slots=True)
class TaxonFigures:
    """One taxon of a campaign, or (None) the photos of no known one; gold and its answers apart.

    Tasks by state. `n_answers`, of which `n_empty` said that there is nothing and `n_unusable`
    could not be given; `seconds` of attention for the `n_timed` that tell. `n_looked` tasks whose
    consensus somebody stands behind; `n_nothing` of them show none of the animals (verification:
    are no instance) and `n_capped` have the most boxes there can be; `n_boxes` consensus boxes.
    Over the tasks that tell (`n_iou`, `n_counted`, `n_agreed`) the sums of mean IoU, of the
    agreement on the number of boxes, and of the task's own agreement, each 0..1. What belongs to
    excluded photos is not in the figures of consensus.
    """

    taxon_id: int | None
    n_open: int = 0
    n_retired: int = 0
    n_disputed: int = 0
    n_awaited: int = 0
    n_excluded: int = 0
    n_agreed: int = 0
    agreement_sum: float = 0.0
    n_looked: int = 0
    n_nothing: int = 0
    n_capped: int = 0
    n_boxes: int = 0
    n_iou: int = 0
    iou_sum: float = 0.0
    n_counted: int = 0
    count_sum: float = 0.0
    n_answers: int = 0
    n_empty: int = 0
    n_unusable: int = 0
    n_timed: int = 0
    seconds: float = 0.0

    def __add__(self, other: TaxonFigures) -> TaxonFigures:
        """Both together, of no one taxon."""
        names = [one.name for one in fields(self)][1:]
        return TaxonFigures(None, *(getattr(self, name) + getattr(other, name) for name in names))


_CONSENSUS = {
    Campaign.Kind.BOX: """
SELECT task_id, status <> 'not_looked' AS is_looked, status = 'empty' AS is_nothing, is_capped,
    mean_iou, count_agreement, coalesce(boxes.n, 0) AS n_boxes
FROM annotate_consensus consensus
LEFT JOIN (
    SELECT consensus_id, count(*) AS n FROM annotate_consensusbox GROUP BY consensus_id
) boxes ON boxes.consensus_id = consensus.id
WHERE is_current
""",
    Campaign.Kind.VERIFY: """
SELECT task_id, label <> '' AS is_looked, label NOT IN ('', 'animal') AS is_nothing,
    false AS is_capped, NULL::float AS mean_iou, NULL::float AS count_agreement, 0 AS n_boxes
FROM verify_consensusverdict WHERE is_current
""",
    Campaign.Kind.CHECK: """
SELECT task_id, n_votes > 0 AS is_looked, false AS is_nothing, false AS is_capped,
    NULL::float AS mean_iou, NULL::float AS count_agreement, jsonb_array_length(p_tight) AS n_boxes
FROM annotate_consensuscheck WHERE is_current
""",
}
_STATES = ("open", "retired", "disputed", "awaited", "excluded")
_BY_STATE = ", ".join(f"count(*) FILTER (WHERE state = '{state}')" for state in _STATES)
_COUNT = f"""
WITH task AS MATERIALIZED (
    SELECT task.id, taxon_id, task.state, task.agreement
    FROM crowd_task task JOIN catalog_image image ON image.id = task.image_id
    WHERE task.campaign_id = %(campaign)s AND task.state <> 'gold'
), of_tasks AS (
    SELECT taxon_id, {_BY_STATE}, count(agreement) FILTER (WHERE state <> 'excluded'),
        coalesce(sum(agreement) FILTER (WHERE state <> 'excluded'), 0),
        count(*) FILTER (WHERE is_looked), count(*) FILTER (WHERE is_nothing),
        count(*) FILTER (WHERE is_capped), coalesce(sum(n_boxes), 0),
        count(mean_iou), coalesce(sum(mean_iou), 0),
        count(count_agreement), coalesce(sum(count_agreement), 0)
    FROM task LEFT JOIN ({{consensus}}) agreed ON agreed.task_id = task.id AND state <> 'excluded'
    GROUP BY taxon_id
), of_answers AS (
    SELECT taxon_id, count(*), count(*) FILTER (WHERE is_empty),
        count(*) FILTER (WHERE is_unusable), count(seconds), coalesce(sum(seconds), 0)
    FROM ({{answers}}) answer JOIN task ON task.id = answer.task_id GROUP BY taxon_id
)
SELECT of_tasks.*, of_answers.* FROM of_tasks
LEFT JOIN of_answers ON of_answers.taxon_id IS NOT DISTINCT FROM of_tasks.taxon_id
ORDER BY of_tasks.taxon_id
"""  # noqa: S608 - SQL of ours
_N_OF_TASKS = 16


def count(campaign: Campaign) -> dict[str, Any]:
    """What is kept of a campaign: one row a taxon, in the order of the columns."""
    sql = _COUNT.format(
        consensus=_CONSENSUS[Campaign.Kind(campaign.kind)], answers=answer_rows(campaign.kind)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"campaign": campaign.pk})
        rows = cursor.fetchall()
    # the second taxon_id is in between
    return {"rows": [[_plain(v) for v in _joined(row)] for row in rows]}


def read(campaign: Campaign) -> tuple[list[TaxonFigures], store.Kept] | None:
    """What was counted last, by taxon, and as it is kept; None before that."""
    kept = store.read(campaign, TOPIC)
    return ([TaxonFigures(*row) for row in kept.content["rows"]], kept) if kept else None


def _joined(row: tuple[Any, ...]) -> list[Any]:
    of_answers = row[_N_OF_TASKS + 1 :]
    return [*row[:_N_OF_TASKS], *(0 if value is None else value for value in of_answers)]


def _plain(value: Any) -> Any:
    """As JSON has it: sums of whole numbers come as decimals."""
    if isinstance(value, float):
        return round(value, 6)
    return None if value is None else int(value)
