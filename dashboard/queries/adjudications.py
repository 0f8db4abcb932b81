"""What waits for an organizer's decision, in which order, and what has been decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from annotate.adjudication import BOXES
from crowd.adjudicated import AnyAdjudication
from crowd.adjudication import Action, Adjudicator
from crowd.models import Campaign, Task
from crowd.reports import REPORTS
from dashboard.queries.campaigns import ANSWERS
from dashboard.queries.reports import IS_NEW
from verify.adjudication import VERDICTS

ADJUDICATORS: dict[str, Adjudicator[Any]] = {
    Campaign.Kind.BOX: BOXES,
    Campaign.Kind.VERIFY: VERDICTS,
}
SHOWS = {
    "": "All",
    "disputed": "Disputed",
    "reported": "Reported",
    "risk": "Riskiest finished",
    "decided": "Decided",
}
# The queue of everything: what waits first, then the finished photos, the riskiest first.
_ALL = ("disputed", "reported", "risk")


class Counts(TypedDict):
    """How many tasks wait for a decision, by why, and how many have been decided."""

    disputed: int
    reported: int
    decided: int


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of tasks: by a column downwards, then by id; by id alone without a column."""

    column: str = ""

    @property
    def names(self) -> list[str]:
        return [f"-{self.column}", "pk"] if self.column else ["pk"]

    @property
    def reversed(self) -> list[str]:
        return [self.column, "-pk"] if self.column else ["-pk"]

    def behind(self, task: Task) -> Q:
        """Whatever comes after a task."""
        if not self.column:
            return Q(pk__gt=task.pk)
        value = getattr(task, self.column)
        return Q(**{f"{self.column}__lt": value}) | Q(**{self.column: value, "pk__gt": task.pk})

    def before(self, task: Task) -> Q:
        """Whatever comes before a task."""
        if not self.column:
            return Q(pk__lt=task.pk)
        value = getattr(task, self.column)
        return Q(**{f"{self.column}__gt": value}) | Q(**{self.column: value, "pk__lt": task.pk})


_ORDERS = {
    "disputed": Order("risk"),
    "reported": Order(),
    "risk": Order("risk"),
    "decided": Order("state_changed_at"),
}


@dataclass(frozen=True, slots=True)
class Queue:
    """The tasks that are shown one after the other."""

    campaign: Campaign
    show: str

    @property
    def groups(self) -> tuple[str, ...]:
        return (self.show,) if self.show else _ALL

    def first(self) -> Task | None:
        """Where to begin."""
        return self._end(self.groups)

    def next(self, task: Task) -> Task | None:
        """The task after this one; None at the end."""
        at = self._place(task)
        if at is None:
            return self.first()
        name = self.groups[at]
        order = _ORDERS[name]
        found = _tasks(self.campaign, name).filter(order.behind(task)).order_by(*order.names)
        return found.first() or self._end(self.groups[at + 1 :])

    def previous(self, task: Task) -> Task | None:
        """The task before this one; None at the start."""
        at = self._place(task)
        if at is None:
            return None
        name = self.groups[at]
        order = _ORDERS[name]
        found = _tasks(self.campaign, name).filter(order.before(task)).order_by(*order.reversed)
        earlier = self.groups[:at][::-1]
        return found.first() or self._end(earlier, is_last=True)

    def _end(self, names: Sequence[str], *, is_last: bool = False) -> Task | None:
        for name in names:
            order = _ORDERS[name]
            rows = _tasks(self.campaign, name)
            found = rows.order_by(*(order.reversed if is_last else order.names)).first()
            if found is not None:
                return found
        return None

    def _place(self, task: Task) -> int | None:
        """In which group the task is; the last of them, so that the walk always goes on."""
        for at, name in enumerate(self.groups):
            if _tasks(self.campaign, name).filter(pk=task.pk).exists():
                return at
        return None


def counts(campaign: Campaign) -> Counts:
    """The numbers at the top of the page."""
    decided = ADJUDICATORS[campaign.kind].rows._default_manager.filter(
        task__campaign=campaign, is_current=True, task__is_adjudicated=True
    )
    return {
        "disputed": _tasks(campaign, "disputed").aggregate(n=Count("pk"))["n"],
        "reported": _tasks(campaign, "reported").aggregate(n=Count("pk"))["n"],
        "decided": decided.count(),
    }


def find(campaign: Campaign, task_id: str) -> Task | None:
    """A task of the campaign that can be decided on, with what its page shows."""
    if not task_id.isdecimal():
        return None
    rows = Task.objects.filter(campaign=campaign, pk=int(task_id))
    rows = rows.exclude(state__in=[Task.State.GOLD, Task.State.AWAITED])
    return rows.select_related("campaign", "image__taxon").first()


def steps(task: Task) -> list[AnyAdjudication]:
    """What organizers have done on a task, the newest first."""
    rows = ADJUDICATORS[task.campaign.kind].rows._default_manager.filter(task=task)
    return list(rows.select_related("by", "undoes").order_by("-version"))


def _tasks(campaign: Campaign, name: str) -> QuerySet[Task]:
    tasks = Task.objects.filter(campaign=campaign).select_related("image")
    if name == "decided":
        return tasks.filter(is_adjudicated=True)
    tasks = tasks.filter(is_adjudicated=False)
    if name == "disputed":
        return tasks.filter(state=Task.State.DISPUTED, risk__isnull=False)
    if name == "risk":
        return tasks.filter(state=Task.State.RETIRED, risk__isnull=False)
    return _reported(campaign, tasks)


def _reported(campaign: Campaign, tasks: QuerySet[Task]) -> QuerySet[Task]:
    """Those with a report that nobody has looked at or decided on; the disputed are elsewhere."""
    answers = ANSWERS[Campaign.Kind(campaign.kind)]._default_manager.filter(
        IS_NEW, is_current=True, outcome__in=REPORTS, worker__is_excluded=False
    )
    steps_ = ADJUDICATORS[campaign.kind].rows._default_manager.filter(is_current=True)
    decided = steps_.exclude(action=Action.UNDO).filter(task=OuterRef("pk"))
    in_question = tasks.filter(state__in=[Task.State.OPEN, Task.State.RETIRED])
    reported = answers.filter(task__campaign=campaign).values("task")
    return in_question.filter(~Exists(decided), pk__in=reported)
