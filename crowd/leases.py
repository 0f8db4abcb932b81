"""Claim, renew, release, expire: who holds which task until when.

Claiming is a walk along the campaign's shuffled order from where the worker stands
(`Enrolment.cursor`), over an index that holds only tasks with a free slot. It costs the same for a
worker's first task and for the hundred-thousandth. The slot is counted and the lease written in the
same statement; the check constraint on `n_taken` and the unique (task, worker) hold in any case.

Now and then a task whose answer is known comes in between (`crowd/gold.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, TextChoices, When
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext

from crowd import claiming, gold
from crowd.claiming import Lease, LeasedImage
from crowd.errors import Conflict, NotFound, Unqualified
from crowd.models import Assignment, Campaign, Enrolment, SkillEstimate, Task, Worker

# two grids: the one in sight and the next, so that nobody waits between them
MAX_CLAIM = 48
LAP_TASKS_PER_S = 5000
INSTANT = timedelta(microseconds=1)

# of a task's campaign
_LIMIT = Subquery(Campaign.objects.filter(pk=OuterRef("campaign")).values("max_workers"))


class Mode(TextChoices):
    """How photos are shown: alone, or many at once."""

    SINGLE = "single"
    GRID = "grid"


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
    has_grid: bool
    has_gold: bool
    n_instructions: int
    follows: int | None


def claim(
    worker: Worker, slug: str, *, count: int, now: datetime, mode: Mode = Mode.SINGLE
) -> tuple[list[Lease], Campaign.Kind]:
    """Lease up to `count` tasks (1 to 48); those already held come first, renewed.

    Returns the leases and the campaign's kind; none when nothing is left for this worker now.
    In a grid no photo is handed out that has been marked in one (`Task.is_flagged`). Raises
    `NotFound` for an unknown campaign, `Conflict` where it is not running or has no grids and
    `Unqualified` where it asks for practice that the worker has not passed yet. Otherwise a
    campaign is open to every worker while it runs. Simulated workers have nothing to learn.
    """
    with transaction.atomic():
        place = _lock_enrolment(worker, slug)
        if place.status != Campaign.Status.RUNNING:
            raise Conflict(gettext("This campaign is not running at the moment. Try again later."))
        is_grid = mode == Mode.GRID
        if is_grid and not place.has_grid:
            raise Conflict(gettext("This campaign shows its photos one at a time."))
        if place.is_unqualified and not worker.is_simulated:
            raise Unqualified
        until = now + timedelta(seconds=place.lease_s)
        known: dict[str, Any] = {
            "worker": worker.pk,
            "campaign": place.campaign,
            "enrolment": place.id,
            "now": now,
            "until": until,
            "is_grid": is_grid,
            "n_instructions": place.n_instructions,
            "follows": place.follows,
        }
        held = _leases(claiming.HELD, known | {"count": count})
        held = _renew_tired(held, tired_before=now + (until - now) / 2, until=until)
        if is_grid and held:
            _show_in_grid(held)
        if len(held) < count:
            held += _take_with_gold(place, known, count - len(held), now=now)
    return held, Campaign.Kind(place.kind)


def renew(worker: Worker, assignment_id: uuid.UUID, *, now: datetime) -> datetime:
    """Prolong a lease and return its new end.

    `Conflict` when it is no longer held, the campaign is closed or the worker is suspended: an
    open tab must not hold a task for ever.
    """
    assignment = _own(worker, assignment_id)
    campaign = assignment.task.campaign
    if worker.status != Worker.Status.ACTIVE or campaign.status == Campaign.Status.CLOSED:
        raise Conflict(
            gettext("This task will not be kept for you any longer; an answer is still welcome.")
        )
    until = now + timedelta(seconds=campaign.lease_s)
    held = Assignment.objects.filter(pk=assignment_id, state=Assignment.State.LEASED)
    if not held.update(lease_until=until):
        raise Conflict(gettext("This task is no longer yours; an answer is still welcome."))
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
        cursor.execute(claiming.LOCK_ENROLMENT, [worker.pk, slug])
        row = cursor.fetchone()
        if row is None:
            _enrol(worker, slug)
            cursor.execute(claiming.LOCK_ENROLMENT, [worker.pk, slug])
            row = cursor.fetchone()
    return _Place(*row)


def _enrol(worker: Worker, slug: str) -> None:
    campaign = Campaign.objects.filter(slug=slug).first()
    if campaign is None:
        raise NotFound(gettext("There is no such campaign."))
    Enrolment.objects.bulk_create(
        [Enrolment(worker=worker, campaign=campaign)], ignore_conflicts=True
    )


def _leases(statement: str, values: dict[str, Any]) -> list[Lease]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [
            Lease(id_, task_id, until, LeasedImage(*image), values["n_instructions"])
            for id_, task_id, _position, until, *image in cursor.fetchall()
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
            lease.n_instructions,
        )
        for lease in held
    ]


def _show_in_grid(held: Sequence[Lease]) -> None:
    """Note of leases from before that they are shown in a grid now."""
    alone = Assignment.objects.filter(pk__in=[lease.id for lease in held], is_grid=False)
    ours = alone.select_for_update(skip_locked=True).values_list("pk", flat=True)
    if ids := list(ours):
        Assignment.objects.filter(pk__in=ids).update(is_grid=True)


def _take_with_gold(
    place: _Place, known: dict[str, Any], count: int, *, now: datetime
) -> list[Lease]:
    """Tasks, with gold at the places drawn for it while the worker has not had all there is.

    Leases that are held come back by the time they were claimed: with gold among them each has its
    own, so that it stays where it was.
    """
    taken: list[Lease] = []
    for offset in [*_gold_places(place, known, count), count]:
        at = known | {"now": now + len(taken) * INSTANT}
        if len(taken) < offset:
            taken += _take(place, at, offset - len(taken), now=now)
        if len(taken) < offset or offset == count:
            break  # nothing but gold would be left
        taken += _leases(claiming.CLAIM_GOLD, at | {"now": now + len(taken) * INSTANT})
    return taken


def _gold_places(place: _Place, known: dict[str, Any], count: int) -> list[int]:
    """Where gold belongs among the next `count` tasks: offsets from 0."""
    if not place.has_gold:
        return []
    key, whose = settings.SECRET_KEY.encode(), f"{known['worker']}/{place.campaign}"
    if known["is_grid"]:
        return gold.places_in_grids(key, whose, place.n_claimed, count)
    if not gold.places(key, whose, place.n_claimed, count, of=gold.MOST_OFTEN):
        return []
    skill = SkillEstimate.objects.filter(worker=known["worker"], kind=place.kind)
    of = gold.share(skill.values_list("quality_sd", flat=True).first())
    return gold.places(key, whose, place.n_claimed, count, of=of)


def _take(place: _Place, known: dict[str, Any], count: int, *, now: datetime) -> list[Lease]:
    """Pilot tasks for a worker who is not known yet; then on from the cursor; at the end, start
    again for what was given back meanwhile."""
    taken = []
    walk = claiming.CLAIM if place.follows is None else claiming.CLAIM_CHECK
    if place.is_unproven:
        taken += _leases(claiming.CLAIM_PILOT, known | {"after": -1, "count": count})
    if len(taken) < count:
        taken += _leases(walk, known | {"after": place.cursor, "count": count - len(taken)})
    if len(taken) < count and place.follows is not None:
        with connection.cursor() as cursor:
            cursor.execute(claiming.SKIP_DRAWN, known)
    is_lap_due = place.next_lap_at is None or place.next_lap_at <= now
    if len(taken) < count and place.cursor >= 0 and is_lap_due:
        # A lap passes every open task that the worker has already answered, of a check also those
        # that the worker has drawn on, so the more those can be, the longer until the next one.
        n_passed = place.n_claimed if place.follows is None else max(place.n_claimed, place.cursor)
        pause = timedelta(seconds=n_passed / LAP_TASKS_PER_S)
        Enrolment.objects.filter(pk=place.id).update(next_lap_at=now + pause)
        taken += _leases(walk, known | {"after": -1, "count": count - len(taken)})
    return taken


def _own(worker: Worker, assignment_id: uuid.UUID) -> Assignment:
    own = Assignment.objects.select_related("task__campaign")
    assignment = own.filter(pk=assignment_id, worker=worker).first()
    if assignment is None:
        raise NotFound(gettext("There is no such assignment of yours."))
    return assignment


def _give_back(leased: QuerySet[Assignment], *, state: Assignment.State) -> int:
    """End these leases and free their slots, in a fixed order so that two callers cannot
    deadlock. Runs in the caller's transaction.

    What is wanted comes down with the slots to the campaign's upper limit: it may have stood
    higher only for leases given out while answers were left out that count again now. Of what was
    marked in a grid, or asked about once more by an organizer, more may be wanted.
    """
    rows = list(leased.select_for_update(skip_locked=True).values_list("pk", "task_id"))
    Assignment.objects.filter(pk__in=[pk for pk, _task in rows]).update(state=state)
    for task_id in sorted(task_id for _pk, task_id in rows):
        n_taken, most = F("n_taken") - 1, Greatest(_LIMIT, "n_asked")
        limited = Least("n_wanted", Greatest(n_taken, most + F("n_excluded")))
        n_wanted = Case(When(is_flagged=True, then="n_wanted"), default=limited)
        counted = Task.objects.filter(pk=task_id).exclude(state=Task.State.GOLD)
        counted.update(n_taken=n_taken, n_wanted=n_wanted)
    return len(rows)
