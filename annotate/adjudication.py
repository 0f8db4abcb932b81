"""An organizer settles a box task: see `crowd/adjudication.py`.

Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from annotate import gold_scoring, jobs, submission
from annotate.models import MAX_BOXES, AdjudicatedBox, Adjudication, Consensus
from crowd import hints
from crowd.adjudication import Adjudicator, Standing, Wish
from crowd.errors import Invalid, NotFound
from crowd.models import Campaign, Task

XYWH = tuple[float, float, float, float]


class BoxAdjudicator(Adjudicator[Adjudication]):
    """Box tasks."""

    kind = Campaign.Kind.BOX
    rows = Adjudication

    def crowds(self, task: Task) -> tuple[int, Standing]:
        found = Consensus.objects.filter(task=task, is_current=True).first()
        if found is None:
            return 0, Standing()
        if found.status == Consensus.Status.NOT_LOOKED:
            return found.version, Standing()
        return found.version, Standing(found.status, _xywh(found.boxes.all()))

    def parts_of(self, row: Adjudication) -> tuple[XYWH, ...]:
        return _xywh(row.boxes.all())

    def store_parts(self, row: Adjudication, parts: tuple[XYWH, ...]) -> None:
        AdjudicatedBox.objects.bulk_create(
            AdjudicatedBox(adjudication=row, number=number, x=x, y=y, w=w, h=h)
            for number, (x, y, w, h) in enumerate(parts, start=1)
        )

    def hurry(self) -> None:
        hints.hint(jobs.aggregate_due)

    def known(self, row: Adjudication) -> dict[str, Any]:
        return gold_scoring.known_of(self.parts_of(row))

    def edit(self, wish: Wish, answer: Sequence[Sequence[float]], *, now: datetime) -> Adjudication:
        """Let these boxes stand, none for a photo with nothing to box.

        They may stick out of the image by 1 px and are clipped, as workers' are. Raises `Invalid`
        besides what the others raise.
        """
        task = Task.objects.select_related("image").filter(pk=wish.task_id).first()
        if task is None:
            raise NotFound("There is no such photo to decide on.")
        if len(answer) > MAX_BOXES:
            raise Invalid(f"At most {MAX_BOXES} boxes can be stored.")
        boxes = submission.fitted(answer, width=task.image.width, height=task.image.height)
        status = Consensus.Status.BOXED if boxes else Consensus.Status.EMPTY
        return self.settle(wish, Standing(status.value, tuple(boxes)), now=now)


BOXES = BoxAdjudicator()


def _xywh(rows: Any) -> tuple[XYWH, ...]:
    return tuple((row.x, row.y, row.w, row.h) for row in rows)
