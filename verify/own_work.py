"""What a worker reads of their own verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.utils.translation import gettext as _

from crowd.models import Answer, Campaign, Outcome, Task, Worker
from crowd.own_work import Agreement, OwnWork, Said
from crowd.words import outcome_words
from verify.models import Adjudication, ConsensusVerdict, Label, Verdict

# a worker and two others: with one other alone, either could be the one who is off
LEAST_VOTES = 3


class OwnVerdicts(OwnWork):
    """Verdicts; one agrees that has the label of the consensus, or the one that an organizer has
    decided on."""

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
        ).exclude(task__state=Task.State.EXCLUDED)
        found = rows.order_by("-received_at", "-pk").values_list(
            "label", "task__consensus_verdicts__label", "task"
        )[:most]
        decided = _decided([task for _given, _agreed, task in found])
        same = [given == decided.get(task, agreed) for given, agreed, task in found]
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


def _decided(task_ids: list[int]) -> dict[int, str]:
    """By task: the label that an organizer has let stand."""
    settling = Adjudication.objects.filter(
        task__in=task_ids, task__is_adjudicated=True, is_current=True
    ).exclude(result="")
    return dict(settling.values_list("task", "result"))


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
