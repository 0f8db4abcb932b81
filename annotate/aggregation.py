"""Rows to the consensus core and back to rows; then retire the task or ask for one more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from annotate import queries, skill_fitting
from annotate.models import Annotation, Consensus, ConsensusBox
from consensus import BOX_METHOD, BoxSkill, ImageConsensus, merge_boxes
from crowd import aggregating, versions
from crowd.aggregating import Finding
from crowd.models import Campaign, Outcome, Task
from crowd.retirement import Outlook

# A consensus stands when its risk is at most this (the design's tau). On simulated crowds with
# three answers an image, no settled image in 255 was wrong and a quarter of the others were.
SETTLED_RISK = 0.10
# ... and when at most this share of those who looked dissents on whether there is anything at all:
# a missed animal is the error that nobody sees later, and asking one more worker is cheap.
DISSENT_ON_EMPTY = 0.25
BATCH = 100

Version = tuple[Consensus, list[ConsensusBox]]


def aggregate_due(*, now: datetime, limit: int = BATCH) -> int:
    """Bring the consensus of up to `limit` stale box tasks up to date; returns how many.

    Safe to run twice, at once and in any order: one process aggregates at a time, an unchanged
    input writes no version, and an answer that comes in meanwhile leaves its task due.
    """
    return aggregating.aggregate(
        Campaign.Kind.BOX, now=now, limit=limit, prepare=partial(_prepare, now=now), write=_write
    )


def merge(
    task: Task, annotations: list[Annotation], skills: Mapping[int, BoxSkill]
) -> ImageConsensus:
    """The consensus of one task from the annotations of those who looked."""
    return merge_boxes(
        [queries.box_answer(annotation) for annotation in annotations],
        width=task.image.width,
        height=task.image.height,
        skills={str(worker_id): skill for worker_id, skill in skills.items()},
    )


def _prepare(tasks: list[Task], *, now: datetime) -> Callable[[Task], Finding[Version]]:
    task_ids = [task.pk for task in tasks]
    annotations = queries.current_annotations(task_ids)
    known = skill_fitting.load(
        annotation.worker_id for rows in annotations.values() for annotation in rows
    )
    before = versions.current(Consensus, task_ids)

    def find(task: Task) -> Finding[Version]:
        rows = annotations.get(task.pk, [])
        looked = [row for row in rows if row.outcome in queries.LOOKED]
        skills = {row.worker_id: known[row.worker_id] for row in looked if row.worker_id in known}
        result = merge(task, looked, skills)
        mark = versions.fingerprint(
            method=BOX_METHOD, evidence=[row.pk for row in rows], skills=skills
        )
        old = before.get(task.pk)
        is_new = old is None or old.fingerprint != mark
        version = _rows(task, rows, looked, result, mark, old, now=now) if is_new else None
        return Finding(task, _outlook(result, rows, looked), version)

    return find


def _write(made: list[Version]) -> None:
    versions.supersede(Consensus, [consensus for consensus, _ in made])
    ConsensusBox.objects.bulk_create(box for _, boxes in made for box in boxes)


def _outlook(result: ImageConsensus, rows: list[Annotation], looked: list[Annotation]) -> Outlook:
    n_empty = sum(row.outcome == Outcome.NOTHING for row in looked)
    n_dissenting = n_empty if result.boxes else len(looked) - n_empty
    is_contested = n_dissenting > DISSENT_ON_EMPTY * len(looked)
    return Outlook(
        is_settled=bool(looked) and not is_contested and result.risk <= SETTLED_RISK,
        n_unusable=len(rows) - len(looked),
        agreement=result.mean_iou,
        risk=result.risk,
    )


def _rows(
    task: Task,
    rows: list[Annotation],
    looked: list[Annotation],
    result: ImageConsensus,
    mark: str,
    old: Consensus | None,
    *,
    now: datetime,
) -> Version:
    consensus = Consensus(
        task=task,
        version=old.version + 1 if old else 1,
        status=_status(result),
        method=BOX_METHOD,
        n_looked=result.n_looked,
        n_unusable=len(rows) - len(looked),
        expected_unseen=result.expected_unseen,
        risk=result.risk,
        mean_iou=result.mean_iou,
        count_agreement=result.count_agreement,
        is_capped=result.is_capped,
        evidence=[row.pk for row in rows],
        fingerprint=mark,
        computed_at=now,
    )
    return consensus, _box_rows(consensus, looked, result)


def _status(result: ImageConsensus) -> Consensus.Status:
    if result.n_looked == 0:
        return Consensus.Status.NOT_LOOKED
    return Consensus.Status.BOXED if result.boxes else Consensus.Status.EMPTY


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
