"""What a day brought, added up over workers; read from what jobs have counted. Days are UTC's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from consensus.drift import Drift, drift
from tallies.days import SUMMED, TOPIC
from tallies.models import Tally


@dataclass(frozen=True, slots=True)
class Work:
    """What was done, as `tallies.models.Figures` counts it, by `n_workers`."""

    n_workers: int = 0
    n_answers: int = 0
    n_empty: int = 0
    n_unusable: int = 0
    n_boxes: int = 0
    n_timed: int = 0
    seconds: float = 0.0
    n_compared: int = 0
    n_same: int = 0
    n_objects: int = 0
    n_matched: int = 0
    n_missed: int = 0
    n_extra: int = 0
    n_loose: int = 0
    iou_sum: float = 0.0
    n_gold: int = 0
    n_gold_good: int = 0

    def __add__(self, other: Work) -> Work:
        """Both together; of the workers only the more is known."""
        sums = {name: getattr(self, name) + getattr(other, name) for name in SUMMED}
        return Work(n_workers=max(self.n_workers, other.n_workers), **sums)

    def agreement(self, *, is_box: bool) -> float | None:
        """With the consensus: the mean IoU of matched boxes, or the share of verdicts like it."""
        if is_box:
            return _ratio(self.iou_sum, self.n_matched)
        return _ratio(self.n_same, self.n_compared)

    @property
    def n_given(self) -> int:
        """Answers, those to gold with them."""
        return self.n_answers + self.n_gold

    @property
    def seconds_per_answer(self) -> float | None:
        return _ratio(self.seconds, self.n_timed)

    @property
    def hours(self) -> float | None:
        """Of attention, in all; answers that do not tell took as long as the others."""
        each = self.seconds_per_answer
        return None if each is None else each * self.n_given / 3600

    @property
    def unusable(self) -> float | None:
        """The share of answers that could not be given."""
        return _ratio(self.n_unusable, self.n_answers)


NOTHING = Work()
# a day with fewer compared answers says little of agreement
LEAST_COMPARED = 10
Days = Mapping[date, Work]


@dataclass(frozen=True, slots=True)
class Counted:
    """A campaign's days with any answer, and from when they are."""

    days: Days
    counted_at: datetime

    @property
    def in_all(self) -> Work:
        """All days together; of the workers only the most on a day are known."""
        return sum(self.days.values(), NOTHING)


def counted(campaigns: Collection[int]) -> dict[int, Counted]:
    """What was counted last of these campaigns, by id, in one query."""
    rows = Tally.objects.filter(topic=TOPIC, campaign__in=campaigns).order_by("campaign_id")
    found = rows.values_list("campaign_id", "content__days", "counted_at")
    return {key: Counted(dict(map(_read, lines or [])), at) for key, lines, at in found}


def complete_counts(days: Days, *, now: datetime) -> list[int]:
    """Answers on each day from the first with any to yesterday.

    >>> from datetime import UTC
    >>> days = {date(2026, 5, 1): Work(n_answers=7), date(2026, 5, 3): Work(n_answers=1)}
    >>> complete_counts(days, now=datetime(2026, 5, 4, 9, tzinfo=UTC))
    [7, 0, 1]
    """
    worked = [day for day, work in days.items() if work.n_answers and day < now.date()]
    if not worked:
        return []
    return [days.get(day, NOTHING).n_answers for day in _span(min(worked), now.date())]


def course(worked: Days, *, is_box: bool) -> Drift | None:
    """How agreement with the consensus goes, of days with enough of it; None for too few."""
    known = [
        (agreement, work.n_compared)
        for _day, work in sorted(worked.items())
        if work.n_compared >= LEAST_COMPARED
        and (agreement := work.agreement(is_box=is_box)) is not None
    ]
    return drift([value for value, _ in known], [n for _, n in known])


def pooled(many: Iterable[Days]) -> dict[date, int]:
    """Answers a day in all of these together."""
    found: dict[date, int] = defaultdict(int)
    for days in many:
        for day, work in days.items():
            found[day] += work.n_answers
    return found


def _span(first: date, end: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((end - first).days))


def _read(line: Sequence[Any]) -> tuple[date, Work]:
    day, n_workers, *sums = line
    return date.fromisoformat(day), Work(n_workers, **dict(zip(SUMMED, sums, strict=True)))


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
