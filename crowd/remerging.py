"""Going over a campaign's whole consensus with other skills, and keeping a numbered version of it.

It goes in chunks, each a short transaction that also moves the version's cursor, so a killed
process is carried on from there. A chunk is merged without holding anything; only what has changed
is locked and written, and what has had an answer meanwhile is left to the ordinary aggregation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef

from crowd import aggregating, locks, retirement
from crowd.aggregating import Aggregator, Finding, Fitted
from crowd.models import Campaign, ConsensusVersion, Fit, Task

CHUNK = 500
BATCH = 100

_COUNTS = ("n_tasks", "n_changed", "n_reopened", "n_retired")

V = TypeVar("V")
Clock = Callable[[], datetime]


def begin(
    campaign: Campaign,
    *,
    reason: ConsensusVersion.Reason,
    method: str,
    parameters: Mapping[str, Any],
    fit: Fit | None,
    now: datetime,
) -> ConsensusVersion:
    """Open a new version of a campaign's consensus; `carry_on` makes it.

    A version that is still under way is begun again with these parameters, and counts anew. Runs
    in the caller's transaction, and under the lock of `refitting`.
    """
    last = ConsensusVersion.objects.filter(campaign=campaign).aggregate(n=Max("number"))["n"]
    version, _ = ConsensusVersion.objects.update_or_create(
        campaign=campaign,
        made_at=None,
        defaults={
            "reason": reason,
            "method": method,
            "parameters": dict(parameters),
            "fit": fit,
            "cursor": 0,
            "n_begun": F("n_begun") + 1,
            **dict.fromkeys(_COUNTS, 0),
        },
        create_defaults={
            "number": (last or 0) + 1,
            "reason": reason,
            "method": method,
            "parameters": dict(parameters),
            "fit": fit,
            "started_at": now,
        },
    )
    version.refresh_from_db(fields=["n_begun"])
    return version


def begin_all(
    aggregator: Aggregator[V], fit: Fit, *, reason: ConsensusVersion.Reason, now: datetime
) -> None:
    """Open a new version of each campaign of a kind that has any consensus."""
    merged = Task.objects.filter(campaign=OuterRef("pk"), risk__isnull=False)
    for campaign in Campaign.objects.filter(Exists(merged), kind=aggregator.kind).order_by("pk"):
        begin(
            campaign,
            reason=reason,
            method=aggregator.method,
            parameters=fit.parameters,
            fit=fit,
            now=now,
        )


def carry_on_all(aggregator: Aggregator[V], *, clock: Clock) -> list[ConsensusVersion]:
    """Finish every version of a kind that is under way, with the newest fit.

    One recomputed by hand is left: only who began it knows what it is to be made with.
    """
    under_way = ConsensusVersion.objects.filter(made_at=None, campaign__kind=aggregator.kind)
    under_way = under_way.exclude(reason=ConsensusVersion.Reason.RECOMPUTE)
    versions = list(under_way.select_related("campaign").order_by("campaign_id"))
    fitted = aggregator.fitted() if versions else None
    return [carry_on(version, aggregator, fitted, clock=clock) for version in versions if fitted]


def carry_on(
    version: ConsensusVersion,
    aggregator: Aggregator[V],
    fitted: Fitted,
    *,
    clock: Clock,
    ordinary: Aggregator[V] | None = None,
    progress: Callable[[int], None] | None = None,
) -> ConsensusVersion:
    """Merge the rest of the campaign's tasks and finish the version.

    Between two chunks, what workers have answered meanwhile is aggregated, by `ordinary` where
    that is another one; `progress` is told how many tasks are done. A version that turns out to be
    as the one before is not kept; the returned object tells its counts in any case.
    """
    while tasks := _next_tasks(version):
        _make_chunk(version, aggregator, tasks, fitted, clock=clock)
        aggregating.aggregate(ordinary or aggregator, now=clock(), limit=BATCH)
        if progress:
            progress(version.n_tasks)
    with transaction.atomic():
        locks.wait_for(aggregator.lock_name())
        newest = aggregator.consensus._default_manager.aggregate(last=Max("pk"))["last"]
        version.last_row, version.made_at = newest or 0, clock()
        is_news = version.n_changed or version.n_reopened or version.n_retired
        # what an earlier start has written must belong to a version, too
        is_news = is_news or version.n_begun > 1
        if is_news or version.number == 1 or version.reason == ConsensusVersion.Reason.RECOMPUTE:
            version.save(update_fields=["last_row", "made_at"])
        else:
            ConsensusVersion.objects.filter(pk=version.pk).delete()
    return version


def _next_tasks(version: ConsensusVersion) -> list[Task]:
    """The next tasks that have had a consensus before."""
    tasks = Task.objects.filter(
        campaign=version.campaign_id, pk__gt=version.cursor, risk__isnull=False
    )
    return list(tasks.select_related("campaign", "image").order_by("pk")[:CHUNK])


def _make_chunk(
    version: ConsensusVersion,
    aggregator: Aggregator[V],
    tasks: Sequence[Task],
    fitted: Fitted,
    *,
    clock: Clock,
) -> None:
    now = clock()
    settled = [task for task in tasks if task.aggregate_due_at is None]
    findings = aggregating.find(aggregator, settled, fitted, now=now)
    news = [found for found in findings if _is_news(found)]
    with transaction.atomic():
        locks.wait_for(aggregator.lock_name())
        fresh = _still_fresh(aggregator, news, now=now)
        aggregator.write([found.version for found in fresh if found.version is not None])
        if fresh:
            decided = [(found.task, found.outlook, found.decision) for found in fresh]
            retirement.apply(decided, now=now)
        _count(version, tasks, fresh)


def _is_news(found: Finding[V]) -> bool:
    return found.version is not None or retirement.is_news(
        found.task, found.outlook, found.decision
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a decision about a task rests on."""

    state: str
    n_wanted: int
    n_answers: int
    n_excluded: int
    is_pilot: bool
    is_adjudicated: bool
    n_asked: int

    @classmethod
    def of(cls, task: Task) -> _Standing:
        return cls(
            task.state,
            task.n_wanted,
            task.n_answers,
            task.n_excluded,
            task.is_pilot,
            task.is_adjudicated,
            task.n_asked,
        )


def _still_fresh(
    aggregator: Aggregator[V], news: Sequence[Finding[V]], *, now: datetime
) -> list[Finding[V]]:
    """Those whose task is as it was read, now locked; the others are due for an aggregation."""
    ids = [found.task.pk for found in news]
    retirement.lock(ids)
    tasks = Task.objects.in_bulk(ids)
    rows = aggregator.consensus._default_manager.filter(task__in=ids, is_current=True)
    current = dict(rows.values_list("task", "version"))
    fresh: list[Finding[V]] = []
    stale: list[Finding[V]] = []
    for found in news:
        task = tasks[found.task.pk]
        is_same = (
            task.aggregate_due_at is None
            and _Standing.of(task) == _Standing.of(found.task)
            and current.get(task.pk, 0) == found.based_on
        )
        (fresh if is_same else stale).append(found)
    unmarked = [f.task.pk for f in stale if tasks[f.task.pk].aggregate_due_at is None]
    if unmarked:
        retirement.mark_due(unmarked, now=now)
    return fresh


def _count(
    version: ConsensusVersion, tasks: Sequence[Task], findings: Sequence[Finding[V]]
) -> None:
    """Move the cursor behind these tasks and count what has become of them."""
    went = [(Task.State(found.task.state), found.decision.state) for found in findings]
    counts = {
        "n_tasks": len(tasks),
        "n_changed": sum(found.is_changed for found in findings),
        "n_reopened": sum(
            old == Task.State.RETIRED and new == Task.State.OPEN for old, new in went
        ),
        "n_retired": sum(old != new == Task.State.RETIRED for old, new in went),
    }
    version.cursor = tasks[-1].pk
    for name, n in counts.items():
        setattr(version, name, getattr(version, name) + n)
    ConsensusVersion.objects.filter(pk=version.pk).update(
        cursor=version.cursor, **{name: F(name) + n for name, n in counts.items()}
    )
