"""When a task has had enough workers, and what is due for aggregation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet

from consensus.stopping import StoppingRule
from crowd.models import PILOT_ANSWERS, Campaign, Task

# Two workers who could not answer are a question for an organizer, not for a third worker.
UNUSABLE_ANSWERS_TO_DISPUTE = 2
PUT_OFF = timedelta(minutes=10)
# Less than this, and a task's row is not worth writing again for its new figures alone.
WORTH_WRITING = 0.01

# A slot that is in use stays one (`leases` takes what is over the limit back as leases end); each
# answer that is left out is wanted once more. What an organizer has settled stays as it is, however
# long ago the task was read.
_WRITE = """
UPDATE crowd_task task SET
    state_changed_at = CASE WHEN task.state = new.state OR task.is_adjudicated
                            THEN task.state_changed_at ELSE %(now)s END,
    state = CASE WHEN task.is_adjudicated THEN task.state ELSE new.state END,
    n_wanted = CASE WHEN task.is_adjudicated THEN task.n_wanted
                    ELSE greatest(task.n_taken, new.n_wanted + new.n_excluded) END,
    n_excluded = new.n_excluded,
    agreement = new.agreement,
    risk = new.risk,
    aggregate_due_at = CASE WHEN task.aggregate_due_at = new.seen_due THEN NULL
                            ELSE task.aggregate_due_at END
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(n_wanted)s::smallint[],
            %(n_excluded)s::smallint[], %(agreements)s::float8[], %(risks)s::float8[],
            %(seen)s::timestamptz[])
     AS new (id, state, n_wanted, n_excluded, agreement, risk, seen_due)
WHERE task.id = new.id
"""
# Every batch update takes its rows in the order of their ids, so that two of them cannot deadlock.
_LOCK = "SELECT 1 FROM crowd_task WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an aggregation found about a task.

    risk: as the consensus core has it. agreement: 0..1, None with fewer than two answers.
    n_looked: answers that entered the consensus. n_unusable: answers that could not, as their
    workers could not tell. n_excluded: counted answers of workers who are left out. n_compared:
    where one answer entered, how often its worker has been compared with others. is_contested:
    there is dissent that a campaign with a fixed number of workers asks one more about.
    is_precaution: the consensus is the less likely answer, given only because the other mistake
    would cost more; it never stands. n_missing: how many answers the kind of task still demands,
    whatever the risk and the limit.
    """

    risk: float
    n_looked: int
    n_unusable: int = 0
    agreement: float | None = None
    n_excluded: int = 0
    n_compared: int = 0
    is_contested: bool = False
    is_precaution: bool = False
    n_missing: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The state a task goes to and the number of answers now wanted, excluded ones apart.

    crowd: where its answers alone would send it, where an organizer has settled it.
    """

    state: Task.State
    n_wanted: int
    crowd: Task.State | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the consensus may stand as it is, whatever an organizer says of the task."""
        return (self.crowd or self.state) == Task.State.RETIRED


def least_answers(task: Task) -> int:
    """How many answers a task gets before its consensus may stand."""
    least = task.campaign.workers_per_task
    return max(least, PILOT_ANSWERS) if task.is_pilot else least


def decide(task: Task, outlook: Outlook) -> Decision:
    """Retire, ask for one more worker, or hand the task to an organizer; one that an organizer has
    settled stays as it is, and one more answer than there is may be asked for."""
    decision = _decide(task, outlook)
    if not task.is_adjudicated:
        is_asked = task.n_answers - outlook.n_excluded < task.n_asked
        n_asked = max(rule_of(task).minimum, task.n_asked)
        return Decision(Task.State.OPEN, n_asked) if is_asked else decision
    n_wanted = task.n_wanted - outlook.n_excluded
    return Decision(Task.State(task.state), n_wanted, crowd=decision.state)


def _decide(task: Task, outlook: Outlook) -> Decision:
    """What follows from the answers.

    `task` comes with its campaign, as it was read before the answers. A retired task is opened
    again once its risk is clearly over the limit, unless the campaign is closed; one that nobody's
    look stands behind any more is opened again in any case. How many are wanted follows from the
    answers alone: the stored number also holds the slots of leases that end unanswered.
    """
    campaign, rule = task.campaign, rule_of(task)
    n_answers = task.n_answers - outlook.n_excluded
    had = min(max(rule.minimum, n_answers), rule.maximum)
    if outlook.n_unusable >= UNUSABLE_ANSWERS_TO_DISPUTE:
        return Decision(Task.State.DISPUTED, had)
    is_over = campaign.status == Campaign.Status.CLOSED and task.state != Task.State.OPEN
    if outlook.n_missing and not is_over:
        return Decision(Task.State.OPEN, max(rule.minimum, n_answers + outlook.n_missing))
    if _may_stand(task, outlook, n_answers):
        return Decision(Task.State.RETIRED, rule.minimum)
    if is_over and outlook.n_looked:
        return Decision(Task.State(task.state), had)
    if n_answers < rule.maximum:
        return Decision(Task.State.OPEN, max(rule.minimum, n_answers + 1))
    # one worker alone has nobody to disagree with: an organizer who wants no more gets that answer
    is_alone = n_answers == outlook.n_looked == 1 and not outlook.is_precaution
    return Decision(Task.State.RETIRED if is_alone else Task.State.DISPUTED, had)


def rule_of(task: Task) -> StoppingRule:
    """The campaign's stopping rule for this task; an organizer may want more answers."""
    least = least_answers(task)
    most = max(least, task.campaign.max_workers, task.n_asked)
    return StoppingRule(tau=task.campaign.tau, minimum=least, maximum=most)


def _may_stand(task: Task, outlook: Outlook, n_answers: int) -> bool:
    """Whether the consensus is good enough; a fixed campaign first wants its number of answers."""
    if outlook.is_precaution:
        return False
    rule, was_finished = rule_of(task), task.state == Task.State.RETIRED
    if task.campaign.stopping == Campaign.Stopping.ADAPTIVE:
        return rule.is_finished(
            outlook.risk,
            outlook.n_looked,
            n_compared=outlook.n_compared,
            was_finished=was_finished,
        )
    if n_answers < rule.minimum or not outlook.n_looked or outlook.is_contested:
        return False
    return outlook.risk <= rule.tau * (rule.reopen if was_finished else 1.0)


def is_news(task: Task, outlook: Outlook, decision: Decision) -> bool:
    """Whether the task's row would say anything new with this decision."""
    if task.state != decision.state or task.n_excluded != outlook.n_excluded:
        return True
    if task.n_wanted != max(task.n_taken, decision.n_wanted + outlook.n_excluded):
        return True
    return _has_moved(task.risk, outlook.risk) or _has_moved(task.agreement, outlook.agreement)


def _has_moved(old: float | None, new: float | None) -> bool:
    if old is None or new is None:
        return old is not new
    return abs(old - new) > WORTH_WRITING


def apply(found: Sequence[tuple[Task, Outlook, Decision]], *, now: datetime) -> None:
    """Write what was decided for tasks that were read before aggregating.

    A due mark is cleared only if no answer has come in since the task was read; otherwise the next
    aggregation sees it.
    """
    ids = [task.pk for task, _, _ in found]
    lock(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "ids": ids,
                "states": [decision.state.value for _, _, decision in found],
                "n_wanted": [decision.n_wanted for _, _, decision in found],
                "n_excluded": [outlook.n_excluded for _, outlook, _ in found],
                "agreements": [outlook.agreement for _, outlook, _ in found],
                "risks": [outlook.risk for _, outlook, _ in found],
                "seen": [task.aggregate_due_at for task, _, _ in found],
                "now": now,
            },
        )


def lock(task_ids: Iterable[int]) -> None:
    """Hold these tasks' rows until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(task_ids)])


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
