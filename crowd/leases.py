"""Claim, renew, release, expire: who holds which task until when.

Claiming is a walk along the campaign's shuffled order from where the worker stands
(`Enrolment.cursor`), over an index that holds only tasks with a free slot. It costs the same for a
worker's first task and for the hundred-thousandth. The slot is counted and the lease written in the
same statement; the check constraint on `n_taken` and the unique (task, worker) hold in any case.

This is the hottest path of the house, so it speaks SQL (`benchmarks/serving.py` says why).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest, Least

from consensus.stopping import StoppingRule
from crowd.errors import Conflict, NotFound, Unqualified
from crowd.models import Assignment, Campaign, Enrolment, Task, Worker

MAX_CLAIM = 24
LAP_TASKS_PER_S = 5000
# With so many comparisons a worker is known; until then pilot tasks come first. Comparisons are
# counted by the next fit only, so there is an end to it sooner, which also keeps the walk short.
PROVEN = StoppingRule().proven
MOST_PILOTS = 40

_LOCK_ENROLMENT = f"""
SELECT enrolment.id, enrolment.cursor, enrolment.next_lap_at, enrolment.n_claimed,
       campaign.id, campaign.kind, campaign.status, campaign.lease_s,
       campaign.pilot_share > 0 AND enrolment.n_claimed < {MOST_PILOTS}
       AND coalesce((SELECT skill.n_answers FROM crowd_skillestimate skill
                     WHERE skill.worker_id = enrolment.worker_id AND skill.kind = campaign.kind),
                    0) < {PROVEN},
       campaign.has_qualification AND enrolment.qualified_at IS NULL
FROM crowd_enrolment enrolment JOIN crowd_campaign campaign ON campaign.id = enrolment.campaign_id
WHERE enrolment.worker_id = %s AND campaign.slug = %s
FOR UPDATE OF enrolment
"""  # noqa: S608 - put together from constants

_IMAGE = """
    image.id, image.uid, image.file_name, image.width, image.height, image.display_width,
    image.display_height, image.licence, image.licence_url, image.rights_holder
"""

# of a task's campaign
_LIMIT = Subquery(Campaign.objects.filter(pk=OuterRef("campaign")).values("max_workers"))

_HELD = f"""
SELECT lease.id, lease.task_id, task.position, lease.lease_until, {_IMAGE}
FROM crowd_assignment lease
JOIN crowd_task task ON task.id = lease.task_id
JOIN catalog_image image ON image.id = task.image_id
WHERE lease.worker_id = %(worker)s AND lease.state = 'leased' AND task.campaign_id = %(campaign)s
ORDER BY lease.claimed_at, task.position
LIMIT %(count)s
"""  # noqa: S608 - put together from constants

# The scalar subquery is on purpose: NOT EXISTS may be planned as a hash join over everything the
# worker has ever done; this is one look-up in the unique (task, worker) index per task passed.
# The slot is counted for the lease that was really written, not for the task that looked free: an
# answer to it may have been stored between the two.
_WALK = f"""
WITH free AS (
    SELECT task.id, task.position, task.image_id FROM crowd_task task
    WHERE task.campaign_id = %(campaign)s AND task.position > %(after)s
      AND task.state = 'open' AND task.n_taken < task.n_wanted{{only}}
      AND coalesce((SELECT mine.state FROM crowd_assignment mine
                    WHERE mine.task_id = task.id AND mine.worker_id = %(worker)s), '')
          NOT IN ('leased', 'submitted')
    ORDER BY task.position
    LIMIT %(count)s
    FOR UPDATE OF task SKIP LOCKED
), lease AS (
    INSERT INTO crowd_assignment
        (id, task_id, worker_id, state, is_extra, claimed_at, lease_until)
    SELECT gen_random_uuid(), free.id, %(worker)s, 'leased', false, %(now)s, %(until)s FROM free
    ON CONFLICT (task_id, worker_id) DO UPDATE
        SET state = 'leased', claimed_at = excluded.claimed_at, lease_until = excluded.lease_until
        WHERE crowd_assignment.state IN ('expired', 'released')
    RETURNING id, task_id, lease_until
), counted AS (
    UPDATE crowd_task task SET n_taken = task.n_taken + 1
    FROM lease WHERE task.id = lease.task_id
), moved AS (
    UPDATE crowd_enrolment
    SET cursor = {{cursor}},
        n_claimed = n_claimed + (SELECT count(*) FROM lease)
    WHERE id = %(enrolment)s AND EXISTS (SELECT 1 FROM free)
)
SELECT lease.id, lease.task_id, free.position, lease.lease_until, {_IMAGE}
FROM lease
JOIN free ON free.id = lease.task_id
JOIN catalog_image image ON image.id = free.image_id
ORDER BY free.position
"""  # noqa: S608 - put together from constants
_CLAIM = _WALK.format(only="", cursor="(SELECT max(position) FROM free)")
# The same along the pilot tasks alone (`task_pilot_slots`), from the start each time: until they
# are known, workers have not been far. The cursor stays where it is.
_CLAIM_PILOT = _WALK.format(only=" AND task.is_pilot", cursor="cursor")


@dataclass(frozen=True, slots=True)
class LeasedImage:
    """What a worker's page needs to know of a photograph; sizes in pixels."""

    id: int
    uid: uuid.UUID
    file_name: str
    width: int
    height: int
    display_width: int
    display_height: int
    licence: str
    licence_url: str
    rights_holder: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A task in a worker's hands; `id` is the assignment's."""

    id: uuid.UUID
    task_id: int
    lease_until: datetime
    image: LeasedImage


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a worker stands in a campaign, locked."""

    id: int
    cursor: int
    next_lap_at: datetime | None
    n_claimed: int
    campaign: int
    kind: str
    status: str
    lease_s: int
    is_unproven: bool
    is_unqualified: bool


def claim(
    worker: Worker, slug: str, *, count: int, now: datetime
) -> tuple[list[Lease], Campaign.Kind]:
    """Lease up to `count` tasks (1 to 24); those already held come first, renewed.

    Returns the leases and the campaign's kind; none when nothing is left for this worker now.
    Raises `NotFound` for an unknown campaign, `Conflict` where it is not running and `Unqualified`
    where it asks for practice that the worker has not passed yet. Otherwise a campaign is open to
    every worker while it runs. Simulated workers have nothing to learn.
    """
    with transaction.atomic():
        place = _lock_enrolment(worker, slug)
        if place.status != Campaign.Status.RUNNING:
            raise Conflict("This campaign is not running at the moment. Try again later.")
        if place.is_unqualified and not worker.is_simulated:
            raise Unqualified
        until = now + timedelta(seconds=place.lease_s)
        known: dict[str, Any] = {
            "worker": worker.pk,
            "campaign": place.campaign,
            "enrolment": place.id,
            "now": now,
            "until": until,
        }
        held = _leases(_HELD, known | {"count": count})
        held = _renew_tired(held, tired_before=now + (until - now) / 2, until=until)
        if len(held) < count:
            held += _take(place, known, count - len(held), now=now)
    return held, Campaign.Kind(place.kind)


def renew(worker: Worker, assignment_id: uuid.UUID, *, now: datetime) -> datetime:
    """Prolong a lease and return its new end.

    `Conflict` when it is no longer held, the campaign is closed or the worker is suspended: an
    open tab must not hold a task for ever.
    """
    assignment = _own(worker, assignment_id)
    campaign = assignment.task.campaign
    if worker.status != Worker.Status.ACTIVE or campaign.status == Campaign.Status.CLOSED:
        raise Conflict("This task will not be kept for you any longer; an answer is still welcome.")
    until = now + timedelta(seconds=campaign.lease_s)
    held = Assignment.objects.filter(pk=assignment_id, state=Assignment.State.LEASED)
    if not held.update(lease_until=until):
        raise Conflict("This task is no longer yours; an answer is still welcome.")
    return until


def release_all(workers: Iterable[Worker]) -> int:
    """Take back what these workers hold, in the caller's transaction; returns how many tasks.

    Once in a transaction, with all of them: the order that keeps two callers from a deadlock is
    that of the tasks within one call.
    """
    held = Assignment.objects.filter(worker__in=list(workers), state=Assignment.State.LEASED)
    return _give_back(held, state=Assignment.State.RELEASED)


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


def _lock_enrolment(worker: Worker, slug: str) -> _Place:
    """The worker's place in the campaign, locked: one claim at a time per worker."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_ENROLMENT, [worker.pk, slug])
        row = cursor.fetchone()
        if row is None:
            _enrol(worker, slug)
            cursor.execute(_LOCK_ENROLMENT, [worker.pk, slug])
            row = cursor.fetchone()
    return _Place(*row)


def _enrol(worker: Worker, slug: str) -> None:
    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None:
        raise NotFound("There is no such campaign.")
    Enrolment.objects.bulk_create(
        [Enrolment(worker=worker, campaign=campaign)], ignore_conflicts=True
    )


def _leases(statement: str, values: dict[str, Any]) -> list[Lease]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            Lease(id=id_, task_id=task_id, lease_until=until, image=LeasedImage(*image))
            for id_, task_id, _, until, *image in cursor.fetchall()
        ]


def _renew_tired(held: Sequence[Lease], *, tired_before: datetime, until: datetime) -> list[Lease]:
    """The leases, those that have used up half their time renewed."""
    tired = [lease.id for lease in held if lease.lease_until < tired_before]
    if not tired:
        return list(held)
    # an answer to one of them may be on its way in: skipping locked rows cannot deadlock
    still = (
        Assignment.objects.filter(pk__in=tired, state=Assignment.State.LEASED)
        .select_for_update(skip_locked=True)
        .values_list("pk", flat=True)
    )
    renewed = set(still)
    Assignment.objects.filter(pk__in=renewed).update(lease_until=until)
    return [
        Lease(
            lease.id,
            lease.task_id,
            until if lease.id in renewed else lease.lease_until,
            lease.image,
        )
        for lease in held
    ]


def _take(place: _Place, known: dict[str, Any], count: int, *, now: datetime) -> list[Lease]:
    """Pilot tasks for a worker who is not known yet; then on from the cursor; at the end, start
    again for what was given back meanwhile."""
    taken = []
    if place.is_unproven:
        taken += _leases(_CLAIM_PILOT, known | {"after": -1, "count": count})
    if len(taken) < count:
        taken += _leases(_CLAIM, known | {"after": place.cursor, "count": count - len(taken)})
    is_lap_due = place.next_lap_at is None or place.next_lap_at <= now
    if len(taken) < count and place.cursor >= 0 and is_lap_due:
        # A lap passes every open task that the worker has already answered, so the more those can
        # be, the longer until the next one.
        pause = timedelta(seconds=place.n_claimed / LAP_TASKS_PER_S)
        Enrolment.objects.filter(pk=place.id).update(next_lap_at=now + pause)
        taken += _leases(_CLAIM, known | {"after": -1, "count": count - len(taken)})
    return taken


def _own(worker: Worker, assignment_id: uuid.UUID) -> Assignment:
    own = Assignment.objects.select_related("task__campaign")
    assignment = own.filter(pk=assignment_id, worker=worker).first()
    if assignment is None:
        raise NotFound("There is no such assignment of yours.")
    return assignment


def _give_back(leased: QuerySet[Assignment], *, state: Assignment.State) -> int:
    """End these leases and free their slots, in a fixed order so that two callers cannot
    deadlock. Runs in the caller's transaction.

    What is wanted comes down with the slots to the campaign's upper limit: it may have stood
    higher only for leases given out while answers were left out that count again now.
    """
    rows = list(leased.select_for_update(skip_locked=True).values_list("pk", "task_id"))
    Assignment.objects.filter(pk__in=[pk for pk, _ in rows]).update(state=state)
    for task_id in sorted(task_id for _, task_id in rows):
        n_taken = F("n_taken") - 1
        n_wanted = Least("n_wanted", Greatest(n_taken, _LIMIT + F("n_excluded")))
        Task.objects.filter(pk=task_id).update(n_taken=n_taken, n_wanted=n_wanted)
    return len(rows)
