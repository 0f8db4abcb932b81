"""Reads of inspections: what workers say of boxes that others have drawn. They never write.

A check asks one question about each box and one about the whole photo; each is an item that the
consensus core merges votes on, *yes* or *no*, and the two kinds of question are its groups.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import QuerySet

from annotate.models import ConsensusCheck, Inspection
from consensus import BoxCheck, Vote, VoteItem
from crowd.models import Outcome, Task

YES, NO = "yes", "no"
LABELS = (YES, NO)
TIGHT, ALL_BOXED = "tight", "all boxed"
ROWS_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Spoken:
    """What settled checks say of a photo's boxes since when, and the mark of what that rests on."""

    said: BoxCheck
    fingerprint: str
    since: datetime


def current_inspections(task_ids: Iterable[int]) -> dict[int, list[Inspection]]:
    """The current inspections of these tasks with their workers, in the order received; those of
    excluded workers, too."""
    by_task: dict[int, list[Inspection]] = defaultdict(list)
    rows = Inspection.objects.filter(task__in=list(task_ids), is_current=True)
    for inspection in rows.select_related("worker").order_by("received_at", "id"):
        by_task[inspection.task_id].append(inspection)
    return by_task


def items(voted: Sequence[Inspection], n_boxes: int) -> list[VoteItem]:
    """The questions of one check in their order, the whole photo's last; workers by their id."""
    rows = [(row.worker_id, row.are_tight, bool(row.are_all_boxed)) for row in voted]
    return _items(rows, n_boxes)


def comparable() -> QuerySet[Inspection]:
    """The inspections that can be compared: current ones of whoever could tell, excluded or not."""
    rows = Inspection.objects.filter(is_current=True, outcome=Outcome.ANSWERED)
    return rows.exclude(task__state__in=[Task.State.GOLD, Task.State.EXCLUDED])


def voted_items(rows: QuerySet[Inspection] | None = None) -> Iterator[VoteItem]:
    """Every question that somebody has answered, in the order of the tasks, through one cursor.

    `rows`: the inspections to take instead of those of workers who are not excluded. The
    transaction that the cursor needs ends with the last question.
    """
    taken = comparable().filter(worker__is_excluded=False) if rows is None else rows
    in_order = taken.order_by("task_id", "received_at", "id")
    columns = ("task_id", "worker_id", "are_tight", "are_all_boxed")
    with transaction.atomic():
        stream = in_order.values_list(*columns).iterator(chunk_size=ROWS_AT_ONCE)
        for _, of_task in groupby(stream, key=lambda row: row[0]):
            voted = [(worker, are_tight, bool(is_all)) for _, worker, are_tight, is_all in of_task]
            yield from _items(voted, len(voted[0][1]))


def _items(voted: Sequence[tuple[int, Sequence[bool], bool]], n_boxes: int) -> list[VoteItem]:
    boxes = [
        VoteItem([_vote(worker, said[number]) for worker, said, _ in voted], group=TIGHT)
        for number in range(n_boxes)
    ]
    whole = [_vote(worker, is_all) for worker, _, is_all in voted]
    return [*boxes, VoteItem(whole, group=ALL_BOXED)]


def _vote(worker: int, is_yes: bool) -> Vote:
    return Vote(str(worker), YES if is_yes else NO)


def spoken(tasks: Sequence[Task], *, as_of: datetime | None = None) -> dict[int, Spoken]:
    """What checkers say of the boxes of these box tasks, by task; with one query.

    `as_of`: as it was then.
    """
    place: dict[tuple[int | None, int], int] = {
        (task.campaign_id, task.image_id): task.pk for task in tasks
    }
    rows = ConsensusCheck.objects.filter(
        task__campaign__follows__in={task.campaign_id for task in tasks},
        task__image__in={task.image_id for task in tasks},
    )
    if as_of is None:
        rows = rows.filter(is_current=True)
    else:
        rows = rows.filter(computed_at__lte=as_of).order_by("task_id", "-version")
        rows = rows.distinct("task_id")
    found: dict[int, Spoken] = {}
    for row in rows.select_related("task__campaign", "task__check_question"):
        about = place.get((row.task.campaign.follows_id, row.task.image_id))
        if about is not None and row.is_settled and row.n_votes:
            boxes = row.task.check_question.boxes
            said = BoxCheck(boxes, row.p_tight, row.p_all_boxed)
            found[about] = Spoken(said, row.fingerprint, row.computed_at)
    return found
