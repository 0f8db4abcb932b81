"""Which tasks agreement is measured on, and what workers said about them, read some at a time.

A task is drawn by a hash of its id and the campaign's seed: every task with two answers has the
same chance, whenever it was answered, and the same tasks are drawn again as long as no others have
come. Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import numpy as np
from django.db import connection

from annotate import queries as box_queries
from annotate.models import Box
from consensus import BoxAnswer, BoxImage, Vote
from consensus.types import FloatArray, IntArray
from crowd.models import Campaign
from verify import queries as verdict_queries
from verify.models import Label

# Bounds of what is read: intervals over so many images are narrower than anybody needs.
MOST_IMAGES = 10_000
MOST_ANSWERS = 40_000
AT_ONCE = 1000
LABELS = tuple(label.value for label in Label)

_DRAW = """
SELECT task.id, consensus.{n}, count(*) OVER ()
FROM crowd_task task JOIN {table} consensus ON consensus.task_id = task.id AND consensus.is_current
WHERE task.campaign_id = %s AND task.state NOT IN ('gold', 'excluded') AND consensus.{n} >= 2
ORDER BY md5(task.id::text || ':' || %s::text), task.id LIMIT %s
"""
_SOURCES = {
    Campaign.Kind.BOX.value: {"table": "annotate_consensus", "n": "n_looked"},
    Campaign.Kind.VERIFY.value: {"table": "verify_consensusverdict", "n": "n_votes"},
}


@dataclass(frozen=True, slots=True)
class Draw:
    """`task_ids`, in the order drawn, out of `n_eligible` tasks that two workers have answered."""

    task_ids: list[int]
    n_eligible: int


@dataclass(frozen=True, slots=True)
class BoxTask:
    """What workers drew on one image, in the order received; the ids of the boxes answer by
    answer. `workers` are ids."""

    task_id: int
    taxon_id: int | None
    last_at: datetime
    workers: list[int]
    box_ids: list[list[int]]
    image: BoxImage


@dataclass(frozen=True, slots=True)
class VerdictTask:
    """What workers said about one image, in the order received: (worker id, label)."""

    task_id: int
    taxon_id: int | None
    last_at: datetime
    votes: list[tuple[int, str]]

    def as_votes(self) -> list[Vote]:
        """As the consensus core reads them."""
        return [Vote(str(worker), label) for worker, label in self.votes]


def draw(campaign: Campaign, *, most_images: int | None = None) -> Draw:
    """The tasks to measure on, at most `MOST_IMAGES` with about `MOST_ANSWERS` answers."""
    limit = MOST_IMAGES if most_images is None else most_images
    sql = _DRAW.format(**_SOURCES[campaign.kind])
    with connection.cursor() as cursor:
        cursor.execute(sql, [campaign.pk, campaign.seed, limit])
        rows = cursor.fetchall()
    n_before = np.cumsum([0, *(n for _, n, _ in rows)])
    kept = [row[0] for row, before in zip(rows, n_before, strict=False) if before < MOST_ANSWERS]
    return Draw(kept, rows[0][2] if rows else 0)


def box_tasks(task_ids: Sequence[int]) -> Iterator[list[BoxTask]]:
    """These tasks with the current answers of all who looked and are not excluded, at least two
    each, some at a time."""
    for chunk in _chunks(task_ids):
        answers = list(
            box_queries.evidence()
            .filter(task__in=chunk)
            .order_by("task_id", "received_at", "id")
            .values_list(*_ABOUT, "task__image__width", "task__image__height")
        )
        boxes = _boxes([row[1] for row in answers])
        yield [_box_task(rows, boxes) for rows in _by_task(answers) if len(rows) > 1]


def verdict_tasks(task_ids: Sequence[int]) -> Iterator[list[VerdictTask]]:
    """These tasks with the current labels of all who could tell and are not excluded, at least two
    each, some at a time."""
    for chunk in _chunks(task_ids):
        rows = (
            verdict_queries.evidence()
            .filter(task__in=chunk)
            .order_by("task_id", "received_at", "id")
            .values_list(*_ABOUT, "label")
        )
        yield [
            VerdictTask(of[0][0], of[0][3], of[-1][4], [(row[2], row[5]) for row in of])
            for of in _by_task(rows)
            if len(of) > 1
        ]


_ABOUT = ("task_id", "id", "worker_id", "task__image__taxon_id", "received_at")
_NO_BOXES: tuple[list[int], FloatArray] = ([], np.zeros((0, 4)))


def _by_task(rows: Any) -> Iterator[list[Any]]:
    for _, of_task in groupby(rows, key=itemgetter(0)):
        yield list(of_task)


def _box_task(rows: list[Any], boxes: dict[int, tuple[list[int], FloatArray]]) -> BoxTask:
    drawn = [boxes.get(row[1], _NO_BOXES) for row in rows]
    answers = [
        BoxAnswer(str(row[2]), boxes_xywh) for row, (_, boxes_xywh) in zip(rows, drawn, strict=True)
    ]
    return BoxTask(
        task_id=rows[0][0],
        taxon_id=rows[0][3],
        last_at=rows[-1][4],
        workers=[row[2] for row in rows],
        box_ids=[ids for ids, _ in drawn],
        image=BoxImage(answers, rows[0][5], rows[0][6]),
    )


def _boxes(annotation_ids: Sequence[int]) -> dict[int, tuple[list[int], FloatArray]]:
    """(ids, boxes) by annotation."""
    rows = list(
        Box.objects.filter(annotation__in=annotation_ids)
        .order_by("annotation_id", "number")
        .values_list("annotation_id", "id", "x", "y", "w", "h")
    )
    places = np.array([row[2:] for row in rows], dtype=np.float64).reshape(-1, 4)
    owner: IntArray = np.array([row[0] for row in rows], dtype=np.intp)
    start = np.nonzero(np.diff(owner, prepend=-1))[0].tolist()
    return {
        rows[first][0]: ([row[1] for row in rows[first:end]], places[first:end])
        for first, end in zip(start, [*start[1:], len(rows)], strict=True)
    }


def _chunks(task_ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(sorted(task_ids))
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk
