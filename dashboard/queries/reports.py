"""Photographs that workers reported or could not tell about, and who has looked at them.

Answers of excluded workers are left out here as everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from django.contrib.postgres.aggregates import BitOr, BoolOr
from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
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

# two numbers that the database has room for
LONGEST_PLACE = 40
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
# one bit for each reason, so that a task's are told by one number
_BITS = {reason: 1 << place for place, reason in enumerate(Reason)}
_BIT = Case(
    When(outcome=Reason.CANT_TELL, then=Value(_BITS[Reason.CANT_TELL])),
    *(When(comment=words, then=Value(_BITS[Reason(words)])) for words in sorted(MENU)),
    *(
        When(comment__startswith=words, then=Value(_BITS[Reason.BROKEN]))
        for words in BROKEN_BEGINNINGS
    ),
    default=Value(_BITS[Reason.OTHER]),
    output_field=IntegerField(),
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


class Pointer(NamedTuple):
    """A reported task: `n` reports, the newest with the id `last`, for the reasons in `bits`."""

    task_id: int
    n: int
    last: int
    is_new: bool
    bits: int

    def has(self, reason: Reason) -> bool:
        return bool(self.bits & _BITS[reason])

    def is_in(self, show: Show) -> bool:
        return show == "all" or self.is_new == (show == "new")


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


def pointers(campaign: Campaign) -> list[Pointer]:
    """One for each reported task of the campaign, in no order; the page goes by these alone."""
    rows = by_task(campaign).values_list("task", "n", "last", "is_new", "bits")
    return [Pointer(*row) for row in rows]


def by_task(campaign: Campaign) -> QuerySet[Any, Any]:
    """A row for each reported task, with the columns of `Pointer`."""
    return (
        _reports_of(campaign)
        .values("task")
        .annotate(n=Count("id"), last=Max("id"), is_new=BoolOr(IS_NEW), bits=BitOr(_BIT))
        .order_by()
    )


def counts(found: Sequence[Pointer], show: Show) -> Counts:
    """How much there is to look at; reasons are counted among those that `show` names."""
    shown = [one for one in found if one.is_in(show)]
    by_reason = {reason: sum(one.has(reason) for one in shown) for reason in Reason}
    return Counts(sum(one.is_new for one in found), len(found), by_reason)


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
    campaign: Campaign,
    found: Sequence[Pointer],
    *,
    show: Show,
    reason: Reason | None,
    order: Order,
    after: str,
    size: int,
) -> Page:
    """The next `size` of these reported tasks behind `after`, which an earlier page gave."""
    shown = [one for one in found if one.is_in(show) and (reason is None or one.has(reason))]
    behind = _behind(shown, order, after)
    behind.sort(key=lambda one: (one.n, one.last) if order == "most" else one.last, reverse=True)
    rows = _rows(campaign, [one.task_id for one in behind[:size]])
    end = behind[size - 1] if len(behind) > size else None
    return Page(rows, f"{end.n}-{end.last}" if end else "")


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


def _behind(found: list[Pointer], order: Order, after: str) -> list[Pointer]:
    n, _, last = after.partition("-")
    if not (n.isdecimal() and last.isdecimal()) or len(after) > LONGEST_PLACE:
        return found
    if order == "newest":
        return [one for one in found if one.last < int(last)]
    return [one for one in found if (one.n, one.last) < (int(n), int(last))]


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
