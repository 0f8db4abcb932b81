"""Estimate how well each worker boxes, from everything they have answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db.models import QuerySet

from annotate import queries
from annotate.models import Annotation
from consensus import BoxImage, BoxParameters, BoxSkill, fit_boxes
from crowd import intervals
from crowd.aggregating import Estimation, Fitted
from crowd.skills import Estimate, as_stored

DEFAULTS = BoxParameters()


@dataclass(slots=True)
class _Counted:
    """Images on their way to the fit, counted; of one answer alone nothing can be learned."""

    images: Iterator[BoxImage]
    n_images: int = 0
    n_answers: int = 0

    def __iter__(self) -> Iterator[BoxImage]:
        for image in self.images:
            self.n_answers += len(image.answers)
            if len(image.answers) > 1:
                self.n_images += 1
                yield image


def estimate(
    rows: QuerySet[Annotation] | None = None, *, parameters: BoxParameters = DEFAULTS
) -> Estimation:
    """The skills of all workers who are not excluded, and what was learned of the images.

    `rows`: the annotations to learn from instead of `queries.evidence`.
    """
    images = _Counted(queries.answered_images(rows))
    found = fit_boxes(images, parameters=parameters)
    fitted = Fitted(
        parameters=as_stored(asdict(found.parameters)),
        skills={int(worker): estimate_of(skill) for worker, skill in found.skills.items()},
    )
    return Estimation(fitted, n_answers=images.n_answers, n_tasks=images.n_images)


def skills_of(fitted: Fitted) -> dict[str, BoxSkill]:
    """The skills as the consensus core takes them, by worker."""
    return {str(worker): skill_of(estimate) for worker, estimate in fitted.skills.items()}


def parameters_of(values: Mapping[str, Any]) -> BoxParameters:
    """Stored parameters as the consensus core takes them; the defaults where there are none.

    A name that the core knows no more is passed over: answers must not wait for the next fit.
    """
    known = {field.name for field in fields(BoxParameters)}
    return BoxParameters(**{name: _tupled(v) for name, v in values.items() if name in known})


def estimate_of(skill: BoxSkill) -> Estimate:
    """A skill as it is stored; the quality is taken as a share of as many boxes as answers."""
    values = {
        "miss": skill.miss,
        "false_box": skill.false_box,
        "scale": skill.scale,
        "habit": list(skill.habit),
    }
    deviation = intervals.share(skill.quality, skill.n_answers).deviation
    return Estimate(values, skill.n_answers, quality=skill.quality, quality_sd=deviation)


def skill_of(estimate: Estimate) -> BoxSkill:
    """A stored skill as the consensus core takes it."""
    values = estimate.values
    left, top, right, bottom = values["habit"]
    return BoxSkill(
        miss=values["miss"],
        false_box=values["false_box"],
        scale=values["scale"],
        habit=(left, top, right, bottom),
        n_answers=estimate.n_answers,
        quality=BoxSkill.prior().quality if estimate.quality is None else estimate.quality,
    )


def _tupled(value: Any) -> Any:
    return tuple(_tupled(part) for part in value) if isinstance(value, list) else value
