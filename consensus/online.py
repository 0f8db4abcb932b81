"""Answers replayed in the order in which they came, under a stopping rule.

All images advance together: every round estimates the skills anew from the answers used so far,
merges, and gives one more answer to the images whose consensus cannot stand yet. This is what a
live campaign does, with a fit after every round instead of every few minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from consensus.campaign import merge_campaign
from consensus.skill import SkillPriors
from consensus.stopping import BOX_RULE, StoppingRule
from consensus.types import BoxAnswer, BoxFit, BoxImage, BoxParameters, ImageConsensus

DEFAULT_PARAMETERS = BoxParameters()
DEFAULT_PRIORS = SkillPriors()

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class Replayed(Generic[C]):
    """The consensus of one image or item from its first `n_used` answers.

    is_finished: the rule would retire it now, because its risk is small enough. False where the
        answers or the maximum ran out before that: nobody else is asked, yet the risk is too large.
    """

    consensus: C
    n_used: int
    is_finished: bool


@dataclass(frozen=True, slots=True)
class Look(Generic[C]):
    """What a round finds about one image or item.

    n_compared: comparisons of its worker, where only one has answered.
    """

    consensus: C
    risk: float
    n_compared: int


def replay(
    n_available: Sequence[int],
    rule: StoppingRule,
    look: Callable[[Sequence[int]], Iterable[Look[C]]],
) -> Iterator[Replayed[C]]:
    """Rounds until nothing is asked for any more, then what is found of every image, in order.

    n_available: answers there are for each image. look: finds the consensus of every image from so
    many of its first answers; it is called once more in the end, so that no round needs to keep
    more than numbers.
    """
    available = np.minimum(np.asarray(n_available, dtype=np.intp), rule.maximum)
    n_used = np.minimum(available, rule.minimum)
    finished = np.zeros(len(available), dtype=bool)
    while True:
        counts = zip(n_used.tolist(), finished.tolist(), strict=True)
        finished = np.array(
            [
                rule.is_finished(seen.risk, n, n_compared=seen.n_compared, was_finished=was)
                for seen, (n, was) in zip(look(n_used.tolist()), counts, strict=True)
            ],
            dtype=bool,
        )
        wanting = ~finished & (n_used < available)
        if not wanting.any():
            break
        n_used = n_used + wanting
    for seen, n, is_finished in zip(
        look(n_used.tolist()), n_used.tolist(), finished.tolist(), strict=True
    ):
        yield Replayed(seen.consensus, n, is_finished)


def replay_boxes(
    images: Sequence[BoxImage],
    *,
    rule: StoppingRule = BOX_RULE,
    parameters: BoxParameters = DEFAULT_PARAMETERS,
    priors: SkillPriors = DEFAULT_PRIORS,
) -> Iterator[Replayed[ImageConsensus]]:
    """The consensus of every image from as many of its answers as the rule wants, in order.

    Of several answers by one worker the last counts, at the place of the first.

    >>> cat = np.array([[10.0, 10.0, 40.0, 30.0]])
    >>> answers = [BoxAnswer(worker, cat) for worker in ("ada", "ben", "cyd", "dan")]
    >>> [seen.n_used for seen in replay_boxes([BoxImage(answers, 100, 80)] * 3)]
    [2, 2, 2]
    """

    given = [
        tuple({answer.worker: answer for answer in image.answers}.values()) for image in images
    ]

    def shown(n_used: Sequence[int]) -> Iterator[BoxImage]:
        for image, answers, n in zip(images, given, n_used, strict=True):
            yield BoxImage(answers[:n], image.width, image.height)

    def look(n_used: Sequence[int]) -> Iterator[Look[ImageConsensus]]:
        fit, merged = merge_campaign(shown(n_used), parameters=parameters, priors=priors)
        for image, consensus in zip(shown(n_used), merged, strict=True):
            yield Look(consensus, consensus.risk, lone_comparisons(image.answers, fit))

    return replay([len(answers) for answers in given], rule, look)


def lone_comparisons(answers: Sequence[BoxAnswer], fit: BoxFit) -> int:
    """Comparisons of the worker of the only answer; 0 where there is another number of answers."""
    if len(answers) != 1 or answers[0].worker not in fit.skills:
        return 0
    return fit.skills[answers[0].worker].n_answers
