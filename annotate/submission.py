"""Accept an annotation: validate, store, complete the assignment, ask for an aggregation."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from annotate import jobs
from annotate.models import Annotation, Box
from crowd import answers, hints
from crowd.errors import Invalid
from crowd.models import Campaign, Worker

TOLERANCE_PX = 1.0


def accept(
    worker: Worker, assignment_id: uuid.UUID, data: dict[str, Any], *, now: datetime
) -> answers.Stored[Annotation]:
    """Store what a worker has drawn; `data` is what `AnnotationSerializer` has validated.

    Boxes may stick out of the image by 1 px, from rounding, and are clipped. Raises `NotFound`,
    `Conflict` or `Invalid`; then nothing has been written.
    """
    with transaction.atomic():
        stored = answers.store(
            Annotation,
            worker,
            assignment_id,
            kind=Campaign.Kind.BOX,
            key=data["idempotency_key"],
            values={name: data[name] for name in ("outcome", "timing", "comment")},
            check=partial(_refuse_boxes_outside, data["boxes"]),
            now=now,
        )
        if not stored.is_replay:
            _store_boxes(stored, data["boxes"])
            transaction.on_commit(partial(hints.hint, jobs.aggregate_due))
    return stored


def _refuse_boxes_outside(boxes: list[dict[str, Any]], held: answers.Held) -> None:
    errors = {
        str(index): ["The box lies outside the photo; move it inside."]
        for index, box in enumerate(boxes)
        if not _is_inside(box["bbox"], held.width, held.height)
    }
    if errors:
        raise Invalid("Some boxes lie outside the photo.", {"boxes": errors})


def _is_inside(bbox: list[float], width: int, height: int) -> bool:
    x, y, w, h = bbox
    return (
        x >= -TOLERANCE_PX
        and y >= -TOLERANCE_PX
        and x + w <= width + TOLERANCE_PX
        and y + h <= height + TOLERANCE_PX
        and min(x + w, width) > max(x, 0)
        and min(y + h, height) > max(y, 0)
    )


def _store_boxes(stored: answers.Stored[Annotation], boxes: list[dict[str, Any]]) -> None:
    Box.objects.bulk_create(
        _row(stored.answer, number, box, stored.held) for number, box in enumerate(boxes, start=1)
    )


def _row(annotation: Annotation, number: int, box: dict[str, Any], held: answers.Held) -> Box:
    x, y, w, h = box["bbox"]
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, held.width), min(y + h, held.height)
    details = {name: value for name, value in box.items() if name != "bbox"}
    return Box(
        annotation=annotation,
        number=number,
        x=left,
        y=top,
        w=right - left,
        h=bottom - top,
        **details,
    )
