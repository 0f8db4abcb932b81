"""The newest tasks that several workers have answered: what agreement is measured on.

Agreement needs every box, so it is measured on a bounded sample rather than on a whole campaign;
the pages say so. Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

import numpy as np
from django.db.models import F

from annotate.models import Annotation, Box, Consensus, ConsensusBox
from annotate.queries import LOOKED
from consensus.agreement import krippendorff_alpha_boxes, krippendorff_alpha_nominal
from consensus.types import FloatArray
from crowd.models import Campaign, Outcome
from dashboard.comparison import XYWH, Fused
from verify.models import ConsensusVerdict, Verdict

SAMPLE = 200


@dataclass(frozen=True, slots=True)
class SampledAnswer:
    """One worker's annotation; `boxes` by id."""

    id: int
    worker_id: int
    outcome: str
    active_s: float | None
    boxes: dict[int, XYWH]


@dataclass(frozen=True, slots=True)
class SampledTask:
    """A consensus with the answers that it was made from."""

    consensus: Consensus
    fused: list[Fused]
    answers: list[SampledAnswer]


@dataclass(frozen=True, slots=True)
class BoxFigures:
    """What the sample says about a box campaign; None where nothing can be said yet."""

    n_tasks: int
    mean_iou: float | None
    count_agreement: float | None
    alpha: float | None
    n_boxes: int
    share_empty: float | None
    share_unusable: float | None
    n_capped: int
    median_answer_s: float | None
    median_box_s: float | None

    @property
    def boxes_per_image(self) -> float | None:
        return self.n_boxes / self.n_tasks if self.n_tasks else None


@dataclass(frozen=True, slots=True)
class VerdictFigures:
    """What the sample says about a verification campaign."""

    n_tasks: int
    pair_agreement: float | None
    alpha: float | None
    share_unusable: float | None
    median_answer_s: float | None


def active_seconds(timing: dict[str, Any]) -> float | None:
    """Seconds that a worker was busy with an answer, from the browser's own count; None if unknown.

    >>> active_seconds({"visible_ms": 9000, "idle_ms": 2000}), active_seconds({})
    (7.0, None)
    """
    active = timing.get("active_ms")
    if active is None and timing.get("visible_ms") is not None:
        active = timing["visible_ms"] - (timing.get("idle_ms") or 0)
    return max(active, 0) / 1000 if active is not None else None


def sampled_boxes(campaign: Campaign) -> list[SampledTask]:
    """The box tasks with the newest consensus of at least two answers, newest first."""
    rows = list(
        Consensus.objects.filter(task__campaign=campaign, is_current=True)
        .alias(n_answers=F("n_looked") + F("n_unusable"))
        .filter(n_answers__gte=2)
        .order_by("-id")[:SAMPLE]
    )
    fused = _fused([row.pk for row in rows])
    answers = _answers([row.task_id for row in rows])
    return [
        SampledTask(
            row,
            fused.get(row.pk, []),
            [answers[answer_id] for answer_id in row.evidence if answer_id in answers],
        )
        for row in rows
    ]


def box_figures(sample: Sequence[SampledTask]) -> BoxFigures:
    """Agreement and habits over a sample of box tasks."""
    rows = [task.consensus for task in sample]
    answers = [answer for task in sample for answer in task.answers]
    looked = [row for row in rows if row.status != Consensus.Status.NOT_LOOKED]
    return BoxFigures(
        n_tasks=len(rows),
        mean_iou=_mean([row.mean_iou for row in rows]),
        count_agreement=_mean([row.count_agreement for row in rows]),
        alpha=krippendorff_alpha_boxes(_units(task) for task in sample),
        n_boxes=sum(len(task.fused) for task in sample),
        share_empty=_mean([float(row.status == Consensus.Status.EMPTY) for row in looked]),
        share_unusable=_mean([float(answer.outcome not in LOOKED) for answer in answers]),
        n_capped=sum(row.is_capped for row in rows),
        median_answer_s=_median([answer.active_s for answer in answers]),
        median_box_s=_median(
            [
                answer.active_s / len(answer.boxes)
                for answer in answers
                if answer.active_s is not None and answer.boxes
            ]
        ),
    )


def verdict_figures(campaign: Campaign) -> VerdictFigures:
    """Agreement over the verification tasks with the newest consensus of at least two answers."""
    task_ids = list(
        ConsensusVerdict.objects.filter(task__campaign=campaign, is_current=True)
        .alias(n_answers=F("n_votes") + F("n_unusable"))
        .filter(n_answers__gte=2)
        .order_by("-id")
        .values_list("task_id", flat=True)[:SAMPLE]
    )
    rows = list(
        Verdict.objects.filter(task__in=task_ids, is_current=True)
        .order_by("id")
        .values_list("task_id", "outcome", "label", "timing", "task__agreement")
    )
    units: dict[int, list[str]] = defaultdict(list)
    agreement: dict[int, float | None] = {}
    for task_id, outcome, label, _, task_agreement in rows:
        agreement[task_id] = task_agreement
        if outcome == Outcome.ANSWERED:
            units[task_id].append(label)
    return VerdictFigures(
        n_tasks=len(task_ids),
        pair_agreement=_mean(list(agreement.values())),
        alpha=krippendorff_alpha_nominal(units.values()),
        share_unusable=_mean([float(row[1] != Outcome.ANSWERED) for row in rows]),
        median_answer_s=_median([active_seconds(row[3]) for row in rows]),
    )


def _units(task: SampledTask) -> list[FloatArray]:
    return [
        np.array(list(answer.boxes.values()), dtype=np.float64).reshape(-1, 4)
        for answer in task.answers
        if answer.outcome in LOOKED
    ]


def _fused(consensus_ids: list[int]) -> dict[int, list[Fused]]:
    found: dict[int, list[Fused]] = defaultdict(list)
    rows = ConsensusBox.objects.filter(consensus__in=consensus_ids).order_by("consensus", "number")
    for owner, x, y, w, h, sources in rows.values_list(
        "consensus_id", "x", "y", "w", "h", "sources"
    ):
        found[owner].append(Fused((x, y, w, h), frozenset(sources)))
    return found


def _answers(task_ids: list[int]) -> dict[int, SampledAnswer]:
    boxes: dict[int, dict[int, XYWH]] = defaultdict(dict)
    drawn = Box.objects.filter(annotation__task__in=task_ids, annotation__is_current=True)
    for owner, box_id, x, y, w, h in drawn.order_by("annotation", "number").values_list(
        "annotation_id", "id", "x", "y", "w", "h"
    ):
        boxes[owner][box_id] = (x, y, w, h)
    rows = Annotation.objects.filter(task__in=task_ids, is_current=True).order_by("id")
    return {
        answer_id: SampledAnswer(
            answer_id, worker_id, outcome, active_seconds(timing), boxes.get(answer_id, {})
        )
        for answer_id, worker_id, outcome, timing in rows.values_list(
            "id", "worker_id", "outcome", "timing"
        )
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
