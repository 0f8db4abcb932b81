"""Estimate how well each worker sees the animal, from everything they have answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from consensus import VOTE_METHOD, VoteSkill, fit_vote_skills
from crowd import locks, skills
from crowd.models import Campaign
from crowd.skills import Estimate
from verify import queries
from verify.models import Label, Verdict


def fit(*, now: datetime) -> int:
    """Fit and store the skills of all workers, if there are new answers; returns how many.

    One fit at a time, of whatever kind, so that half of the job processes stay free for the rest.
    """
    with locks.only_one("fit") as is_ours:
        if not is_ours or not skills.is_behind(Campaign.Kind.VERIFY, Verdict.objects.all()):
            return 0
        fitted, _ = fit_vote_skills(list(queries.votes_by_task()), Label.values)
        estimates = {int(worker): _estimate(skill) for worker, skill in fitted.items()}
        skills.store(Campaign.Kind.VERIFY, VOTE_METHOD, estimates, now=now)
    return len(estimates)


def load(worker_ids: Iterable[int]) -> dict[int, VoteSkill]:
    """The stored skills of these workers; those without one get the core's prior."""
    stored = skills.load(Campaign.Kind.VERIFY, VOTE_METHOD, worker_ids)
    return {worker_id: _skill(estimate) for worker_id, estimate in stored.items()}


def _estimate(skill: VoteSkill) -> Estimate:
    values = {"accuracy": skill.accuracy, "confusion": [list(row) for row in skill.confusion]}
    return Estimate(values=values, n_answers=skill.n_answers)


def _skill(estimate: Estimate) -> VoteSkill:
    return VoteSkill(
        accuracy=estimate.values["accuracy"],
        n_answers=estimate.n_answers,
        confusion=tuple(tuple(row) for row in estimate.values["confusion"]),
    )
