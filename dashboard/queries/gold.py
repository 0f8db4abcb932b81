"""Gold of a campaign: how often each photo was failed, and how each worker does on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Exists, FloatField, OuterRef, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from annotate.models import Annotation
from catalog.models import Reference
from catalog.renditions import THUMBNAIL_PX
from crowd import gold_making, gold_scores, intervals
from crowd.intervals import Interval
from crowd.models import Assignment, Campaign, GoldScore, GoldStandard, Task, Worker
from dashboard.comparison import Comparison
from dashboard.overlay import PHOTO_LETTER_SHARE, Overlay, draw, letter, style
from dashboard.queries.tasks import AnswerRow, Card
from verify.gold_scoring import known_label
from verify.models import Label

# Whose other gold answers are mostly right: so many of them, at least this share.
GOOD_LEAST = 3
GOOD_SHARE = 0.7
# Failed by so many of those, and by more than half of them, the known answer is in doubt.
DOUBTFUL = 2
# A gold photo may have hundreds of answers.
MOST_ANSWERS = 20

_ANSWERS = """
SELECT gold_id, count(*), count(*) FILTER (WHERE NOT is_good),
       count(*) FILTER (WHERE is_by_good), count(*) FILTER (WHERE is_by_good AND NOT is_good)
FROM (
    SELECT gold_id, is_good,
           n_others >= %(least)s AND n_others_good >= %(share)s * n_others AS is_by_good
    FROM (
        SELECT score.gold_id, score.is_good, count(*) OVER mine - 1 AS n_others,
               count(*) FILTER (WHERE score.is_good) OVER mine - score.is_good::int
               AS n_others_good
        FROM crowd_goldscore score
        JOIN crowd_goldstandard gold ON gold.id = score.gold_id
        WHERE gold.campaign_id = %(campaign)s AND gold.withdrawn_at IS NULL
            AND score.is_good IS NOT NULL
        WINDOW mine AS (PARTITION BY score.worker_id)
    ) judged
) answer
GROUP BY gold_id
"""


@dataclass(frozen=True, slots=True)
class Failures:
    """How many answers to a gold photo could be scored, and how many were not good; the same of
    workers who do well on the rest."""

    n: int = 0
    n_failed: int = 0
    n_by_good: int = 0
    n_failed_by_good: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Whether the known answer itself may be wrong."""
        return self.n_failed_by_good >= DOUBTFUL and 2 * self.n_failed_by_good > self.n_by_good


@dataclass(frozen=True, slots=True)
class GoldRow:
    """One gold photo, what is known of it in words and as boxes, and how it was answered."""

    gold: GoldStandard
    known: str
    failures: Failures
    overlay: Overlay | None = None

    @property
    def thumbnail_width(self) -> int:
        """Width of the thumbnail in pixels."""
        image = self.gold.task.image
        longer = max(image.display_width, image.display_height)
        return max(1, round(image.display_width * min(1.0, THUMBNAIL_PX / longer)))


@dataclass(frozen=True, slots=True)
class Supply:
    """How much gold there is, how it was answered, and how much more there could be."""

    n: int
    n_withdrawn: int
    n_answers: int
    n_good: int
    n_available: int

    @property
    def share(self) -> float | None:
        """Of the answers that could be scored, those that were good."""
        return self.n_good / self.n_answers if self.n_answers else None


@dataclass(frozen=True, slots=True)
class OfWorker:
    """What gold says of a worker, in all campaigns of a kind.

    `n_good` of `n` answers were good, `n_unscored` could not be scored. Boxes: `missed` and
    `extra` of `n_true` animals, the mean IoU of the boxes that fit one. Verdicts: `n_missed` of
    the photos without the animal (`n_without`) were let through.
    """

    n: int
    n_good: int
    n_unscored: int
    missed: int
    extra: int
    n_true: int
    mean_iou: float | None
    n_without: int
    n_missed: int

    @property
    def share(self) -> float:
        return self.n_good / self.n if self.n else 0.0

    @property
    def interval(self) -> Interval:
        """Where the share of good answers lies."""
        return intervals.share(self.share, self.n)


def supply(campaign: Campaign) -> Supply:
    """The numbers at the top of the page."""
    rows = GoldStandard.objects.filter(campaign=campaign)
    scored = gold_scores.counting(Campaign.Kind(campaign.kind)).filter(gold__campaign=campaign)
    found = scored.aggregate(n=Count("pk"), good=Count("pk", filter=Q(is_good=True)))
    return Supply(
        n=rows.filter(withdrawn_at=None).count(),
        n_withdrawn=rows.exclude(withdrawn_at=None).count(),
        n_answers=found["n"],
        n_good=found["good"],
        n_available=gold_making.available(campaign).count(),
    )


def ordered(campaign: Campaign) -> list[tuple[int, int, Failures]]:
    """The gold in service, by its id and its task's: the doubtful first, then what is failed
    most."""
    failures = _failures(campaign)
    ids = GoldStandard.objects.filter(campaign=campaign, withdrawn_at=None).order_by("pk")
    rows = [(*pks, failures.get(pks[0], Failures())) for pks in ids.values_list("pk", "task")]
    return sorted(
        rows, key=lambda row: (row[2].is_doubtful, row[2].n_failed / (row[2].n + 1)), reverse=True
    )


def numbers(campaign: Campaign) -> dict[int, int]:
    """What pages call the photo of each gold in service, from 1, by its task's id."""
    rows = GoldStandard.objects.filter(campaign=campaign, withdrawn_at=None)
    return {task: place + 1 for task, place in rows.values_list("task", "task__position")}


def never_met(campaign: Campaign) -> set[int]:
    """The gold in service that no worker has been handed, by id."""
    handed = Assignment.objects.filter(task=OuterRef("task"))
    rows = GoldStandard.objects.filter(~Exists(handed), campaign=campaign, withdrawn_at=None)
    return set(rows.values_list("pk", flat=True))


def withdrawn(campaign: Campaign) -> list[tuple[int, int, Failures]]:
    """The gold that was taken out of service, the latest first."""
    rows = GoldStandard.objects.filter(campaign=campaign, withdrawn_at__isnull=False)
    ids = rows.order_by("-withdrawn_at", "pk").values_list("pk", "task")
    return [(*pks, Failures()) for pks in ids]


def n_decided(campaign: Campaign) -> int:
    """How many decided photos are no gold and could be."""
    gold = GoldStandard.objects.filter(campaign=campaign, task__image=OuterRef("image"))
    decided = Task.objects.filter(campaign=campaign, is_adjudicated=True)
    return decided.filter(~Exists(gold), state=Task.State.RETIRED).count()


def untouched(campaign: Campaign, *, behind: int) -> Task | None:
    """The first photo behind a place in the order that nobody has been handed or decided on, and
    whose boxes no import has told."""
    rows = Task.objects.filter(campaign=campaign, state=Task.State.OPEN, n_taken=0)
    rows = rows.filter(position__gt=behind, n_wanted__gt=0).select_related("image", "campaign")
    handed = Assignment.objects.filter(task=OuterRef("pk"))
    told = Reference.objects.filter(image=OuterRef("image"), super_class=campaign.super_class)
    told = told.filter(boxes_xywh__isnull=False)
    return rows.filter(~Exists(handed), ~Exists(told)).order_by("position").first()


def rows(campaign: Campaign, page: Sequence[tuple[int, int, Failures]]) -> list[GoldRow]:
    """These gold photos, in their order."""
    found = _with_images().in_bulk([pk for pk, _, _ in page])
    return [_row(campaign, found[pk], failures) for pk, _, failures in page]


def with_known(card: Card) -> Card:
    """A gold photo's card with what is known of it, and the answers that are not good first, at
    most `MOST_ANSWERS` of them."""
    gold = _with_images().get(task=card.task)
    scores = {score.assignment_id: score for score in gold.scores.all()}
    answers = [_against(row, scores.get(row.answer.assignment_id)) for row in card.answers]
    answers.sort(key=lambda row: row.score is None or row.score.is_good is not False)
    shown = [
        replace(row, letter=letter(index), style=style(index))
        for index, row in enumerate(answers[:MOST_ANSWERS])
    ]
    row = _row(card.task.campaign, gold, Failures())
    return replace(card, answers=shown, known=row.known, overlay=_drawn_answers(card, gold, shown))


def _against(row: AnswerRow, score: GoldScore | None) -> AnswerRow:
    """An answer compared with what is known instead of the consensus."""
    if score is None or score.is_good is None:
        return row
    found = score.details
    if "label" in found:
        return replace(row, score=score, is_as_consensus=found["is_exact"])
    ious = () if found["mean_iou"] is None else (found["mean_iou"],)
    return replace(
        row, score=score, comparison=Comparison(ious, found["n_missed"], found["n_extra"])
    )


def _drawn_answers(card: Card, gold: GoldStandard, shown: Sequence[AnswerRow]) -> Overlay | None:
    if card.overlay is None:
        return None
    drawn = [
        [(box.x, box.y, box.w, box.h) for box in row.answer.boxes.all()]
        for row in shown
        if isinstance(row.answer, Annotation)
    ]
    image = card.task.image
    return draw(
        image.width,
        image.height,
        drawn,
        known_boxes(gold),
        letter_share=PHOTO_LETTER_SHARE,
        is_known=True,
    )


def of_worker(worker: Worker, kind: Campaign.Kind) -> OfWorker:
    """How the worker has done on gold."""
    mine = gold_scores.counting(kind).filter(worker=worker)
    unscored = worker.gold_scores.filter(
        gold__campaign__kind=kind, gold__withdrawn_at=None, is_good=None
    )
    found = mine.aggregate(
        n=Count("pk"),
        good=Count("pk", filter=Q(is_good=True)),
        missed=Sum(_number("n_missed")),
        extra=Sum(_number("n_extra")),
        true=Sum(_number("n_true")),
        mean_iou=Avg(_number("mean_iou")),
        without=Count("pk", filter=Q(gold__reference__status="non_instance")),
        let_through=Count("pk", filter=Q(is_missed=True)),
    )
    return OfWorker(
        n=found["n"],
        n_good=found["good"],
        n_unscored=unscored.count(),
        missed=int(found["missed"] or 0),
        extra=int(found["extra"] or 0),
        n_true=int(found["true"] or 0),
        mean_iou=found["mean_iou"],
        n_without=found["without"],
        n_missed=found["let_through"],
    )


def _number(name: str) -> Cast:
    return Cast(KeyTextTransform(name, "details"), FloatField())


def _failures(campaign: Campaign) -> dict[int, Failures]:
    known: dict[str, Any] = {"campaign": campaign.pk, "least": GOOD_LEAST, "share": GOOD_SHARE}
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, known)
        return {pk: Failures(*counts) for pk, *counts in cursor.fetchall()}


def _with_images() -> QuerySet[GoldStandard]:
    return GoldStandard.objects.select_related("task__image", "reference")


def _row(campaign: Campaign, gold: GoldStandard, failures: Failures) -> GoldRow:
    if campaign.kind == Campaign.Kind.VERIFY:
        label = known_label(gold.reference)
        words = str(Label(label).label) if label else "No animal, of whatever reason"
        return GoldRow(gold, words, failures)
    boxes = known_boxes(gold)
    n = len(boxes)
    words = f"{n} box{'es' if n > 1 else ''}" if n else "Nothing to box"
    image = gold.task.image
    drawn = draw(image.width, image.height, [], boxes, is_known=True)
    return GoldRow(gold, words, failures, drawn)


def known_boxes(gold: GoldStandard) -> list[tuple[float, float, float, float]]:
    """The known boxes, [x, y, w, h] in pixels of the upright full-size image."""
    return [(x, y, w, h) for x, y, w, h in gold.reference.boxes_xywh or []]
