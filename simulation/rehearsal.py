"""A simulated campaign merged as the site would merge it, and how good that is.

Figures are by name. Of every campaign: `answers` and `seconds` of attention, an image. Of boxes:
`f50`, `f75`, `f90` (F1 at that IoU) and `errors` (false and missed boxes an image). Of verdicts:
`errors` (wrong about the animal being there, an image), `loss` (the same, a miss counting as often
as it is worse than a false alarm), `recall` (share of the images without the animal that are found,
1 where there are none) and `false_alarms` (share of the others taken for such).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from consensus.boxes import merge_images
from consensus.online import Look, replay, replay_boxes
from consensus.skill import fit_boxes
from consensus.stopping import StoppingRule
from consensus.types import BoxImage, ImageConsensus
from consensus.vote_fit import fit_votes
from consensus.vote_types import VoteConsensus, VoteItem
from consensus.votes import merge_items
from simulation.confusions import LABELS
from simulation.mixes import BoxWork
from simulation.scoring import score_boxes
from simulation.voting import INSTANCE, VoteWork

FloatArray = NDArray[np.float64]
Figures = dict[str, float]
# all reasons are one answer to the question that a verification campaign asks
REASONS_ALIKE = (LABELS[1:],)


def rehearse_boxes(
    work: BoxWork, fixed: Sequence[int], rules: Sequence[StoppingRule]
) -> Iterator[Figures]:
    """The figures of each fixed number of answers an image, then under each rule."""
    for n_answers in fixed:
        shown = [BoxImage(i.answers[:n_answers], i.width, i.height) for i in work.images]
        fit = fit_boxes(shown)
        merged = merge_images(shown, skills=fit.skills, parameters=fit.parameters)
        yield _box_figures(work, list(merged), [n_answers] * len(shown))
    for rule in rules:
        replayed = list(replay_boxes(work.images, rule=rule))
        yield _box_figures(work, [r.consensus for r in replayed], [r.n_used for r in replayed])


def rehearse_votes(
    work: VoteWork,
    fixed: Sequence[int],
    rules: Sequence[StoppingRule],
    *,
    missed_cost: float = 1.0,
) -> Iterator[Figures]:
    """The figures of each fixed number of votes an item, then under each rule.

    missed_cost: how many times as bad as a false alarm it is to miss an image without the animal.
    """
    for n_votes in fixed:
        n_used = [n_votes] * len(work.items)
        found = [seen.consensus for seen in _looked(work.items, n_used, missed_cost)]
        yield _vote_figures(work, found, n_used, missed_cost)
    for rule in rules:
        available = [len(item.votes) for item in work.items]
        replayed = list(
            replay(available, rule, lambda n_used: _looked(work.items, n_used, missed_cost))
        )
        yield _vote_figures(
            work, [r.consensus for r in replayed], [r.n_used for r in replayed], missed_cost
        )


def _looked(
    items: Sequence[VoteItem], n_used: Sequence[int], missed_cost: float
) -> list[Look[VoteConsensus]]:
    """The consensus of every item from so many of its first votes.

    One that says the less likely of the two, because the other mistake would cost more, never
    stands.
    """
    shown = [VoteItem(item.votes[:n], item.group) for item, n in zip(items, n_used, strict=True)]
    fit = fit_votes(shown, LABELS)
    costs = dict.fromkeys(LABELS[1:], missed_cost)
    merged = merge_items(shown, labels=LABELS, fit=fit, costs=costs, alike=REASONS_ALIKE)
    looks = []
    for item, found in zip(shown, merged, strict=True):
        lone = fit.skills.get(item.votes[0].worker) if len(item.votes) == 1 else None
        risk = inf if _is_precaution(found) else found.risk
        looks.append(Look(found, risk, lone.n_answers if lone else 0))
    return looks


def _is_precaution(found: VoteConsensus) -> bool:
    return (found.label != INSTANCE) != (found.probabilities[INSTANCE] < 0.5)


def _box_figures(work: BoxWork, merged: Sequence[ImageConsensus], n_used: Sequence[int]) -> Figures:
    found = [np.array([box.xywh for box in c.boxes]).reshape(-1, 4) for c in merged]
    score = score_boxes(found, work.truth)
    f50, f75, f90 = score.f1
    figures = {"f50": f50, "f75": f75, "f90": f90, "errors": score.errors}
    return {**figures, **_effort(work.seconds, n_used)}


def _vote_figures(
    work: VoteWork, found: Sequence[VoteConsensus], n_used: Sequence[int], missed_cost: float
) -> Figures:
    is_there = np.array([label == INSTANCE for label in work.truth])
    is_said = np.array([consensus.label == INSTANCE for consensus in found])
    return {
        "errors": float(np.mean(is_there != is_said)),
        "loss": float(np.mean(np.where(is_there, ~is_said, missed_cost * is_said))),
        "recall": float(np.mean(~is_said[~is_there])) if not is_there.all() else 1.0,
        "false_alarms": float(np.mean(~is_said[is_there])) if is_there.any() else 0.0,
        **_effort(work.seconds, n_used),
    }


def _effort(seconds: FloatArray, n_used: Sequence[int]) -> Figures:
    """Answers and seconds an image, of the first `n_used` answers of each."""
    is_used = np.arange(seconds.shape[1])[None, :] < np.asarray(n_used)[:, None]
    return {
        "answers": float(np.mean(n_used)),
        "seconds": float((seconds * is_used).sum(axis=1).mean()),
    }
