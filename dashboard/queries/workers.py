"""What each worker has done in a campaign."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Aggregate, Count, F, FloatField, Max, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from annotate.queries import LOOKED
from crowd.models import Answer, AuditEntry, Campaign, Outcome, SkillEstimate, Worker
from dashboard.comparison import Comparison
from dashboard.queries.campaigns import ANSWERS
from dashboard.queries.samples import comparisons, sampled_boxes
from verify.models import Label, Verdict

# what the audit calls a suspension that nobody decided
AUTOMATIC = "suspend automatically"
DEEDS = {
    "suspend": "suspended",
    "reinstate": "let back in",
    "exclude": "answers left out",
    "include": "answers taken back in",
    "watch": "watched again",
    AUTOMATIC: "suspended automatically, answers left out",
    "reinstate automatically": "let back in automatically",
}
SORTS = {
    "worker": "Worker",
    "skill": "Skill",
    "answers": "Answers",
    "agreement": "With consensus",
    "missed": "Missed",
    "extra": "Extra",
    "unusable": "Can't tell",
    "seconds": "Median time",
    "seen": "Last seen",
    "status": "Status",
}


class Median(Aggregate):
    """PostgreSQL's percentile_cont at one half."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """`agreement`: mean IoU of matched boxes with the consensus (box campaigns), or share of
    verdicts equal to it. `missed`: share of the consensus boxes that the worker left out; `extra`:
    boxes per answered image that no consensus box was made from. None where nothing is known.
    `skill` is over all campaigns of the kind; `why` the figures of an automatic suspension."""

    worker: Worker
    n_answers: int
    n_unusable: int
    last_seen: datetime
    median_s: float | None
    agreement: float | None
    n_compared: int
    missed: float | None = None
    extra: int | None = None
    skill: SkillEstimate | None = None
    why: dict[str, Any] | None = None

    @property
    def quality(self) -> float | None:
        """The skill in one number, 0..1."""
        return self.skill.quality if self.skill else None

    @property
    def unusable(self) -> float:
        """Share of answers that were *can't tell* or *photo problem*."""
        return self.n_unusable / self.n_answers


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done about a worker; `who` is None where nobody did it or is known."""

    at: datetime
    words: str
    who: str | None


def workers(campaign: Campaign, only: Worker | None = None) -> list[WorkerRow]:
    """Everybody (or only one) with an answer in the campaign, the busiest first."""
    is_box = campaign.kind == Campaign.Kind.BOX
    totals = _totals(campaign)
    totals = totals.filter(worker=only) if only else totals
    rows = list(totals.order_by("-n_answers", "worker"))
    people = Worker.objects.in_bulk([row["worker"] for row in rows])
    boxes = comparisons(sampled_boxes(campaign)) if is_box else {}
    verdicts = {} if is_box else _equal_to_consensus(campaign)
    found = [_row(people[row["worker"]], row, boxes, verdicts, is_box=is_box) for row in rows]
    return _with_skills(campaign, found)


def deeds(worker: Worker, *, most: int = 50) -> list[Deed]:
    """What was done about the worker, the newest first."""
    entries = AuditEntry.objects.filter(subject=f"worker {worker.pseudonym}", action__in=DEEDS)
    return [
        Deed(entry.at, DEEDS[entry.action], entry.actor.username if entry.actor else None)
        for entry in entries.select_related("actor").order_by("-id")[:most]
    ]


def ordered(rows: list[WorkerRow], sort: str, *, is_descending: bool) -> list[WorkerRow]:
    """The rows sorted by a column of `SORTS`; what is unknown always comes last."""

    def key(row: WorkerRow) -> object:
        return {
            "worker": row.worker.pseudonym,
            "skill": row.quality,
            "answers": row.n_answers,
            "agreement": row.agreement,
            "missed": row.missed,
            "extra": row.extra,
            "unusable": row.unusable,
            "seconds": row.median_s,
            "seen": row.last_seen,
            "status": row.worker.status,
        }[sort]

    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return sorted(known, key=key, reverse=is_descending) + unknown  # type: ignore[arg-type]


def _with_skills(campaign: Campaign, rows: list[WorkerRow]) -> list[WorkerRow]:
    """The rows with everybody's skill, and why those who were suspended automatically were."""
    skills = {
        skill.worker_id: skill
        for skill in SkillEstimate.objects.filter(
            kind=campaign.kind, worker__in=[row.worker.pk for row in rows]
        ).order_by("worker_id")
    }
    subjects = {
        f"worker {row.worker.pseudonym}": row.worker.pk
        for row in rows
        if row.worker.status_reason == Worker.Reason.AUTOMATIC
    }
    entries = AuditEntry.objects.filter(subject__in=subjects, action=AUTOMATIC).order_by("id")
    why = {subjects[entry.subject]: entry.detail for entry in entries}
    return [
        replace(row, skill=skills.get(row.worker.pk), why=why.get(row.worker.pk)) for row in rows
    ]


def _totals(campaign: Campaign):  # type: ignore[no-untyped-def]
    model: type[Answer] = ANSWERS[Campaign.Kind(campaign.kind)]
    return (
        model._default_manager.filter(task__campaign=campaign, is_current=True)
        .values("worker")
        .annotate(
            n_answers=Count("pk"),
            n_unusable=Count("pk", filter=~Q(outcome__in=LOOKED)),
            last_seen=Max("received_at"),
            median_ms=Median(
                Coalesce(
                    _number("active_ms"),
                    _number("visible_ms") - Coalesce(_number("idle_ms"), 0.0),
                )
            ),
        )
    )


def _number(name: str) -> Cast:
    return Cast(KeyTextTransform(name, "timing"), FloatField())


def _equal_to_consensus(campaign: Campaign) -> dict[int, tuple[int, int]]:
    """By worker: verdicts equal to the consensus, and verdicts compared with one of two votes."""
    rows = (
        Verdict.objects.filter(
            task__campaign=campaign,
            is_current=True,
            outcome=Outcome.ANSWERED,
            task__consensus_verdicts__is_current=True,
            task__consensus_verdicts__n_votes__gte=2,
            task__consensus_verdicts__label__in=Label.values,
        )
        .values("worker")
        .annotate(
            same=Count("pk", filter=Q(label=F("task__consensus_verdicts__label"))), n=Count("pk")
        )
        .order_by("worker")
    )
    return {row["worker"]: (row["same"], row["n"]) for row in rows}


def _row(
    worker: Worker,
    row: dict[str, object],
    boxes: dict[int, Comparison],
    verdicts: dict[int, tuple[int, int]],
    *,
    is_box: bool,
) -> WorkerRow:
    found = boxes.get(worker.pk, Comparison())
    same, n = verdicts.get(worker.pk, (0, 0))
    median_ms = row["median_ms"]
    return WorkerRow(
        worker=worker,
        n_answers=row["n_answers"],  # type: ignore[arg-type]
        n_unusable=row["n_unusable"],  # type: ignore[arg-type]
        last_seen=row["last_seen"],  # type: ignore[arg-type]
        median_s=median_ms / 1000 if isinstance(median_ms, float) else None,
        agreement=found.mean_iou if is_box else (same / n if n else None),
        n_compared=found.n_objects if is_box else n,
        missed=found.n_missed / found.n_objects if found.n_objects else None,
        extra=found.n_extra if worker.pk in boxes else None,
    )
