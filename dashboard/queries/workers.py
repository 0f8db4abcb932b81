"""Everybody who answers in a campaign, from what has been counted of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from crowd import intervals
from crowd.intervals import Interval
from crowd.models import AuditEntry, Campaign, Enrolment, SkillEstimate, Worker
from dashboard.queries import pay
from tallies import store
from tallies.models import WorkerTally

# what the audit calls a suspension that nobody decided
AUTOMATIC = "suspend automatically"
DEEDS = {
    "suspend": "paused",
    "reinstate": "let back in",
    "exclude": "answers left out",
    "include": "answers taken back in",
    "watch": "watched again",
    "send to practice": "sent to practice",
    "call off practice": "practice called off",
    "write to worker": "written to",
    AUTOMATIC: "suspended automatically, answers left out",
    "reinstate automatically": "let back in automatically",
}
# of a normal deviate: nine in ten lie within so many standard deviations
NINE_IN_TEN = 1.645
STATES = {
    "active": "Active",
    "practice": "At practice",
    "paused": "Paused",
    "excluded": "Left out",
}


@dataclass(frozen=True, slots=True)
class Span:
    """A share with the ends between which nine in ten such estimates lie; 0..1."""

    value: float
    low: float
    high: float

    @classmethod
    def of_skill(cls, skill: SkillEstimate | None) -> Span | None:
        """The skill in one number; None where it is not known."""
        if skill is None or skill.quality is None:
            return None
        by = NINE_IN_TEN * (skill.quality_sd or 0.0)
        return cls(skill.quality, max(skill.quality - by, 0.0), min(skill.quality + by, 1.0))


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A worker and what the answers in the campaign add up to (`tallies.models.WorkerTally`).

    Shares are 0..1 and None where there is nothing to share. `skill` is over all campaigns of the
    kind; `why` the figures of an automatic suspension; `hourly` what an hour of attention brings.
    """

    worker: Worker
    tally: WorkerTally
    is_box: bool
    skill: SkillEstimate | None = None
    is_at_practice: bool = False
    hourly: float | None = None
    why: dict[str, Any] | None = None

    @property
    def span(self) -> Span | None:
        """The skill with its interval."""
        return Span.of_skill(self.skill)

    @property
    def quality(self) -> float | None:
        """The skill in one number, 0..1."""
        return self.skill.quality if self.skill else None

    @property
    def agreement(self) -> float | None:
        """Mean IoU of the boxes that have one in the consensus; or share of equal labels."""
        if self.is_box:
            return _share(self.tally.iou_sum, self.tally.n_matched)
        return _share(self.tally.n_same, self.tally.n_compared)

    @property
    def missed(self) -> float | None:
        """Share of the consensus boxes that the worker left out."""
        return _share(self.tally.n_missed, self.tally.n_objects)

    @property
    def extra(self) -> float | None:
        """Share of the worker's boxes that no consensus box was made from."""
        return _share(self.tally.n_extra, self.tally.n_matched + self.tally.n_extra)

    @property
    def loose(self) -> float | None:
        """Share of the boxes that fit a consensus box with an IoU under 0.75."""
        return _share(self.tally.n_loose, self.tally.n_matched)

    @property
    def empty(self) -> float | None:
        return _share(self.tally.n_empty, self.tally.n_answers)

    @property
    def unusable(self) -> float | None:
        """Share of answers that were *can't tell* or *photo problem*."""
        return _share(self.tally.n_unusable, self.tally.n_answers)

    @property
    def gold(self) -> float | None:
        """Share of the answers to gold that were good."""
        return _share(self.tally.n_gold_good, self.tally.n_gold)

    @property
    def gold_interval(self) -> Interval:
        return intervals.share(self.gold or 0.0, self.tally.n_gold)

    @property
    def pace_s(self) -> float | None:
        """Median seconds of attention for a box, or for an answer where nothing is drawn."""
        return self.tally.median_box_s if self.is_box else self.tally.median_s

    @property
    def state(self) -> str:
        """One of `STATES`."""
        if self.worker.is_excluded:
            return "excluded"
        if self.worker.status == Worker.Status.SUSPENDED:
            return "paused"
        return "practice" if self.is_at_practice else "active"

    @property
    def state_words(self) -> str:
        return STATES[self.state]


SORTS: dict[str, Callable[[WorkerRow], Any]] = {
    "worker": lambda row: row.worker.pseudonym,
    "skill": lambda row: row.quality,
    "answers": lambda row: row.tally.n_answers,
    "agreement": lambda row: row.agreement,
    "missed": lambda row: row.missed,
    "extra": lambda row: row.extra,
    "loose": lambda row: row.loose,
    "empty": lambda row: row.empty,
    "unusable": lambda row: row.unusable,
    "gold": lambda row: row.gold,
    "seconds": lambda row: row.tally.median_s,
    "box_seconds": lambda row: row.tally.median_box_s,
    "pay": lambda row: row.hourly,
    "seen": lambda row: row.tally.last_at,
    "status": lambda row: row.state,
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done about a worker; `who` is None where nobody did it or is known."""

    at: datetime
    words: str
    who: str | None


def workers(campaign: Campaign, only: Worker | None = None) -> list[WorkerRow]:
    """Everybody (or only one) whose answers have been counted, the busiest first."""
    tallies = WorkerTally.objects.filter(campaign=campaign).select_related("worker")
    tallies = tallies.filter(worker=only) if only else tallies
    rows = list(tallies.order_by("-n_answers", "worker_id"))
    known = SkillEstimate.objects.filter(kind=campaign.kind)
    known = known.filter(worker=only) if only else known
    skills = {skill.worker_id: skill for skill in known.order_by("worker_id")}
    at_practice = _at_practice(campaign)
    return [
        WorkerRow(
            worker=row.worker,
            tally=row,
            is_box=campaign.kind == Campaign.Kind.BOX,
            skill=skills.get(row.worker_id),
            is_at_practice=row.worker_id in at_practice,
            hourly=pay.of(campaign, row.n_timed, row.seconds).hourly,
        )
        for row in rows
    ]


def counted_at(campaign: Campaign) -> datetime | None:
    """From when the figures are; None where nothing has been counted yet."""
    kept = store.read(campaign, "workers")
    return kept.counted_at if kept else None


def n_begun(campaign: Campaign) -> int:
    """How many workers have been handed a photo, counted or not."""
    return Enrolment.objects.filter(campaign=campaign, n_claimed__gt=0).count()


def with_reasons(rows: Sequence[WorkerRow]) -> list[WorkerRow]:
    """These rows, those of workers who were suspended automatically with the figures that said
    so."""
    subjects = {
        f"worker {row.worker.pseudonym}": row.worker.pk
        for row in rows
        if row.worker.status_reason == Worker.Reason.AUTOMATIC
    }
    entries = AuditEntry.objects.filter(subject__in=subjects, action=AUTOMATIC).order_by("id")
    why = {subjects[entry.subject]: entry.detail for entry in entries}
    return [replace(row, why=why.get(row.worker.pk)) for row in rows]


def chosen(rows: Iterable[WorkerRow], *, state: str, name: str) -> list[WorkerRow]:
    """The rows in a state of `STATES` ("": any) whose pseudonym contains `name`."""
    wanted = name.strip().lower()
    return [
        row for row in rows if state in {"", row.state} and wanted in row.worker.pseudonym.lower()
    ]


def ordered(rows: Iterable[WorkerRow], sort: str, *, is_descending: bool) -> list[WorkerRow]:
    """The rows sorted by a column of `SORTS`; what is unknown always comes last."""
    key = SORTS[sort]
    keyed = [(key(row), row) for row in rows]
    known = [pair for pair in keyed if pair[0] is not None]
    known.sort(key=lambda pair: pair[0], reverse=is_descending)
    return [row for _, row in known] + [row for value, row in keyed if value is None]


def deeds(worker: Worker, *, most: int = 50) -> list[Deed]:
    """What was done about the worker, the newest first."""
    entries = AuditEntry.objects.filter(subject=f"worker {worker.pseudonym}", action__in=DEEDS)
    return [
        Deed(entry.at, DEEDS[entry.action], entry.actor.username if entry.actor else None)
        for entry in entries.select_related("actor").order_by("-id")[:most]
    ]


def _at_practice(campaign: Campaign) -> frozenset[int]:
    """Whom the campaign hands out no photo before some practice is passed."""
    asked = Q() if campaign.has_qualification else Q(is_to_practise=True)
    places = Enrolment.objects.filter(
        asked, campaign=campaign, qualified_at=None, worker__is_simulated=False
    )
    return frozenset(places.values_list("worker_id", flat=True))


def _share(n: float, of: int) -> float | None:
    return n / of if of else None
