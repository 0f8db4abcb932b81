"""Driving an aggregation, whatever the kind: read a batch, find each task's consensus, write."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from crowd import locks, retirement
from crowd.models import Campaign, Task
from crowd.retirement import Outlook

logger = logging.getLogger(__name__)

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Finding(Generic[V]):
    """What came out for one task; `version` is what to store, None where nothing has changed."""

    task: Task
    outlook: Outlook
    version: V | None


def aggregate(
    kind: Campaign.Kind,
    *,
    now: datetime,
    limit: int,
    prepare: Callable[[list[Task]], Callable[[Task], Finding[V]]],
    write: Callable[[list[V]], None],
) -> int:
    """Bring up to `limit` stale tasks of a kind up to date, in one transaction; returns how many.

    `prepare` reads everything for a batch and returns what finds one task's consensus; `write`
    stores the new versions. Rows that workers wait for are locked only at the very end. A task
    whose answers provoke an error is put off, so that it does not hold up the others.
    """
    with locks.only_one(f"aggregate-{kind.value}") as is_ours:
        tasks = list(retirement.due(kind, now=now, limit=limit)) if is_ours else []
        if tasks:
            find = prepare(tasks)
            findings = [finding for task in tasks if (finding := _find(find, task, now=now))]
            write([found.version for found in findings if found.version is not None])
            retirement.apply([(found.task, found.outlook) for found in findings], now=now)
    return len(tasks)


def _find(find: Callable[[Task], Finding[V]], task: Task, *, now: datetime) -> Finding[V] | None:
    try:
        return find(task)
    except Exception:
        # whatever it is, it is this task's alone
        logger.exception("task %s of %s cannot be aggregated", task.pk, task.campaign.slug)
        retirement.put_off(task, now=now)
        return None
