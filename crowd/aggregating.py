"""Driving an aggregation, whatever the kind: read a batch, find each task's consensus, write."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Model, QuerySet

from crowd import locks, retirement, skills, versions
from crowd.models import Answer, Campaign, Task
from crowd.retirement import Decision, Outlook
from crowd.skills import Estimate

logger = logging.getLogger(__name__)

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Fitted:
    """What answers are merged with: a method's own parameters, and skills by worker id.

    Workers without a skill get the method's prior.
    """

    parameters: Mapping[str, Any]
    skills: Mapping[int, Estimate]

    def fingerprint(
        self, *, method: str, evidence: Iterable[int], workers: Iterable[int], **others: Any
    ) -> str:
        """The mark of what is made from these answers of these workers, by this fit and `others`,
        which stand among its parameters."""
        known = {one: self.skills[one].values for one in workers if one in self.skills}
        return versions.fingerprint(
            method=method, evidence=evidence, skills=known, parameters={**self.parameters, **others}
        )

    def n_compared(self, workers: Sequence[int]) -> int:
        """How often a worker who is alone so far has been compared; 0 for nobody and for several,
        where it does not matter."""
        alone = self.skills.get(workers[0]) if len(workers) == 1 else None
        return alone.n_answers if alone else 0


@dataclass(frozen=True, slots=True)
class Estimation:
    """What a fit has found, and from how much."""

    fitted: Fitted
    n_answers: int
    n_tasks: int


@dataclass(frozen=True, slots=True)
class Finding(Generic[V]):
    """What came out for one task.

    version: what to store, None where neither the evidence nor the result has changed. is_changed:
    whether the result differs from the stored one (the kind's `differences`). based_on: the number
    of the stored version it was compared with, 0 for none.
    """

    task: Task
    outlook: Outlook
    decision: Decision
    version: V | None
    is_changed: bool = False
    based_on: int = 0


class Aggregator(ABC, Generic[V]):
    """What one kind of task brings to the drivers here and in `refitting` and `remerging`."""

    kind: ClassVar[Campaign.Kind]
    method: str
    answers: ClassVar[type[Answer]]
    consensus: ClassVar[type[Model]]

    @abstractmethod
    def find(self, tasks: Sequence[Task], fitted: Fitted, *, now: datetime) -> list[Finding[V]]:
        """The consensus of each of these tasks, read with a fixed number of queries."""

    @abstractmethod
    def write(self, versions: list[V]) -> None:
        """Store new versions; in the caller's transaction."""

    @abstractmethod
    def comparable(self) -> QuerySet[Any, Any]:
        """All answers that can be compared with others, of excluded workers, too."""

    @abstractmethod
    def estimate(self, rows: QuerySet[Any, Any] | None = None) -> Estimation:
        """Everybody's skills from the answers of all who are not excluded, or from `rows` of
        `comparable`; in memory that does not grow with their number."""

    def fitted(self, worker_ids: Iterable[int] | None = None) -> Fitted:
        """The newest fit, with the skills of these workers, or of all."""
        fit = skills.newest_fit(self.kind, self.method)
        return Fitted(
            parameters=fit.parameters if fit else {},
            skills=skills.load(self.kind, self.method, worker_ids),
        )

    def lock_name(self) -> str:
        """The lock under which this kind's consensus is written."""
        return f"aggregate-{self.kind.value}"


def aggregate(aggregator: Aggregator[V], *, now: datetime, limit: int) -> int:
    """Bring up to `limit` stale tasks of a kind up to date, in one transaction; returns how many.

    Rows that workers wait for are locked only at the very end. A task whose answers provoke an
    error is put off, so that it does not hold up the others.
    """
    with locks.only_one(aggregator.lock_name()) as is_ours:
        tasks = list(retirement.due(aggregator.kind, now=now, limit=limit)) if is_ours else []
        if tasks:
            fitted = aggregator.fitted(_workers(aggregator, tasks))
            findings = find(aggregator, tasks, fitted, now=now)
            aggregator.write([found.version for found in findings if found.version is not None])
            decided = [(found.task, found.outlook, found.decision) for found in findings]
            retirement.apply(decided, now=now)
    return len(tasks)


def _workers(aggregator: Aggregator[V], tasks: Sequence[Task]) -> set[int]:
    answers = aggregator.answers._default_manager.filter(task__in=tasks, is_current=True)
    return set(answers.order_by().values_list("worker", flat=True).distinct())


def find(
    aggregator: Aggregator[V], tasks: Sequence[Task], fitted: Fitted, *, now: datetime
) -> list[Finding[V]]:
    """All at once, as that is quicker; one by one where one of them provokes an error."""
    try:
        return aggregator.find(tasks, fitted, now=now)
    except Exception:
        if len(tasks) > 1:
            return [f for task in tasks for f in find(aggregator, [task], fitted, now=now)]
        # whatever it is, it is this task's alone
        logger.exception("task %s of %s cannot be aggregated", tasks[0].pk, tasks[0].campaign.slug)
        retirement.put_off(tasks[0], now=now)
        return []
