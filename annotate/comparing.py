"""Comparing every current annotation with the consensus that it went into, some tasks at a time.

Boxes are [x, y, w, h] in pixels of the upright full-size image; offsets of left, top, right and
bottom edge are outwards positive.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction

from annotate.models import Annotation, Box, Comparison, Consensus, ConsensusBox
from annotate.queries import LOOKED
from consensus.geometry import edges_of, paired_iou, sides_of
from consensus.types import FloatArray, IntArray

BATCH = 500
LEAST_LOOKERS = 2
LOOSE_UNDER = 0.75
OUTWARDS = np.array([-1.0, -1.0, 1.0, 1.0])

# some thousand rows at once, which the ORM takes several times as long to put into words
_INSERT = """
INSERT INTO annotate_comparison
SELECT * FROM json_populate_recordset(NULL::annotate_comparison, %s)
"""

Answer = tuple[int, int, int, datetime]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Boxes of workers beside the consensus boxes that they went into, a row each.

    `owner` (n,) is the annotation's place; `iou` (n,) in 0..1; `px` and `share` (n, 4) the offsets
    of the edges in pixels and as a share of the consensus box's width or height.
    """

    owner: IntArray
    iou: FloatArray
    px: FloatArray
    share: FloatArray

    @classmethod
    def of(cls, owner: IntArray, drawn_xywh: FloatArray, agreed_xywh: FloatArray) -> Pairs:
        """Three arrays of the same length; in the order of `owner`."""
        order = np.argsort(owner, kind="stable")
        drawn, agreed = edges_of(drawn_xywh[order]), edges_of(agreed_xywh[order])
        px = (drawn - agreed) * OUTWARDS
        return cls(owner[order], paired_iou(drawn, agreed), px, px / sides_of(agreed))

    def sums(self, values: FloatArray, n: int) -> FloatArray:
        """`values` (pairs, k) added up by annotation, shape (n, k)."""
        found = np.zeros((n, values.shape[1]))
        np.add.at(found, self.owner, values)
        return found


def compare_due(*, limit: int = BATCH) -> int:
    """Compare the answers to up to `limit` tasks whose consensus is new; returns to how many.

    Safe to run twice, at once and in any order: whoever is second passes over what the first has
    locked, and all of a batch is written in one transaction.
    """
    with transaction.atomic():
        due = list(
            Consensus.objects.filter(is_current=True, is_compared=False)
            .select_related("task")
            .only("task__campaign_id", "n_looked", "evidence")
            .order_by("pk")
            .select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        if due:
            Comparison.objects.filter(task__in=[row.task_id for row in due]).delete()
            _insert(list(_rows(due)))
            Consensus.objects.filter(pk__in=[row.pk for row in due]).update(is_compared=True)
    return len(due)


def compare_all() -> int:
    """Compare until nothing is new; returns to how many tasks."""
    n_done = 0
    while n_batch := compare_due():
        n_done += n_batch
    return n_done


def _insert(rows: list[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [json.dumps(rows)])


def _rows(due: Sequence[Consensus]) -> Iterator[Row]:
    """The columns of `Comparison` for each answer to these tasks that is compared."""
    shared = {row.task_id: row for row in due if row.n_looked >= LEAST_LOOKERS}
    answers = _answers(shared.values())
    ids = [answer[0] for answer in answers]
    n_boxes, n_objects, n_matched_objects, pairs = _read(shared, answers)
    n_matched = np.bincount(pairs.owner, minlength=len(ids)).tolist()
    loose = np.bincount(pairs.owner[pairs.iou < LOOSE_UNDER], minlength=len(ids)).tolist()
    ious = np.split(pairs.iou, np.cumsum(n_matched)[:-1]) if ids else []
    px, share, square = (
        pairs.sums(values, len(ids)).tolist() for values in (pairs.px, pairs.share, pairs.share**2)
    )
    for place, (answer_id, task_id, worker_id, received_at) in enumerate(answers):
        yield {
            "annotation_id": answer_id,
            "campaign_id": shared[task_id].task.campaign_id,
            "task_id": task_id,
            "worker_id": worker_id,
            "received_at": received_at.isoformat(),
            "n_boxes": n_boxes[place],
            "n_objects": n_objects[task_id],
            "n_matched": n_matched[place],
            "n_missed": n_objects[task_id] - n_matched_objects[place],
            "n_extra": n_boxes[place] - n_matched[place],
            "n_loose": loose[place],
            "ious": ious[place].tolist(),
            "edges_px": px[place],
            "edges_share": share[place],
            "edges_square": square[place],
        }


def _answers(rows: Iterable[Consensus]) -> list[Answer]:
    """The current annotations among the evidence of those who looked: (id, task, worker, when)."""
    evidence = [answer for row in rows for answer in row.evidence]
    found = Annotation.objects.filter(pk__in=evidence, is_current=True, outcome__in=LOOKED)
    return list(found.order_by("pk").values_list("pk", "task_id", "worker_id", "received_at"))


def _read(
    shared: dict[int, Consensus], answers: Sequence[Answer]
) -> tuple[list[int], dict[int, int], list[int], Pairs]:
    """By annotation's place how many boxes it has, by task how many consensus boxes, by place how
    many of those it has a box in; and the pairs."""
    place_of = {answer[0]: place for place, answer in enumerate(answers)}
    drawn = {
        box_id: (place_of[owner], xywh)
        for box_id, owner, *xywh in Box.objects.filter(annotation__in=place_of)
        .order_by()
        .values_list("pk", "annotation_id", "x", "y", "w", "h")
    }
    n_boxes = [0] * len(answers)
    for place, _ in drawn.values():
        n_boxes[place] += 1
    n_objects, n_met = dict.fromkeys(shared, 0), [0] * len(answers)
    owners: list[int] = []
    own: list[list[float]] = []
    agreed: list[list[float]] = []
    for task_id, sources, xywh in _agreed(shared):
        n_objects[task_id] += 1
        met = [drawn[source] for source in sources if source in drawn]
        for place in {place for place, _ in met}:
            n_met[place] += 1
        owners += [place for place, _ in met]
        own += [box for _, box in met]
        agreed += [xywh] * len(met)
    pairs = Pairs.of(
        np.array(owners, dtype=np.intp),
        np.array(own, dtype=np.float64).reshape(-1, 4),
        np.array(agreed, dtype=np.float64).reshape(-1, 4),
    )
    return n_boxes, n_objects, n_met, pairs


def _agreed(shared: dict[int, Consensus]) -> Iterable[tuple[int, list[int], list[float]]]:
    """The consensus boxes of these tasks: (task id, ids of the boxes it was made from, box)."""
    task_of = {row.pk: task_id for task_id, row in shared.items()}
    rows = ConsensusBox.objects.filter(consensus__in=task_of).order_by("consensus_id", "number")
    for consensus_id, sources, *xywh in rows.values_list(
        "consensus_id", "sources", "x", "y", "w", "h"
    ):
        yield task_of[consensus_id], sources, xywh
