"""Versions of a campaign's consensus, and what lies between two of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from annotate import differences as box_differences
from annotate.models import Consensus, ConsensusBox
from crowd.differences import Difference, Reason
from crowd.models import Campaign, ConsensusVersion, Fit, Task
from dashboard.comparison import XYWH
from dashboard.overlay import Overlay, draw_change
from verify import aggregation as verify_aggregation
from verify import differences as verdict_differences
from verify.models import ConsensusVerdict

# differences are worked out on load, so for a bounded number of photos; the page says so
COMPARED = 500
# rows that are looked at for so many photos, as a photo may have several between two moments
ROWS = 2000
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
    """One task whose consensus differs. `has_news`: other answers went into the newer one.
    `boxes_xywh`: those of the old one and of the new one, in pixels of the full-size image."""

    task_id: int
    old: Row | None
    new: Row | None
    difference: Difference
    has_news: bool
    boxes_xywh: tuple[Sequence[XYWH], Sequence[XYWH]]


@dataclass(frozen=True, slots=True)
class _Known:
    """A consensus with its boxes and their scores, none for verification."""

    row: Row
    boxes: Sequence[tuple[XYWH, float]]

    @property
    def boxes_xywh(self) -> list[XYWH]:
        return [xywh for xywh, _ in self.boxes]


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A change as the gallery shows it; `overlay` for box tasks."""

    task: Task
    change: Change
    overlay: Overlay | None


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs between two moments, the largest difference first: of the tasks with a new row
    between them the newest `n_compared`. `has_more`: there are others."""

    changes: list[Change]
    n_compared: int
    has_more: bool

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
    newest = rows.order_by("-pk").values_list("task", flat=True)[:ROWS]
    found = list(dict.fromkeys(newest))
    task_ids = found[:COMPARED]
    before, after = (_as_of(model, task_ids, at) for at in (old, new))
    changes = [_change(task_id, before.get(task_id), after.get(task_id)) for task_id in task_ids]
    changed = [change for change in changes if change.difference.reasons]
    changed.sort(key=lambda change: change.difference.weight, reverse=True)
    has_more = len(found) > COMPARED or len(newest) == ROWS
    return Compared(changed, len(task_ids), has_more)


def cards(changes: Sequence[Change]) -> list[ChangeCard]:
    """These changes with their photos, in the given order."""
    tasks = Task.objects.select_related("image").in_bulk([change.task_id for change in changes])
    return [_card(tasks[change.task_id], change) for change in changes]


def _last(rows: QuerySet[Row]) -> int:
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _as_of(model: type[Row], task_ids: list[int], at: Moment) -> Mapping[int, _Known]:
    """Each task's newest row up to the moment."""
    rows = model._default_manager.filter(task__in=task_ids, pk__lte=at.last_row)
    newest: list[Row] = list(rows.order_by("task_id", "-pk").distinct("task_id"))
    boxes = _boxes([row.pk for row in newest]) if model is Consensus else {}
    return {row.task_id: _Known(row, boxes.get(row.pk, [])) for row in newest}


def _boxes(consensus_ids: list[int]) -> Mapping[int, list[tuple[XYWH, float]]]:
    """The boxes with their scores. Plain values: a thousand rows with related ones take long."""
    found: dict[int, list[tuple[XYWH, float]]] = defaultdict(list)
    rows = ConsensusBox.objects.filter(consensus__in=consensus_ids).order_by("consensus", "number")
    for owner, score, *xywh in rows.values_list("consensus_id", "score", "x", "y", "w", "h"):
        found[owner].append((xywh, score))
    return found


def _change(task_id: int, old: _Known | None, new: _Known | None) -> Change:
    before, after = (known.row if known else None for known in (old, new))
    has_news = bool(before and after and before.evidence != after.evidence)
    old_boxes, new_boxes = (known.boxes_xywh if known else [] for known in (old, new))
    difference = _difference(old, new)
    return Change(task_id, before, after, difference, has_news, (old_boxes, new_boxes))


def _difference(old: _Known | None, new: _Known | None) -> Difference:
    known = old or new
    if known and isinstance(known.row, ConsensusVerdict):
        return verdict_differences.difference(*(_verdict_seen(one) for one in (old, new)))
    return box_differences.difference(*(_boxes_seen(one) for one in (old, new)))


def _boxes_seen(known: _Known | None) -> box_differences.Seen | None:
    if known is None or not isinstance(known.row, Consensus):
        return None
    scores = [score for _, score in known.boxes]
    return box_differences.Seen(known.row.status, known.boxes_xywh, scores, known.row.is_settled)


def _verdict_seen(known: _Known | None) -> verdict_differences.Seen | None:
    if known is None or not isinstance(known.row, ConsensusVerdict):
        return None
    return verify_aggregation.seen(known.row)


def _card(task: Task, change: Change) -> ChangeCard:
    if isinstance(change.old or change.new, ConsensusVerdict):
        return ChangeCard(task, change, None)
    drawn = draw_change(task.image.width, task.image.height, *change.boxes_xywh)
    return ChangeCard(task, change, drawn)
