"""What a worker reads of their own annotations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotate.gold_scoring import score_boxes
from annotate.models import AdjudicatedBox, Adjudication, Annotation, Box, Consensus, ConsensusBox
from annotate.queries import LOOKED
from crowd.models import Answer, Campaign, Outcome, Task, Worker
from crowd.own_work import Agreement, OwnWork, Said
from crowd.words import outcome_words

# a worker and two others: with one other alone, either could be the one who is off
LEAST_LOOKED = 3
# a box of the consensus that is more likely there than not
LIKELY = 0.5
# IoU from which two boxes say the same
SAME = 0.5

XYWH = list[float]


class OwnBoxes(OwnWork):
    """Boxes; an annotation agrees that has the consensus's boxes and no others. Where an organizer
    has decided, the decision stands in the consensus's place."""

    kind = Campaign.Kind.BOX
    answers = Annotation

    def said(self, answers: Sequence[Answer]) -> dict[int, Said]:
        boxes = _boxes([answer.pk for answer in answers])
        return {answer.pk: _said(answer, boxes.get(answer.pk, [])) for answer in answers}

    def compared(self, worker: Worker, *, most: int) -> tuple[int, int]:
        ids = _compared_ids(worker, most)
        drawn = _boxes([annotation for annotation, _consensus, _task in ids])
        agreed = _likely_boxes([consensus for _annotation, consensus, _task in ids])
        decided = _decided_boxes([task for _annotation, _consensus, task in ids])
        same = [
            _is_same(drawn.get(annotation, []), decided.get(task, agreed.get(consensus, [])))
            for annotation, consensus, task in ids
        ]
        return sum(same), len(same)

    def agreement_in_words(self, agreement: Agreement) -> str:
        if not agreement.is_known:
            return _("Your boxes will be compared with those of others once there are more.")
        if agreement.share >= 0.9:
            return _("Your boxes agree very well with those of others.")
        if agreement.share >= 0.75:
            return _("Your boxes agree well with those of others.")
        if agreement.share >= 0.5:
            return _("Your boxes mostly agree with those of others.")
        return _("Your boxes often differ from those of others. The instructions may help.")


def _said(answer: Answer, boxes: list[XYWH]) -> Said:
    if answer.outcome != Outcome.ANSWERED:
        return Said(outcome_words(answer.outcome))
    n = len(boxes)
    return Said(ngettext("%(n)d box", "%(n)d boxes", n) % {"n": n}, boxes)


def _is_same(drawn: list[XYWH], agreed: list[XYWH]) -> bool:
    score = score_boxes(drawn, agreed)
    return not score.missed and not score.extra and all(fit.iou >= SAME for fit in score.fits)


def _compared_ids(worker: Worker, most: int) -> list[tuple[int, int, int]]:
    """The worker's latest annotations that can be compared, each with its consensus and task; none
    of a photo that is out of the results."""
    current = Consensus.objects.filter(is_current=True, n_looked__gte=LEAST_LOOKED)
    rows = Annotation.objects.filter(
        worker=worker, is_current=True, outcome__in=LOOKED, task__consensuses__in=current
    ).exclude(task__state=Task.State.EXCLUDED)
    found = rows.order_by("-received_at", "-pk").values_list("pk", "task__consensuses", "task")
    return list(found[:most])


def _boxes(annotation_ids: list[int]) -> dict[int, list[XYWH]]:
    by_annotation: dict[int, list[XYWH]] = defaultdict(list)
    rows = Box.objects.filter(annotation__in=annotation_ids).order_by("annotation", "number")
    for annotation, *xywh in rows.values_list("annotation", "x", "y", "w", "h"):
        by_annotation[annotation].append(xywh)
    return by_annotation


def _likely_boxes(consensus_ids: list[int]) -> dict[int, list[XYWH]]:
    by_consensus: dict[int, list[XYWH]] = defaultdict(list)
    rows = ConsensusBox.objects.filter(consensus__in=consensus_ids, score__gte=LIKELY)
    for consensus, *xywh in rows.order_by("consensus", "number").values_list(
        "consensus", "x", "y", "w", "h"
    ):
        by_consensus[consensus].append(xywh)
    return by_consensus


def _decided_boxes(task_ids: list[int]) -> dict[int, list[XYWH]]:
    """By task: the boxes that an organizer has let stand, none where there is nothing to box."""
    settling = Adjudication.objects.filter(
        task__in=task_ids, task__is_adjudicated=True, is_current=True
    ).exclude(result="")
    of_step = dict(settling.values_list("pk", "task"))
    by_task: dict[int, list[XYWH]] = {task: [] for task in of_step.values()}
    rows = AdjudicatedBox.objects.filter(adjudication__in=of_step).order_by(
        "adjudication", "number"
    )
    for step, *xywh in rows.values_list("adjudication", "x", "y", "w", "h"):
        by_task[of_step[step]].append(xywh)
    return by_task
