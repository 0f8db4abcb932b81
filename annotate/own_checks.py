"""What a worker reads of their own checks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.utils.translation import gettext as _

from annotate.models import Check, ConsensusCheck, Inspection
from crowd.models import Answer, Campaign, Outcome, Worker
from crowd.own_work import Agreement, OwnWork, Said
from crowd.words import outcome_words

# a worker and two others: with one other alone, either could be the one who is off
LEAST_VOTES = 3
EVEN = 0.5


class OwnChecks(OwnWork):
    """Checks; one agrees that answers every question as the consensus does."""

    kind = Campaign.Kind.CHECK
    answers = Inspection

    def said(self, answers: Sequence[Answer]) -> dict[int, Said]:
        asked = Check.objects.filter(task__in=[answer.task_id for answer in answers])
        boxes = dict(asked.values_list("task", "boxes"))
        return {
            answer.pk: _said(cast(Inspection, answer), boxes.get(answer.task_id, []))
            for answer in answers
        }

    def compared(self, worker: Worker, *, most: int) -> tuple[int, int]:
        current = ConsensusCheck.objects.filter(is_current=True, n_votes__gte=LEAST_VOTES)
        rows = Inspection.objects.filter(
            worker=worker,
            is_current=True,
            outcome=Outcome.ANSWERED,
            task__consensus_checks__in=current,
        )
        answered = rows.order_by("-received_at", "-pk").values_list(
            "are_tight",
            "are_all_boxed",
            "task__consensus_checks__p_tight",
            "task__consensus_checks__p_all_boxed",
        )
        same = [
            [*are_tight, is_all] == [share > EVEN for share in (*p_tight, p_all)]
            for are_tight, is_all, p_tight, p_all in answered[:most]
        ]
        return sum(same), len(same)

    def agreement_in_words(self, agreement: Agreement) -> str:
        if not agreement.is_known:
            return _("Your checks will be compared with those of others once there are more.")
        if agreement.share >= 0.9:
            return _("Your checks agree very well with those of others.")
        if agreement.share >= 0.75:
            return _("Your checks agree well with those of others.")
        if agreement.share >= 0.5:
            return _("Your checks mostly agree with those of others.")
        return _("Your checks often differ from those of others. The instructions may help.")


def _said(inspection: Inspection, boxes: list[list[float]]) -> Said:
    """What was answered, with the boxes that it was about."""
    if inspection.outcome != Outcome.ANSWERED:
        return Said(outcome_words(inspection.outcome))
    whole = _("all boxed") if inspection.are_all_boxed else _("not all boxed")
    if not boxes:
        return Said(whole)
    numbers = {"tight": sum(inspection.are_tight), "n": len(boxes)}
    words = _("%(tight)d of %(n)d boxes tight") % numbers
    return Said(f"{words}, {whole}", boxes)
