"""Versions of a consensus: a new one only when something has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


def fingerprint(*, method: str, evidence: Iterable[int], skills: Mapping[int, Any]) -> str:
    """A hash over what a consensus is made from: the same again needs no new version."""
    made_from = [method, sorted(evidence), sorted(skills.items())]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()


def current(model: type[M], task_ids: Iterable[int]) -> dict[int, M]:
    """The current version of each of these tasks' consensus, by task id."""
    rows = model._default_manager.filter(task__in=list(task_ids), is_current=True)
    return {row.task_id: row for row in rows}  # type: ignore[attr-defined]


def supersede(model: type[M], rows: list[M]) -> None:
    """Write new current versions in place of the old ones; in the caller's transaction."""
    task_ids = [row.task_id for row in rows]  # type: ignore[attr-defined]
    model._default_manager.filter(task__in=task_ids, is_current=True).update(is_current=False)
    model._default_manager.bulk_create(rows)
