"""Suspending workers, leaving their answers out, and taking back either.

Whatever was answered stays stored. A suspended worker gets no tasks; the answers of an excluded
one, who is always suspended as well, enter neither consensus nor skills. What follows for the
tasks is the next fit's work (`crowd/refitting.py`), which an exclusion makes due. What was done
automatically can be undone automatically (`crowd/suspension.py`), what an organizer decided cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction

from crowd import audit, leases
from crowd.models import AuditEntry, User, Worker

SUSPENDED, ACTIVE = Worker.Status.SUSPENDED, Worker.Status.ACTIVE


def suspend(worker: Worker, *, by: User, now: datetime) -> None:
    """The worker gets no new tasks; may still hand in what is under way. The answers count."""
    with transaction.atomic():
        row = _locked(worker)
        if row.status != SUSPENDED:
            _change(row, "suspend", by, now, status=SUSPENDED, status_reason=Worker.Reason.BY_HAND)


def reinstate(worker: Worker, *, by: User, now: datetime) -> None:
    """The worker gets tasks again, and all answers count.

    Whoever was suspended automatically is not again, until `watch`.
    """
    with transaction.atomic():
        row = _locked(worker)
        if row.status == ACTIVE:
            return
        is_exempt = row.is_exempt or row.status_reason == Worker.Reason.AUTOMATIC
        changes: dict[str, Any] = {"is_excluded": False, "exclusion_changed_at": now}
        changes = changes if row.is_excluded else {}
        _change(
            row,
            "reinstate",
            by,
            now,
            status=ACTIVE,
            status_reason="",
            is_exempt=is_exempt,
            **changes,
        )


def exclude(worker: Worker, *, by: User, now: datetime) -> None:
    """Suspend the worker, take back the tasks under way, and leave all answers out.

    Whoever was excluded automatically stays so from now on, until an organizer decides otherwise.
    """
    by_hand = Worker.Reason.BY_HAND
    with transaction.atomic():
        row = _locked(worker)
        if not row.is_excluded:
            _exclude(row, "exclude", by, {}, reason=by_hand, now=now)
            leases.release_all([row])
        elif row.status_reason != by_hand:
            _change(row, "exclude", by, now, status_reason=by_hand)


def include(worker: Worker, *, by: User, now: datetime) -> None:
    """The answers count again; the worker stays suspended."""
    with transaction.atomic():
        row = _locked(worker)
        if row.is_excluded:
            _change(row, "include", by, now, is_excluded=False, exclusion_changed_at=now)


def watch(worker: Worker, *, by: User, now: datetime) -> None:
    """The worker may be suspended automatically again."""
    with transaction.atomic():
        row = _locked(worker)
        if row.is_exempt:
            _change(row, "watch", by, now, is_exempt=False)


def suspend_automatically(
    figures: Mapping[Worker, Mapping[str, Any]], *, now: datetime
) -> list[Worker]:
    """As `exclude`, by nobody; the figures of each worker tell why. Returns who was suspended:
    whoever is suspended already, or was let back in by an organizer, is passed over."""
    suspended = []
    with transaction.atomic():
        for worker in sorted(figures, key=attrgetter("pk")):
            row = _locked(worker)
            if row.status == ACTIVE and not row.is_exempt:
                reason, why = Worker.Reason.AUTOMATIC, dict(figures[worker])
                _exclude(row, "suspend automatically", None, why, reason=reason, now=now)
                suspended.append(worker)
        leases.release_all(suspended)
    return suspended


def reinstate_automatically(
    figures: Mapping[Worker, Mapping[str, Any]], *, now: datetime
) -> list[Worker]:
    """As `reinstate`, by nobody, of those who were excluded automatically and by no organizer."""
    back = []
    with transaction.atomic():
        for worker in sorted(figures, key=attrgetter("pk")):
            row = _locked(worker)
            if row.is_excluded and row.status_reason == Worker.Reason.AUTOMATIC:
                _change(
                    row,
                    "reinstate automatically",
                    None,
                    now,
                    detail=dict(figures[worker]),
                    status=ACTIVE,
                    status_reason="",
                    is_excluded=False,
                    exclusion_changed_at=now,
                )
                back.append(worker)
    return back


def why_suspended(rows: Iterable[Worker]) -> dict[Worker, Mapping[str, Any]]:
    """The figures with which each of these was last suspended automatically."""
    subjects = {f"worker {worker.pseudonym}": worker for worker in rows}
    why: dict[Worker, Mapping[str, Any]] = {worker: {} for worker in subjects.values()}
    entries = AuditEntry.objects.filter(subject__in=subjects, action="suspend automatically")
    for entry in entries.order_by("pk"):
        why[subjects[entry.subject]] = entry.detail
    return why


def _exclude(
    row: Worker, action: str, by: User | None, detail: dict[str, Any], *, reason: str, now: datetime
) -> None:
    _change(
        row,
        action,
        by,
        now,
        detail=detail,
        status=SUSPENDED,
        status_reason=reason,
        is_excluded=True,
        exclusion_changed_at=now,
    )


def _locked(worker: Worker) -> Worker:
    # an answer that is being stored refers to this row, and need not wait
    return Worker.objects.select_for_update(no_key=True).get(pk=worker.pk)


def _change(
    row: Worker,
    action: str,
    by: User | None,
    now: datetime,
    *,
    detail: dict[str, Any] | None = None,
    **values: Any,
) -> None:
    """Only a change is recorded; asking twice changes nothing."""
    Worker.objects.filter(pk=row.pk).update(**values)
    audit.record(by, action, f"worker {row.pseudonym}", detail or {}, now=now)
