"""Reads of annotations; they never write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import numpy as np
from django.db import transaction
from django.db.models import QuerySet

from annotate.models import Annotation
from consensus import BoxAnswer, BoxImage
from crowd.models import Outcome, Task

LOOKED = {Outcome.ANSWERED, Outcome.NOTHING}
ROWS_AT_ONCE = 5000
_BOX = ("boxes__x", "boxes__y", "boxes__w", "boxes__h")
_SIZE = ("task__image__width", "task__image__height")


def current_annotations(task_ids: Iterable[int]) -> dict[int, list[Annotation]]:
    """The current annotations of these tasks with their workers and boxes, in the order received;
    those of excluded workers, too."""
    by_task: dict[int, list[Annotation]] = defaultdict(list)
    rows = Annotation.objects.filter(task__in=list(task_ids), is_current=True)
    rows = rows.select_related("worker").prefetch_related("boxes")
    for annotation in rows.order_by("received_at", "id"):
        by_task[annotation.task_id].append(annotation)
    return by_task


def box_answer(annotation: Annotation) -> BoxAnswer:
    """An annotation as the consensus core reads it; workers by their id."""
    rows = [[box.x, box.y, box.w, box.h] for box in annotation.boxes.all()]
    return BoxAnswer(
        worker=str(annotation.worker_id),
        boxes_xywh=np.array(rows, dtype=np.float64).reshape(-1, 4),
    )


def comparable() -> QuerySet[Annotation]:
    """The annotations that can be compared: current ones of whoever looked, excluded or not, but
    none of gold tasks and of photos that are excluded."""
    rows = Annotation.objects.filter(is_current=True, outcome__in=LOOKED)
    return rows.exclude(task__state__in=[Task.State.GOLD, Task.State.EXCLUDED])


def evidence() -> QuerySet[Annotation]:
    """The annotations that skills are estimated from: those of workers who are not excluded."""
    return comparable().filter(worker__is_excluded=False)


def answered_images(rows: QuerySet[Annotation] | None = None) -> Iterator[BoxImage]:
    """Every image that somebody has looked at, in the order of the tasks, through one cursor.

    `rows`: the annotations to take instead of `evidence`. The transaction that the cursor needs
    ends with the last image.
    """
    columns = ("task_id", *_SIZE, "id", "worker_id", *_BOX)
    taken = evidence() if rows is None else rows
    in_order = taken.order_by("task_id", "received_at", "id", "boxes__number")
    with transaction.atomic():
        stream = in_order.values_list(*columns).iterator(chunk_size=ROWS_AT_ONCE)
        for (_, width, height), of_task in groupby(stream, key=itemgetter(0, 1, 2)):
            answers = [
                _answer(worker, of_answer)
                for (_, worker), of_answer in groupby(of_task, key=itemgetter(3, 4))
            ]
            yield BoxImage(answers, width, height)


def _answer(worker: int, rows: Iterable[tuple[float | None, ...]]) -> BoxAnswer:
    """One worker's rows, one a box; a single row without a box for an empty answer."""
    boxes = [row[5:] for row in rows if row[5] is not None]
    return BoxAnswer(str(worker), np.array(boxes, dtype=np.float64).reshape(-1, 4))
