"""Votes as arrays: N items, J workers, K labels, V votes, G groups."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from consensus.types import FloatArray, IntArray
from consensus.vote_types import VoteItem

# Least probability of any vote under any truth, so that no single vote decides everything.
LEAST = 0.001
TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class VoteTable:
    """The votes on all items with at least one, one per worker and item (the last).

    item, worker, label: (V,) numbers of each vote. group: (N,) numbers of the items' groups.
    n_votes: (N,). workers, groups: their names by number.
    """

    item: IntArray
    worker: IntArray
    label: IntArray
    group: IntArray
    n_votes: IntArray
    n_labels: int
    workers: tuple[str, ...]
    groups: tuple[str, ...]

    @classmethod
    def of(cls, items: Iterable[VoteItem], place: Mapping[str, int]) -> VoteTable:
        """Reads `items` once. `place` numbers the labels; ValueError for any other label."""
        workers: dict[str, int] = {}
        groups: dict[str, int] = {}
        worker, label, group, n_votes = array("i"), array("i"), array("i"), array("i")
        for item in items:
            last = {vote.worker: place_of(vote.label, place) for vote in item.votes}
            if not last:
                continue
            worker.extend(workers.setdefault(name, len(workers)) for name in last)
            label.extend(last.values())
            group.append(groups.setdefault(item.group, len(groups)))
            n_votes.append(len(last))
        counts = _numbers(n_votes)
        return cls(
            item=np.repeat(np.arange(len(counts)), counts),
            worker=_numbers(worker),
            label=_numbers(label),
            group=_numbers(group),
            n_votes=counts,
            n_labels=len(place),
            workers=tuple(workers),
            groups=tuple(groups),
        )

    @property
    def n_items(self) -> int:
        """N."""
        return len(self.n_votes)

    @property
    def teaches(self) -> IntArray:
        """Numbers of the votes on items with at least two."""
        return np.nonzero(self.n_votes[self.item] >= 2)[0]

    def vote_shares(self) -> FloatArray:
        """Slightly smoothed shares of the votes of each item, (N, K)."""
        k = self.n_labels
        cells = np.bincount(self.item * k + self.label, minlength=self.n_items * k)
        counts = cells.reshape(self.n_items, k)
        return np.asarray((counts + 0.3 / k) / (self.n_votes[:, None] + 0.3))

    def per_group(self, values: FloatArray) -> FloatArray:
        """Sums of `values` (N, K) over the items of each group, (G, K)."""
        sums = [
            np.bincount(self.group, weights=column, minlength=len(self.groups))
            for column in values.T
        ]
        return np.stack(sums, axis=1).astype(np.float64)


def _numbers(values: array[int]) -> IntArray:
    return np.array(values, dtype=np.intp)


def places(labels: Sequence[str]) -> dict[str, int]:
    """Numbers of the labels of a vocabulary. Raises ValueError if it is empty or repeats one."""
    if not labels:
        raise ValueError("the vocabulary of labels is empty")
    place = {label: index for index, label in enumerate(labels)}
    if len(place) < len(labels):
        raise ValueError(f"the vocabulary {list(labels)} has a label twice")
    return place


def place_of(label: str, place: Mapping[str, int]) -> int:
    """The number of a label. Raises ValueError outside the vocabulary."""
    if label not in place:
        raise ValueError(f"{label!r} is not one of the labels {list(place)}")
    return place[label]


def one_coin(accuracy: FloatArray, n_labels: int) -> FloatArray:
    """Confusion matrices (J, K, K) with `accuracy` (J,) on the diagonal, the rest spread evenly."""
    right = np.clip(accuracy, 0.002, 0.998) if n_labels > 1 else np.ones_like(accuracy)
    wrong = (1 - right) / max(n_labels - 1, 1)
    matrix: FloatArray = wrong[:, None, None] + np.eye(n_labels) * (right - wrong)[:, None, None]
    return matrix


def posterior(
    item: IntArray, worker: IntArray, label: IntArray, shares: FloatArray, confusion: FloatArray
) -> FloatArray:
    """Probabilities of the true labels, (N, K), by Bayes' rule.

    item, worker, label: (V,), items in ascending order. shares: (N, K), the prevalence for every
    item. confusion: (J, K, K), positive.
    """
    logs = np.log(shares)
    evidence = np.log(confusion)
    for truth in range(shares.shape[1]):
        logs[:, truth] += np.bincount(
            item, weights=evidence[worker, truth, label], minlength=len(shares)
        )
    return normalised(logs)


def normalised(logs: FloatArray) -> FloatArray:
    """Probabilities (N, K), each row summing to 1, from their logarithms but for a constant."""
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def pool(views: Sequence[FloatArray]) -> FloatArray:
    """The median of the views' posteriors (N, K), normalised: what most of them hold.

    With two labels a label is chosen, whatever mistakes cost, if most views would choose it. An
    average would let one view alone make a rare label probable enough to act on.
    """
    middle = np.median(views, axis=0) + TINY * np.mean(views, axis=0)
    return np.asarray(middle / middle.sum(axis=1, keepdims=True))
