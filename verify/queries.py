"""Reads of verdicts; they never write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from consensus import Vote
from crowd.models import Outcome
from verify.models import Verdict


def current_verdicts(task_ids: Iterable[int]) -> dict[int, list[Verdict]]:
    """The current verdicts of these tasks, in the order received."""
    by_task: dict[int, list[Verdict]] = defaultdict(list)
    rows = Verdict.objects.filter(task__in=list(task_ids), is_current=True)
    for verdict in rows.order_by("received_at", "id"):
        by_task[verdict.task_id].append(verdict)
    return by_task


def vote(verdict: Verdict) -> Vote:
    """A verdict as the consensus core reads it; workers by their id."""
    return Vote(worker=str(verdict.worker_id), label=verdict.label)


def votes_by_task() -> Iterator[list[Vote]]:
    """The votes of each task that has two or more, streamed."""
    rows = Verdict.objects.filter(is_current=True, outcome=Outcome.ANSWERED).order_by("task", "id")
    task_id, votes = None, list[Vote]()
    for verdict in rows.iterator(chunk_size=2000):
        if verdict.task_id != task_id:
            if len(votes) > 1:
                yield votes
            task_id, votes = verdict.task_id, []
        votes.append(vote(verdict))
    if len(votes) > 1:
        yield votes
