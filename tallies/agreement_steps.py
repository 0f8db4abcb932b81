"""How results change with every further answer: where more of them stop to tell anything.

Answers are taken in the order received, and merged with today's skills. A result comes out
otherwise where a box is added, gone, or overlaps with its counterpart by less than `SAME_BOX`; a
verdict where its label is another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import numpy as np

from annotate import differences, skill_fitting
from annotate.aggregation import BOXES
from consensus import BoxImage, VoteItem, merge_images, merge_items
from consensus.alpha import mean
from consensus.bootstrap import estimates
from consensus.types import FourFloats, IntArray
from crowd.models import Campaign
from tallies.agreement_content import UNKNOWN, Step
from tallies.agreement_sample import LABELS, VerdictTask
from verify import skill_fitting as vote_fitting
from verify.aggregation import VERDICTS
from verify.question import ALIKE, costs

MOST_FOLLOWED = 1000
# a step that fewer images have taken is not shown
LEAST_IMAGES = 20
SAME_BOX = 0.5

Boxes = list[FourFloats]
R = TypeVar("R")
# From images cut to their first answers to their results.
Merge = Callable[[Sequence[tuple[int, int]]], list[R]]
# Whether two results are the same, and how far the first is like the second, 0 to 1.
Compare = Callable[[R, R], tuple[bool, float]]


def of_boxes(images: Sequence[BoxImage], *, seed: int) -> list[Step]:
    """The steps of box tasks, each image's answers in the order received."""
    fitted = BOXES.fitted({int(answer.worker) for image in images for answer in image.answers})
    skills = skill_fitting.skills_of(fitted)
    parameters = skill_fitting.parameters_of(fitted.parameters)

    def merge(cuts: Sequence[tuple[int, int]]) -> list[Boxes]:
        cut = (replace(images[place], answers=images[place].answers[:n]) for place, n in cuts)
        found = merge_images(cut, skills=skills, parameters=parameters)
        return [[box.xywh for box in one.boxes] for one in found]

    return _steps([len(image.answers) for image in images], merge, _boxes_compared, seed=seed)


def of_verdicts(campaign: Campaign, tasks: Sequence[VerdictTask], *, seed: int) -> list[Step]:
    """The steps of verification tasks."""
    fitted = VERDICTS.fitted({worker for task in tasks for worker, _ in task.votes})
    fit = vote_fitting.fit_of(fitted)
    items = [VoteItem(task.as_votes(), group=campaign.super_class) for task in tasks]

    def merge(cuts: Sequence[tuple[int, int]]) -> list[str]:
        found = merge_items(
            (replace(items[place], votes=items[place].votes[:n]) for place, n in cuts),
            labels=LABELS,
            fit=fit,
            costs=costs(campaign.missed_cost),
            alike=ALIKE,
        )
        return [one.label for one in found]

    def compared(one: str, other: str) -> tuple[bool, float]:
        return one == other, float(one == other)

    steps = _steps([len(task.votes) for task in tasks], merge, compared, seed=seed)
    return [replace(step, iou=UNKNOWN) for step in steps]


def _steps(
    n_answers: Sequence[int], merge: Merge[R], compare: Compare[R], *, seed: int
) -> list[Step]:
    n = np.array(n_answers, dtype=np.intp)
    last = max((k for k in range(1, n.max(initial=0)) if (n > k).sum() >= LEAST_IMAGES), default=0)
    if not last:
        return []
    final = merge(list(enumerate(n_answers)))
    results = [_with_at_most(k, n, final, merge) for k in range(1, last + 2)]
    return [
        _step(k, np.nonzero(n > k)[0], results[k - 1], results[k], final, compare, seed=seed)
        for k in range(1, last + 1)
    ]


def _with_at_most(k: int, n: IntArray, final: Sequence[R], merge: Merge[R]) -> list[R]:
    """The results of the first `k` answers; where there are no more, the final ones."""
    places = np.nonzero(n > k)[0].tolist()
    cut = dict(zip(places, merge([(place, k) for place in places]), strict=True))
    return [cut.get(place, whole) for place, whole in enumerate(final)]


def _step(
    k: int,
    further: IntArray,
    now: Sequence[R],
    after: Sequence[R],
    final: Sequence[R],
    compare: Compare[R],
    *,
    seed: int,
) -> Step:
    changed = np.array([not compare(now[place], after[place])[0] for place in further])
    in_the_end = [compare(one, other) for one, other in zip(now, final, strict=True)]
    differs = np.array([not is_same for is_same, _ in in_the_end])
    likeness = np.array([like for _, like in in_the_end])
    means = [partial(mean, values.astype(np.float64)) for values in (changed, differs, likeness)]
    (following,) = estimates(means[:1], len(further), seed=seed)
    overall, alike = estimates(means[1:], len(final), seed=seed)
    return Step(k, following, overall, alike)


def _boxes_compared(one: Boxes, other: Boxes) -> tuple[bool, float]:
    found = differences.pair(one, other)
    overlaps = [iou for _, _, iou, _ in found.both]
    n_objects = len(overlaps) + len(found.added) + len(found.removed)
    is_same = n_objects == len(overlaps) and min(overlaps, default=1.0) >= SAME_BOX
    return is_same, sum(overlaps) / n_objects if n_objects else 1.0
