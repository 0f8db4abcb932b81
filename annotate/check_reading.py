"""What checkers say of one photo, for organizers to read; it never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.check_queries import current_inspections
from annotate.models import Check, ConsensusBox, Inspection
from consensus.checks import SAME_IOU
from consensus.geometry import edges_of, iou_matrix
from crowd.models import Outcome, Task


@dataclass(frozen=True, slots=True)
class Objection:
    """How many checkers deny something: that the box of this number is tight on one animal, or,
    without a number, that all animals are boxed. `number` 0: a box that is not there any more."""

    n: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class CheckersSay:
    """What `n_voted` checkers of a photo say; `n_unusable` more could not tell."""

    check_task: int
    n_voted: int
    n_unusable: int
    n_boxes: int
    objections: tuple[Objection, ...]


def of_task(drawn: Task) -> CheckersSay | None:
    """What checkers say of the boxes of a box task; None where nobody has checked it."""
    asked = Check.objects.filter(
        task__image=drawn.image_id, task__campaign__follows=drawn.campaign_id
    )
    check = asked.order_by("-pk").first()
    if check is None:
        return None
    rows = [
        row
        for row in current_inspections([check.task_id]).get(check.task_id, [])
        if not row.worker.is_excluded
    ]
    if not rows:
        return None
    voted = [row for row in rows if row.outcome == Outcome.ANSWERED]
    objections = _objections(voted, _numbers(drawn, check.boxes))
    return CheckersSay(
        check.task_id, len(voted), len(rows) - len(voted), len(check.boxes), objections
    )


def _objections(voted: Sequence[Inspection], numbers: Sequence[int]) -> tuple[Objection, ...]:
    found = [
        Objection(n, number)
        for place, number in enumerate(numbers)
        if (n := sum(not row.are_tight[place] for row in voted))
    ]
    n_left_out = sum(row.are_all_boxed is False for row in voted)
    return (*found, *([Objection(n_left_out)] if n_left_out else []))


def _numbers(drawn: Task, asked: Sequence[Sequence[float]]) -> list[int]:
    """Of each box in question its number among the boxes as they are now, 0 where it is gone."""
    current = ConsensusBox.objects.filter(consensus__task=drawn, consensus__is_current=True)
    boxes = list(current.order_by("number").values_list("number", "x", "y", "w", "h"))
    if not boxes or not asked:
        return [0] * len(asked)
    overlap = iou_matrix(edges_of(asked), edges_of([box[1:] for box in boxes]))
    return [boxes[int(row.argmax())][0] if row.max() >= SAME_IOU else 0 for row in overlap]
