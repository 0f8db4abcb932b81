"""Which photographs the gallery shows, and in which order.

Its address is stable, as other pages link to it: `?order=&state=&taxon=ID&worker=ID&pattern=NAME`.
Orders are those of `ORDERS`, states those of `STATES`. Patterns of box campaigns are those of
`BOX_PATTERNS`; of verification *differs*, *cant_tell*, *problem*, and two labels with a hyphen,
what a worker said and then the consensus: `tracks-animal`. With a worker, the pattern is that
worker's. What is not understood is as if it were not there.

A campaign may have 200,000 tasks with answers, so nothing here goes over all of them but by an
index: what has none is looked for among the first `WINDOW` of the order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Exists,
    F,
    FilteredRelation,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce

from annotate.models import Annotation, Comparison, Consensus
from catalog.models import Taxon
from crowd.models import Campaign, Outcome, Task, Worker
from crowd.reports import REPORTS
from dashboard.queries.campaigns import ANSWERS
from verify.models import ConsensusVerdict, Label, Verdict

WINDOW = 3_000
PER_PAGE = 60
LAST_PAGE = WINDOW // PER_PAGE

ORDERS = {
    "risk": "Most doubtful first",
    "agreement": "Lowest agreement first",
    "skilled": "Skilled workers differ most",
    "counts": "Numbers of boxes most apart",
    "newest": "Latest to finish",
}
STATES = {
    "": "All",
    "disputed": "Disputed",
    "open": "Open",
    "retired": "Finished",
    "decided": "Decided",
    "excluded": "Excluded",
}
BOX_PATTERNS = {
    "missed": "An animal missed",
    "extra": "A box of nobody else's",
    "loose": "A loose box (IoU under 0.75)",
    "counts": "Another number of boxes",
    "capped": "All 10 boxes used",
}
REPORT_PATTERNS = {"cant_tell": "Can't tell", "problem": "Photo problem"}
_COMPARED = {
    "missed": Q(n_missed__gt=0),
    "extra": Q(n_extra__gt=0),
    "loose": Q(n_loose__gt=0),
    "counts": ~Q(n_boxes=F("n_objects")),
}
# These are not kept, so the first `WINDOW` of another order are put into theirs.
_WITHIN = {"counts": "risk", "skilled": "agreement"}
_UNKNOWN_SKILL = 0.8
_BY: dict[str, list[OrderBy | str]] = {
    "risk": [F("risk").desc(nulls_last=True), "pk"],
    "agreement": [F("agreement").asc(nulls_last=True), "pk"],
    "newest": [F("state_changed_at").desc(nulls_last=True), "pk"],
    "skilled": [F("n_off").desc(nulls_last=True), F("agreement").asc(nulls_last=True), "pk"],
    "counts": [F("same_count").asc(nulls_last=True), F("risk").desc(nulls_last=True), "pk"],
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be shown of a campaign; `taxon` and `worker` are there for sure."""

    order: str = "risk"
    state: str = ""
    taxon: Taxon | None = None
    worker: Worker | None = None
    pattern: str = ""

    @property
    def query(self) -> str:
        """As the end of an address, without what goes without saying."""
        said = {
            "order": "" if self.order == "risk" else self.order,
            "state": self.state,
            "taxon": self.taxon.pk if self.taxon else "",
            "worker": self.worker.pk if self.worker else "",
            "pattern": self.pattern,
        }
        return urlencode({name: value for name, value in said.items() if value})

    def but(self, **changes: Any) -> str:
        """The same with something else, as the end of an address."""
        return replace(self, **changes).query

    @property
    def is_narrowed(self) -> bool:
        """Whether only the first `WINDOW` photographs of the order are looked through."""
        is_report = self.pattern in REPORT_PATTERNS
        is_searched = bool(self.pattern) and self.worker is None and not is_report
        return is_searched or self.order in _WITHIN


def wish_of(campaign: Campaign, said: Mapping[str, str]) -> Wish:
    """What an address asks for."""
    order, state, pattern = (said.get(name, "") for name in ("order", "state", "pattern"))
    worker = _found(Worker, said.get("worker", ""), enrolments__campaign=campaign)
    taxon = _found(Taxon, said.get("taxon", ""), dataset=campaign.dataset_id)
    return Wish(
        order=order if order in orders(campaign) else "risk",
        state=state if state in STATES else "",
        taxon=taxon if isinstance(taxon, Taxon) else None,
        worker=worker if isinstance(worker, Worker) else None,
        pattern=pattern if pattern in patterns(campaign) else "",
    )


def orders(campaign: Campaign) -> dict[str, str]:
    """In which orders the photographs of a campaign can be shown; two are of boxes alone."""
    is_box = campaign.kind == Campaign.Kind.BOX
    return {name: words for name, words in ORDERS.items() if is_box or name not in _WITHIN}


def patterns(campaign: Campaign) -> dict[str, str]:
    """What can be looked for in a campaign, in words."""
    if campaign.kind == Campaign.Kind.BOX:
        return BOX_PATTERNS | REPORT_PATTERNS
    pairs = {
        f"{said.value}-{crowd.value}": f"{said.label} said, {crowd.label.lower()} found"
        for crowd in Label
        for said in Label
        if said != crowd
    }
    return {"differs": "Somebody says otherwise"} | REPORT_PATTERNS | pairs


def listed(campaign: Campaign, wish: Wish) -> QuerySet[Task]:
    """The tasks that are wished for, in order; those too fresh to compare come last."""
    tasks = _in_state(Task.objects.filter(campaign=campaign, n_answers__gte=1), wish.state)
    if wish.taxon is not None:
        tasks = tasks.filter(image__taxon=wish.taxon)
    if not wish.is_narrowed:
        return _matching(campaign, tasks, wish).order_by(*_BY[wish.order])
    first = tasks.order_by(*_BY[_WITHIN.get(wish.order, wish.order)])
    tasks = Task.objects.filter(pk__in=first.values("pk")[:WINDOW])
    if wish.order == "counts":
        consensus = Consensus.objects.filter(task=OuterRef("pk"), is_current=True)
        tasks = tasks.annotate(same_count=Subquery(consensus.values("count_agreement")[:1]))
    if wish.order == "skilled":
        tasks = tasks.annotate(n_off=_n_off())
    return _matching(campaign, tasks, wish).order_by(*_BY[wish.order])


def _n_off() -> Subquery:
    """Boxes that workers missed, drew loosely or drew alone, each worth the square of the skill.

    What leads half of a crowd astray makes its skilled workers differ, which risk does not tell:
    it takes their mistakes to be independent.
    """
    skill = FilteredRelation(
        "worker__skills", condition=Q(worker__skills__kind=Campaign.Kind.BOX.value)
    )
    weight = Coalesce(F("skill__quality"), _UNKNOWN_SKILL)
    off = F("n_missed") + F("n_extra") + F("n_loose")
    rows = Comparison.objects.filter(task=OuterRef("pk")).annotate(skill=skill)
    summed = rows.order_by().values("task").annotate(n_off=Sum(weight * weight * off))
    return Subquery(summed.values("n_off"))


def page(campaign: Campaign, wish: Wish, number: int) -> tuple[list[Task], bool]:
    """A page of `PER_PAGE` tasks, counted from 1, and whether there is another."""
    start = (number - 1) * PER_PAGE
    rows = listed(campaign, wish).select_related("campaign", "image__taxon")
    found = list(rows[start : start + PER_PAGE + 1])
    return found[:PER_PAGE], len(found) > PER_PAGE and number < LAST_PAGE


def neighbours(campaign: Campaign, wish: Wish, task: Task) -> tuple[int | None, int | None]:
    """The ids of the tasks before and after one, as far as the gallery's pages go."""
    ids = list(listed(campaign, wish).values_list("pk", flat=True)[:WINDOW])
    if task.pk not in ids:
        return None, None
    at = ids.index(task.pk)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)


def counts(campaign: Campaign) -> dict[str, int]:
    """How many tasks are in the states that an index counts."""
    tasks = Task.objects.filter(campaign=campaign)
    disputed = tasks.filter(state=Task.State.DISPUTED, is_adjudicated=False)
    return {
        "disputed": disputed.count(),
        "decided": tasks.filter(is_adjudicated=True).count(),
    }


def _in_state(tasks: QuerySet[Task], state: str) -> QuerySet[Task]:
    """Finished are those that the crowd has finished; what organizers have decided is apart."""
    if state == "decided":
        return tasks.filter(is_adjudicated=True)
    if state == "excluded":
        return tasks.filter(state=state, is_adjudicated=True)
    return tasks.filter(state=state, is_adjudicated=False) if state else tasks


def _matching(campaign: Campaign, tasks: QuerySet[Task], wish: Wish) -> QuerySet[Task]:
    """Of these tasks those with the pattern, of the worker's answer if there is one."""
    mine = Q(worker=wish.worker) if wish.worker else Q()
    if wish.pattern in REPORT_PATTERNS:
        # both, as the index has them, and then the one
        reports = ANSWERS[Campaign.Kind(campaign.kind)]._default_manager.filter(
            mine, is_current=True, outcome__in=REPORTS, task__campaign=campaign
        )
        return tasks.filter(pk__in=reports.filter(outcome=Outcome(wish.pattern)).values("task"))
    if campaign.kind == Campaign.Kind.BOX:
        return _of_boxes(campaign, tasks, wish)
    return _of_verdicts(tasks, wish)


def _of_boxes(campaign: Campaign, tasks: QuerySet[Task], wish: Wish) -> QuerySet[Task]:
    if wish.pattern == "capped":
        capped = Consensus.objects.filter(task=OuterRef("pk"), is_current=True, is_capped=True)
        tasks = tasks.filter(Exists(capped))
    if wish.pattern in _COMPARED:
        rows = Comparison.objects.filter(_COMPARED[wish.pattern])
        if wish.worker is None:
            return tasks.filter(Exists(rows.filter(task=OuterRef("pk"))))
        mine = rows.filter(campaign=campaign, worker=wish.worker)
        return tasks.filter(pk__in=mine.values("task"))
    if wish.worker is None:
        return tasks
    answers = Annotation.objects.filter(worker=wish.worker, is_current=True)
    return tasks.filter(pk__in=answers.values("task"))


def _of_verdicts(tasks: QuerySet[Task], wish: Wish) -> QuerySet[Task]:
    verdicts = Verdict.objects.filter(is_current=True)
    if wish.worker is not None:
        tasks = tasks.filter(pk__in=verdicts.filter(worker=wish.worker).values("task"))
        verdicts = verdicts.filter(worker=wish.worker)
    if not wish.pattern:
        return tasks
    current = ConsensusVerdict.objects.filter(task=OuterRef("pk"), is_current=True)
    found = verdicts.filter(task=OuterRef("pk"), outcome=Outcome.ANSWERED)
    if wish.pattern == "differs":
        crowd = current.exclude(label="").values("label")[:1]
        return tasks.alias(crowd=Subquery(crowd)).filter(
            Exists(found.exclude(label=OuterRef("crowd")))
        )
    said, crowd_said = wish.pattern.split("-")
    return tasks.filter(Exists(current.filter(label=crowd_said)), Exists(found.filter(label=said)))


def _found(model: type[Model], said: str, **of: Any) -> Model | None:
    if not said.isdecimal() or len(said) > len(str(2**31)):
        return None
    return model._default_manager.filter(pk=int(said), **of).first()
