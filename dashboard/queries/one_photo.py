"""What the page of one photograph tells beside its answers: skills, and how its consensus came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from annotate import aggregation as box_aggregation
from annotate import differences as box_differences
from annotate.models import Consensus
from crowd.differences import Difference
from crowd.models import Campaign, SkillEstimate, Task
from dashboard.queries.tasks import AnswerRow
from dashboard.queries.workers import Span
from verify import aggregation as verdict_aggregation
from verify import differences as verdict_differences
from verify.models import ConsensusVerdict

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Version:
    """A consensus that the photo has had, what changed with it (None of the first), and how many
    answers were new in it; `n_boxes` of box tasks."""

    row: Consensus | ConsensusVerdict
    n_boxes: int | None
    difference: Difference | None
    n_new: int

    @property
    def change(self) -> str:
        """What changed, in words."""
        return "first consensus" if self.difference is None else self.difference.words()


def versions(task: Task) -> list[Version]:
    """The latest `SHOWN` consensuses of the task, the newest first."""
    if task.campaign.kind == Campaign.Kind.BOX:
        boxes = Consensus.objects.filter(task=task).prefetch_related("boxes")
        found = list(boxes.order_by("-version")[: SHOWN + 1])
        seen = [box_aggregation.seen(row) for row in found]
        changes = [box_differences.difference(old, new) for new, old in pairwise(seen)]
        return _versions(found, changes, [len(row.boxes_xywh) for row in seen])
    rows = list(ConsensusVerdict.objects.filter(task=task).order_by("-version")[: SHOWN + 1])
    verdicts = [verdict_aggregation.seen(row) for row in rows]
    moves = [verdict_differences.difference(old, new) for new, old in pairwise(verdicts)]
    return _versions(rows, moves, [None] * len(rows))


def _versions(
    rows: Sequence[Consensus | ConsensusVerdict],
    changes: Sequence[Difference],
    n_boxes: Sequence[int | None],
) -> list[Version]:
    """One more of the rows than is shown lends the last of them what it is compared with."""
    found = []
    for place, row in enumerate(rows[:SHOWN]):
        before = rows[place + 1].evidence if place + 1 < len(rows) else []
        change = changes[place] if place < len(changes) else None
        found.append(Version(row, n_boxes[place], change, len(set(row.evidence) - set(before))))
    return found


def skills(task: Task, rows: Sequence[AnswerRow]) -> dict[int, Span]:
    """How good those who answered are in this kind of work, by worker id, where it is known."""
    workers = {row.answer.worker_id for row in rows}
    found = SkillEstimate.objects.filter(worker__in=workers, kind=task.campaign.kind)
    spans = {skill.worker_id: Span.of_skill(skill) for skill in found.order_by("pk")}
    return {worker: span for worker, span in spans.items() if span is not None}
