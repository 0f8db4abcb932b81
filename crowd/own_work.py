"""What a worker has done, for the worker alone to read; it never writes.

What an answer says, and whether it is the consensus's, differ by kind: each kind's app brings an
`OwnWork`, named in the setting `OWN_WORK`, as this app knows neither boxes nor verdicts.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Count, FloatField, Func, Q, Sum, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest, Least, TruncDate
from django.utils.module_loading import import_string

from crowd import intervals
from crowd.models import Answer, Campaign, Enrolment, Task, Worker

AT_ONCE = 24
# agreement is told of the latest answers, so that getting better shows
LATEST = 200
# under so many comparisons a share says little
LEAST = 20
# nobody looks at one photo for longer: a tab was left open
LONGEST_MS = 10 * 60 * 1000.0
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """What one answer says: in words, and as boxes [x, y, w, h] in pixels of the upright
    full-size image where there are some."""

    words: str
    boxes_xywh: Sequence[Sequence[float]] = ()


class OwnWork(ABC):
    """What one kind of task brings to a worker's own page."""

    kind: ClassVar[Campaign.Kind]
    answers: ClassVar[type[Answer]]

    @abstractmethod
    def said(self, answers: Sequence[Answer]) -> dict[int, Said]:
        """What these answers say, by id, read with a fixed number of queries."""

    @abstractmethod
    def compared(self, worker: Worker, *, most: int) -> tuple[int, int]:
        """Of the worker's latest answers (at most so many) with a consensus that at least two
        others have a part in: how many agree with it, and how many there are."""

    @abstractmethod
    def agreement_in_words(self, agreement: Agreement) -> str:
        """One sentence, kind and plain."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many of so many compared answers are as the consensus; shares are 0..1."""

    n_same: int
    n_compared: int

    @property
    def is_known(self) -> bool:
        return self.n_compared >= LEAST

    @property
    def share(self) -> float:
        return self.n_same / self.n_compared if self.n_compared else 0.0

    @property
    def interval(self) -> intervals.Interval:
        return intervals.share(self.share, self.n_compared)


@dataclass(slots=True)
class Done:
    """So many photos answered, so many of them finished by now, in so many seconds of looking."""

    n: int = 0
    n_finished: int = 0
    active_s: float = 0.0

    def add(self, row: Mapping[str, Any]) -> None:
        self.n += row["n"]
        self.n_finished += row["n_finished"]
        self.active_s += (row["active_ms"] or 0.0) / 1000


@dataclass(frozen=True, slots=True)
class History:
    """All that a worker has answered, by campaign and by day of the time zone asked for."""

    total: Done
    by_day: dict[date, Done]
    by_campaign: dict[int, Done]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of answers ends: below this answer of this kind, in the order of time."""

    at: datetime
    kind: str
    id: int

    def __str__(self) -> str:
        return f"{(self.at - BEGINNING) // timedelta(microseconds=1)}-{self.kind}-{self.id}"

    @classmethod
    def read(cls, text: str) -> Place:
        """The place as written by `str`; `ValueError` for anything else."""
        micros, kind, number = text.split("-")
        try:
            at = BEGINNING + timedelta(microseconds=int(micros))
        except OverflowError as error:
            raise ValueError(text) from error
        return cls(at, Campaign.Kind(kind).value, int(number))


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer with its photo (`task.image`) and what it says."""

    answer: Answer
    kind: str
    said: Said


@dataclass(frozen=True, slots=True)
class Entries:
    """The newest first; `older` is where the next page begins, None at the end."""

    entries: list[Entry] = field(default_factory=list)
    older: Place | None = None


@cache
def kinds() -> tuple[OwnWork, ...]:
    """One for each kind of campaign."""
    return tuple(import_string(name)() for name in settings.OWN_WORK)


def of_kind(kind: str) -> OwnWork:
    return next(own for own in kinds() if own.kind == kind)


def history(worker: Worker, *, zone: tzinfo) -> History:
    """What the worker has answered, the newest day first; one query for each kind."""
    total = Done()
    by_day: dict[date, Done] = defaultdict(Done)
    by_campaign: dict[int, Done] = defaultdict(Done)
    for own in kinds():
        for row in _sums(own, worker, zone):
            for into in (total, by_day[row["day"]], by_campaign[row["task__campaign"]]):
                into.add(row)
    days = {day: by_day[day] for day in sorted(by_day, reverse=True)}
    return History(total, days, dict(by_campaign))


def _sums(own: OwnWork, worker: Worker, zone: tzinfo) -> Iterable[Mapping[str, Any]]:
    given = own.answers._default_manager.filter(worker=worker, is_current=True)
    return (
        given.order_by()
        .values("task__campaign", day=TruncDate("received_at", tzinfo=zone))
        .annotate(
            n=Count("pk"),
            n_finished=Count("pk", filter=Q(task__state=Task.State.RETIRED, is_extra=False)),
            active_ms=Sum(_active_ms()),
        )
    )


def _active_ms() -> Func:
    """Looking at the photo with the page in view, without long pauses."""
    looked = _timing("visible_ms") - Coalesce(_timing("idle_ms"), Value(0.0))
    return Least(Greatest(looked, Value(0.0)), Value(LONGEST_MS))


def _timing(name: str) -> Cast:
    return Cast(KeyTextTransform(name, "timing"), FloatField())


def n_by_campaign(worker: Worker) -> dict[int, int]:
    """How many photos the worker has answered in each campaign; one query for each kind."""
    found: dict[int, int] = {}
    for own in kinds():
        given = own.answers._default_manager.filter(worker=worker, is_current=True).order_by()
        found |= dict(given.values_list("task__campaign").annotate(n=Count("pk")))
    return found


def n_finished(worker: Worker, own: OwnWork) -> int:
    """How many photos are finished by now that the worker has a part in."""
    counting = own.answers._default_manager.filter(worker=worker, is_current=True, is_extra=False)
    return counting.filter(task__state=Task.State.RETIRED).count()


def agreement(worker: Worker, own: OwnWork) -> Agreement:
    """The worker's latest answers of a kind beside the consensus."""
    return Agreement(*own.compared(worker, most=LATEST))


def practised(worker: Worker) -> dict[int, Enrolment]:
    """By campaign: the worker's place in it, with the practice done."""
    return {place.campaign_id: place for place in Enrolment.objects.filter(worker=worker)}


def latest(worker: Worker, *, below: Place | None, most: int = AT_ONCE) -> Entries:
    """A page of the worker's answers, of all kinds, the newest first.

    Nothing tells whether an answer's photo was gold or is finished: the one would give away the
    other.
    """
    found: list[tuple[Place, OwnWork, Answer]] = []
    for own in kinds():
        for answer in _below(own, worker, below)[: most + 1]:
            found.append((Place(answer.received_at, own.kind.value, answer.pk), own, answer))
    found.sort(key=lambda row: (row[0].at, row[0].kind, row[0].id), reverse=True)
    page = found[:most]
    said = _said([(own, answer) for _, own, answer in page])
    entries = [Entry(answer, place.kind, said[place.kind][answer.pk]) for place, _, answer in page]
    return Entries(entries, page[-1][0] if len(found) > most else None)


def _said(page: Sequence[tuple[OwnWork, Answer]]) -> dict[str, dict[int, Said]]:
    return {
        own.kind.value: own.said([answer for other, answer in page if other is own])
        for own in kinds()
    }


def _below(own: OwnWork, worker: Worker, below: Place | None) -> Any:
    rows = own.answers._default_manager.filter(worker=worker, is_current=True)
    if below is not None:
        is_earlier = Q(received_at__lt=below.at)
        if own.kind.value == below.kind:
            is_earlier |= Q(received_at=below.at, pk__lt=below.id)
        elif own.kind.value < below.kind:
            is_earlier |= Q(received_at=below.at)
        rows = rows.filter(is_earlier)
    return rows.select_related("task__image", "task__campaign").order_by("-received_at", "-pk")
