"""Accept an answer to a check: store it, complete the assignment, ask for an aggregation."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from annotate import jobs
from annotate.models import Check, Inspection
from crowd import answers, hints
from crowd.errors import Invalid, NotFound
from crowd.models import Assignment, Campaign, Outcome, Worker

VALUES = ("outcome", "are_tight", "are_all_boxed", "timing", "comment")


def boxes_of(worker: Worker, assignment_id: uuid.UUID) -> list[list[float]]:
    """The boxes that an assignment asks about, [x, y, w, h] in pixels of the upright full-size
    image, in the order of the answer; raises `NotFound` for what is not this worker's."""
    own = Assignment.objects.filter(pk=assignment_id, worker=worker)
    boxes = own.values_list("task__check_question__boxes", flat=True).first()
    if boxes is None:
        raise NotFound(_("There is no such assignment of yours."))
    return list(boxes)


def accept(
    worker: Worker, assignment_id: uuid.UUID, data: dict[str, Any], *, now: datetime
) -> answers.Stored[Inspection]:
    """Store what a worker says of the boxes; `data` is what `InspectionSerializer` has validated.

    Raises `NotFound`, `Conflict` or `Invalid`; then nothing has been written.
    """
    with transaction.atomic():
        stored = answers.store(
            Inspection,
            worker,
            assignment_id,
            kind=Campaign.Kind.CHECK,
            key=data["idempotency_key"],
            values={name: data[name] for name in VALUES},
            check=partial(_refuse_other_boxes, data),
            now=now,
        )
        if not stored.is_replay:
            transaction.on_commit(partial(hints.hint, jobs.aggregate_checks))
    return stored


def _refuse_other_boxes(data: dict[str, Any], held: answers.Held) -> None:
    """As many answers as boxes, or the answer is to another photo."""
    if data["outcome"] != Outcome.ANSWERED:
        return
    n_boxes = len(Check.objects.values_list("boxes", flat=True).get(task=held.task_id))
    if len(data["are_tight"]) != n_boxes:
        said = _("There are %(n_boxes)d boxes on this photo, and %(n_answers)d answers.")
        numbers = {"n_boxes": n_boxes, "n_answers": len(data["are_tight"])}
        raise Invalid(said % numbers, {"are_tight": [said % numbers]})
