"""Every current answer of a campaign as one row with the same columns, whatever its kind, in SQL.

`answer_rows` is the text of a query with the parameter `campaign`. Its columns: `id`, `task_id`,
`worker_id`, `received_at`; `is_empty`, `is_unusable`, `n_boxes` and `seconds` of attention, NULL
where the answer does not tell; `is_compared`, and the numbers of `annotate.models.Comparison`, NULL
for an answer that was not compared; `is_same` for verdicts and checks. Answers to gold are not
in it, and those to a photo that an organizer has excluded are not compared.
"""

from __future__ import annotations

from crowd.models import Campaign

_SECONDS = """greatest(0, coalesce((answer.timing->>'active_ms')::float,
        (answer.timing->>'visible_ms')::float
        - coalesce((answer.timing->>'idle_ms')::float, 0))) / 1000
        * CASE WHEN answer.timing ?| ARRAY['active_ms', 'visible_ms'] THEN 1 END"""

_COMMON = f"""
SELECT answer.id, answer.task_id, answer.worker_id, answer.received_at,
    answer.outcome = 'nothing' AS is_empty,
    answer.outcome NOT IN ('answered', 'nothing') AS is_unusable,
    {_SECONDS} AS seconds,
"""
_FROM = """
JOIN crowd_task task ON task.id = answer.task_id
"""
_WHERE = """
WHERE task.campaign_id = %(campaign)s AND task.state <> 'gold' AND answer.is_current
"""

_BOXES = f"""
{_COMMON}
    CASE WHEN compared.annotation_id IS NOT NULL THEN compared.n_boxes
        WHEN answer.outcome <> 'answered' THEN 0
        ELSE (SELECT count(*) FROM annotate_box box WHERE box.annotation_id = answer.id)
    END AS n_boxes,
    compared.annotation_id IS NOT NULL AS is_compared,
    false AS is_same, compared.n_objects, compared.n_matched, compared.n_missed, compared.n_extra,
    compared.n_loose,
    CASE WHEN compared.n_matched < 2 THEN compared.ious[1]
        ELSE (SELECT sum(iou) FROM unnest(compared.ious) iou) END AS iou_sum
FROM annotate_annotation answer {_FROM}
LEFT JOIN annotate_comparison compared
    ON compared.annotation_id = answer.id AND task.state <> 'excluded'
{_WHERE}
"""  # noqa: S608 - SQL of ours

_NO_BOXES = """
    0 AS n_boxes, NULL::int AS n_objects, NULL::int AS n_matched, NULL::int AS n_missed,
    NULL::int AS n_extra, NULL::int AS n_loose, NULL::float AS iou_sum,
"""

_VERDICTS = f"""
{_COMMON} {_NO_BOXES}
    agreed.label IS NOT NULL AS is_compared, coalesce(agreed.label = answer.label, false) AS is_same
FROM verify_verdict answer {_FROM}
LEFT JOIN verify_consensusverdict agreed
    ON agreed.task_id = answer.task_id AND agreed.is_current AND agreed.n_votes >= 2
    AND agreed.label <> '' AND answer.outcome = 'answered' AND task.state <> 'excluded'
{_WHERE}
"""

_CHECKS = f"""
{_COMMON} {_NO_BOXES}
    agreed.id IS NOT NULL AS is_compared,
    agreed.id IS NOT NULL AND answer.are_all_boxed = (agreed.p_all_boxed >= 0.5)
        AND answer.are_tight = (
            SELECT coalesce(jsonb_agg(to_jsonb(p::float >= 0.5) ORDER BY number), '[]')
            FROM jsonb_array_elements_text(agreed.p_tight) WITH ORDINALITY AS said (p, number)
        ) AS is_same
FROM annotate_inspection answer {_FROM}
LEFT JOIN annotate_consensuscheck agreed
    ON agreed.task_id = answer.task_id AND agreed.is_current AND agreed.n_votes >= 2
    AND answer.outcome = 'answered' AND task.state <> 'excluded'
{_WHERE}
"""  # noqa: S608 - SQL of ours

# gold that is in service, with the worker and the moment of the answer
GOLD = """
SELECT score.worker_id, score.scored_at, score.is_good
FROM crowd_goldscore score JOIN crowd_goldstandard gold ON gold.id = score.gold_id
WHERE gold.campaign_id = %(campaign)s AND gold.withdrawn_at IS NULL AND score.is_good IS NOT NULL
"""

# sums of floats are rounded: the order of adding must not make a row look new
FIGURES = {
    "n_answers": "count(*)",
    "n_empty": "count(*) FILTER (WHERE is_empty)",
    "n_unusable": "count(*) FILTER (WHERE is_unusable)",
    "n_boxes": "coalesce(sum(n_boxes), 0)",
    "n_timed": "count(seconds)",
    "seconds": "round(coalesce(sum(seconds), 0)::numeric, 3)",
    "n_compared": "count(*) FILTER (WHERE is_compared)",
    "n_same": "count(*) FILTER (WHERE is_same)",
    "n_objects": "coalesce(sum(n_objects), 0)",
    "n_matched": "coalesce(sum(n_matched), 0)",
    "n_missed": "coalesce(sum(n_missed), 0)",
    "n_extra": "coalesce(sum(n_extra), 0)",
    "n_loose": "coalesce(sum(n_loose), 0)",
    "iou_sum": "round(coalesce(sum(iou_sum), 0)::numeric, 6)",
}
GOLD_FIGURES = {
    "n_gold": "count(*)",
    "n_gold_good": "count(*) FILTER (WHERE is_good)",
}


def answer_rows(kind: str) -> str:
    """The query for a kind of campaign."""
    return {
        Campaign.Kind.BOX: _BOXES,
        Campaign.Kind.VERIFY: _VERDICTS,
        Campaign.Kind.CHECK: _CHECKS,
    }[Campaign.Kind(kind)]


def selected(figures: dict[str, str]) -> str:
    """Aggregates as they stand behind SELECT."""
    return ", ".join(f"{expression} AS {name}" for name, expression in figures.items())
