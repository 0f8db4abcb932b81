"""Suspending automatically whoever answers too badly to be of use.

A worker is suspended, and the answers are left out, where even the favourable end of what is known
of the skill lies below the floor. An organizer can let the worker back in; the rule then passes
over that worker until it is told to watch again (`crowd/workers.py`).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import F

from crowd import workers
from crowd.models import Fit, SkillEstimate, Worker

# With fewer comparisons nobody is judged.
LEAST_COMPARED = 30
# One-sided: of workers exactly at the floor, one in forty would be judged to be below it.
DEVIATIONS = 2.0


def suspend_below_floor(fit: Fit, *, now: datetime) -> list[Worker]:
    """Suspend and exclude the workers whom this fit finds below the floor of its kind."""
    floor = settings.SKILL_FLOORS[fit.kind]
    below = (
        SkillEstimate.objects.filter(
            fit=fit,
            n_answers__gte=LEAST_COMPARED,
            worker__status=Worker.Status.ACTIVE,
            worker__is_exempt=False,
        )
        .annotate(at_best=F("quality") + DEVIATIONS * F("quality_sd"))
        .filter(at_best__lt=floor)
    )
    suspended = []
    for skill in below.select_related("worker").order_by("worker_id"):
        figures = {
            "kind": fit.kind,
            "quality": skill.quality,
            "quality_sd": skill.quality_sd,
            "floor": floor,
            "n_compared": skill.n_answers,
        }
        if workers.suspend_automatically(skill.worker, figures, now=now):
            suspended.append(skill.worker)
    return suspended
