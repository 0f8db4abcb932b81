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
from django.utils.translation import gettext

from crowd.errors import Conflict, NotFound
from crowd.models import Answer, Assignment, Campaign, Task, Worker

GRACE = timedelta(seconds=60)

A = TypeVar("A", bound=Answer)

_READ = """
SELECT assignment.id, assignment.task_id, assignment.state, assignment.is_extra,
       assignment.submitted_at, image.width, image.height, task.state = 'gold',
       assignment.is_grid
FROM crowd_assignment assignment
JOIN crowd_task task ON task.id = assignment.task_id
JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
JOIN catalog_image image ON image.id = task.image_id
WHERE assignment.id = %s AND assignment.worker_id = %s AND campaign.kind = %s
"""

# Claiming locks the enrolment first and may then want a row whose lease has ended; so does whoever
# answers to such a row.
_LOCK_ENROLMENT = """
SELECT 1 FROM crowd_enrolment enrolment
JOIN crowd_task task ON task.campaign_id = enrolment.campaign_id
WHERE enrolment.worker_id = %s AND task.id = %s
FOR UPDATE OF enrolment
"""

# A first answer in time: both rows change in one round trip. Gold counts no answers.
_COMPLETE = """
WITH done AS (
    UPDATE crowd_assignment SET state = 'submitted', submitted_at = %(now)s
    WHERE id = %(assignment)s AND state = 'leased'
    RETURNING task_id
), counted AS (
    UPDATE crowd_task task SET n_answers = task.n_answers + 1, aggregate_due_at = %(now)s
    FROM done WHERE task.id = done.task_id AND task.state <> 'gold'
)
SELECT 1 FROM done
"""


@dataclass(frozen=True, slots=True)
class Held:
    """An assignment that is being answered; sizes of the upright image in pixels.

    is_gold: the answer is known already. is_grid: it was handed out in a grid.
    """

    id: uuid.UUID
    task_id: int
    state: str
    is_extra: bool
    submitted_at: datetime | None
    width: int
    height: int
    is_gold: bool
    is_grid: bool


@dataclass(frozen=True, slots=True)
class Stored(Generic[A]):
    """What became of an answer: its row, and whether this very answer had been stored before."""

    answer: A
    held: Held
    is_replay: bool


def store(
    model: type[A],
    worker: Worker,
    assignment_id: uuid.UUID,
    *,
    kind: Campaign.Kind,
    key: uuid.UUID,
    values: dict[str, Any],
    check: Callable[[Held], None],
    now: datetime,
) -> Stored[A]:
    """Store one answer; runs in the caller's transaction.

    `values` are the columns of `model` that the answer itself decides. `check` may raise `Invalid`
    once the image is known, before anything is written. Raises `NotFound` for an assignment that is
    not this worker's or of another kind, `Conflict` for a new answer after the grace window.
    """
    held = _read(worker, assignment_id, kind)
    version, is_extra = 1, False
    if held.state == Assignment.State.LEASED:
        check(held)
        is_complete = _complete_in_time(held, now=now)
    else:
        _lock_enrolment(worker, held)
        is_complete = False
    if not is_complete:
        held = _read(worker, assignment_id, kind, is_locking=True)
        earlier = model._default_manager.filter(assignment=held.id, idempotency_key=key).first()
        if earlier is not None:
            return Stored(earlier, held, is_replay=True)
        _refuse_after_grace(held, now=now)
        check(held)
        version, is_extra = _follow_up(model, held, now=now)
    answer = model._default_manager.create(
        assignment_id=held.id,
        task_id=held.task_id,
        worker_id=worker.pk,
        version=version,
        is_extra=is_extra,
        idempotency_key=key,
        received_at=now,
        **values,
    )
    return Stored(answer, held, is_replay=False)


def _follow_up(model: type[A], held: Held, *, now: datetime) -> tuple[int, bool]:
    """Make room for an answer that is a change of mind or late: its version, whether an extra."""
    if held.state == Assignment.State.SUBMITTED:
        return _supersede(model, held, now=now), held.is_extra
    return 1, _complete_late(held, now=now)


def _read(
    worker: Worker, assignment_id: uuid.UUID, kind: Campaign.Kind, *, is_locking: bool = False
) -> Held:
    with connection.cursor() as cursor:
        lock = "FOR UPDATE OF assignment" if is_locking else ""
        cursor.execute(_READ + lock, [assignment_id, worker.pk, kind.value])
        row = cursor.fetchone()
    if row is None:
        raise NotFound(gettext("There is no such assignment of yours."))
    return Held(*row)


def _lock_enrolment(worker: Worker, held: Held) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ENROLMENT, [worker.pk, held.task_id])


def _refuse_after_grace(held: Held, *, now: datetime) -> None:
    if held.submitted_at is not None and now > held.submitted_at + GRACE:
        raise Conflict(
            gettext("You have answered this already, and the minute for changing it is over.")
        )


def _supersede(model: type[A], held: Held, *, now: datetime) -> int:
    """Make room for a newer version and return its number."""
    current = model._default_manager.get(assignment=held.id, is_current=True)
    model._default_manager.filter(pk=current.pk).update(is_current=False)
    if not held.is_gold:
        Task.objects.filter(pk=held.task_id).update(aggregate_due_at=now)
    return current.version + 1


def _complete_in_time(held: Held, *, now: datetime) -> bool:
    """Count an answer whose slot is still held; False if the lease has just ended otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETE, {"assignment": held.id, "now": now})
        return bool(cursor.rowcount)


def _complete_late(held: Held, *, now: datetime) -> bool:
    """Count an answer to a locked assignment; True if there is no slot for it any more."""
    if held.state == Assignment.State.LEASED and _complete_in_time(held, now=now):
        return False
    is_extra = not held.is_gold and not _take_free_slot(held.task_id, now=now)
    Assignment.objects.filter(pk=held.id).update(
        is_extra=is_extra, state=Assignment.State.SUBMITTED, submitted_at=now
    )
    return is_extra


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
