"""Simulated workers and images that are like those of a pilot.

A forecast about this crowd is worth more than one about a crowd in general: the skills that the
consensus has estimated from a campaign's first answers are turned into profiles, and its numbers of
boxes into the images of `simulation.layouts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from consensus.types import BoxParameters, BoxSkill
from consensus.vote_types import VoteSkill
from simulation.layouts import LayoutParameters
from simulation.workers import WorkerProfile

# how many images the defaults are worth beside those of the pilot
PRIOR_IMAGES = 20.0
GROSS = 0.02  # badly wrong edges are in no skill: about what ordinary workers make
MOST_SCALE = 0.12  # the widest spread that somebody who looks still has
SPAM_QUALITY = 0.35  # below this, whatever they do, it is not boxing


def boxer_like(skill: BoxSkill, parameters: BoxParameters | None = None) -> WorkerProfile:
    """A worker who boxes as the skill says.

    The consensus takes the variance of an edge for scale^2 (side^2 + (pixel_share * longer)^2), the
    simulation for scale^2 side^2 + (hand * longer)^2: hence the hand. A worker of hardly any
    quality does not look at the image.

    >>> boxer_like(BoxSkill(0.1, 0.02, 0.03, (0.05, 0.0, 0.05, 0.0))).habit
    (-0.05, 0.0, 0.05, 0.0)
    """
    if skill.quality < SPAM_QUALITY:
        return WorkerProfile("spamming", 0.3, seconds_per_image=0.9, seconds_per_box=0.8)
    scale = min(skill.scale, MOST_SCALE)
    left, top, right, bottom = skill.habit
    return WorkerProfile(
        "ordinary",
        scale,
        hand=scale * (parameters or BoxParameters()).pixel_share,
        habit=(-left + 0.0, -top + 0.0, right, bottom),
        miss=skill.miss,
        false_box=min(skill.false_box, 1.0),
        gross=GROSS,
        cant_tell=0.0,
        seconds_per_image=3.0,
        seconds_per_box=4.5,
    )


def voter_like(skill: VoteSkill) -> WorkerProfile:
    """A worker who votes as the skill says; the first label is the instance.

    Where the confusion is known (its rows are weights), saying "instance" for the others is the
    worker's lean.

    >>> voter_like(VoteSkill(0.9, 30, ((0.99, 0.01), (0.4, 0.6)))).lean
    0.4
    """
    right, lean = skill.accuracy, 0.0
    if len(skill.confusion) > 1:
        shares = [[weight / sum(row) for weight in row] for row in skill.confusion]
        right = shares[0][0]
        lean = sum(row[0] for row in shares[1:]) / len(shares[1:])
    return WorkerProfile("ordinary", 0.0, accuracy=right, lean=lean, cant_tell=0.0,
                         seconds_per_image=3.0)  # fmt: skip


def paced(crowd: Sequence[WorkerProfile], factor: float) -> list[WorkerProfile]:
    """The same workers, `factor` times as slow."""
    return [
        replace(
            worker,
            seconds_per_image=worker.seconds_per_image * factor,
            seconds_per_box=worker.seconds_per_box * factor,
        )
        for worker in crowd
    ]


def layouts_like(n_boxes: Sequence[int]) -> LayoutParameters:
    """Images with about as many objects as the consensus found in each image of a pilot.

    Shrunken towards the defaults, which count as `PRIOR_IMAGES` images.

    >>> layouts_like([1] * 980).empty < 0.01
    True
    """
    usual, counts = LayoutParameters(), Counter(n_boxes)
    n_any = sum(times for n, times in counts.items() if n > 0)
    n_group = sum(times for n, times in counts.items() if n > 1)
    further = sum((n - 2) * times for n, times in counts.items() if n > 1)
    prior_any = PRIOR_IMAGES * (1 - usual.empty)
    prior_group = prior_any * usual.group
    group = n_group + prior_group
    more = further + prior_group * usual.another / (1 - usual.another)
    return replace(
        usual,
        empty=(counts[0] + PRIOR_IMAGES * usual.empty) / (len(n_boxes) + PRIOR_IMAGES),
        group=group / (n_any + prior_any),
        another=more / (more + group),
    )
