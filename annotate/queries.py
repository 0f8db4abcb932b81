"""Reads of annotations; they never write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from annotate.models import Annotation
from consensus import BoxAnswer, BoxImage
from crowd.models import Outcome

LOOKED = {Outcome.ANSWERED, Outcome.NOTHING}


def current_annotations(task_ids: Iterable[int]) -> dict[int, list[Annotation]]:
    """The current annotations of these tasks with their boxes, in the order received."""
    by_task: dict[int, list[Annotation]] = defaultdict(list)
    rows = Annotation.objects.filter(task__in=list(task_ids), is_current=True)
    for annotation in rows.prefetch_related("boxes").order_by("received_at", "id"):
        by_task[annotation.task_id].append(annotation)
    return by_task


def box_answer(annotation: Annotation) -> BoxAnswer:
    """An annotation as the consensus core reads it; workers by their id."""
    rows = [[box.x, box.y, box.w, box.h] for box in annotation.boxes.all()]
    return BoxAnswer(
        worker=str(annotation.worker_id),
        boxes_xywh=np.array(rows, dtype=np.float64).reshape(-1, 4),
    )


def answered_images(*, block: int = 500) -> Iterator[BoxImage]:
    """Every image that two or more workers have looked at, streamed in blocks of tasks."""
    looked = Annotation.objects.filter(is_current=True, outcome__in=LOOKED)
    last = 0
    while task_ids := list(
        looked.filter(task__gt=last)
        .order_by("task")
        .values_list("task", flat=True)
        .distinct()[:block]
    ):
        last = task_ids[-1]
        yield from _images_of(task_ids)


def _images_of(task_ids: list[int]) -> Iterator[BoxImage]:
    rows = Annotation.objects.filter(task__in=task_ids, is_current=True, outcome__in=LOOKED)
    rows = rows.select_related("task__image").prefetch_related("boxes")
    by_task: dict[int, list[Annotation]] = defaultdict(list)
    for annotation in rows.order_by("task", "received_at", "id"):
        by_task[annotation.task_id].append(annotation)
    for looked in by_task.values():
        image = looked[0].task.image
        if len(looked) > 1:
            answers = [box_answer(annotation) for annotation in looked]
            yield BoxImage(answers, image.width, image.height)
