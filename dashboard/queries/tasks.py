"""Tasks with everybody's answers, for the gallery and the page of one task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import QuerySet

from annotate.models import Adjudication as BoxAdjudication
from annotate.models import Annotation, Consensus
from annotate.queries import LOOKED
from catalog.renditions import THUMBNAIL_PX
from crowd.adjudicated import AnyAdjudication
from crowd.models import Answer, Campaign, GoldScore, Outcome, Task
from crowd.reports import comment_of, reason_of
from dashboard.comparison import Comparison, Fused, compare
from dashboard.overlay import (
    CARD_LETTER_SHARE,
    PHOTO_LETTER_SHARE,
    Overlay,
    draw,
    letter,
    style,
)
from dashboard.queries.timing import active_seconds
from verify.models import Adjudication as VerdictAdjudication
from verify.models import ConsensusVerdict, Label, Verdict

A = TypeVar("A", bound=Answer)
S = TypeVar("S", bound=AnyAdjudication)

OUTCOME_WORDS = {
    Outcome.ANSWERED: "Boxed",
    Outcome.NOTHING: "Nothing to box",
    Outcome.CANT_TELL: "Can't tell",
}


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One worker's answer in words, and against the consensus where it went into it.

    comment: what the worker typed beyond the lines of a menu. score: against what is known of a
    gold photo.
    """

    letter: str
    style: str
    answer: Answer
    words: str
    n_boxes: int | None
    active_s: float | None
    is_counted: bool
    comment: str
    comparison: Comparison | None = None
    is_as_consensus: bool | None = None
    score: GoldScore | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One kind of verdict on a task and how many gave it."""

    words: str
    n: int
    is_consensus: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A task as the gallery shows it. `overlay` for box tasks, `chips` for verification, `known`
    the known answer of a gold photo in words; `settled` where an organizer has decided, with the
    boxes that stand in the place of the consensus. `step`: the latest that an organizer has done,
    whether it settled anything or not."""

    task: Task
    answers: list[AnswerRow]
    overlay: Overlay | None = None
    chips: list[Chip] = field(default_factory=list)
    consensus: Consensus | ConsensusVerdict | None = None
    known: str = ""
    step: AnyAdjudication | None = None

    @property
    def settled(self) -> AnyAdjudication | None:
        """The step by which the task is settled."""
        return self.step if self.task.is_adjudicated else None

    @property
    def can_accept(self) -> bool:
        """Whether the crowd has an answer that an organizer could let stand."""
        answer = getattr(self.consensus, "status", "") or getattr(self.consensus, "label", "")
        return bool(answer) and answer != Consensus.Status.NOT_LOOKED

    @property
    def can_undo(self) -> bool:
        """Whether the latest step can be taken back at once."""
        return self.step is not None and self.step.action != AnyAdjudication.Action.UNDO

    @property
    def settled_words(self) -> str:
        """What stands, as an organizer has decided it."""
        if self.settled is None or self.settled.is_exclusion:
            return "Excluded"
        if self.overlay is None:
            return str(Label(self.settled.result).label)
        n = len(self.overlay.consensus)
        return f"{n} box{'es' if n > 1 else ''}" if n else "Nothing to box"

    @property
    def thumbnail_width(self) -> int:
        """Width of the thumbnail in pixels."""
        image = self.task.image
        longer = max(image.display_width, image.display_height)
        return max(1, round(image.display_width * min(1.0, THUMBNAIL_PX / longer)))


def find(task_id: int) -> Task | None:
    """One task with its image and campaign."""
    return (
        Task.objects.select_related("image__taxon", "image__dataset", "campaign")
        .filter(pk=task_id)
        .first()
    )


def cards(campaign: Campaign, tasks: Sequence[Task], *, is_large: bool = False) -> list[Card]:
    """These tasks of a campaign with all their answers, in the given order."""
    if campaign.kind == Campaign.Kind.BOX:
        share = PHOTO_LETTER_SHARE if is_large else CARD_LETTER_SHARE
        return _box_cards(tasks, share)
    return _verdict_cards(tasks)


def _box_cards(tasks: Sequence[Task], letter_share: float) -> list[Card]:
    task_ids = [task.pk for task in tasks]
    annotations = _by_task(
        Annotation.objects.filter(task__in=task_ids, is_current=True)
        .select_related("worker")
        .prefetch_related("boxes")
        .order_by("received_at", "id")
    )
    consensuses = {
        row.task_id: row
        for row in Consensus.objects.filter(task__in=task_ids, is_current=True)
        .prefetch_related("boxes")
        .order_by("pk")
    }
    steps = _newest(BoxAdjudication.objects.filter(task__in=task_ids).prefetch_related("boxes"))
    return [
        _box_card(
            task,
            annotations.get(task.pk, []),
            consensuses.get(task.pk),
            steps.get(task.pk),
            letter_share,
        )
        for task in tasks
    ]


def _box_card(
    task: Task,
    annotations: list[Annotation],
    consensus: Consensus | None,
    step: BoxAdjudication | None,
    letter_share: float,
) -> Card:
    drawn = [
        {box.pk: (box.x, box.y, box.w, box.h) for box in annotation.boxes.all()}
        for annotation in annotations
    ]
    fused = [
        Fused((box.x, box.y, box.w, box.h), frozenset(box.sources))
        for box in (consensus.boxes.all() if consensus else [])
    ]
    evidence = set(consensus.evidence) if consensus else set()
    rows = [
        AnswerRow(
            letter=letter(index),
            style=style(index),
            answer=annotation,
            words=_words(annotation),
            n_boxes=len(boxes),
            active_s=active_seconds(annotation.timing),
            is_counted=annotation.pk in evidence,
            comment=comment_of(annotation.comment),
            comparison=compare(boxes, fused)
            if annotation.pk in evidence and annotation.outcome in LOOKED
            else None,
        )
        for index, (annotation, boxes) in enumerate(zip(annotations, drawn, strict=True))
    ]
    settled = step if task.is_adjudicated else None
    overlay = draw(
        task.image.width,
        task.image.height,
        [list(boxes.values()) for boxes in drawn],
        [box.xywh for box in fused] if settled is None else _xywh(settled),
        letter_share=letter_share,
        is_settled=settled is not None,
    )
    return Card(task, rows, overlay=overlay, consensus=consensus, step=step)


def _xywh(settled: BoxAdjudication) -> list[tuple[float, float, float, float]]:
    return [(box.x, box.y, box.w, box.h) for box in settled.boxes.all()]


def _verdict_cards(tasks: Sequence[Task]) -> list[Card]:
    task_ids = [task.pk for task in tasks]
    verdicts = _by_task(
        Verdict.objects.filter(task__in=task_ids, is_current=True)
        .select_related("worker")
        .order_by("received_at", "id")
    )
    consensuses = {
        row.task_id: row
        for row in ConsensusVerdict.objects.filter(task__in=task_ids, is_current=True).order_by(
            "pk"
        )
    }
    steps = _newest(VerdictAdjudication.objects.filter(task__in=task_ids))
    return [
        _verdict_card(task, verdicts.get(task.pk, []), consensuses.get(task.pk), steps.get(task.pk))
        for task in tasks
    ]


def _verdict_card(
    task: Task,
    verdicts: list[Verdict],
    consensus: ConsensusVerdict | None,
    step: VerdictAdjudication | None,
) -> Card:
    evidence = set(consensus.evidence) if consensus else set()
    crowd = consensus.label if consensus else ""
    rows = [
        AnswerRow(
            letter=letter(index),
            style=style(index),
            answer=verdict,
            words=_words(verdict),
            n_boxes=None,
            active_s=active_seconds(verdict.timing),
            is_counted=verdict.pk in evidence,
            comment=comment_of(verdict.comment),
            is_as_consensus=verdict.label == crowd if verdict.label and crowd else None,
        )
        for index, verdict in enumerate(verdicts)
    ]
    chips = _chips(verdicts, crowd)
    return Card(task, rows, chips=chips, consensus=consensus, step=step)


def _newest(rows: QuerySet[S]) -> dict[int, S]:
    """By task id: the latest that an organizer has done."""
    current = rows.filter(is_current=True).select_related("by")
    return {row.task_id: row for row in current.order_by("pk")}


def _chips(verdicts: Iterable[Verdict], crowd: str) -> list[Chip]:
    counts: dict[tuple[str, bool], int] = defaultdict(int)
    for verdict in verdicts:
        counts[_words(verdict), bool(verdict.label) and verdict.label == crowd] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Chip(words, n, is_consensus) for (words, is_consensus), n in ranked]


def _words(answer: Answer) -> str:
    if isinstance(answer, Verdict) and answer.label:
        return str(Label(answer.label).label)
    if answer.outcome == Outcome.PROBLEM:
        reason = reason_of(answer.outcome, answer.comment)
        return f"Photo problem: {reason.label.lower()}"
    return OUTCOME_WORDS[Outcome(answer.outcome)]


def _by_task(answers: Iterable[A]) -> dict[int, list[A]]:
    found: dict[int, list[A]] = defaultdict(list)
    for answer in answers:
        found[answer.task_id].append(answer)
    return found
