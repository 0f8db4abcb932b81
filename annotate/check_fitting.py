"""Estimate how well each worker checks boxes, from everything they have answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db.models import QuerySet

from annotate import check_queries
from annotate.models import Inspection
from consensus import VoteFit, VoteItem, VoteSkill, fit_votes
from crowd import intervals
from crowd.aggregating import Estimation, Fitted
from crowd.skills import Estimate, as_stored


@dataclass(slots=True)
class _Counted:
    """Items on their way to the fit, counted; a whole photo's question is there once a task."""

    items: Iterator[VoteItem]
    n_tasks: int = 0
    n_answers: int = 0

    def __iter__(self) -> Iterator[VoteItem]:
        for item in self.items:
            if item.group == check_queries.ALL_BOXED:
                self.n_tasks += 1
                self.n_answers += len(item.votes)
            yield item


def estimate(rows: QuerySet[Inspection] | None = None) -> Estimation:
    """The skills of all workers who are not excluded, and how often each question is a yes.

    `rows`: the inspections to learn from instead.
    """
    items = _Counted(check_queries.voted_items(rows))
    found = fit_votes(items, check_queries.LABELS)
    fitted = Fitted(
        parameters=as_stored({"prevalence": found.prevalence, "overall": found.overall}),
        skills={int(worker): _estimate_of(skill) for worker, skill in found.skills.items()},
    )
    return Estimation(fitted, n_answers=items.n_answers, n_tasks=items.n_tasks)


def fit_of(fitted: Fitted) -> VoteFit:
    """A stored fit as the consensus core takes it, each kind of question with its own prior."""
    return VoteFit(
        skills={str(worker): _skill_of(estimate) for worker, estimate in fitted.skills.items()},
        prevalence=fitted.parameters.get("prevalence", {}),
        overall=fitted.parameters.get("overall", {}),
    )


def without_prior(fit: VoteFit) -> VoteFit:
    """The same with yes and no equally likely beforehand: the votes speak alone."""
    return VoteFit(skills=fit.skills)


def _estimate_of(skill: VoteSkill) -> Estimate:
    """A skill as it is stored; the accuracy is taken as a coin thrown once a vote."""
    values = as_stored(asdict(skill))
    del values["n_answers"]
    deviation = intervals.share(skill.accuracy, skill.n_answers).deviation
    return Estimate(values, skill.n_answers, quality=skill.accuracy, quality_sd=deviation)


def _skill_of(estimate: Estimate) -> VoteSkill:
    return VoteSkill.from_json({**estimate.values, "n_answers": estimate.n_answers})
