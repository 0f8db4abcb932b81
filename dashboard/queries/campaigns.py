"""How far campaigns have come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Avg, Count, F, Max, Q, QuerySet, Sum

from annotate.check_models import Inspection
from annotate.models import Annotation
from catalog.models import Image
from catalog.superclasses import SuperClass
from crowd.models import Answer, Campaign, Enrolment, Invitation, Task, User
from verify.models import Verdict

ANSWERS: dict[Campaign.Kind, type[Answer]] = {
    Campaign.Kind.BOX: Annotation,
    Campaign.Kind.VERIFY: Verdict,
    Campaign.Kind.CHECK: Inspection,
}
ENDED = {Task.State.RETIRED, Task.State.DISPUTED}
STATUS_ORDER = [Campaign.Status.RUNNING, Campaign.Status.PAUSED, Campaign.Status.CLOSED]


@dataclass(frozen=True, slots=True)
class Progress:
    """Tasks by state and the answers that count, `n_spent` of them on tasks that are retired or
    disputed; `agreement` is the tasks' mean, 0..1. `n_awaited` tasks wait for their photograph;
    `n_excluded` are none of the campaign's any more, though their answers were given. Of the open
    tasks, `n_begun` have been taken by somebody."""

    n_retired: int = 0
    n_disputed: int = 0
    n_open: int = 0
    n_answers: int = 0
    n_compared: int = 0
    agreement_sum: float = 0.0
    n_spent: int = 0
    n_awaited: int = 0
    n_excluded: int = 0
    n_begun: int = 0

    @property
    def n_tasks(self) -> int:
        return self.n_retired + self.n_disputed + self.n_open + self.n_awaited

    @property
    def agreement(self) -> float | None:
        return self.agreement_sum / self.n_compared if self.n_compared else None

    @property
    def n_ended(self) -> int:
        """Tasks that get no more workers."""
        return self.n_retired + self.n_disputed

    @property
    def answers_per_ended(self) -> float | None:
        """Answers that a task took; None while none has ended."""
        return self.n_spent / self.n_ended if self.n_ended else None

    @property
    def percent_retired(self) -> float:
        return self._percent(self.n_retired)

    @property
    def percent_disputed(self) -> float:
        return self._percent(self.n_disputed)

    def _percent(self, n: int) -> float:
        return round(100 * n / self.n_tasks, 2) if self.n_tasks else 0.0

    def __add__(self, other: Progress) -> Progress:
        return Progress(
            self.n_retired + other.n_retired,
            self.n_disputed + other.n_disputed,
            self.n_open + other.n_open,
            self.n_answers + other.n_answers,
            self.n_compared + other.n_compared,
            self.agreement_sum + other.agreement_sum,
            self.n_spent + other.n_spent,
            self.n_awaited + other.n_awaited,
            self.n_excluded + other.n_excluded,
            self.n_begun + other.n_begun,
        )


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One line of the overview."""

    campaign: Campaign
    progress: Progress
    n_workers: int
    last_answer_at: datetime | None


@dataclass(slots=True)
class SuperClassRow:
    """All campaigns of one super-class and kind together."""

    super_class: str
    kind: str
    n_campaigns: int = 0
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, slots=True)
class Stock:
    """How many images a data set has of a super-class in a split."""

    dataset: str
    super_class: str
    split: str
    n_images: int


def overview(*, is_archived: bool = False) -> list[CampaignRow]:
    """Every campaign in the lists, or in the archive, running ones first, then by name."""
    shown = Campaign.objects.filter(archived_at__isnull=not is_archived)
    campaigns = list(shown.select_related("dataset").order_by("slug"))
    progress = _progress(Task.objects.all())
    workers = _n_workers(Enrolment.objects.all())
    last = _last_answers(ANSWERS.values())
    rows = [
        CampaignRow(
            campaign,
            progress.get(campaign.pk, Progress()),
            workers.get(campaign.pk, 0),
            last.get(campaign.pk),
        )
        for campaign in campaigns
    ]
    return sorted(rows, key=lambda row: STATUS_ORDER.index(Campaign.Status(row.campaign.status)))


def n_archived() -> int:
    """How many campaigns are in the archive."""
    return Campaign.objects.filter(archived_at__isnull=False).count()


def by_super_class(rows: Iterable[CampaignRow]) -> list[SuperClassRow]:
    """The overview's rows added up by super-class and kind, in alphabetical order."""
    found: dict[tuple[str, str], SuperClassRow] = {}
    for row in rows:
        key = (row.campaign.super_class, row.campaign.kind)
        total = found.setdefault(key, SuperClassRow(*key))
        total.n_campaigns += 1
        total.progress += row.progress
    return [found[key] for key in sorted(found)]


def row_of(campaign: Campaign) -> CampaignRow:
    """The same figures for one campaign."""
    answers = ANSWERS[Campaign.Kind(campaign.kind)]
    last = answers._default_manager.filter(task__campaign=campaign).aggregate(at=Max("received_at"))
    return CampaignRow(
        campaign,
        _progress(Task.objects.filter(campaign=campaign)).get(campaign.pk, Progress()),
        _n_workers(Enrolment.objects.filter(campaign=campaign)).get(campaign.pk, 0),
        last["at"],
    )


def open_invitations(campaign: Campaign, *, now: datetime) -> list[Invitation]:
    """The invitations to this campaign that still let somebody in, newest first, with `n_left`:
    how many may still join, None for as many as like."""
    rows = Invitation.objects.filter(
        campaign=campaign, role=User.Role.WORKER, is_revoked=False, expires_at__gt=now
    ).annotate(n_left=F("max_uses") - F("n_uses"))
    still = rows.filter(Q(n_left__isnull=True) | Q(n_left__gt=0))
    return list(still.select_related("created_by").order_by("-id"))


def stock() -> list[Stock]:
    """What a campaign could be made of: images by data set, super-class and split."""
    rows = (
        Image.objects.filter(super_class__in=SuperClass.values)
        .exclude(state=Image.State.FAILED)
        .values("dataset__slug", "super_class", "split")
        .annotate(n=Count("pk"))
        .order_by("dataset__slug", "super_class", "split")
        .values_list("dataset__slug", "super_class", "split", "n")
    )
    return [Stock(*row) for row in rows]


def _progress(tasks: QuerySet[Task]) -> dict[int, Progress]:
    rows = (
        tasks.values("campaign", "state")
        .annotate(
            n=Count("pk"),
            begun=Count("pk", filter=Q(n_taken__gt=0)),
            answers=Sum("n_answers"),
            compared=Count("agreement"),
            mean=Avg("agreement"),
        )
        .order_by("campaign", "state")
    )
    found: dict[int, Progress] = defaultdict(Progress)
    for row in rows:
        found[row["campaign"]] += Progress(
            n_retired=row["n"] if row["state"] == Task.State.RETIRED else 0,
            n_disputed=row["n"] if row["state"] == Task.State.DISPUTED else 0,
            n_open=row["n"] if row["state"] == Task.State.OPEN else 0,
            n_answers=row["answers"],
            n_compared=row["compared"],
            agreement_sum=row["compared"] * (row["mean"] or 0.0),
            n_spent=row["answers"] if row["state"] in ENDED else 0,
            n_awaited=row["n"] if row["state"] == Task.State.AWAITED else 0,
            n_excluded=row["n"] if row["state"] == Task.State.EXCLUDED else 0,
            n_begun=row["begun"] if row["state"] == Task.State.OPEN else 0,
        )
    return found


def _n_workers(enrolments: QuerySet[Enrolment]) -> dict[int, int]:
    return dict(
        enrolments.filter(n_claimed__gt=0)
        .values("campaign")
        .annotate(n=Count("worker", filter=Q(n_claimed__gt=0)))
        .order_by("campaign")
        .values_list("campaign", "n")
    )


def _last_answers(models: Iterable[type[Answer]]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for model in models:
        rows = (
            model._default_manager.values("task__campaign")
            .annotate(at=Max("received_at"))
            .order_by("task__campaign")
        )
        found |= dict(rows.values_list("task__campaign", "at"))
    return found
