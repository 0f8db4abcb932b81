"""Estimate how well each worker sees the animal, from everything they have answered."""

from __future__ import annotations

from math import sqrt

from consensus import VoteSkill, fit_vote_skills
from crowd.aggregating import Estimation, Fitted
from crowd.skills import Estimate
from verify import queries
from verify.models import Label

# Votes that the prior of the consensus core is worth.
PRIOR_OBSERVATIONS = 4.0


def estimate() -> Estimation:
    """The skills of all workers who are not excluded, and how frequent each label is."""
    votes = [votes for _, votes in queries.votes_by_task()]
    found, prevalence = fit_vote_skills([v for v in votes if len(v) > 1], Label.values)
    fitted = Fitted(
        parameters={"prevalence": {"": prevalence}},
        skills={int(worker): estimate_of(skill) for worker, skill in found.items()},
    )
    return Estimation(fitted, n_answers=sum(map(len, votes)), n_tasks=len(votes))


def skills_of(fitted: Fitted) -> dict[str, VoteSkill]:
    """The skills as the consensus core takes them, by worker."""
    return {str(worker): skill_of(estimate) for worker, estimate in fitted.skills.items()}


def prevalence_of(fitted: Fitted, group: str) -> dict[str, float] | None:
    """How frequent each label is in a super-class; None where that is not known."""
    known = fitted.parameters.get("prevalence", {})
    found: dict[str, float] | None = known.get(group, known.get(""))
    return found


def estimate_of(skill: VoteSkill) -> Estimate:
    """A skill as it is stored; the accuracy is taken as a coin thrown once a vote."""
    values = {"accuracy": skill.accuracy, "confusion": [list(row) for row in skill.confusion]}
    n = skill.n_answers + PRIOR_OBSERVATIONS
    sd = sqrt(skill.accuracy * (1 - skill.accuracy) / n)
    return Estimate(values, skill.n_answers, quality=skill.accuracy, quality_sd=sd)


def skill_of(estimate: Estimate) -> VoteSkill:
    """A stored skill as the consensus core takes it."""
    return VoteSkill(
        accuracy=estimate.values["accuracy"],
        n_answers=estimate.n_answers,
        confusion=tuple(tuple(row) for row in estimate.values["confusion"]),
    )
