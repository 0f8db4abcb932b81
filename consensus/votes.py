"""From several workers' votes on one item to one label.

Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm",
1979, in two versions whose posteriors are averaged: one coin (a worker is right with one
probability, whatever the label) and two coins (a confusion matrix per worker). Every worker is
shrunk towards the crowd, since plain Dawid-Skene overfits workers with few votes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from consensus.types import FloatArray, IntArray
from consensus.vote_types import Vote, VoteConsensus, VoteParameters, VoteSkill

VOTE_METHOD = "votes-1"
DEFAULTS = VoteParameters()
NO_SKILLS: Mapping[str, VoteSkill] = MappingProxyType({})
LEAST = 0.001
TIE = 1e-9


def merge_votes(
    votes: Sequence[Vote],
    *,
    labels: Sequence[str],
    skills: Mapping[str, VoteSkill] = NO_SKILLS,
    prevalence: Mapping[str, float] | None = None,
) -> VoteConsensus:
    """The consensus of one item over the closed vocabulary `labels`.

    Workers absent from `skills` get the prior; of several votes by one worker the last counts.
    prevalence: how often each label is true, any positive scale; None for equally often. Without
    votes it is the answer. Ties go to the label that comes first. Raises ValueError for an empty
    vocabulary, a label outside it, or a skill fitted with another number of labels.

    >>> votes = [Vote("ada", "bird"), Vote("ben", "bird"), Vote("cyd", "track")]
    >>> found = merge_votes(votes, labels=["bird", "track"])
    >>> found.label, round(found.probability, 3)
    ('bird', 0.8)
    """
    place = _places(labels)
    last = {vote.worker: _place_of(vote.label, place) for vote in votes}
    prior = VoteSkill.prior(len(labels))
    start = np.log(_shares(labels, prevalence))
    one, two = start.copy(), start.copy()
    for worker in sorted(last):
        skill = skills.get(worker, prior)
        coin = _one_coin(np.array([skill.accuracy]), len(labels))[0]
        one += np.log(coin[:, last[worker]])
        two += np.log(_confusion_of(skill, coin)[:, last[worker]])
    posterior = (_normalised(one) + _normalised(two)) / 2
    best = int(np.nonzero(posterior >= posterior.max() - TIE)[0][0])
    probability = float(posterior[best])
    return VoteConsensus(
        label=labels[best],
        probability=probability,
        probabilities=dict(zip(labels, posterior.tolist(), strict=True)),
        n_votes=len(last),
        risk=1 - probability,
    )


def fit_vote_skills(
    items: Iterable[Sequence[Vote]],
    labels: Sequence[str],
    *,
    parameters: VoteParameters = DEFAULTS,
) -> tuple[dict[str, VoteSkill], dict[str, float]]:
    """Skills of all workers and the prevalence of every label, from the votes on many items.

    Only items with at least two workers teach skills. The prevalence sums to 1. Raises ValueError
    as `merge_votes` does.

    >>> fit_vote_skills([], ["bird", "track"])
    ({}, {'bird': 0.5, 'track': 0.5})
    """
    table = _Table.of(items, _places(labels))
    one = _fit(table, parameters, is_one_coin=True)
    two = _fit(table, parameters, is_one_coin=False)
    compared = np.bincount(table.worker[table.teaches], minlength=len(table.workers))
    skills = {
        worker: VoteSkill(
            accuracy=float(one.confusion[index].diagonal().mean()),
            n_answers=int(compared[index]),
            confusion=tuple(tuple(row) for row in two.confusion[index].tolist()),
        )
        for index, worker in enumerate(table.workers)
    }
    prevalence = (one.prevalence + two.prevalence) / 2
    return skills, dict(zip(labels, prevalence.tolist(), strict=True))


def _places(labels: Sequence[str]) -> dict[str, int]:
    if not labels:
        raise ValueError("the vocabulary of labels is empty")
    return {label: index for index, label in enumerate(labels)}


def _place_of(label: str, place: Mapping[str, int]) -> int:
    if label not in place:
        raise ValueError(f"{label!r} is not one of the labels {list(place)}")
    return place[label]


def _shares(labels: Sequence[str], prevalence: Mapping[str, float] | None) -> FloatArray:
    """The prevalence as positive shares; labels nobody has seen keep a little."""
    if prevalence is None:
        return np.full(len(labels), 1 / len(labels))
    shares = np.array([prevalence.get(label, 0.0) for label in labels], dtype=np.float64)
    shares = np.maximum(shares / max(shares.sum(), LEAST), 1e-6)
    return np.asarray(shares / shares.sum())


def _one_coin(accuracy: FloatArray, n_labels: int) -> FloatArray:
    """Confusion matrices (J, K, K) with `accuracy` (J,) on the diagonal, the rest spread evenly."""
    right = np.clip(accuracy, 0.002, 0.998) if n_labels > 1 else np.ones_like(accuracy)
    wrong = (1 - right) / max(n_labels - 1, 1)
    matrix: FloatArray = wrong[:, None, None] + np.eye(n_labels) * (right - wrong)[:, None, None]
    return matrix


def _confusion_of(skill: VoteSkill, coin: FloatArray) -> FloatArray:
    if not skill.confusion:
        return coin
    matrix = np.array(skill.confusion)
    if matrix.shape != coin.shape:
        raise ValueError(f"a skill for {len(matrix)} labels was given {len(coin)}")
    return np.asarray(np.maximum(matrix, LEAST), dtype=np.float64)


def _normalised(logs: FloatArray) -> FloatArray:
    """Probabilities along the last axis from their logarithms."""
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """All votes, one per worker and item: item, worker and label as numbers, (V,) each."""

    item: IntArray
    worker: IntArray
    label: IntArray
    n_items: int
    n_labels: int
    workers: tuple[str, ...]

    @classmethod
    def of(cls, items: Iterable[Sequence[Vote]], place: Mapping[str, int]) -> _Table:
        index: dict[str, int] = {}
        cells: list[tuple[int, int, int]] = []
        n_items = 0
        for votes in items:
            last = {vote.worker: _place_of(vote.label, place) for vote in votes}
            for worker, label in last.items():
                cells.append((n_items, index.setdefault(worker, len(index)), label))
            n_items += 1
        columns = np.array(cells, dtype=np.intp).reshape(-1, 3).T
        return cls(columns[0], columns[1], columns[2], n_items, len(place), tuple(index))

    @property
    def teaches(self) -> IntArray:
        """Indices of the votes on items with at least two."""
        return np.nonzero(np.bincount(self.item, minlength=self.n_items)[self.item] >= 2)[0]


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """confusion: (J, K, K), true label by vote. prevalence: (K,)."""

    confusion: FloatArray
    prevalence: FloatArray


def _fit(table: _Table, parameters: VoteParameters, *, is_one_coin: bool) -> _Fit:
    """Expectation maximisation from the shares of the votes."""
    k = table.n_labels
    posterior = _vote_shares(table)
    vote_shares = posterior.mean(axis=0) if table.n_items else np.full(k, 1 / k)
    pull = parameters.prevalence_one if is_one_coin else parameters.prevalence_two
    for iteration in range(parameters.max_iterations):
        confusion = _confusions(table, posterior, parameters, is_one_coin=is_one_coin)
        prevalence = _prevalence(posterior, vote_shares, pull)
        logs = np.tile(np.log(prevalence), (table.n_items, 1))
        evidence = np.log(confusion)[table.worker, :, table.label]
        for label in range(k):
            logs[:, label] += np.bincount(
                table.item, weights=evidence[:, label], minlength=table.n_items
            )
        previous, posterior = posterior, _normalised(logs)
        if iteration >= 5 and np.abs(posterior - previous).max(initial=0.0) < LEAST:
            break
    return _Fit(confusion, prevalence)


def _vote_shares(table: _Table) -> FloatArray:
    """Slightly smoothed shares of the votes of each item, (N, K)."""
    k = table.n_labels
    cells = np.bincount(table.item * k + table.label, minlength=table.n_items * k)
    counts = cells.reshape(table.n_items, k)
    return np.asarray((counts + 0.3 / k) / (counts.sum(axis=1, keepdims=True) + 0.3))


def _prevalence(posterior: FloatArray, vote_shares: FloatArray, pull: float) -> FloatArray:
    n, k = posterior.shape
    return np.asarray((posterior.sum(axis=0) + 1 + pull * n * vote_shares) / (n + k + pull * n))


def _confusions(
    table: _Table, posterior: FloatArray, parameters: VoteParameters, *, is_one_coin: bool
) -> FloatArray:
    """Shrunken confusion matrices of all workers, (J, K, K)."""
    counts = _expected_counts(table, posterior)
    agreed = np.trace(counts, axis1=1, axis2=2)
    n_votes = counts.sum(axis=(1, 2))
    crowd = (agreed.sum() + parameters.crowd_accuracy * parameters.crowd_strength) / (
        n_votes.sum() + parameters.crowd_strength
    )
    pull = parameters.accuracy_one if is_one_coin else parameters.accuracy_two
    accuracy = (agreed + pull * crowd) / (n_votes + pull)
    if is_one_coin:
        return _one_coin(accuracy, table.n_labels)
    target = _targets(accuracy, float(crowd), counts)
    strength = parameters.confusion
    shrunk = (counts + strength * target) / (counts.sum(axis=2, keepdims=True) + strength)
    shrunk = np.maximum(shrunk, LEAST)
    return np.asarray(shrunk / shrunk.sum(axis=2, keepdims=True))


def _expected_counts(table: _Table, posterior: FloatArray) -> FloatArray:
    """How often each worker is believed to have given each label for each truth, (J, K, K)."""
    k, rows = table.n_labels, table.teaches
    cell = table.worker[rows] * k + table.label[rows]
    size = len(table.workers) * k
    per_truth = [
        np.bincount(cell, weights=posterior[table.item[rows], truth], minlength=size)
        for truth in range(k)
    ]
    stacked = np.stack(per_truth).astype(np.float64)
    return stacked.reshape(k, len(table.workers), k).transpose(1, 0, 2)


def _targets(accuracy: FloatArray, crowd: float, counts: FloatArray) -> FloatArray:
    """What each worker's matrix shrinks to: the crowd's at the worker's accuracy, on logits."""
    k = counts.shape[1]
    base = _one_coin(np.array([crowd]), k)[0]
    strength = 4 + 0.3 * counts.sum() / k
    pooled = counts.sum(axis=0)
    crowd_matrix = (pooled + strength * base) / (pooled.sum(axis=1, keepdims=True) + strength)
    hit = crowd_matrix.diagonal()
    right = 1 / (1 + np.exp(-(_logit(hit) + _logit(accuracy)[:, None] - _logit(np.array(crowd)))))
    spread = crowd_matrix * (1 - np.eye(k)) / np.maximum(1 - hit, 1e-12)[:, None]
    return np.asarray((1 - right)[:, :, None] * spread + np.eye(k) * right[:, :, None])


def _logit(value: FloatArray) -> FloatArray:
    inside = np.clip(value, 0.002, 0.998)
    return np.asarray(np.log(inside / (1 - inside)))
