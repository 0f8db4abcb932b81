"""Rows to the consensus core and back to rows; then retire the task or ask for one more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from annotate import check_queries, queries, skill_fitting
from annotate.check_queries import Spoken
from annotate.differences import Seen, difference
from annotate.models import Annotation, Consensus, ConsensusBox
from consensus import BOX_METHOD, BoxImage, ImageConsensus, checked, merge_images
from crowd import aggregating, retirement, versions
from crowd.aggregating import Aggregator, Estimation, Finding, Fitted
from crowd.models import Campaign, Outcome, Task
from crowd.retirement import Outlook

# In a campaign with a fixed number of workers one more is asked where more than this share of
# those who looked dissents on whether there is anything at all: a missed animal is the error that
# nobody sees later, and asking is cheap. On simulated crowds (three mixes, 1,200 images each, three
# answers first) errors in finished images fell from .0033 to .0017, from .0025 to .0017 and, with a
# third of the crowd spamming, from .0104 to .0076 an image, for 4 to 8 % more answers.
DISSENT_ON_EMPTY = 0.25
BATCH = 100

Version = tuple[Consensus, list[ConsensusBox]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is on one task, in the order received.

    rows: the annotations of workers who are not excluded; looked: those of them who could tell.
    n_excluded: counted annotations of excluded workers. check: what checkers say of the boxes.
    """

    task: Task
    rows: list[Annotation]
    looked: list[Annotation]
    n_excluded: int
    check: Spoken | None = None

    @classmethod
    def of(
        cls, task: Task, annotations: Iterable[Annotation], check: Spoken | None = None
    ) -> Evidence:
        rows: list[Annotation] = []
        left_out: list[Annotation] = []
        for row in annotations:
            (left_out if row.worker.is_excluded else rows).append(row)
        looked = [row for row in rows if row.outcome in queries.LOOKED]
        return cls(task, rows, looked, sum(not row.is_extra for row in left_out), check)

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.rows]

    def is_checked_since(self, at: datetime) -> bool:
        """Whether checkers say something that was not known then."""
        return self.check is not None and self.check.since > at

    def image(self) -> BoxImage:
        """As the consensus core reads it."""
        answers = [queries.box_answer(row) for row in self.looked]
        return BoxImage(answers, self.task.image.width, self.task.image.height)


class BoxAggregator(Aggregator[Version]):
    """Box tasks."""

    kind = Campaign.Kind.BOX
    method = BOX_METHOD
    answers = Annotation
    consensus = Consensus

    def find(
        self, tasks: Sequence[Task], fitted: Fitted, *, now: datetime
    ) -> list[Finding[Version]]:
        annotations = self.read([task.pk for task in tasks])
        checks = self.checks(tasks)
        evidence = [
            Evidence.of(task, annotations.get(task.pk, []), checks.get(task.pk)) for task in tasks
        ]
        merged = self.merge([one.image() for one in evidence], fitted)
        results = [
            _with_check(one, result, fitted) for one, result in zip(evidence, merged, strict=True)
        ]
        ids = {one.task.pk: one.ids for one in evidence}
        stored = versions.Stored.of(Consensus, ids, "boxes")
        return [
            _finding(one, result, fitted, stored, method=self.method, now=now)
            for one, result in zip(evidence, results, strict=True)
        ]

    def read(self, task_ids: list[int]) -> Mapping[int, list[Annotation]]:
        """The annotations of these tasks with workers and boxes, in the order received."""
        return queries.current_annotations(task_ids)

    def checks(self, tasks: Sequence[Task]) -> Mapping[int, Spoken]:
        """What checkers say of the boxes of these tasks, by task."""
        return check_queries.spoken(tasks)

    def merge(self, images: Iterable[BoxImage], fitted: Fitted) -> Iterable[ImageConsensus]:
        """The consensus of each image."""
        return merge_images(
            images,
            skills=skill_fitting.skills_of(fitted),
            parameters=skill_fitting.parameters_of(fitted.parameters),
        )

    def write(self, versions_: list[Version]) -> None:
        versions.supersede(Consensus, [consensus for consensus, _ in versions_])
        ConsensusBox.objects.bulk_create(box for _, boxes in versions_ for box in boxes)

    def comparable(self) -> QuerySet[Annotation]:
        return queries.comparable()

    def estimate(self, rows: QuerySet[Annotation] | None = None) -> Estimation:
        return skill_fitting.estimate(rows)


BOXES = BoxAggregator()


def aggregate_due(*, now: datetime, limit: int = BATCH) -> int:
    """Bring the consensus of up to `limit` stale box tasks up to date; returns how many.

    Safe to run twice, at once and in any order: one process aggregates at a time, an unchanged
    input writes no version, and an answer that comes in meanwhile leaves its task due.
    """
    return aggregating.aggregate(BOXES, now=now, limit=limit)


def seen(consensus: Consensus) -> Seen:
    """A stored consensus as it is compared."""
    boxes = list(consensus.boxes.all())
    return Seen(
        status=consensus.status,
        boxes_xywh=[(box.x, box.y, box.w, box.h) for box in boxes],
        scores=[box.score for box in boxes],
        is_settled=consensus.is_settled,
    )


def _finding(
    one: Evidence,
    result: ImageConsensus,
    fitted: Fitted,
    stored: versions.Stored[Consensus],
    *,
    method: str,
    now: datetime,
) -> Finding[Version]:
    outlook = _outlook(one, result, fitted)
    decision = retirement.decide(one.task, outlook)
    old = stored.current.get(one.task.pk)
    new = Seen(
        status=_status(result),
        boxes_xywh=[box.xywh for box in result.boxes],
        scores=[box.score for box in result.boxes],
        is_settled=decision.is_settled,
    )
    is_changed = bool(difference(seen(old) if old else None, new).reasons)
    version = None
    is_checked = old is not None and one.is_checked_since(old.computed_at)
    if is_changed or is_checked or old is None or old.evidence != one.ids:
        number = old.version + 1 if old else 1
        alike = None
        if one.check is None:
            alike = stored.alike(
                one.task.pk, one.ids, lambda row: not difference(seen(row), new).reasons
            )
        mark = _fingerprint(one, fitted, method)
        version = (
            _again(alike, number, now=now)
            if alike
            else _rows(one, result, new, mark, number, method=method, now=now)
        )
    return Finding(
        one.task, outlook, decision, version, is_changed, based_on=old.version if old else 0
    )


def _with_check(one: Evidence, result: ImageConsensus, fitted: Fitted) -> ImageConsensus:
    if one.check is None or result.n_looked == 0:
        return result
    parameters = skill_fitting.parameters_of(fitted.parameters)
    return checked(result, one.check.said, parameters=parameters)


def _fingerprint(one: Evidence, fitted: Fitted, method: str) -> str:
    workers = {row.worker_id for row in one.looked}
    others = {} if one.check is None else {"check": one.check.fingerprint}
    return fitted.fingerprint(method=method, evidence=one.ids, workers=workers, **others)


def _outlook(one: Evidence, result: ImageConsensus, fitted: Fitted) -> Outlook:
    n_looked = len(one.looked)
    n_empty = sum(row.outcome == Outcome.NOTHING for row in one.looked)
    n_dissenting = n_empty if result.boxes else n_looked - n_empty
    return Outlook(
        risk=result.risk,
        n_looked=n_looked,
        n_unusable=len(one.rows) - n_looked,
        agreement=result.mean_iou,
        n_excluded=one.n_excluded,
        n_compared=fitted.n_compared([row.worker_id for row in one.looked]),
        # who has checked the photo has been asked about that, too
        is_contested=one.check is None and n_dissenting > DISSENT_ON_EMPTY * n_looked,
    )


def _status(result: ImageConsensus) -> Consensus.Status:
    if result.n_looked == 0:
        return Consensus.Status.NOT_LOOKED
    return Consensus.Status.BOXED if result.boxes else Consensus.Status.EMPTY


def _again(row: Consensus, number: int, *, now: datetime) -> Version:
    """An earlier version as a new one: what comes back is exactly what was there."""
    changes = {"version": number, "is_current": True, "is_compared": False, "computed_at": now}
    again = versions.copied(row, **changes)
    return again, [versions.copied(box, consensus=again) for box in row.boxes.all()]


def _rows(
    one: Evidence,
    result: ImageConsensus,
    new: Seen,
    mark: str,
    number: int,
    *,
    method: str,
    now: datetime,
) -> Version:
    consensus = Consensus(
        task=one.task,
        version=number,
        status=new.status,
        method=method,
        n_looked=result.n_looked,
        n_unusable=len(one.rows) - len(one.looked),
        expected_unseen=result.expected_unseen,
        risk=result.risk,
        mean_iou=result.mean_iou,
        count_agreement=result.count_agreement,
        is_capped=result.is_capped,
        evidence=one.ids,
        fingerprint=mark,
        is_settled=new.is_settled,
        computed_at=now,
    )
    return consensus, _box_rows(consensus, one.looked, result)


def _box_rows(
    consensus: Consensus, looked: list[Annotation], result: ImageConsensus
) -> list[ConsensusBox]:
    drawn = [[box.pk for box in annotation.boxes.all()] for annotation in looked]
    made = []
    for number, fused in enumerate(result.boxes, start=1):
        x, y, w, h = fused.xywh
        made.append(
            ConsensusBox(
                consensus=consensus,
                number=number,
                x=x,
                y=y,
                w=w,
                h=h,
                score=fused.score,
                n_workers=fused.n_workers,
                n_looked=fused.n_looked,
                spread=list(fused.spread),
                sources=[drawn[answer][box] for answer, box in fused.sources],
            )
        )
    return made
