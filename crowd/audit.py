"""The record of what organizers do: append-only, which the database enforces."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crowd.models import AuditEntry, Campaign, User


def record(
    actor: User | None,
    action: str,
    subject: str,
    detail: dict[str, Any],
    *,
    now: datetime,
    campaign: Campaign | None = None,
) -> None:
    """Add one entry; `subject` names the thing ("campaign birds"), `detail` what changed.

    `campaign` is the one whose log it belongs to. Call it in the transaction of the deed.
    """
    record_all(actor, action, [subject], detail, now=now, campaign=campaign)


def record_all(
    actor: User | None,
    action: str,
    subjects: Iterable[str],
    detail: dict[str, Any],
    *,
    now: datetime,
    campaign: Campaign | None = None,
) -> None:
    """An entry for each of several things to which the same was done."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=actor, action=action, subject=subject, detail=detail, at=now, campaign=campaign
        )
        for subject in subjects
    )
