"""Claim, renew, release, expire: who holds which task until when.

Claiming is a walk along the campaign's shuffled order from where the worker stands
(`Enrolment.cursor`), over an index that holds only tasks with a free slot. It costs the same for a
worker's first task and for the hundred-thousandth. The slot is counted and the lease written in the
same statement; the check constraint on `n_taken` and the unique (task, worker) hold in any case.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, QuerySet

from crowd.errors import Conflict, NotFound
from crowd.models import Assignment, Campaign, Enrolment, Task, Worker

MAX_CLAIM = 24
LAP_TASKS_PER_S = 5000

# The scalar subquery is on purpose: NOT EXISTS may be planned as a hash join over everything the
# worker has ever done; this is one look-up in the unique (task, worker) index per task passed.
_CLAIM = """
WITH free AS (
    SELECT task.id FROM crowd_task task
    WHERE task.campaign_id = %(campaign)s AND task.position > %(after)s
      AND task.state = 'open' AND task.n_taken < task.n_wanted
      AND coalesce((SELECT mine.state FROM crowd_assignment mine
                    WHERE mine.task_id = task.id AND mine.worker_id = %(worker)s), '')
          NOT IN ('leased', 'submitted')
    ORDER BY task.position
    LIMIT %(count)s
    FOR UPDATE OF task SKIP LOCKED
), taken AS (
    UPDATE crowd_task task SET n_taken = task.n_taken + 1
    FROM free WHERE task.id = free.id
    RETURNING task.id, task.position
), moved AS (
    UPDATE crowd_enrolment
    SET cursor = (SELECT max(position) FROM taken),
        n_claimed = n_claimed + (SELECT count(*) FROM taken)
    WHERE id = %(enrolment)s AND EXISTS (SELECT 1 FROM taken)
)
INSERT INTO crowd_assignment
    (id, task_id, worker_id, state, is_extra, claimed_at, lease_until)
SELECT gen_random_uuid(), taken.id, %(worker)s, 'leased', false, %(now)s, %(until)s FROM taken
ON CONFLICT (task_id, worker_id) DO UPDATE
    SET state = 'leased', claimed_at = excluded.claimed_at, lease_until = excluded.lease_until
    WHERE crowd_assignment.state IN ('expired', 'released')
RETURNING id
"""


def claim(
    worker: Worker, slug: str, *, count: int, now: datetime
) -> tuple[list[Assignment], Campaign.Kind]:
    """Lease up to `count` tasks (1 to 24); those already held come first, renewed.

    Returns the assignments and the campaign's kind; none when nothing is left for this worker now.
    Raises `NotFound` for an unknown campaign and `Conflict` where it is not running. A campaign is
    open to every worker while it runs.
    """
    with transaction.atomic():
        enrolment = _lock_enrolment(worker, slug)
        campaign = enrolment.campaign
        if campaign.status != Campaign.Status.RUNNING:
            raise Conflict("This campaign is not running at the moment. Try again later.")
        held = list(_held(worker, campaign)[:count])
        _renew_tired(held, campaign=campaign, now=now)
        missing = count - len(held)
        if missing > 0:
            held += _take(enrolment, missing, now=now)
    return held, Campaign.Kind(campaign.kind)


def renew(worker: Worker, assignment_id: uuid.UUID, *, now: datetime) -> datetime:
    """Prolong a lease and return its new end. `Conflict` when it is no longer held."""
    assignment = _own(worker, assignment_id)
    until = now + timedelta(seconds=assignment.task.campaign.lease_s)
    held = Assignment.objects.filter(pk=assignment_id, state=Assignment.State.LEASED)
    if not held.update(lease_until=until):
        raise Conflict("This task is no longer yours; an answer is still welcome.")
    return until


def release(worker: Worker, assignment_id: uuid.UUID) -> None:
    """Give a task back. Releasing what is not held any more changes nothing."""
    _own(worker, assignment_id)
    with transaction.atomic():
        _give_back(
            Assignment.objects.filter(pk=assignment_id, state=Assignment.State.LEASED),
            state=Assignment.State.RELEASED,
        )


def expire(*, now: datetime, limit: int = 1000) -> int:
    """Give back the tasks whose lease has ended; returns how many (at most `limit` a call)."""
    with transaction.atomic():
        ended = Assignment.objects.filter(state=Assignment.State.LEASED, lease_until__lt=now)
        return _give_back(ended.order_by("lease_until")[:limit], state=Assignment.State.EXPIRED)


def _lock_enrolment(worker: Worker, slug: str) -> Enrolment:
    """The worker's place in the campaign, locked: one claim at a time per worker."""
    locked = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("campaign")
        .filter(worker=worker, campaign__slug=slug)
    )
    enrolment = locked.first()
    if enrolment is None:
        campaign = Campaign.objects.filter(slug=slug).first()
        if campaign is None:
            raise NotFound("There is no such campaign.")
        Enrolment.objects.bulk_create(
            [Enrolment(worker=worker, campaign=campaign)], ignore_conflicts=True
        )
        enrolment = locked.get()
    return enrolment


def _held(worker: Worker, campaign: Campaign) -> QuerySet[Assignment]:
    return (
        Assignment.objects.filter(
            worker=worker, state=Assignment.State.LEASED, task__campaign=campaign
        )
        .select_related("task__image")
        .order_by("claimed_at", "task__position")
    )


def _renew_tired(held: list[Assignment], *, campaign: Campaign, now: datetime) -> None:
    """Renew held leases that have used up half their time."""
    until = now + timedelta(seconds=campaign.lease_s)
    half = now + timedelta(seconds=campaign.lease_s / 2)
    tired = [assignment for assignment in held if assignment.lease_until < half]
    if tired:
        # an answer to one of them may be on its way in: skipping locked rows cannot deadlock
        still = Assignment.objects.filter(
            pk__in=[assignment.pk for assignment in tired], state=Assignment.State.LEASED
        ).select_for_update(skip_locked=True)
        Assignment.objects.filter(pk__in=list(still.values_list("pk", flat=True))).update(
            lease_until=until
        )
    for assignment in tired:
        assignment.lease_until = until


def _take(enrolment: Enrolment, count: int, *, now: datetime) -> list[Assignment]:
    """Walk on from the cursor; at the end, start again for what was given back meanwhile."""
    ids = _walk(enrolment, after=enrolment.cursor, count=count, now=now)
    is_lap_due = enrolment.next_lap_at is None or enrolment.next_lap_at <= now
    if len(ids) < count and enrolment.cursor >= 0 and is_lap_due:
        # A lap passes every open task that the worker has already answered, so the more those can
        # be, the longer until the next one.
        pause = timedelta(seconds=enrolment.n_claimed / LAP_TASKS_PER_S)
        Enrolment.objects.filter(pk=enrolment.pk).update(next_lap_at=now + pause)
        ids += _walk(enrolment, after=-1, count=count - len(ids), now=now)
    taken = Assignment.objects.filter(pk__in=ids).select_related("task__image")
    return sorted(taken, key=lambda assignment: assignment.task.position)


def _walk(enrolment: Enrolment, *, after: int, count: int, now: datetime) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "campaign": enrolment.campaign_id,
                "worker": enrolment.worker_id,
                "enrolment": enrolment.pk,
                "after": after,
                "count": count,
                "now": now,
                "until": now + timedelta(seconds=enrolment.campaign.lease_s),
            },
        )
        return [row[0] for row in cursor.fetchall()]


def _own(worker: Worker, assignment_id: uuid.UUID) -> Assignment:
    own = Assignment.objects.select_related("task__campaign")
    assignment = own.filter(pk=assignment_id, worker=worker).first()
    if assignment is None:
        raise NotFound("There is no such assignment of yours.")
    return assignment


def _give_back(leased: QuerySet[Assignment], *, state: Assignment.State) -> int:
    """End these leases and free their slots, in a fixed order so that two callers cannot
    deadlock. Runs in the caller's transaction."""
    rows = list(leased.select_for_update(skip_locked=True).values_list("pk", "task_id"))
    Assignment.objects.filter(pk__in=[pk for pk, _ in rows]).update(state=state)
    task_ids = [task_id for _, task_id in rows]
    for task_id in sorted(task_ids):
        Task.objects.filter(pk=task_id).update(n_taken=F("n_taken") - 1)
    return len(rows)
