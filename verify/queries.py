"""Reads of verdicts; they never write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from catalog.models import Reference
from consensus import Vote, VoteItem
from crowd.models import Campaign, Outcome, Task
from verify.models import Verdict

ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How many gold photos without the animal were seen in grids, and how many of them marked."""

    n_seen: int
    n_marked: int


def current_verdicts(task_ids: Iterable[int]) -> dict[int, list[Verdict]]:
    """The current verdicts of these tasks with their workers, in the order received; those of
    excluded workers, too."""
    by_task: dict[int, list[Verdict]] = defaultdict(list)
    rows = Verdict.objects.filter(task__in=list(task_ids), is_current=True)
    for verdict in rows.select_related("worker").order_by("received_at", "id"):
        by_task[verdict.task_id].append(verdict)
    return by_task


def vote(verdict: Verdict) -> Vote:
    """A verdict as the consensus core reads it; workers by their id."""
    return Vote(worker=str(verdict.worker_id), label=verdict.label)


def comparable() -> QuerySet[Verdict]:
    """The verdicts that can be compared: current ones of whoever could tell, excluded or not, but
    none of gold tasks and of photos that are excluded."""
    rows = Verdict.objects.filter(is_current=True, outcome=Outcome.ANSWERED)
    return rows.exclude(task__state__in=[Task.State.GOLD, Task.State.EXCLUDED])


def evidence() -> QuerySet[Verdict]:
    """The verdicts that skills are estimated from: those of workers who are not excluded."""
    return comparable().filter(worker__is_excluded=False)


def voted_items(rows: QuerySet[Verdict] | None = None) -> Iterator[VoteItem]:
    """Every task that somebody has voted on, grouped by super-class, in the order of the tasks,
    through one cursor.

    `rows`: the verdicts to take instead of `evidence`. The transaction that the cursor needs ends
    with the last task.
    """
    columns = ("task_id", "task__campaign__super_class", "worker_id", "label")
    taken = evidence() if rows is None else rows
    in_order = taken.order_by("task_id", "received_at", "id").values_list(*columns)
    with transaction.atomic():
        stream = in_order.iterator(chunk_size=ROWS_AT_ONCE)
        for (_, super_class), of_task in groupby(stream, key=itemgetter(0, 1)):
            votes = [Vote(str(worker), label) for _, _, worker, label in of_task]
            yield VoteItem(votes, group=super_class)


def sensitivity(campaign: Campaign) -> Sensitivity:
    """What the grids of a campaign have caught, by workers who are not excluded."""
    gold = Verdict.objects.filter(
        is_current=True,
        worker__is_excluded=False,
        task__gold__campaign=campaign,
        task__gold__withdrawn_at=None,
        task__gold__reference__status=Reference.Status.NON_INSTANCE,
    )
    is_marked = Q(mode=Verdict.Mode.MARKED)
    counts = gold.aggregate(
        n_seen=Count("pk", filter=is_marked | Q(mode=Verdict.Mode.GRID)),
        n_marked=Count("pk", filter=is_marked),
    )
    return Sensitivity(**counts)
