"""Versions of a campaign's consensus, and what lies between two of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet, Sum

from annotate import aggregation as box_aggregation
from annotate import differences as box_differences
from annotate.models import Consensus
from crowd.differences import Difference, Reason
from crowd.models import Campaign, ConsensusVersion, Fit, Task
from dashboard.overlay import Overlay, draw_change
from verify import aggregation as verify_aggregation
from verify import differences as verdict_differences
from verify.models import ConsensusVerdict

# differences are worked out on load, so for a bounded number of photos; the page says so
COMPARED = 500
MOST_CHOICES = 100
NOW = "now"
BEFORE = "before-"

Row = Consensus | ConsensusVerdict
MODELS: dict[Campaign.Kind, type[Row]] = {
    Campaign.Kind.BOX: Consensus,
    Campaign.Kind.VERIFY: ConsensusVerdict,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A state of a campaign's consensus: of each task the newest row with an id of at most
    `last_row`. `key` names it in addresses, `words` to people."""

    key: str
    words: str
    last_row: int


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A version that is being made, and over how many of the tasks it has gone."""

    version: ConsensusVersion
    n_done: int
    n_tasks: int


@dataclass(frozen=True, slots=True)
class Change:
    """One task whose consensus differs. `has_news`: other answers went into the newer one."""

    task_id: int
    old: Row | None
    new: Row | None
    difference: Difference
    has_news: bool


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A change as the gallery shows it; `overlay` for box tasks."""

    task: Task
    change: Change
    overlay: Overlay | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two moments, the largest difference first. `n_rows`: tasks with a new
    row between them, of which the newest `n_compared` were looked at."""

    changes: list[Change]
    n_rows: int
    n_compared: int

    @property
    def counts(self) -> Counter[Reason]:
        """How many tasks differ for each reason."""
        return Counter(reason for change in self.changes for reason in change.difference.reasons)


def history(campaign: Campaign) -> QuerySet[ConsensusVersion]:
    """The finished versions, the newest first."""
    made = ConsensusVersion.objects.filter(campaign=campaign, made_at__isnull=False)
    return made.select_related("fit").order_by("-number")


def newest(campaign: Campaign) -> tuple[ConsensusVersion | None, int]:
    """The newest finished version, and how many tasks all versions have opened again."""
    n_reopened = history(campaign).aggregate(n=Sum("n_reopened"))["n"] or 0
    return history(campaign).first(), n_reopened


def under_way(campaign: Campaign) -> UnderWay | None:
    """The version that is being made, if there is one."""
    version = ConsensusVersion.objects.filter(campaign=campaign, made_at__isnull=True).first()
    if version is None:
        return None
    tasks = Task.objects.filter(campaign=campaign)
    return UnderWay(version, tasks.filter(pk__lte=version.cursor).count(), tasks.count())


def newest_fit(campaign: Campaign) -> Fit | None:
    """The estimation of skills that answers of this kind are merged with."""
    return Fit.objects.filter(kind=campaign.kind).order_by("-id").first()


def moment(campaign: Campaign, key: str) -> Moment | None:
    """The moment of that key: a version's number, `before-` one, or `now`; None for no such one."""
    model = MODELS[Campaign.Kind(campaign.kind)]
    if key == NOW:
        return Moment(key, "now", _last(model._default_manager.all()))
    is_before = key.startswith(BEFORE)
    number = key.removeprefix(BEFORE)
    if not number.isdecimal() or len(number) > 9:
        return None
    version = history(campaign).filter(number=int(number)).first()
    if version is None:
        return None
    if not is_before:
        return Moment(key, f"version {version.number}", version.last_row)
    earlier = model._default_manager.filter(computed_at__lt=version.started_at)
    return Moment(key, f"before version {version.number}", _last(earlier))


def choices(campaign: Campaign, *chosen: Moment) -> list[tuple[str, str]]:
    """What can be compared, as (key, words): now, the newest versions, and what is chosen."""
    found = {NOW: "now"}
    for version in history(campaign)[:MOST_CHOICES]:
        found[str(version.number)] = f"version {version.number}, {version.made_at:%Y-%m-%d %H:%M}"
        oldest = version.number
    if len(found) > 1:
        found[f"{BEFORE}{oldest}"] = f"before version {oldest}"
    return [*({at.key: at.words for at in chosen} | found).items()]


def compare(campaign: Campaign, old: Moment, new: Moment) -> Compared:
    """What differs between two moments; `old` is the earlier one."""
    model = MODELS[Campaign.Kind(campaign.kind)]
    rows = model._default_manager.filter(
        task__campaign=campaign, pk__gt=old.last_row, pk__lte=new.last_row
    )
    n_rows = rows.aggregate(n=Count("task", distinct=True))["n"]
    newest = rows.values("task").annotate(newest=Max("pk")).order_by("-newest")
    task_ids = list(newest.values_list("task", flat=True)[:COMPARED])
    before, after = (_as_of(model, task_ids, at) for at in (old, new))
    changes = [_change(task_id, before.get(task_id), after.get(task_id)) for task_id in task_ids]
    changed = [change for change in changes if change.difference.reasons]
    changed.sort(key=lambda change: change.difference.weight, reverse=True)
    return Compared(changed, n_rows, len(task_ids))


def cards(changes: Sequence[Change]) -> list[ChangeCard]:
    """These changes with their photos, in the given order."""
    tasks = Task.objects.select_related("image").in_bulk([change.task_id for change in changes])
    return [_card(tasks[change.task_id], change) for change in changes]


def _last(rows: QuerySet[Row]) -> int:
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _as_of(model: type[Row], task_ids: list[int], at: Moment) -> Mapping[int, Row]:
    """Each task's newest row up to the moment, box ones with their boxes."""
    rows = model._default_manager.filter(task__in=task_ids, pk__lte=at.last_row)
    related = ["boxes"] if model is Consensus else []
    newest = rows.order_by("task_id", "-pk").distinct("task_id").prefetch_related(*related)
    return {row.task_id: row for row in newest}


def _change(task_id: int, old: Row | None, new: Row | None) -> Change:
    has_news = bool(old and new and old.evidence != new.evidence)
    return Change(task_id, old, new, _difference(old, new), has_news)


def _difference(old: Row | None, new: Row | None) -> Difference:
    if isinstance(old or new, ConsensusVerdict):
        verdicts = [_verdict_seen(row) for row in (old, new)]
        return verdict_differences.difference(*verdicts)
    boxes = [_boxes_seen(row) for row in (old, new)]
    return box_differences.difference(*boxes)


def _boxes_seen(row: Row | None) -> box_differences.Seen | None:
    return box_aggregation.seen(row) if isinstance(row, Consensus) else None


def _verdict_seen(row: Row | None) -> verdict_differences.Seen | None:
    return verify_aggregation.seen(row) if isinstance(row, ConsensusVerdict) else None


def _card(task: Task, change: Change) -> ChangeCard:
    if isinstance(change.old or change.new, ConsensusVerdict):
        return ChangeCard(task, change, None)
    seen = [_boxes_seen(row) for row in (change.old, change.new)]
    old, new = (one.boxes_xywh if one else [] for one in seen)
    return ChangeCard(task, change, draw_change(task.image.width, task.image.height, old, new))
