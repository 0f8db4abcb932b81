"""Photographs that workers reported or could not tell about, and who has looked at them.

Answers of excluded workers are left out here as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from crowd.models import Answer, AuditEntry, Campaign, Task
from crowd.reports import (
    BROKEN_BEGINNINGS,
    MENU,
    REPORTS,
    SEEN,
    Reason,
    comment_of,
    reason_of,
    subject,
)
from dashboard.queries.campaigns import ANSWERS

Show = Literal["new", "seen", "all"]
Order = Literal["newest", "most"]

IS_NEW = Q(task__reports_seen_at__isnull=True) | Q(received_at__gt=F("task__reports_seen_at"))
# of a report's task, if nobody has looked since; looked up by its id, as in `within`
_CAMPAIGN_OF_NEW = Subquery(
    Task.objects.filter(
        Q(reports_seen_at__isnull=True) | Q(reports_seen_at__lt=OuterRef("received_at")),
        pk=OuterRef("task"),
    )
    .order_by()
    .values("campaign")
)
REASON = Case(
    When(outcome=Reason.CANT_TELL, then=Value(Reason.CANT_TELL)),
    When(comment__in=MENU, then=F("comment")),
    *(When(comment__startswith=words, then=Value(Reason.BROKEN)) for words in BROKEN_BEGINNINGS),
    default=Value(Reason.OTHER),
    output_field=CharField(),
)

# of an answer, its worker, its task and the photograph: the database keeps a copy of all rows
_TOLD = (
    *("outcome", "comment", "received_at", "worker__pseudonym"),
    *("task__position", "task__state", "task__reports_seen_at", "task__image__file_name"),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What one worker said of a photograph instead of answering."""

    worker_id: int
    pseudonym: str
    reason: Reason
    comment: str
    at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """A task with its reports, the newest first; `seen_by` where somebody has looked at all."""

    task: Task
    reports: list[Report]
    is_new: bool
    seen_by: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some reported tasks; `after` is where the next page begins, empty on the last."""

    rows: list[Reported]
    after: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reported tasks there are, and how many of those shown have each reason."""

    n_new: int
    n_all: int
    by_reason: dict[Reason, int]

    @property
    def n_seen(self) -> int:
        return self.n_all - self.n_new


def counts(campaign: Campaign, show: Show) -> Counts:
    """How much there is to look at; reasons are counted among those that `show` names."""
    rows = _tasks(campaign).aggregate(
        n_all=Count("task"),
        n_new=Count("task", filter=Q(is_new=True)),
        **{
            f"n_{reason}": Count("task", filter=Q(**{f"is_{reason}": True}, **_shown(show)))
            for reason in Reason
        },
    )
    by_reason = {reason: rows[f"n_{reason}"] for reason in Reason}
    return Counts(n_new=rows["n_new"], n_all=rows["n_all"], by_reason=by_reason)


def within(campaign: Campaign, answers: QuerySet[Answer]) -> QuerySet[Answer]:
    """Of these few answers those in the campaign. Each one's task is looked up by its id: a join
    would go over all tasks of the campaign, which may be 200,000."""
    task = Task.objects.filter(pk=OuterRef("task")).order_by().values("campaign")
    return answers.alias(in_campaign=Subquery(task)).filter(in_campaign=campaign.pk)


def n_new_by_campaign() -> dict[int, int]:
    """How many tasks of each campaign have reports that nobody has looked at."""
    found: dict[int, int] = {}
    for kind in ANSWERS:
        rows = _reports(kind).order_by().annotate(campaign=_CAMPAIGN_OF_NEW).values("campaign")
        counted = rows.annotate(n=Count("task", distinct=True)).values_list("campaign", "n")
        found |= {campaign: n for campaign, n in counted if campaign is not None}
    return found


def n_new(campaign: Campaign) -> int:
    """How many tasks have reports that nobody has looked at."""
    rows = _reports(Campaign.Kind(campaign.kind)).alias(campaign=_CAMPAIGN_OF_NEW)
    found = rows.filter(campaign=campaign.pk).aggregate(n=Count("task", distinct=True))
    return int(found["n"])


def page(
    campaign: Campaign, *, show: Show, reason: Reason | None, order: Order, after: str, size: int
) -> Page:
    """The next `size` reported tasks behind `after`, which an earlier page gave."""
    tasks = _tasks(campaign).filter(**_shown(show))
    if reason is not None:
        tasks = tasks.filter(**{f"is_{reason}": True})
    tasks = _behind(tasks, order, after)
    by = ("-n", "-last") if order == "most" else ("-last",)
    keys = list(tasks.order_by(*by).values_list("task", "n", "last")[: size + 1])
    rows = _rows(campaign, [task_id for task_id, _, _ in keys[:size]])
    _, n, last = keys[size - 1] if len(keys) > size else (0, 0, 0)
    return Page(rows, f"{n}-{last}" if last else "")


def every_report(campaign: Campaign) -> Iterator[tuple[Report, Task]]:
    """All reports with their tasks and images, the oldest first, through one cursor."""
    rows = _reports_of(campaign).select_related("worker", "task__image").only(*_TOLD)
    rows = rows.order_by("id")
    for answer in rows.iterator(chunk_size=2000):
        yield _report(answer, answer.task), answer.task


def _reports(kind: Campaign.Kind) -> QuerySet[Answer]:
    return ANSWERS[kind]._default_manager.filter(
        is_current=True, outcome__in=REPORTS, worker__is_excluded=False
    )


def _reports_of(campaign: Campaign) -> QuerySet[Answer]:
    return within(campaign, _reports(Campaign.Kind(campaign.kind)))


def _tasks(campaign: Campaign) -> QuerySet[Any, Any]:
    """A row for each reported task: `n` reports, the newest `last`, and of which reasons."""
    return (
        _reports_of(campaign)
        .annotate(reason=REASON)
        .values("task")
        .annotate(
            n=Count("id"),
            last=Max("id"),
            is_new=BoolOr(IS_NEW),
            **{f"is_{reason}": BoolOr(Q(reason=reason)) for reason in Reason},
        )
        .order_by()
    )


def _shown(show: Show) -> dict[str, bool]:
    return {} if show == "all" else {"is_new": show == "new"}


def _behind(tasks: QuerySet[Any, Any], order: Order, after: str) -> QuerySet[Any, Any]:
    n, _, last = after.partition("-")
    if not (n.isdecimal() and last.isdecimal()):
        return tasks
    older = Q(last__lt=int(last))
    if order == "newest":
        return tasks.filter(older)
    return tasks.filter(Q(n__lt=int(n)) | Q(older, n=int(n)))


def _rows(campaign: Campaign, task_ids: Sequence[int]) -> list[Reported]:
    """These tasks with their reports, in this order."""
    tasks = Task.objects.select_related("image").in_bulk(task_ids)
    reports: dict[int, list[Report]] = defaultdict(list)
    answers = _reports(Campaign.Kind(campaign.kind)).filter(task__in=task_ids)
    for answer in answers.select_related("worker").order_by("-id"):
        reports[answer.task_id].append(_report(answer, tasks[answer.task_id]))
    seen_by = _seen_by(task_ids)
    return [
        Reported(
            task=tasks[pk],
            reports=reports[pk],
            is_new=any(report.is_new for report in reports[pk]),
            seen_by=seen_by.get(pk, ""),
            seen_at=tasks[pk].reports_seen_at,
        )
        for pk in task_ids
    ]


def _report(answer: Answer, task: Task) -> Report:
    seen_at = task.reports_seen_at
    return Report(
        worker_id=answer.worker_id,
        pseudonym=answer.worker.pseudonym,
        reason=reason_of(answer.outcome, answer.comment),
        comment=comment_of(answer.comment),
        at=answer.received_at,
        is_new=seen_at is None or answer.received_at > seen_at,
    )


def _seen_by(task_ids: Sequence[int]) -> dict[int, str]:
    """Who last looked at the reports of these tasks."""
    of = {subject(pk): pk for pk in task_ids}
    entries = AuditEntry.objects.filter(subject__in=of, action=SEEN).select_related("actor")
    return {
        of[entry.subject]: entry.actor.username if entry.actor else ""
        for entry in entries.order_by("id")
    }
