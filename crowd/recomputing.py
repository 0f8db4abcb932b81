"""Recomputing a campaign's consensus from its answers, which are only ever added to: by another
method, with other constants, without some workers, or from what there was at an earlier time.

Either it is only compared with the stored consensus, task by task, or it becomes a new version.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.db.models import Count, Exists, Model, OuterRef, QuerySet

from crowd import audit, locks, refitting, remerging, skills
from crowd.aggregating import Aggregator, Finding, Fitted
from crowd.differences import Difference
from crowd.errors import Conflict
from crowd.models import Answer, Campaign, ConsensusVersion, Task
from crowd.remerging import Clock

logger = logging.getLogger(__name__)

CHUNK = 500

A = TypeVar("A", bound=Answer)
M = TypeVar("M")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is different from the site's own consensus; nothing by default.

    method: one of the kind's, "" for the site's own. changes: its constants as `name=value`.
    without: ids of workers whose answers are left out. as_of: the answers as they were then.
    has_new_skills: estimated from just these answers instead of the stored ones.
    """

    method: str = ""
    changes: tuple[str, ...] = ()
    without: frozenset[int] = frozenset()
    as_of: datetime | None = None
    has_new_skills: bool = False

    @property
    def has_other_answers(self) -> bool:
        """Such a consensus can be looked at, but not take the place of the stored one."""
        return bool(self.without) or self.as_of is not None


@dataclass(frozen=True, slots=True)
class Replayed(Generic[V]):
    """One task: what came out now, and how it differs from what is stored. `line` is the result
    as researchers read it."""

    finding: Finding[V]
    difference: Difference
    line: Mapping[str, Any]


class Replay(ABC, Generic[V]):
    """What one kind of task brings: its own merging, and the merging that a recipe asks for."""

    recipe: Recipe
    ordinary: Aggregator[V]
    aggregator: Aggregator[V]

    @property
    def has_new_skills(self) -> bool:
        """Whether `fitted` estimates skills anew."""
        return self.recipe.has_new_skills

    @abstractmethod
    def fitted(self) -> Fitted:
        """What to merge with: stored, or estimated anew. Reads every answer in the latter case."""

    @abstractmethod
    def stored(self, task_ids: Sequence[int]) -> Mapping[int, Model]:
        """The current consensus of these tasks, by task id."""

    @abstractmethod
    def replayed(self, finding: Finding[V], old: Model | None) -> Replayed[V]:
        """Compare with what is stored."""


def chosen(methods: Mapping[str, M], name: str, said: Mapping[str, str]) -> M:
    """The method of that name. Raises ValueError with all there are and their constants."""
    if name not in methods:
        there_are = "; ".join(
            f"{known} ({values})" if values else known for known, values in said.items()
        )
        raise ValueError(f"there is no method {name!r}; there are: {there_are}")
    return methods[name]


def taken(rows: QuerySet[A], recipe: Recipe) -> QuerySet[A]:
    """Of these answers those that the recipe takes: current, or so at its time, and without those
    of the workers it leaves out."""
    if recipe.as_of is None:
        found = rows.filter(is_current=True)
    else:
        later = rows.model._default_manager.filter(
            assignment=OuterRef("assignment"),
            version__gt=OuterRef("version"),
            received_at__lte=recipe.as_of,
        )
        found = rows.filter(~Exists(later), received_at__lte=recipe.as_of)
    return found.exclude(worker__in=recipe.without) if recipe.without else found


def leave_out(rows: Sequence[Answer], recipe: Recipe) -> None:
    """Treat the workers whom the recipe leaves out as excluded, in these rows alone."""
    for row in rows:
        if row.worker_id in recipe.without:
            row.worker.is_excluded = True


def tasks_of(campaign: Campaign) -> QuerySet[Task]:
    """The tasks that have had a consensus."""
    return Task.objects.filter(campaign=campaign, risk__isnull=False)


def compare(
    replay: Replay[V],
    campaign: Campaign,
    fitted: Fitted,
    *,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> Iterator[Replayed[V] | None]:
    """Every task of the campaign merged anew and compared, in the order of the tasks; nothing is
    written. None stands for a task whose answers provoke an error, which is logged.

    Memory and the number of queries of a chunk do not depend on the size of the campaign.
    """
    last, n_done = 0, 0
    while tasks := list(
        tasks_of(campaign)
        .filter(pk__gt=last)
        .select_related("campaign", "image")
        .order_by("pk")[:CHUNK]
    ):
        last, n_done = tasks[-1].pk, n_done + len(tasks)
        if replay.recipe.as_of:
            _turn_back(replay, tasks)
        old = replay.stored([task.pk for task in tasks])
        for finding in _find(replay.aggregator, tasks, fitted, now=now):
            yield replay.replayed(finding, old.get(finding.task.pk)) if finding else None
        if progress:
            progress(n_done)


def rewrite(
    replay: Replay[V],
    campaign: Campaign,
    fitted: Fitted,
    *,
    clock: Clock,
    progress: Callable[[int], None] | None = None,
) -> ConsensusVersion:
    """Put the recomputed consensus in the place of the stored one, as a new version.

    In chunks, each a short transaction: a killed process is carried on by the same call, and
    whoever answers meanwhile waits for nobody. Raises `Conflict` while skills are being estimated,
    and for a recipe with other answers than the stored consensus is made from.
    """
    if replay.recipe.has_other_answers:
        raise Conflict(
            "A consensus without some workers, or of an earlier time, can only be compared."
        )
    with locks.only_one_meanwhile(refitting.LOCK) as is_ours:
        if not is_ours:
            raise Conflict(
                "Skills are being estimated, or another consensus is being recomputed. "
                "Try again in a few minutes."
            )
        remerging.carry_on_all(replay.ordinary, clock=clock)
        version = _begun(replay, campaign, fitted, now=clock())
        return remerging.carry_on(
            version,
            replay.aggregator,
            fitted,
            clock=clock,
            ordinary=replay.ordinary,
            progress=progress,
        )


def _begun(
    replay: Replay[V], campaign: Campaign, fitted: Fitted, *, now: datetime
) -> ConsensusVersion:
    """A new version, or the one that a killed process has left, if it is to be the same."""
    parameters = dict(fitted.parameters)
    left = ConsensusVersion.objects.filter(
        campaign=campaign,
        made_at=None,
        reason=ConsensusVersion.Reason.RECOMPUTE,
        method=replay.aggregator.method,
        parameters=parameters,
    )
    if version := left.select_related("campaign").first():
        return version
    is_stored = not replay.has_new_skills
    with transaction.atomic():
        version = remerging.begin(
            campaign,
            reason=ConsensusVersion.Reason.RECOMPUTE,
            method=replay.aggregator.method,
            parameters=parameters,
            fit=skills.newest_fit(replay.ordinary.kind, replay.ordinary.method)
            if is_stored
            else None,
            now=now,
        )
        detail = {"version": version.number, "method": version.method}
        subject = f"campaign {campaign.slug}"
        audit.record(None, "recompute", subject, detail, now=now, campaign=campaign)
    return version


def _turn_back(replay: Replay[V], tasks: Sequence[Task]) -> None:
    """Let the tasks, as they are read here, have the answers they had at the recipe's time."""
    rows = replay.aggregator.answers._default_manager.filter(task__in=tasks, is_extra=False)
    counts = dict(
        taken(rows, Recipe(as_of=replay.recipe.as_of))
        .order_by()
        .values("task")
        .annotate(n=Count("pk"))
        .values_list("task", "n")
    )
    for task in tasks:
        task.n_answers = counts.get(task.pk, 0)


def _find(
    aggregator: Aggregator[V], tasks: Sequence[Task], fitted: Fitted, *, now: datetime
) -> list[Finding[V] | None]:
    """All at once, or one by one where one of them provokes an error."""
    try:
        return list(aggregator.find(tasks, fitted, now=now))
    except Exception:
        if len(tasks) > 1:
            return [f for task in tasks for f in _find(aggregator, [task], fitted, now=now)]
        logger.exception("task %s of %s cannot be recomputed", tasks[0].pk, tasks[0].campaign.slug)
        return [None]
