"""How the checks of a box campaign stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    Func,
    Max,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from annotate.followup import LEAST_LOOKED
from annotate.models import ConsensusCheck
from crowd.campaigns import CHECKERS
from crowd.models import Campaign, Task
from crowd.words import duration
from dashboard.queries.pace import paces

THRESHOLDS = (0.05, 0.1, 0.2, 0.4)
PER_PAGE = 50
AT_REST = (Task.State.DISPUTED, Task.State.RETIRED)
OUTCOMES = {
    "confirmed": "Confirmed",
    "denied": "A box denied",
    "left_out": "An animal left out",
    "unclear": "Could not tell",
}
_SOME_DENIED = Func(
    F("p_tight"),
    Value("$[*] ? (@ < 0.5)"),
    function="jsonb_path_exists",
    template="%(function)s(%(expressions)s::jsonpath)",
    output_field=BooleanField(),
)
_OUTCOME = Case(
    When(n_votes=0, then=Value("unclear")),
    When(_SOME_DENIED, then=Value("denied")),
    When(p_all_boxed__lt=0.5, then=Value("left_out")),
    default=Value("confirmed"),
    output_field=CharField(),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """How many photos have at least that risk now, and what checking them takes: answers, seconds
    of attention."""

    risk: float
    n_photos: int
    n_answers: int
    seconds: float

    @property
    def work(self) -> str:
        """The attention in words."""
        return duration(self.seconds)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a check has come: photos asked about and checked, answers, and by `OUTCOMES` how
    many of the checked ones came out how; `as_of` is the last answer taken in."""

    n_asked: int = 0
    n_checked: int = 0
    n_answers: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A checked photo: the box task with its state and risk now, the risk that it was asked about
    with, and what checkers answered."""

    check: ConsensusCheck
    drawn: Task
    risk_before: float
    outcome: str
    n_boxes: int
    n_denied: int


def drawn_task(check: Task) -> Task | None:
    """The box task that a check is about."""
    drawn = Task.objects.filter(campaign=check.campaign.follows_id, image=check.image_id)
    return drawn.exclude(state=Task.State.GOLD).first()


def choices(followed: Campaign) -> list[Choice]:
    """What a check would ask now, from each risk on; decided photos are left out."""
    tasks = Task.objects.filter(campaign=followed, state__in=AT_REST, is_adjudicated=False)
    counted = tasks.filter(risk__gte=THRESHOLDS[0], n_answers__gte=LEAST_LOOKED).aggregate(
        **{f"n{place}": Count("pk", filter=Q(risk__gte=r)) for place, r in enumerate(THRESHOLDS)}
    )
    seconds = paces()[Campaign.Kind.CHECK].seconds
    found = []
    for place, risk in enumerate(THRESHOLDS):
        n_photos = counted[f"n{place}"]
        n_answers = n_photos * CHECKERS
        found.append(Choice(risk, n_photos, n_answers, n_answers * seconds))
    return found


def newest(followed: Campaign) -> Campaign | None:
    """The check of a box campaign that runs, or the last one that did."""
    return followed.checks.select_related("follows").order_by("-pk").first()


def standing(check: Campaign) -> Standing:
    """How far it has come; with two queries."""
    tasks = check.tasks.aggregate(n=Count("pk"), n_answers=Sum("n_answers"))
    rows = _settled(check).values("outcome").annotate(n=Count("pk"), at=Max("computed_at"))
    outcomes = {row["outcome"]: row["n"] for row in rows.order_by("outcome")}
    return Standing(
        n_asked=tasks["n"],
        n_checked=sum(outcomes.values()),
        n_answers=tasks["n_answers"] or 0,
        outcomes=outcomes,
        as_of=max((row["at"] for row in rows), default=None),
    )


def page(check: Campaign, outcome: str, number: int) -> tuple[list[Row], bool]:
    """A page of checked photos, the latest first, of one outcome or of all, and whether more
    follow; with a fixed number of queries."""
    settled = _settled(check)
    if outcome:
        settled = settled.filter(outcome=outcome)
    begin = (number - 1) * PER_PAGE
    shown = list(
        settled.select_related("task__image", "task__check_question").order_by("-pk")[
            begin : begin + PER_PAGE + 1
        ]
    )
    return _rows(check, shown[:PER_PAGE]), len(shown) > PER_PAGE


def _rows(check: Campaign, shown: Sequence[Any]) -> list[Row]:
    drawn = Task.objects.filter(
        campaign=check.follows_id, image__in=[row.task.image_id for row in shown]
    )
    by_image = {task.image_id: task for task in drawn.exclude(state=Task.State.GOLD)}
    return [
        Row(
            check=row,
            drawn=by_image[row.task.image_id],
            risk_before=row.task.check_question.risk,
            outcome=row.outcome,
            n_boxes=len(row.p_tight),
            n_denied=sum(p < 0.5 for p in row.p_tight),
        )
        for row in shown
        if row.task.image_id in by_image
    ]


def _settled(check: Campaign) -> QuerySet[Any]:
    rows = ConsensusCheck.objects.filter(task__campaign=check, is_current=True, is_settled=True)
    return rows.annotate(outcome=_OUTCOME)
