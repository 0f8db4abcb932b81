"""Fits and skill estimates: what answers are merged with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, QuerySet

from crowd.models import Answer, Campaign, ConsensusVersion, Fit, Look, SkillEstimate, Worker

# A fit is worth its while for this many new answers, or this share of those already fitted ...
LEAST_NEW = 30
MOST_NEW = 2000
NEW_SHARE = 0.05
# ... or for any new answer after so long; and not before the last look has rested: at least this
# long, and this many times as long as it took with everything that followed from it.
LONGEST = timedelta(days=1)
REST = timedelta(minutes=5)
RESTS = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """One worker's skill as the method's own numbers, from so many comparable answers.

    quality: the skill in one number, 0..1; quality_sd: its standard deviation.
    """

    values: Mapping[str, Any]
    n_answers: int
    quality: float | None = None
    quality_sd: float | None = None


def as_stored(values: Any) -> Any:
    """Nested values as they come back from the database: lists for tuples."""
    return json.loads(json.dumps(values))


def load(
    kind: Campaign.Kind, method: str, worker_ids: Iterable[int] | None = None
) -> dict[int, Estimate]:
    """The estimates of these workers (None: all) made by this method; others are left out."""
    rows = SkillEstimate.objects.filter(kind=kind, method=method)
    if worker_ids is not None:
        rows = rows.filter(worker__in=set(worker_ids))
    return {
        row.worker_id: Estimate(row.values, row.n_answers, row.quality, row.quality_sd)
        for row in rows.order_by("worker_id")
    }


def newest_fit(kind: Campaign.Kind, method: str | None = None) -> Fit | None:
    """The last fit of a kind, by whatever method or by this one."""
    fits = Fit.objects.filter(kind=kind)
    return (fits.filter(method=method) if method else fits).order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Reading:
    """What there was when an estimation began: the highest id of an answer, and who was excluded.

    Taken before the answers are read, so that what changes meanwhile differs from it afterwards.
    """

    last_answer: int
    excluded: frozenset[int]
    began_at: datetime

    @classmethod
    def of(cls, answers: type[Answer], *, now: datetime) -> Reading:
        newest = answers._default_manager.aggregate(last=Max("pk"))["last"]
        return cls(int(newest or 0), excluded_now(), now)


def excluded_now() -> frozenset[int]:
    """The workers whose answers are left out."""
    return frozenset(Worker.objects.filter(is_excluded=True).values_list("pk", flat=True))


def is_due(kind: Campaign.Kind, method: str, answers: QuerySet[Any, Any], *, now: datetime) -> bool:
    """Whether skills should be estimated again.

    Always when others are excluded than the last look has read. Not when there are no new answers
    since, or too few: fewer than 30 or than 5 % of those it read (2,000 are always enough), unless
    it is a day old. Not within five minutes after it began, or five times as long as it and its
    consequences took. A look after which there was nothing new to store counts as any other.
    """
    if has_changed_exclusions(kind, method, answers):
        return True
    look = _look(kind, method)
    if look is None:
        return bool(answers[:LEAST_NEW].count() == LEAST_NEW)
    wanted = int(min(max(NEW_SHARE * look.n_answers, LEAST_NEW), MOST_NEW))
    n_new = answers.filter(pk__gt=look.last_answer)[:wanted].count()
    is_old = now >= look.began_at + LONGEST
    return now >= _rested_at(look) and (n_new == wanted or (n_new > 0 and is_old))


def has_changed_exclusions(kind: Campaign.Kind, method: str, answers: QuerySet[Any, Any]) -> bool:
    """Whether a worker with answers of this kind is excluded, or is not any more, otherwise than
    the last look has read.

    What is stored is compared, not times: whatever was committed late, or while a fit was reading,
    is found all the same.
    """
    look = _look(kind, method)
    changed = excluded_now() ^ frozenset(look.excluded if look else [])
    return bool(changed) and answers.filter(worker__in=changed).exists()


def note_look(
    kind: Campaign.Kind, method: str, reading: Reading, *, n_answers: int, now: datetime
) -> None:
    """Keep what this estimation has read, whether or not it said anything new."""
    values = {
        "n_answers": n_answers,
        "last_answer": reading.last_answer,
        "excluded": sorted(reading.excluded),
        "began_at": reading.began_at,
        "ended_at": now,
    }
    Look.objects.update_or_create(kind=kind, method=method, defaults=values)


def _look(kind: Campaign.Kind, method: str) -> Look | None:
    return Look.objects.filter(kind=kind, method=method).first()


def _rested_at(look: Look) -> datetime:
    fit = newest_fit(Campaign.Kind(look.kind), look.method)
    made_at = ConsensusVersion.objects.filter(fit=fit).aggregate(at=Max("made_at"))["at"]
    ended_at = max(look.ended_at, made_at) if fit and made_at else look.ended_at
    return look.began_at + max(REST, RESTS * (ended_at - look.began_at))


def store(
    kind: Campaign.Kind,
    method: str,
    estimates: Mapping[int, Estimate],
    *,
    parameters: Mapping[str, Any],
    n_answers: int,
    n_tasks: int,
    last_answer: int,
    now: datetime,
) -> Fit:
    """A new fit with the estimates of these workers in place of their old ones.

    Runs in the caller's transaction. Excluded workers keep the estimate they have, so that what
    led to that can still be read; whoever else is not in the fit goes back to the prior.
    """
    others = SkillEstimate.objects.filter(kind=kind, worker__is_excluded=False)
    others.exclude(worker__in=list(estimates)).delete()
    fit = Fit.objects.create(
        kind=kind,
        method=method,
        parameters=dict(parameters),
        n_workers=len(estimates),
        n_answers=n_answers,
        n_tasks=n_tasks,
        last_answer=last_answer,
        fitted_at=now,
    )
    SkillEstimate.objects.bulk_create(
        [_row(fit, worker_id, estimate) for worker_id, estimate in sorted(estimates.items())],
        update_conflicts=True,
        unique_fields=["worker", "kind"],
        update_fields=_REPLACED,
    )
    return fit


_REPLACED = ["fit", "method", "values", "n_answers", "quality", "quality_sd", "fitted_at"]


def _row(fit: Fit, worker_id: int, estimate: Estimate) -> SkillEstimate:
    return SkillEstimate(
        fit=fit,
        worker_id=worker_id,
        kind=fit.kind,
        method=fit.method,
        values=dict(estimate.values),
        n_answers=estimate.n_answers,
        quality=estimate.quality,
        quality_sd=estimate.quality_sd,
        fitted_at=fit.fitted_at,
    )
