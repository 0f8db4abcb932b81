"""How far campaigns have come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Avg, Count, F, Max, Q, QuerySet, Sum

from annotate.check_models import Inspection
from annotate.models import Annotation
from catalog.models import Dataset, Image
from catalog.superclasses import SuperClass
from crowd.models import Answer, Campaign, Enrolment, Invitation, Task, User
from tallies.progress import ProgressTally, progress_of
from verify.models import Verdict

ANSWERS: dict[Campaign.Kind, type[Answer]] = {
    Campaign.Kind.BOX: Annotation,
    Campaign.Kind.VERIFY: Verdict,
    Campaign.Kind.CHECK: Inspection,
}
ENDED = {Task.State.RETIRED, Task.State.DISPUTED}
# campaigns of at most so many tasks, and so many of all of them, are counted whenever somebody asks
SMALL = 5_000
MOST_LIVE = 20_000
STATUS_ORDER = [Campaign.Status.RUNNING, Campaign.Status.PAUSED, Campaign.Status.CLOSED]


@dataclass(frozen=True, slots=True)
class Progress:
    """Tasks by state and the answers that count, `n_spent` of them on tasks that are retired or
    disputed; `agreement` is the tasks' mean, 0..1. `n_awaited` tasks wait for their photograph;
    `n_excluded` are none of the campaign's any more, though their answers were given. Of the open
    tasks, `n_begun` have been taken by somebody, and they have `n_given` answers."""

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
    n_given: int = 0

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
            self.n_given + other.n_given,
        )


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """One line of the overview; `counted_at` is when its tasks were counted, None for just now."""

    campaign: Campaign
    progress: Progress
    n_workers: int
    last_answer_at: datetime | None
    counted_at: datetime | None = None


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
    rows = _rows(list(shown.select_related("dataset").order_by("slug")))
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
    (row,) = _rows([campaign])
    return row


def _rows(campaigns: Sequence[Campaign]) -> list[CampaignRow]:
    """What jobs have counted, but the tasks of small campaigns as they are now."""
    tallied = progress_of(campaigns)
    new = [one for one in campaigns if one.pk not in tallied]
    live = [*new, *_small(campaigns, tallied)]
    progress = _progress(Task.objects.filter(campaign__in=live)) if live else {}
    workers = _n_workers(Enrolment.objects.filter(campaign__in=new)) if new else {}
    last = _last_answers(new)
    is_live = {one.pk for one in live}
    return [
        CampaignRow(
            one,
            progress.get(one.pk, Progress()) if one.pk in is_live else _of_tally(tallied[one.pk]),
            tallied[one.pk].n_workers if one.pk in tallied else workers.get(one.pk, 0),
            tallied[one.pk].last_answer_at if one.pk in tallied else last.get(one.pk),
            None if one.pk in is_live else tallied[one.pk].counted_at,
        )
        for one in campaigns
    ]


def _small(
    campaigns: Sequence[Campaign], tallied: Mapping[int, ProgressTally]
) -> Iterator[Campaign]:
    """Those that together are counted in a moment, so that a deed shows at once."""
    n_live = 0
    for one in campaigns:
        if one.pk in tallied:
            n_tasks = sum(state.n_tasks for state in tallied[one.pk].states.values())
            n_live += n_tasks
            if n_tasks <= SMALL and n_live <= MOST_LIVE:
                yield one


def _of_tally(tally: ProgressTally) -> Progress:
    states = {state: tally.of(state) for state in Task.State.values if state != Task.State.GOLD}
    ended = [states[state] for state in ENDED]
    return Progress(
        n_retired=states[Task.State.RETIRED].n_tasks,
        n_disputed=states[Task.State.DISPUTED].n_tasks,
        n_open=states[Task.State.OPEN].n_tasks,
        n_answers=sum(figures.n_answers for figures in states.values()),
        n_compared=sum(figures.n_compared for figures in states.values()),
        agreement_sum=sum(figures.agreement_sum for figures in states.values()),
        n_spent=sum(figures.n_answers for figures in ended),
        n_awaited=states[Task.State.AWAITED].n_tasks,
        n_excluded=states[Task.State.EXCLUDED].n_tasks,
        n_begun=states[Task.State.OPEN].n_begun,
        n_given=states[Task.State.OPEN].n_answers,
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
    slugs = dict(Dataset.objects.values_list("pk", "slug"))
    # counted by an index alone; neither a join nor a condition is in it
    fields = ("dataset", "super_class", "split", "state")
    counted = Image.objects.values(*fields).order_by(*fields).annotate(n=Count("*"))
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for dataset, super_class, split, state, n_images in counted.values_list(*fields, "n"):
        if super_class in SuperClass.values and state != Image.State.FAILED:
            found[slugs[dataset], super_class, split] += n_images
    return [Stock(*part, n_images) for part, n_images in sorted(found.items())]


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
            n_given=row["answers"] if row["state"] == Task.State.OPEN else 0,
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


def _last_answers(campaigns: Sequence[Campaign]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for kind in {Campaign.Kind(one.kind) for one in campaigns}:
        rows = (
            ANSWERS[kind]
            ._default_manager.filter(task__campaign__in=campaigns)
            .values("task__campaign")
            .annotate(at=Max("received_at"))
            .order_by("task__campaign")
        )
        found |= dict(rows.values_list("task__campaign", "at"))
    return found
