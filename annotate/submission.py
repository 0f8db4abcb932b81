"""Accept an annotation: validate, store, complete the assignment, ask for an aggregation."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate import gold_scoring, jobs
from annotate.models import Annotation, Box
from consensus.geometry import MIN_SIDE_PX
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
            check=partial(_refuse_bad_boxes, data["boxes"]),
            now=now,
        )
        if not stored.is_replay:
            _store_boxes(stored, data["boxes"])
            if stored.held.is_gold:
                gold_scoring.score_answer(stored, now=now)
            transaction.on_commit(partial(hints.hint, jobs.aggregate_due))
    return stored


def _refuse_bad_boxes(boxes: list[dict[str, Any]], held: answers.Held) -> None:
    fitted([box["bbox"] for box in boxes], width=held.width, height=held.height)


def fitted(
    boxes_xywh: Sequence[Sequence[float]], *, width: int, height: int
) -> list[tuple[float, float, float, float]]:
    """The boxes inside an image of this size, [x, y, w, h] in its pixels.

    Raises `Invalid`, by the box's index, for one that sticks out by more than 1 px or is too thin.
    """
    size = width, height
    complaints = [_complaint(box, size) for box in boxes_xywh]
    errors = {str(index): [said] for index, said in enumerate(complaints) if said}
    if errors:
        raise Invalid(_("Some boxes cannot be stored."), {"boxes": errors})
    edges = [_clipped(box, size) for box in boxes_xywh]
    return [(left, top, right - left, bottom - top) for left, top, right, bottom in edges]


def _complaint(bbox: Sequence[float], size: tuple[int, int]) -> str:
    """What is wrong with a box, if anything is."""
    x, y, w, h = bbox
    overhang = max(-x, -y, x + w - size[0], y + h - size[1])
    left, top, right, bottom = _clipped(bbox, size)
    if overhang > TOLERANCE_PX:
        return _("The box lies outside the photo; move it inside.")
    if right - left < MIN_SIDE_PX or bottom - top < MIN_SIDE_PX:
        return _("The box is too thin; its sides must be at least 1 pixel.")
    return ""


def _clipped(bbox: Sequence[float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom edge, inside the image."""
    x, y, w, h = bbox
    return max(x, 0.0), max(y, 0.0), min(x + w, size[0]), min(y + h, size[1])


def _store_boxes(stored: answers.Stored[Annotation], boxes: list[dict[str, Any]]) -> None:
    Box.objects.bulk_create(
        _row(stored.answer, number, box, stored.held) for number, box in enumerate(boxes, start=1)
    )


def _row(annotation: Annotation, number: int, box: dict[str, Any], held: answers.Held) -> Box:
    left, top, right, bottom = _clipped(box["bbox"], (held.width, held.height))
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
