"""A whole crowd's votes in a verification campaign, with the truth.

Images without the animal are rare and differ by super-class; some of them look as if it were there
to everybody, and many workers say "animal" without a second look. So a crowd's mistakes here are
mostly overlooked non-instances, and they are shared: see `simulation.confusions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consensus.vote_types import Vote, VoteItem
from simulation.confusions import (
    LABELS,
    NON_INSTANCES,
    REASONS,
    VerdictConfusions,
    draw_lookalike,
)
from simulation.mixes import draw_takers, hire, names_of, seconds_of
from simulation.workers import WorkerProfile, answer_verdict

FloatArray = NDArray[np.float64]
INSTANCE = LABELS[0]


@dataclass(frozen=True, slots=True, eq=False)
class VoteWork:
    """Everything a crowd said about labels, and what is true.

    items: the votes in the order of submission. truth: the true label of each. seconds: (items,
    votes each) of attention. crowd: the profile behind each worker's name.
    """

    items: list[VoteItem]
    truth: list[str]
    seconds: FloatArray
    crowd: dict[str, WorkerProfile]


def simulate_votes(
    n_items: int,
    n_workers: int,
    votes_per_item: int,
    mix: str,
    seed: int,
    *,
    groups: Mapping[str, float] | None = None,
) -> tuple[list[VoteItem], list[str]]:
    """What a crowd voted and the true labels, the same for the same arguments.

    groups: super-classes, equally frequent, and their shares of images without the animal; all of
    `NON_INSTANCES` by default. The truth depends on the seed and the groups alone. Raises
    ValueError for an unknown mix or more votes than workers.

    >>> items, truth = simulate_votes(4, 3, 2, "clean", seed=1)
    >>> [len(item.votes) for item in items], truth
    ([2, 2, 2, 2], ['animal', 'animal', 'animal', 'animal'])
    """
    work = work_votes(n_items, hire(mix, n_workers, seed), votes_per_item, seed, groups=groups)
    return work.items, work.truth


def work_votes(
    n_items: int,
    crowd: Sequence[WorkerProfile],
    votes_per_item: int,
    seed: int,
    *,
    groups: Mapping[str, float] | None = None,
    confusions: VerdictConfusions | None = None,
) -> VoteWork:
    """As `simulate_votes`, with workers, groups and confusions of one's own."""
    truth = _draw_truth(n_items, NON_INSTANCES if groups is None else groups, seed)
    takers = draw_takers(n_items, len(crowd), votes_per_item, seed)
    names = names_of(len(crowd))
    rng = np.random.default_rng([seed, 0xF0])
    items = []
    for (group, label), row in zip(truth, takers.tolist(), strict=True):
        lookalike = draw_lookalike(rng, label, LABELS, confusions)
        votes = []
        for who in row:
            reply = answer_verdict(crowd[who], label, LABELS, rng, lookalike=lookalike)
            if reply.label is not None:
                votes.append(Vote(names[who], reply.label))
        items.append(VoteItem(votes, group))
    return VoteWork(
        items=items,
        truth=[label for _, label in truth],
        seconds=seconds_of(crowd, takers, np.zeros(takers.shape), seed),
        crowd=dict(zip(names, crowd, strict=True)),
    )


def _draw_truth(n: int, groups: Mapping[str, float], seed: int) -> list[tuple[str, str]]:
    """(super-class, true label) of each item."""
    rng = np.random.default_rng([seed, 0x7F])
    names = list(groups)
    even = tuple(1 / (len(LABELS) - 1) for _ in LABELS[1:])
    drawn = []
    for index in rng.integers(len(names), size=n).tolist():
        if rng.random() >= groups[names[index]]:
            drawn.append((names[index], INSTANCE))
        else:
            reason = rng.choice(len(LABELS) - 1, p=REASONS.get(names[index], even))
            drawn.append((names[index], LABELS[1 + int(reason)]))
    return drawn
