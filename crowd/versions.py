"""Versions of a task's consensus: a new one only when something has changed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)


def fingerprint(
    *, method: str, evidence: Iterable[int], skills: Mapping[int, Any], parameters: Any = None
) -> str:
    """A hash over what a consensus is made from: the same again needs no new version."""
    made_from = [method, sorted(evidence), sorted(skills.items()), parameters]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True, default=str).encode()).hexdigest()


def current(model: type[M], task_ids: Iterable[int], *related: str) -> dict[int, M]:
    """The current version of each of these tasks' consensus, by task id, with what is related."""
    rows = model._default_manager.filter(task__in=list(task_ids), is_current=True)
    return {row.task_id: row for row in rows.prefetch_related(*related)}  # type: ignore[attr-defined]


def earlier(model: type[M], task_ids: Iterable[int], *related: str) -> dict[int, list[M]]:
    """The superseded versions of these tasks' consensus, the newest first."""
    rows = model._default_manager.filter(task__in=list(task_ids), is_current=False)
    found: dict[int, list[M]] = defaultdict(list)
    for row in rows.order_by("task_id", "-version").prefetch_related(*related):
        found[row.task_id].append(row)  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True, slots=True)
class Stored(Generic[M]):
    """What is stored of some tasks' consensus, by task id: the current version, and the earlier
    ones of those tasks whose answers are others now."""

    current: Mapping[int, M]
    earlier: Mapping[int, Sequence[M]]

    @classmethod
    def of(cls, model: type[M], evidence: Mapping[int, list[int]], *related: str) -> Stored[M]:
        """`evidence`: by task id, the ids of the answers that count now; with what is related."""
        newest: Mapping[int, Any] = current(model, evidence, *related)
        changed = [
            task_id
            for task_id, ids in evidence.items()
            if (old := newest.get(task_id)) and old.version > 1 and old.evidence != ids
        ]
        return cls(newest, earlier(model, changed, *related) if changed else {})

    def alike(self, task_id: int, ids: list[int], is_same: Callable[[M], bool]) -> M | None:
        """The newest earlier version from the same answers that says the same."""
        rows: Iterable[Any] = self.earlier.get(task_id, [])
        return next((row for row in rows if row.evidence == ids and is_same(row)), None)


def copied(row: M, **changes: Any) -> M:
    """A row like this one, not stored yet, with some values changed."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    made = type(row)(**{field.attname: getattr(row, field.attname) for field in fields})
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def supersede(model: type[M], rows: list[M]) -> None:
    """Write new current versions in place of the old ones; in the caller's transaction."""
    task_ids = [row.task_id for row in rows]  # type: ignore[attr-defined]
    model._default_manager.filter(task__in=task_ids, is_current=True).update(is_current=False)
    model._default_manager.bulk_create(rows)
