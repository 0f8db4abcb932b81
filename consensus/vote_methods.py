"""Named ways of merging votes, with one signature, and an audit that says which one to trust.

`majority` and `two_ahead` know no skills; `dawid_skene` is the model of 1979 as published, without
priors; `pooled` is this package's (see `vote_fit`). Use the baselines to question the model, not to
replace it: `compare_with_majority` on an audited sample says when it should be doubted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import Literal, Protocol

import numpy as np

from consensus.types import FloatArray, IntArray
from consensus.vote_fit import fit_votes
from consensus.vote_table import VoteTable, place_of, places, posterior
from consensus.vote_types import VoteConsensus, VoteItem
from consensus.votes import VOTE_METHOD, Choice, merge_items

# Where a rate of maximum likelihood is 0, its logarithm has to stay finite.
SMALLEST = 1e-12


class VoteMethod(Protocol):
    """Merges the votes on all items; `costs` and `alike` are those of `merge_votes`."""

    def __call__(
        self,
        items: Sequence[VoteItem],
        labels: Sequence[str],
        *,
        costs: Mapping[str, float] | None = None,
        alike: Sequence[Collection[str]] = (),
    ) -> Iterator[VoteConsensus]: ...


def pooled(
    items: Sequence[VoteItem],
    labels: Sequence[str],
    *,
    costs: Mapping[str, float] | None = None,
    alike: Sequence[Collection[str]] = (),
) -> Iterator[VoteConsensus]:
    """This package's method: skills and prevalence from all items, then every item merged."""
    fit = fit_votes(items, labels)
    return merge_items(items, labels=labels, fit=fit, costs=costs, alike=alike)


def majority(
    items: Sequence[VoteItem],
    labels: Sequence[str],
    *,
    costs: Mapping[str, float] | None = None,
    alike: Sequence[Collection[str]] = (),
) -> Iterator[VoteConsensus]:
    """The label with most votes; probabilities are shares of votes, equal ones without any.

    Labels that are `alike` are counted together before one of them is chosen. Costs change nothing:
    shares of two or three votes are no probabilities to weigh them with. Ties go to the label that
    comes first. The risk is the share of the other votes.

    >>> from consensus import Vote
    >>> item = VoteItem([Vote("ada", "bird"), Vote("ben", "bird"), Vote("cyd", "track")])
    >>> next(majority([item], ["track", "bird"])).label
    'bird'
    """
    place = places(labels)
    Choice.of(place, costs, alike)  # refuses what the other methods refuse
    choice = Choice.of(place, alike=alike)
    for item in items:
        counts = _counts(item, place)
        n_votes = counts.sum()
        shares = counts / n_votes if n_votes else np.full(len(place), 1 / len(place))
        yield from choice.consensus(labels, shares[None], np.array([n_votes], dtype=np.intp))


def two_ahead(
    items: Sequence[VoteItem],
    labels: Sequence[str],
    *,
    costs: Mapping[str, float] | None = None,
    alike: Sequence[Collection[str]] = (),
) -> Iterator[VoteConsensus]:
    """As `majority`, with a risk of 0 once a label is two votes ahead of every other, else 1.

    A stopping rule with a tau below 1 then asks until somebody is two votes ahead; labels that are
    `alike` are counted together for that.
    """
    sets = Choice.of(places(labels), costs, alike).sets
    for item, found in zip(items, majority(items, labels, costs=costs, alike=alike), strict=True):
        counts = np.bincount(sets, weights=_counts(item, places(labels)))
        first, second = np.sort(np.append(counts, 0.0))[::-1][:2]
        yield VoteConsensus(
            found.label,
            found.probability,
            found.probabilities,
            found.n_votes,
            0.0 if first - second >= 2 else 1.0,
        )


def _counts(item: VoteItem, place: Mapping[str, int]) -> IntArray:
    last = {vote.worker: place_of(vote.label, place) for vote in item.votes}
    return np.bincount(np.array(list(last.values()), dtype=np.intp), minlength=len(place))


def dawid_skene(
    items: Sequence[VoteItem],
    labels: Sequence[str],
    *,
    costs: Mapping[str, float] | None = None,
    alike: Sequence[Collection[str]] = (),
) -> Iterator[VoteConsensus]:
    """Maximum likelihood as published, from the shares of the votes, without any prior.

    Dawid and Skene 1979, equations 2.3 to 2.5 and 3.1. Groups are ignored. Items without votes get
    the estimated prevalence.
    """
    place = places(labels)
    table = VoteTable.of(items, place)
    found, marginals = maximum_likelihood(table.item, table.worker, table.label, len(labels))
    choice = Choice.of(place, costs, alike)
    voted = iter(zip(found, table.n_votes, strict=True))
    for item in items:
        shares, n_votes = next(voted) if item.votes else (marginals, 0)
        yield from choice.consensus(labels, shares[None], np.array([n_votes], dtype=np.intp))


def maximum_likelihood(
    item: IntArray,
    worker: IntArray,
    label: IntArray,
    n_labels: int,
    *,
    iterations: int = 100,
    tolerance: float = 1e-5,
) -> tuple[FloatArray, FloatArray]:
    """Dawid and Skene's posterior of every item (N, K) and marginals of the labels (K,).

    item, worker, label: (V,), items from 0 without gaps in ascending order; a worker may have
    several votes on an item. Without votes the marginals are equal.
    """
    k = n_labels
    n_items = int(item.max(initial=-1)) + 1
    n_workers = int(worker.max(initial=-1)) + 1
    cells = np.bincount(item * k + label, minlength=n_items * k).reshape(n_items, k)
    found = cells / cells.sum(axis=1, keepdims=True)
    marginals = np.full(k, 1 / k)
    for _ in range(iterations if n_items else 0):
        marginals = found.mean(axis=0)
        rates = _error_rates(worker * k + label, found[item], n_workers)
        shares = np.tile(np.maximum(marginals, SMALLEST), (n_items, 1))
        previous, found = found, posterior(item, worker, label, shares, rates)
        if np.abs(found - previous).max() < tolerance:
            break
    return np.asarray(found), marginals


def _error_rates(cell: IntArray, believed: FloatArray, n_workers: int) -> FloatArray:
    """Each worker's share of every label among the votes on items of each true label, (J, K, K).

    cell: (V,), worker * K + label. believed: (V, K), of the votes' items.
    """
    k = believed.shape[1]
    counts = np.stack(
        [np.bincount(cell, weights=column, minlength=n_workers * k) for column in believed.T]
    )
    counts = counts.reshape(k, n_workers, k).transpose(1, 0, 2)
    rates = counts / np.maximum(counts.sum(axis=2, keepdims=True), SMALLEST)
    return np.asarray(np.maximum(rates, SMALLEST))


VOTE_METHODS: Mapping[str, VoteMethod] = MappingProxyType(
    {
        VOTE_METHOD: pooled,
        "majority": majority,
        "two-ahead": two_ahead,
        "dawid-skene": dawid_skene,
    }
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a model and the majority did on the same audited items.

    n_items: audited items. model_error, majority_error: shares with a wrong label.
    difference: model_error - majority_error, in -1..1; positive is against the model.
    low, high: its 95 % interval (Agresti and Min, "Simple Improved Confidence Intervals for
    Comparing Matched Proportions", 2005).
    """

    n_items: int
    model_error: float
    majority_error: float
    difference: float
    low: float
    high: float

    @property
    def trust(self) -> Literal["model", "majority", "undecided"]:
        """Whom the audit speaks for; undecided while the interval holds 0."""
        if self.low > 0:
            return "majority"
        return "model" if self.high < 0 else "undecided"


def compare_with_majority(
    items: Sequence[VoteItem],
    labels: Sequence[str],
    truth: Mapping[int, str],
    *,
    method: VoteMethod = pooled,
    same: Callable[[str, str], bool] = str.__eq__,
) -> Comparison:
    """Whether the workers' skills help or mislead, on items that somebody audited.

    Where most workers make the same mistake, every model of skills takes it for the truth and the
    few who are right for bad workers: only true labels can show that. `truth` gives them by index
    into `items`; they should be a random sample of items on which votes differ, at least some
    dozens. The method learns from all items. same: whether two labels count as one, e.g. the
    reasons of a non-instance. Raises ValueError without audited items, for an index outside
    `items` or a label outside the vocabulary.

    >>> from consensus import Vote
    >>> items = [VoteItem([Vote("ada", "bird"), Vote("ben", "bird")])] * 3
    >>> compare_with_majority(items, ["bird", "track"], {0: "bird", 2: "bird"}).trust
    'undecided'
    """
    place = places(labels)
    if not truth:
        raise ValueError("nothing was audited")
    if not all(0 <= index < len(items) for index in truth):
        raise ValueError(f"audited items must be among the {len(items)} items")
    for label in truth.values():
        place_of(label, place)
    model = _are_wrong(method(items, labels), truth, same)
    plain = _are_wrong(majority(items, labels), truth, same)
    return _matched(len(truth), model, plain)


def _are_wrong(
    found: Iterable[VoteConsensus], truth: Mapping[int, str], same: Callable[[str, str], bool]
) -> set[int]:
    """Indices of the audited items with a wrong label."""
    return {
        index
        for index, consensus in enumerate(found)
        if index in truth and not same(consensus.label, truth[index])
    }


def _matched(n: int, model: set[int], plain: set[int]) -> Comparison:
    """Agresti and Min's interval: half a pair added to each cell of the table of pairs."""
    against, in_favour = len(model - plain) + 0.5, len(plain - model) + 0.5
    total = n + 2
    middle = (against - in_favour) / total
    spread = sqrt(max((against + in_favour) / total - middle**2, 0) / total)
    return Comparison(
        n_items=n,
        model_error=len(model) / n,
        majority_error=len(plain) / n,
        difference=(len(model) - len(plain)) / n,
        low=max(middle - 1.96 * spread, -1.0),
        high=min(middle + 1.96 * spread, 1.0),
    )
