"""Recomputing the consensus of box tasks (see `crowd/recomputing.py`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from django.db.models import Model

from annotate import check_queries, queries, skill_fitting
from annotate.aggregation import BOXES, BoxAggregator, Version, seen
from annotate.check_queries import Spoken
from annotate.differences import Seen, difference
from annotate.models import Annotation, Consensus, ConsensusBox
from consensus import BOX_METHOD, BoxImage, ImageConsensus
from consensus.box_methods import BOX_METHODS, BoxMethod
from consensus.parameters import described, with_values
from crowd import recomputing, versions
from crowd.aggregating import Finding, Fitted
from crowd.differences import Difference
from crowd.models import Task
from crowd.recomputing import Recipe, Replay, Replayed
from crowd.skills import as_stored

METHODS: Mapping[str, str] = {
    name: described(method.parameters) for name, method in BOX_METHODS.items()
}
"""The methods there are, with their constants."""


class ReplayAggregator(BoxAggregator):
    """Box tasks merged as a recipe says."""

    def __init__(self, recipe: Recipe, name: str, method: BoxMethod) -> None:
        self.method = name
        self._recipe = recipe
        self._merging = method

    def read(self, task_ids: list[int]) -> Mapping[int, list[Annotation]]:
        rows = Annotation.objects.filter(task__in=task_ids)
        as_it_was = recomputing.taken(rows, Recipe(as_of=self._recipe.as_of))
        by_task: dict[int, list[Annotation]] = defaultdict(list)
        for row in (
            as_it_was.select_related("worker")
            .prefetch_related("boxes")
            .order_by("received_at", "id")
        ):
            by_task[row.task_id].append(row)
        for found in by_task.values():
            recomputing.leave_out(found, self._recipe)
        return by_task

    def checks(self, tasks: Sequence[Task]) -> Mapping[int, Spoken]:
        """The site's own method alone knows what to do with them."""
        if self.method != BOX_METHOD:
            return {}
        return check_queries.spoken(tasks, as_of=self._recipe.as_of)

    def merge(self, images: Iterable[BoxImage], fitted: Fitted) -> Iterable[ImageConsensus]:
        return self._merging.merge(
            images,
            skills=skill_fitting.skills_of(fitted),
            parameters=with_stored(self._merging, fitted.parameters),
        )


class BoxReplay(Replay[Version]):
    """A recipe for box tasks. Raises ValueError for a method or a constant that does not exist."""

    ordinary = BOXES

    def __init__(self, recipe: Recipe) -> None:
        name = recipe.method or BOX_METHOD
        self.recipe = recipe
        self._method = recomputing.chosen(BOX_METHODS, name, METHODS)
        self._changed = with_values(self._method.parameters, recipe.changes)
        self.aggregator = ReplayAggregator(recipe, name, self._method)

    def fitted(self) -> Fitted:
        if not self._method.has_skills:
            return Fitted(as_stored(asdict(self._changed)), {})
        if self.recipe.has_new_skills:
            rows = recomputing.taken(
                Annotation.objects.filter(outcome__in=queries.LOOKED, worker__is_excluded=False),
                self.recipe,
            )
            return skill_fitting.estimate(rows, parameters=self._changed).fitted
        stored = BOXES.fitted()
        known = skill_fitting.parameters_of(stored.parameters)
        changed = with_values(known, self.recipe.changes)
        return Fitted(as_stored(asdict(changed)), stored.skills)

    def stored(self, task_ids: Sequence[int]) -> Mapping[int, Model]:
        return versions.current(Consensus, task_ids, "boxes")

    def replayed(self, finding: Finding[Version], old: Model | None) -> Replayed[Version]:
        before = cast(Consensus | None, old)
        if finding.version is None:
            # neither the answers nor the result have changed
            line = _line(finding.task, before, list(before.boxes.all())) if before else {}
            return Replayed(finding, Difference(), line)
        row, boxes = finding.version
        after = Seen(
            status=row.status,
            boxes_xywh=[(box.x, box.y, box.w, box.h) for box in boxes],
            scores=[box.score for box in boxes],
            is_settled=row.is_settled,
        )
        found = difference(seen(before) if before else None, after)
        return Replayed(finding, found, _line(finding.task, row, boxes))


def with_stored(method: BoxMethod, parameters: Mapping[str, Any]) -> Any:
    """The method's constants with the values that went through the database."""
    if method.has_skills:
        return skill_fitting.parameters_of(parameters)
    return type(method.parameters)(**parameters)


def _line(task: Task, row: Consensus, boxes: Sequence[ConsensusBox]) -> dict[str, Any]:
    """A consensus in the format of `python -m consensus boxes`."""
    return {
        "image_id": str(task.image.uid),
        "file_name": task.image.file_name,
        "boxes": [
            {
                "bbox": [box.x, box.y, box.w, box.h],
                "score": box.score,
                "n_workers": box.n_workers,
                "n_looked": box.n_looked,
                "spread": box.spread,
            }
            for box in boxes
        ],
        "n_annotations": row.n_looked,
        "evidence": row.evidence,
        "risk": row.risk,
        "finished": row.is_settled,
    }
