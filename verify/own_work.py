"""What a worker reads of their own verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.utils.translation import gettext as _

from crowd.models import Answer, Campaign, Outcome, Worker
from crowd.own_work import Agreement, OwnWork, Said
from crowd.words import outcome_words
from verify.models import ConsensusVerdict, Label, Verdict

# a worker and two others: with one other alone, either could be the one who is off
LEAST_VOTES = 3


class OwnVerdicts(OwnWork):
    """Verdicts; one agrees that has the label of the consensus."""

    kind = Campaign.Kind.VERIFY
    answers = Verdict

    def said(self, answers: Sequence[Answer]) -> dict[int, Said]:
        return {answer.pk: Said(_words(cast(Verdict, answer))) for answer in answers}

    def compared(self, worker: Worker, *, most: int) -> tuple[int, int]:
        current = ConsensusVerdict.objects.filter(is_current=True, n_votes__gte=LEAST_VOTES)
        rows = Verdict.objects.filter(
            worker=worker,
            is_current=True,
            outcome=Outcome.ANSWERED,
            task__consensus_verdicts__in=current,
        )
        pairs = rows.order_by("-received_at", "-pk").values_list(
            "label", "task__consensus_verdicts__label"
        )
        same = [given == agreed for given, agreed in pairs[:most]]
        return sum(same), len(same)

    def agreement_in_words(self, agreement: Agreement) -> str:
        if not agreement.is_known:
            return _("Your answers will be compared with those of others once there are more.")
        if agreement.share >= 0.95:
            return _("Your answers agree very well with those of others.")
        if agreement.share >= 0.85:
            return _("Your answers agree well with those of others.")
        if agreement.share >= 0.6:
            return _("Your answers mostly agree with those of others.")
        return _("Your answers often differ from those of others. The instructions may help.")


def _words(verdict: Verdict) -> str:
    """What was answered, as on the page's buttons."""
    if verdict.outcome != Outcome.ANSWERED:
        return outcome_words(verdict.outcome)
    return {
        Label.ANIMAL: _("Animal visible"),
        Label.TRACKS: _("Tracks"),
        Label.SCAT: _("Scat"),
        Label.HABITAT: _("Habitat or nest only"),
        Label.REMAINS: _("Feather, bone, molt, other"),
    }[Label(verdict.label)]
