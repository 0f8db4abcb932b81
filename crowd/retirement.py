"""When a task has had enough workers, and what is due for aggregation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from crowd.models import Campaign, Task

# Two workers who could not answer are a question for an organizer, not for a third worker.
UNUSABLE_ANSWERS_TO_DISPUTE = 2
PUT_OFF = timedelta(minutes=10)

_WRITE = """
UPDATE crowd_task task SET
    state_changed_at = CASE WHEN task.state = new.state THEN task.state_changed_at
                            ELSE %(now)s END,
    state = new.state,
    n_wanted = greatest(task.n_wanted, new.n_wanted),
    agreement = new.agreement,
    risk = new.risk,
    aggregate_due_at = CASE WHEN task.aggregate_due_at = new.seen_due THEN NULL
                            ELSE task.aggregate_due_at END
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(n_wanted)s::smallint[],
            %(agreements)s::float8[], %(risks)s::float8[], %(seen)s::timestamptz[])
     AS new (id, state, n_wanted, agreement, risk, seen_due)
WHERE task.id = new.id
"""
# Every batch update takes its rows in the order of their ids, so that two of them cannot deadlock.
_LOCK = "SELECT 1 FROM crowd_task WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an aggregation found about a task: `is_settled` when its consensus can stand as it is,
    `agreement` in 0..1 (None with fewer than two answers), `risk` as the consensus core has it."""

    is_settled: bool
    n_unusable: int
    agreement: float | None
    risk: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The state a task goes to and the number of answers now wanted."""

    state: Task.State
    n_wanted: int


def decide(outlook: Outlook, *, n_answers: int, n_wanted: int, max_workers: int) -> Decision:
    """Retire, ask for one more worker, or hand the task to an organizer.

    >>> calm = Outlook(is_settled=True, n_unusable=0, agreement=0.9, risk=0.05)
    >>> decide(calm, n_answers=3, n_wanted=3, max_workers=5)
    Decision(state=Task.State.RETIRED, n_wanted=3)
    """
    if outlook.n_unusable >= UNUSABLE_ANSWERS_TO_DISPUTE:
        return Decision(Task.State.DISPUTED, n_wanted)
    if n_answers < n_wanted:
        return Decision(Task.State.OPEN, n_wanted)
    if outlook.is_settled:
        return Decision(Task.State.RETIRED, n_wanted)
    if n_wanted < max_workers:
        return Decision(Task.State.OPEN, n_wanted + 1)
    # one worker alone has nobody to disagree with: an organizer who wants no more gets that answer
    is_alone = n_answers == 1 and outlook.n_unusable == 0
    return Decision(Task.State.RETIRED if is_alone else Task.State.DISPUTED, n_wanted)


def apply(found: Sequence[tuple[Task, Outlook]], *, now: datetime) -> None:
    """Write what follows for tasks that were read with their campaigns before aggregating.

    A due mark is cleared only if no answer has come in since the task was read; otherwise the next
    aggregation sees it.
    """
    decisions = [
        decide(
            outlook,
            n_answers=task.n_answers,
            n_wanted=task.n_wanted,
            max_workers=task.campaign.max_workers,
        )
        for task, outlook in found
    ]
    ids = [task.pk for task, _ in found]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [ids])
        cursor.execute(
            _WRITE,
            {
                "ids": ids,
                "states": [decision.state.value for decision in decisions],
                "n_wanted": [decision.n_wanted for decision in decisions],
                "agreements": [outlook.agreement for _, outlook in found],
                "risks": [outlook.risk for _, outlook in found],
                "seen": [task.aggregate_due_at for task, _ in found],
                "now": now,
            },
        )


def put_off(task: Task, *, now: datetime) -> None:
    """Try this task again later, unless an answer has come in since it was read."""
    unchanged = Task.objects.filter(pk=task.pk, aggregate_due_at=task.aggregate_due_at)
    unchanged.update(aggregate_due_at=now + PUT_OFF)


def due(kind: Campaign.Kind, *, now: datetime, limit: int) -> QuerySet[Task]:
    """The tasks whose consensus is stale, longest waiting first, with campaign and image."""
    return (
        Task.objects.filter(aggregate_due_at__lte=now, campaign__kind=kind)
        .select_related("campaign", "image")
        .order_by("aggregate_due_at", "pk")[:limit]
    )


def mark_due(task_ids: Iterable[int], *, now: datetime) -> int:
    """Ask for a fresh consensus of these tasks, without knowing what kind they are."""
    return Task.objects.filter(pk__in=list(task_ids)).update(aggregate_due_at=now)
