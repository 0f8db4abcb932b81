"""Estimate how well each worker boxes, from everything they have answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from annotate import queries
from annotate.models import Annotation
from consensus import BOX_METHOD, BoxSkill, fit_boxes
from crowd import locks, skills
from crowd.models import Campaign
from crowd.skills import Estimate


def fit(*, now: datetime) -> int:
    """Fit and store the skills of all workers, if there are new answers; returns how many.

    One fit at a time, of whatever kind, so that half of the job processes stay free for the rest.
    """
    with locks.only_one("fit") as is_ours:
        if not is_ours or not skills.is_behind(Campaign.Kind.BOX, Annotation.objects.all()):
            return 0
        fitted = fit_boxes(list(queries.answered_images())).skills
        estimates = {int(worker): _estimate(skill) for worker, skill in fitted.items()}
        skills.store(Campaign.Kind.BOX, BOX_METHOD, estimates, now=now)
    return len(estimates)


def load(worker_ids: Iterable[int]) -> dict[int, BoxSkill]:
    """The stored skills of these workers; those without one get the core's prior."""
    stored = skills.load(Campaign.Kind.BOX, BOX_METHOD, worker_ids)
    return {worker_id: _skill(estimate) for worker_id, estimate in stored.items()}


def _estimate(skill: BoxSkill) -> Estimate:
    values = {
        "miss": skill.miss,
        "false_box": skill.false_box,
        "scale": skill.scale,
        "habit": list(skill.habit),
    }
    return Estimate(values=values, n_answers=skill.n_answers)


def _skill(estimate: Estimate) -> BoxSkill:
    values = estimate.values
    left, top, right, bottom = values["habit"]
    return BoxSkill(
        miss=values["miss"],
        false_box=values["false_box"],
        scale=values["scale"],
        habit=(left, top, right, bottom),
        n_answers=estimate.n_answers,
    )
