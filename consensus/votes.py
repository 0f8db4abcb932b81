"""From several workers' votes on one item to one label, with given skills.

Bayes' rule under each of the three views of `vote_fit`. The median of their posteriors is the
consensus, and the label is the one whose mistakes are then expected to cost least. The risk takes
the mean of the views where that is greater: one view in doubt is enough to ask once more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

import numpy as np

from consensus.types import FloatArray, IntArray
from consensus.vote_table import LEAST, one_coin, place_of, places, pool, posterior
from consensus.vote_types import Matrix, Vote, VoteConsensus, VoteFit, VoteItem, VoteSkill

VOTE_METHOD = "votes-2"
NO_SKILLS: Mapping[str, VoteSkill] = MappingProxyType({})
NO_FIT = VoteFit()
TIE = 1e-9
BLOCK = 8192


def merge_votes(
    votes: Sequence[Vote],
    *,
    labels: Sequence[str],
    skills: Mapping[str, VoteSkill] = NO_SKILLS,
    prevalence: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
    alike: Sequence[Collection[str]] = (),
) -> VoteConsensus:
    """The consensus of one item over the closed vocabulary `labels`.

    Workers absent from `skills` get the prior; of several votes by one worker the last counts.
    prevalence: how often each label is true, any positive scale; None for equally often. Without
    votes it is the answer.
    costs: how bad it is to miss each label where it is true, 1 for those not named. alike: disjoint
    sets of labels whose confusion costs nothing, e.g. the reasons of a non-instance: taking tracks
    for scat still finds the non-instance. Every other label is a set of its own. The set with the
    greatest cost-weighted probability is chosen, in it the most probable label; `risk` is the
    expected cost, the sum over the labels outside the set of cost times probability: that of the
    median or of the mean of the views, whichever is greater. With a cost c of missing a
    non-instance of probability p it is min(c p, 1 - p) where the views agree on p.
    Ties go to the label that comes first. Raises ValueError for an empty vocabulary, a label
    outside it, a skill fitted with another number of labels, a cost that is not positive, or
    sets that overlap.

    >>> votes = [Vote("ada", "bird"), Vote("ben", "bird"), Vote("cyd", "track")]
    >>> found = merge_votes(votes, labels=["bird", "track"])
    >>> found.label, round(found.probability, 3), round(found.risk, 3)
    ('bird', 0.8, 0.2)
    >>> found = merge_votes(votes, labels=["bird", "track"], costs={"track": 10})
    >>> found.label, round(found.probability, 3), round(found.risk, 3)
    ('track', 0.2, 0.8)
    """
    fit = VoteFit(
        skills={vote.worker: skills[vote.worker] for vote in votes if vote.worker in skills},
        overall=prevalence or {},
    )
    return next(merge_items([VoteItem(votes)], labels=labels, fit=fit, costs=costs, alike=alike))


def merge_items(
    items: Iterable[VoteItem],
    *,
    labels: Sequence[str],
    fit: VoteFit = NO_FIT,
    costs: Mapping[str, float] | None = None,
    alike: Sequence[Collection[str]] = (),
) -> Iterator[VoteConsensus]:
    """`merge_votes` of each item with the skills of `fit` and its group's prevalence, streamed.

    >>> items = [VoteItem([Vote("ada", "bird")]), VoteItem([])]
    >>> [found.n_votes for found in merge_items(items, labels=["bird", "track"])]
    [1, 0]
    """
    place = places(labels)
    choice = Choice.of(place, costs, alike)
    crowd = _Crowd.of(fit.skills, len(labels))
    rest = iter(items)
    while block := list(islice(rest, BLOCK)):
        yield from _merge_block(block, place, fit, crowd, choice)


def _merge_block(
    items: Sequence[VoteItem],
    place: Mapping[str, int],
    fit: VoteFit,
    crowd: _Crowd,
    choice: Choice,
) -> Iterator[VoteConsensus]:
    worker, label, n_votes = _flat(items, place, crowd)
    shares = _shares_of(items, place, fit)
    item = np.repeat(np.arange(len(items)), n_votes)
    views = [posterior(item, worker, label, shares, matrices) for matrices in crowd.views]
    doubt = np.asarray(np.mean(views, axis=0))
    yield from choice.consensus(list(place), pool(views), n_votes, doubt=doubt)


def _flat(
    items: Sequence[VoteItem], place: Mapping[str, int], crowd: _Crowd
) -> tuple[IntArray, IntArray, IntArray]:
    """Numbers of the worker and label of every vote and votes per item.

    The workers of an item are sorted by name: sums then do not depend on the order of the votes.
    """
    worker: list[int] = []
    label: list[int] = []
    n_votes: list[int] = []
    for item in items:
        last = {vote.worker: place_of(vote.label, place) for vote in item.votes}
        for name in sorted(last):
            worker.append(crowd.number.get(name, -1))
            label.append(last[name])
        n_votes.append(len(last))
    columns = (np.array(values, dtype=np.intp) for values in (worker, label, n_votes))
    return next(columns), next(columns), next(columns)


def _shares_of(items: Sequence[VoteItem], place: Mapping[str, int], fit: VoteFit) -> FloatArray:
    """The prevalence for each item, (N, K)."""
    number: dict[str, int] = {}
    group = [number.setdefault(item.group, len(number)) for item in items]
    return np.stack([_shares(place, fit.shares(name)) for name in number])[group]


def _shares(place: Mapping[str, int], prevalence: Mapping[str, float] | None) -> FloatArray:
    """The prevalence as positive shares; labels nobody has seen keep a little."""
    if prevalence is None:
        return np.full(len(place), 1 / len(place))
    shares = np.array([prevalence.get(label, 0.0) for label in place], dtype=np.float64)
    total = shares.sum()
    shares = np.maximum(shares / (total if total > 0 else 1.0), 1e-6)
    return np.asarray(shares / shares.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Crowd:
    """Workers by number; their confusion matrices per view, (J + 1, K, K), a stranger's last."""

    number: Mapping[str, int]
    views: tuple[FloatArray, FloatArray, FloatArray]

    @classmethod
    def of(cls, skills: Mapping[str, VoteSkill], n_labels: int) -> _Crowd:
        known = [*skills.values(), VoteSkill.prior(n_labels)]
        coin = one_coin(np.array([skill.accuracy for skill in known]), n_labels)
        two = _stack((skill.confusion for skill in known), coin)
        corrected = _stack((skill.confusion_corrected for skill in known), two)
        return cls({name: index for index, name in enumerate(skills)}, (coin, two, corrected))


def _stack(matrices: Iterable[Matrix], instead: FloatArray) -> FloatArray:
    """The matrices, with those of `instead` for empty ones."""
    stacked = instead.copy()
    for index, matrix in enumerate(matrices):
        if not matrix:
            continue
        values = np.array(matrix)
        if values.shape != instead[index].shape:
            raise ValueError(f"a skill for {len(matrix)} labels was given {instead.shape[1]}")
        stacked[index] = np.maximum(values, LEAST)
    return stacked


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Which label to settle on.

    costs: (K,), of missing each label. sets: (K,), number of the set each label belongs to, sets
    numbered in the order of their first labels.
    """

    costs: FloatArray
    sets: IntArray

    @classmethod
    def of(
        cls,
        place: Mapping[str, int],
        costs: Mapping[str, float] | None = None,
        alike: Sequence[Collection[str]] = (),
    ) -> Choice:
        """Raises ValueError as `merge_votes` does."""
        prices = np.ones(len(place))
        for label, cost in (costs or {}).items():
            if not 0 < cost < np.inf:
                raise ValueError(f"the cost of missing {label!r} must be positive, not {cost}")
            prices[place_of(label, place)] = cost
        first = np.arange(len(place))
        named = [place_of(label, place) for group in alike for label in group]
        if len(set(named)) < len(named):
            raise ValueError("a label is in two of the sets of labels that are alike")
        for group in alike:
            members = [place[label] for label in group]
            first[members] = min(members, default=0)
        return cls(prices, np.unique(first, return_inverse=True)[1])

    def consensus(
        self,
        labels: Sequence[str],
        found: FloatArray,
        n_votes: IntArray,
        *,
        doubt: FloatArray | None = None,
    ) -> Iterator[VoteConsensus]:
        """What to say about each item with the probabilities `found` (N, K).

        doubt: (N, K), probabilities whose risk counts where it is greater.
        """
        best = self.settle(found)
        risk = self.risk(best, found)
        if doubt is not None:
            risk = np.maximum(risk, self.risk(best, doubt))
        rows = zip(found.tolist(), best.tolist(), risk.tolist(), n_votes.tolist(), strict=True)
        for shares, index, cost, n in rows:
            probabilities = dict(zip(labels, shares, strict=True))
            yield VoteConsensus(labels[index], shares[index], probabilities, n, cost)

    def settle(self, found: FloatArray) -> IntArray:
        """The number of the label of each item, (N,)."""
        weighted = found * self.costs
        worth = np.stack(
            [weighted[:, self.sets == index].sum(axis=1) for index in range(self.sets.max() + 1)],
            axis=1,
        )
        inside = self.sets == _first_best(worth)[:, None]
        return _first_best(np.where(inside, found, -1.0))

    def risk(self, best: IntArray, doubt: FloatArray) -> FloatArray:
        """The expected cost of the labels with the numbers `best` (N,), (N,)."""
        inside = self.sets == self.sets[best][:, None]
        return np.asarray(np.where(inside, 0.0, doubt * self.costs).sum(axis=1))


def _first_best(values: FloatArray) -> IntArray:
    """The first column that is, but for rounding, the greatest of each row."""
    return np.asarray((values >= values.max(axis=1, keepdims=True) - TIE).argmax(axis=1))
