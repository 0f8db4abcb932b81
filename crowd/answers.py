"""What storing an annotation and storing a verdict have in common.

An answer that a worker has given is never lost: a repeated key finds the stored answer, a change of
mind within the grace window becomes a new version, a late answer takes a free slot or is kept as an
extra one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import F

from crowd.errors import Conflict, NotFound
from crowd.models import Answer, Assignment, Campaign, Task, Worker

GRACE = timedelta(seconds=60)

A = TypeVar("A", bound=Answer)

# A first answer in time: both rows change in one round trip.
_COMPLETE = """
WITH done AS (
    UPDATE crowd_assignment SET state = 'submitted', submitted_at = %(now)s
    WHERE id = %(assignment)s
    RETURNING task_id
)
UPDATE crowd_task task SET n_answers = task.n_answers + 1, aggregate_due_at = %(now)s
FROM done WHERE task.id = done.task_id
"""


@dataclass(frozen=True, slots=True)
class Stored(Generic[A]):
    """What became of an answer: its row, and whether this very answer had been stored before."""

    answer: A
    is_replay: bool


def store(
    model: type[A],
    worker: Worker,
    assignment_id: uuid.UUID,
    *,
    kind: Campaign.Kind,
    key: uuid.UUID,
    values: dict[str, Any],
    check: Callable[[Task], None],
    now: datetime,
) -> Stored[A]:
    """Store one answer; runs in the caller's transaction and locks the assignment.

    `values` are the columns of `model` that the answer itself decides. `check` may raise `Invalid`
    once the task is known, before anything is written. Raises `NotFound` for an assignment that is
    not this worker's or of another kind, `Conflict` for a new answer after the grace window.
    """
    assignment = _lock(worker, assignment_id, kind)
    version = 1
    if assignment.state == Assignment.State.SUBMITTED:
        earlier = model._default_manager.filter(assignment=assignment, idempotency_key=key).first()
        if earlier is not None:
            return Stored(earlier, is_replay=True)
        _refuse_after_grace(assignment, now=now)
        check(assignment.task)
        version = _supersede(model, assignment, now=now)
    else:
        check(assignment.task)
        _complete(assignment, now=now)
    answer = model._default_manager.create(
        assignment=assignment,
        task=assignment.task,
        worker=worker,
        version=version,
        is_extra=assignment.is_extra,
        idempotency_key=key,
        received_at=now,
        **values,
    )
    return Stored(answer, is_replay=False)


def _lock(worker: Worker, assignment_id: uuid.UUID, kind: Campaign.Kind) -> Assignment:
    assignment = (
        Assignment.objects.select_for_update(of=("self",))
        .select_related("task__image", "task__campaign")
        .filter(pk=assignment_id, worker=worker, task__campaign__kind=kind)
        .first()
    )
    if assignment is None:
        raise NotFound("There is no such assignment of yours.")
    return assignment


def _refuse_after_grace(assignment: Assignment, *, now: datetime) -> None:
    if assignment.submitted_at is not None and now > assignment.submitted_at + GRACE:
        raise Conflict("You have answered this already, and the minute for changing it is over.")


def _supersede(model: type[A], assignment: Assignment, *, now: datetime) -> int:
    """Make room for a newer version and return its number."""
    current = model._default_manager.get(assignment=assignment, is_current=True)
    model._default_manager.filter(pk=current.pk).update(is_current=False)
    Task.objects.filter(pk=assignment.task_id).update(aggregate_due_at=now)
    return current.version + 1


def _complete(assignment: Assignment, *, now: datetime) -> None:
    if assignment.state == Assignment.State.LEASED:
        with connection.cursor() as cursor:
            cursor.execute(_COMPLETE, {"assignment": assignment.pk, "now": now})
        return
    assignment.is_extra = not _take_free_slot(assignment.task_id, now=now)
    assignment.state = Assignment.State.SUBMITTED
    assignment.submitted_at = now
    assignment.save(update_fields=["is_extra", "state", "submitted_at"])


def _take_free_slot(task_id: int, *, now: datetime) -> bool:
    """A late answer takes a slot that is free again; otherwise it stands outside the number."""
    with transaction.atomic():
        free = Task.objects.filter(pk=task_id, state=Task.State.OPEN, n_taken__lt=F("n_wanted"))
        has_slot = bool(
            free.update(
                n_taken=F("n_taken") + 1, n_answers=F("n_answers") + 1, aggregate_due_at=now
            )
        )
        if not has_slot:
            Task.objects.filter(pk=task_id).update(aggregate_due_at=now)
    return has_slot
