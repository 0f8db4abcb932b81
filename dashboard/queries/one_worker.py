"""One worker in a campaign: day by day, habits, and where the consensus or gold says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Any

from django.db.models import F

from annotate.models import Comparison
from consensus.drift import Drift, drift
from crowd.models import Campaign, GoldScore, Message, Worker
from dashboard.queries.workers import NINE_IN_TEN
from tallies.models import WorkerDay, WorkerTally
from verify.models import Label, Verdict

EDGES = ("left", "top", "right", "bottom")
MOST_DAYS = 180
MOST_GOLD = 100
MOST_MESSAGES = 20
# the newest answers are looked through for those that differ, and no more
LOOKED_THROUGH = 500
SHOWN = 20
# a habit is clear where its interval excludes 0, and it is of so much of the box's side
LEAST_HABIT = 0.01


@dataclass(frozen=True, slots=True)
class Day:
    """So many answers on a day; `agreement` (0..1) over `n` boxes or labels, None where none could
    be compared. A box that was missed or is nobody else's counts as an IoU of 0."""

    day: date
    n_answers: int
    n: int
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """The days with an agreement, and the moving average over them."""

    days: tuple[Day, ...]
    drift: Drift

    @property
    def is_alarming(self) -> bool:
        return self.drift.is_falling

    @property
    def last(self) -> float:
        return self.drift.average[-1]


@dataclass(frozen=True, slots=True)
class Habit:
    """How far an edge lies outside the consensus on average (inside: negative): in pixels of the
    full-size image, and as a share of the box's side with its ends (90 %)."""

    edge: str
    px: float
    share: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        return abs(self.share) >= LEAST_HABIT and (self.low > 0 or self.high < 0)

    @property
    def percent(self) -> float:
        return 100 * self.share

    @property
    def size(self) -> float:
        """In percent, whichever way it goes."""
        return abs(self.percent)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An answer that is not as the consensus, and in what; `position` is the task's."""

    task_id: int
    position: int
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class GoldRow:
    """An answer to gold, and in words what was wrong with it; `position` is the task's."""

    task_id: int
    position: int
    at: datetime
    is_good: bool
    words: str


def days(campaign: Campaign, worker: Worker) -> list[Day]:
    """The newest days with an answer, the oldest of them first."""
    rows = WorkerDay.objects.filter(campaign=campaign, worker=worker).order_by("-day")
    is_box = campaign.kind == Campaign.Kind.BOX
    return [_day(row, is_box=is_box) for row in reversed(rows[:MOST_DAYS])]


def course(of: Sequence[Day]) -> Course | None:
    """How the agreement went; None where there are too few days to say."""
    known = tuple(day for day in of if day.agreement is not None)
    found = drift([day.agreement or 0.0 for day in known], [day.n for day in known])
    return Course(known, found) if found else None


def habits(tally: WorkerTally) -> list[Habit]:
    """One for each of `EDGES`; none where no box could be compared."""
    if not tally.n_matched or len(tally.habits_share) != len(EDGES):
        return []
    return [
        _habit(*edge, n=tally.n_matched)
        for edge in zip(EDGES, tally.habits_px, tally.habits_share, tally.habits_sd, strict=True)
    ]


def disagreements(campaign: Campaign, worker: Worker) -> list[Disagreement]:
    """The newest answers that are not as the consensus, among the newest `LOOKED_THROUGH`."""
    if campaign.kind == Campaign.Kind.BOX:
        return _of_boxes(campaign, worker)
    return _of_labels(campaign, worker) if campaign.kind == Campaign.Kind.VERIFY else []


def gold_history(campaign: Campaign, worker: Worker) -> list[GoldRow]:
    """The newest answers to gold that counts, the newest first."""
    scores = GoldScore.objects.filter(
        worker=worker,
        gold__campaign=campaign,
        gold__withdrawn_at=None,
        is_good__isnull=False,
    ).order_by("-scored_at", "-pk")
    named = ("gold__task_id", "gold__task__position", "scored_at", "is_good", "details")
    return [
        GoldRow(task_id, position, at, bool(is_good), "good" if is_good else _wrong(details))
        for task_id, position, at, is_good, details in scores.values_list(*named)[:MOST_GOLD]
    ]


def messages(campaign: Campaign, worker: Worker) -> list[Message]:
    """What the worker was written from this campaign, the newest first."""
    rows = Message.objects.filter(worker=worker, campaign=campaign).select_related("written_by")
    return list(rows.order_by("-pk")[:MOST_MESSAGES])


def _day(row: WorkerDay, *, is_box: bool) -> Day:
    if is_box:
        n, good = row.n_matched + row.n_missed + row.n_extra, row.iou_sum
    else:
        n, good = row.n_compared, float(row.n_same)
    return Day(row.day, row.n_answers, n, good / n if n else None)


def _habit(edge: str, px: float, share: float, sd: float, *, n: int) -> Habit:
    by = NINE_IN_TEN * sd / sqrt(n)
    return Habit(edge, px, share, share - by, share + by)


def _of_boxes(campaign: Campaign, worker: Worker) -> list[Disagreement]:
    rows = Comparison.objects.filter(campaign=campaign, worker=worker).order_by("-received_at")
    named = ("task_id", "task__position", "received_at", "n_missed", "n_extra", "n_loose")
    found = [
        Disagreement(task_id, position, at, _off(*off))
        for task_id, position, at, *off in rows.values_list(*named)[:LOOKED_THROUGH]
        if any(off)
    ]
    return found[:SHOWN]


def _of_labels(campaign: Campaign, worker: Worker) -> list[Disagreement]:
    rows = Verdict.objects.filter(
        worker=worker,
        task__campaign=campaign,
        is_current=True,
        task__consensus_verdicts__is_current=True,
        task__consensus_verdicts__n_votes__gte=2,
    ).order_by("-received_at")
    crowd = F("task__consensus_verdicts__label")
    named = ("task_id", "task__position", "received_at", "label", "crowd")
    pairs = rows.annotate(crowd=crowd).values_list(*named)[:LOOKED_THROUGH]
    found = [
        Disagreement(
            task_id, position, at, f"{Label(own).label}; the consensus: {Label(other).label}"
        )
        for task_id, position, at, own, other in pairs
        if own and other and own != other
    ]
    return found[:SHOWN]


def _off(n_missed: int, n_extra: int, n_loose: int) -> str:
    said = [
        f"{n} {words}"
        for n, words in ((n_missed, "missed"), (n_extra, "extra"), (n_loose, "loose"))
        if n
    ]
    return ", ".join(said)


def _wrong(details: dict[str, Any]) -> str:
    """What was wrong with an answer to gold (`gold_scoring` of the kind)."""
    if "label" in details:
        label = details["label"]
        return f"said {Label(label).label.lower()}" if label in Label.values else "wrong label"
    said = _off(details.get("n_missed", 0), details.get("n_extra", 0), 0)
    iou = details.get("mean_iou")
    return said or (f"boxes fit with an IoU of {iou:.2f}" if iou is not None else "not good")
