"""Estimate how well each worker sees the animal, from everything they have answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from django.db.models import QuerySet

from consensus import VoteFit, VoteItem, VoteParameters, VoteSkill, fit_votes
from crowd import intervals
from crowd.aggregating import Estimation, Fitted
from crowd.skills import Estimate, as_stored
from verify import queries
from verify.models import Label, Verdict

DEFAULTS = VoteParameters()


@dataclass(slots=True)
class _Counted:
    """Items on their way to the fit, counted."""

    items: Iterator[VoteItem]
    n_items: int = 0
    n_votes: int = 0

    def __iter__(self) -> Iterator[VoteItem]:
        for item in self.items:
            self.n_items += 1
            self.n_votes += len(item.votes)
            yield item


def estimate(
    rows: QuerySet[Verdict] | None = None, *, parameters: VoteParameters = DEFAULTS
) -> Estimation:
    """The skills of all workers who are not excluded, and how frequent each label is.

    `rows`: the verdicts to learn from instead of `queries.evidence`.
    """
    items = _Counted(queries.voted_items(rows))
    found = fit_votes(items, Label.values, parameters=parameters)
    fitted = Fitted(
        parameters=as_stored({"prevalence": found.prevalence, "overall": found.overall}),
        skills={int(worker): estimate_of(skill) for worker, skill in found.skills.items()},
    )
    return Estimation(fitted, n_answers=items.n_votes, n_tasks=items.n_items)


def fit_of(fitted: Fitted) -> VoteFit:
    """A stored fit as the consensus core takes it."""
    return VoteFit(
        skills={str(worker): skill_of(estimate) for worker, estimate in fitted.skills.items()},
        prevalence=fitted.parameters.get("prevalence", {}),
        overall=fitted.parameters.get("overall", {}),
    )


def estimate_of(skill: VoteSkill) -> Estimate:
    """A skill as it is stored; the accuracy is taken as a coin thrown once a vote."""
    values = as_stored(asdict(skill))
    del values["n_answers"]
    deviation = intervals.share(skill.accuracy, skill.n_answers).deviation
    return Estimate(values, skill.n_answers, quality=skill.accuracy, quality_sd=deviation)


def skill_of(estimate: Estimate) -> VoteSkill:
    """A stored skill as the consensus core takes it."""
    return VoteSkill.from_json({**estimate.values, "n_answers": estimate.n_answers})
