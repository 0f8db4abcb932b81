"""What waits for an organizer's decision, in which order, and what has been decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from annotate import gold_scoring as box_gold
from annotate.adjudication import BOXES
from crowd.adjudicated import AnyAdjudication
from crowd.adjudication import Action, Adjudicator
from crowd.gold_correcting import Scorer
from crowd.models import Answer, Campaign, GoldStandard, Task
from crowd.reports import REPORTS
from dashboard.queries.campaigns import ANSWERS
from dashboard.queries.reports import IS_NEW, within
from verify import gold_scoring as verdict_gold
from verify.adjudication import VERDICTS

ADJUDICATORS: dict[str, Adjudicator[Any]] = {
    Campaign.Kind.BOX: BOXES,
    Campaign.Kind.VERIFY: VERDICTS,
}
SCORERS: dict[str, Scorer] = {
    Campaign.Kind.BOX: box_gold.score_again,
    Campaign.Kind.VERIFY: verdict_gold.score_again,
}
SHOWS = {
    "": "All",
    "disputed": "Disputed",
    "reported": "Reported",
    "risk": "Riskiest finished",
    "decided": "Decided",
}
# digits of a number that the database has room for
LONGEST_ID = 18
# The queue of everything: what waits first, then the finished photos, the riskiest first.
_ALL = ("disputed", "reported", "risk")


class Counts(TypedDict):
    """How many tasks wait for a decision, by why, and how many have been decided."""

    disputed: int
    reported: int
    decided: int


@dataclass(frozen=True, slots=True)
class Order:
    """A total order of tasks: by a column downwards, then by id."""

    column: str

    @property
    def names(self) -> list[str]:
        return [f"-{self.column}", "pk"]

    @property
    def reversed(self) -> list[str]:
        return [self.column, "-pk"]

    def behind(self, task: Task) -> Q:
        """Whatever comes after a task."""
        value = getattr(task, self.column)
        behind = Q(**{f"{self.column}__lt": value}) | Q(**{self.column: value, "pk__gt": task.pk})
        # the first condition is what an index can begin at
        return Q(**{f"{self.column}__lte": value}) & behind

    def before(self, task: Task) -> Q:
        """Whatever comes before a task."""
        value = getattr(task, self.column)
        before = Q(**{f"{self.column}__gt": value}) | Q(**{self.column: value, "pk__lt": task.pk})
        return Q(**{f"{self.column}__gte": value}) & before


_ORDERS = {
    "disputed": Order("risk"),
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
        found = _nearest(self.campaign, name, task)
        return found or self._end(self.groups[at + 1 :])

    def previous(self, task: Task) -> Task | None:
        """The task before this one; None at the start."""
        at = self._place(task)
        if at is None:
            return None
        name = self.groups[at]
        found = _nearest(self.campaign, name, task, is_back=True)
        earlier = self.groups[:at][::-1]
        return found or self._end(earlier, is_last=True)

    def _end(self, names: Sequence[str], *, is_last: bool = False) -> Task | None:
        for name in names:
            found = _nearest(self.campaign, name, is_back=is_last)
            if found is not None:
                return found
        return None

    def _place(self, task: Task) -> int | None:
        """In which group the task is; the last of them, so that the walk always goes on."""
        for at, name in enumerate(self.groups):
            if _is_in(self.campaign, name, task):
                return at
        return None


def counts(campaign: Campaign) -> Counts:
    """The numbers at the top of the page."""
    reported = _reports(campaign).aggregate(n=Count("task", distinct=True))
    return {
        "disputed": _tasks(campaign, "disputed").aggregate(n=Count("pk"))["n"],
        "reported": reported["n"],
        "decided": _tasks(campaign, "decided").aggregate(n=Count("pk"))["n"],
    }


def find(campaign: Campaign, task_id: str) -> Task | None:
    """A task of the campaign that can be decided on, with what its page shows."""
    if not task_id.isdecimal() or len(task_id) > LONGEST_ID:
        return None
    rows = Task.objects.filter(campaign=campaign, pk=int(task_id))
    rows = rows.exclude(state__in=[Task.State.GOLD, Task.State.AWAITED])
    return rows.select_related("campaign", "image__taxon").first()


def steps(task: Task) -> list[AnyAdjudication]:
    """What organizers have done on a task, the newest first."""
    rows = ADJUDICATORS[task.campaign.kind].rows._default_manager.filter(task=task)
    return list(rows.select_related("by", "undoes").order_by("-version"))


def outdated_gold(campaign: Campaign, task_id: int) -> tuple[GoldStandard, dict[str, Any]] | None:
    """The gold of a decided task's photograph, if it says something else than the decision, and
    what the decision says, as columns of `Reference`."""
    adjudicator = ADJUDICATORS[campaign.kind]
    task = Task.objects.filter(pk=task_id, campaign=campaign, is_adjudicated=True).first()
    row = adjudicator.current(task) if task else None
    if task is None or row is None or not row.result:
        return None
    gold = GoldStandard.objects.filter(
        campaign=campaign, task__image=task.image_id, withdrawn_at=None
    )
    found = gold.select_related("reference", "campaign").first()
    known = adjudicator.known(row)
    if found is None or all(getattr(found.reference, name) == known[name] for name in known):
        return None
    return found, known


def _tasks(campaign: Campaign, name: str) -> QuerySet[Task]:
    """Of a group that tasks tell of themselves; what is reported is in `_reports`."""
    tasks = Task.objects.filter(campaign=campaign).select_related("image")
    if name == "decided":
        return tasks.filter(is_adjudicated=True)
    state = Task.State.DISPUTED if name == "disputed" else Task.State.RETIRED
    return tasks.filter(is_adjudicated=False, state=state, risk__isnull=False)


def _reports(campaign: Campaign) -> QuerySet[Answer]:
    """Reports that nobody has looked at or decided on; those of the disputed are elsewhere."""
    answers = ANSWERS[Campaign.Kind(campaign.kind)]._default_manager.filter(
        is_current=True, outcome__in=REPORTS, worker__is_excluded=False
    )
    steps_ = ADJUDICATORS[campaign.kind].rows._default_manager.filter(is_current=True)
    decided = steps_.exclude(action=Action.UNDO).filter(task=OuterRef("task"))
    in_question = within(campaign, answers).filter(
        IS_NEW, task__is_adjudicated=False, task__state__in=[Task.State.OPEN, Task.State.RETIRED]
    )
    return in_question.filter(~Exists(decided))


def _is_in(campaign: Campaign, name: str, task: Task) -> bool:
    if name == "reported":
        return _reports(campaign).filter(task=task).exists()
    return _tasks(campaign, name).filter(pk=task.pk).exists()


def _nearest(
    campaign: Campaign, name: str, task: Task | None = None, *, is_back: bool = False
) -> Task | None:
    """The task behind this one in a group's order, or before it; without one the first, or the
    last."""
    if name == "reported":
        return _nearest_reported(campaign, task, is_back=is_back)
    order = _ORDERS[name]
    rows = _tasks(campaign, name).order_by(*(order.reversed if is_back else order.names))
    if task is not None:
        rows = rows.filter(order.before(task) if is_back else order.behind(task))
    return rows.first()


def _nearest_reported(campaign: Campaign, task: Task | None, *, is_back: bool) -> Task | None:
    """The same along the few reports that there are: their index is in the order of tasks."""
    rows = _reports(campaign).order_by("-task_id" if is_back else "task_id")
    if task is not None:
        rows = rows.filter(task_id__lt=task.pk) if is_back else rows.filter(task_id__gt=task.pk)
    task_id = rows.values_list("task_id", flat=True).first()
    return None if task_id is None else find(campaign, str(task_id))
