"""How far campaigns have come: the topic as it is counted and read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from annotate.models import Annotation, Inspection
from crowd.models import Campaign
from tallies.models import Tally
from verify.models import Verdict

TOPIC = "progress"
KINDS = tuple(Campaign.Kind)

_ANSWERS = {
    Campaign.Kind.BOX: Annotation,
    Campaign.Kind.VERIFY: Verdict,
    Campaign.Kind.CHECK: Inspection,
}
_STATES = """
SELECT state, count(*), count(*) FILTER (WHERE n_taken > 0), sum(n_answers), sum(n_excluded),
    count(agreement), round(coalesce(sum(agreement), 0)::numeric, 6)::float,
    count(*) FILTER (WHERE is_adjudicated)
FROM crowd_task WHERE campaign_id = %s GROUP BY state
"""
# the newest answer of all is nearly always among the last few; `WorkerTally` knows of older ones
_LAST = """
SELECT greatest(
    (SELECT max(received_at) FROM (SELECT * FROM {answers} ORDER BY id DESC LIMIT 1000) newest
        JOIN crowd_task task ON task.id = newest.task_id WHERE task.campaign_id = %(campaign)s),
    (SELECT max(last_at) FROM tallies_workertally WHERE campaign_id = %(campaign)s)
), (SELECT count(*) FROM crowd_enrolment WHERE campaign_id = %(campaign)s AND n_claimed > 0)
"""


@dataclass(frozen=True, slots=True)
class StateFigures:
    """The tasks in one state: `n_begun` of them were taken by somebody, `n_adjudicated` settled by
    an organizer. Their answers that count, `n_left_out` of them by excluded workers; the sum of the
    `n_compared` tasks' agreement, 0..1 each."""

    n_tasks: int = 0
    n_begun: int = 0
    n_answers: int = 0
    n_left_out: int = 0
    n_compared: int = 0
    agreement_sum: float = 0.0
    n_adjudicated: int = 0


@dataclass(frozen=True, slots=True)
class ProgressTally:
    """A campaign's tasks by state (`Task.State`), gold among them; the workers who took part and
    when the last answer came."""

    counted_at: datetime
    states: dict[str, StateFigures] = field(default_factory=dict)
    n_workers: int = 0
    last_answer_at: datetime | None = None

    def of(self, state: str) -> StateFigures:
        """The tasks in a state; zeros where there are none."""
        return self.states.get(state, StateFigures())


def count(campaign: Campaign) -> dict[str, Any]:
    """What is kept of a campaign."""
    answers = _ANSWERS[Campaign.Kind(campaign.kind)]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [campaign.pk])
        states = {state: figures for state, *figures in cursor.fetchall()}
        cursor.execute(_LAST.format(answers=answers), {"campaign": campaign.pk})
        last_at, n_workers = cursor.fetchone()
    return {
        "states": states,
        "n_workers": n_workers,
        "last_answer_at": last_at.isoformat() if last_at else None,
    }


def progress_of(campaigns: Iterable[Campaign]) -> dict[int, ProgressTally]:
    """By campaign id what was counted last, in one query; nothing for one not counted yet."""
    rows = Tally.objects.filter(topic=TOPIC, campaign__in=[one.pk for one in campaigns])
    return {
        row.campaign_id: _read(row.content, row.counted_at) for row in rows.order_by("campaign_id")
    }


def _read(content: dict[str, Any], counted_at: datetime) -> ProgressTally:
    last = content["last_answer_at"]
    return ProgressTally(
        counted_at=counted_at,
        states={state: StateFigures(*figures) for state, figures in content["states"].items()},
        n_workers=content["n_workers"],
        last_answer_at=datetime.fromisoformat(last) if last else None,
    )
