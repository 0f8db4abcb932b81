"""Suspending workers, leaving their answers out, and taking back either.

Whatever was answered stays stored. A suspended worker gets no tasks; the answers of an excluded
one, who is always suspended as well, enter neither consensus nor skills. What follows for the
tasks is the next fit's work (`crowd/refitting.py`), which an exclusion makes due.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from crowd import audit, leases
from crowd.models import User, Worker

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
    """Suspend the worker, take back the tasks under way, and leave all answers out."""
    with transaction.atomic():
        row = _locked(worker)
        if not row.is_excluded:
            reason = row.status_reason or Worker.Reason.BY_HAND
            _exclude(row, "exclude", by, {}, reason=reason, now=now)


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


def suspend_automatically(worker: Worker, figures: dict[str, Any], *, now: datetime) -> bool:
    """As `exclude`, by nobody; `figures` tell why. False for whom an organizer has let back in."""
    with transaction.atomic():
        row = _locked(worker)
        is_to_be = row.status == ACTIVE and not row.is_exempt
        if is_to_be:
            reason = Worker.Reason.AUTOMATIC
            _exclude(row, "suspend automatically", None, figures, reason=reason, now=now)
    return is_to_be


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
    leases.release_all(row)


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
