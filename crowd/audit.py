"""The record of what organizers do: append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crowd.models import AuditEntry, User


def record(
    actor: User | None, action: str, subject: str, detail: dict[str, Any], *, now: datetime
) -> None:
    """Add one entry; `subject` names the thing ("campaign birds"), `detail` what changed."""
    AuditEntry.objects.create(actor=actor, action=action, subject=subject, detail=detail, at=now)
