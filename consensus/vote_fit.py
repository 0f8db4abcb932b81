"""What the workers of verification tasks are like, learned from where they disagree.

Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm",
1979, in three views whose posteriors are pooled by their median:

- one coin: a worker is right with one probability, whatever the label;
- two coins: a confusion matrix per worker, the prevalence held near the shares of the votes;
- two coins corrected: the same, the prevalence held near what the one-coin view believes. Where a
  label is rare, most votes for it are mistakes, and their share says little about its prevalence.

Every worker is shrunk towards the crowd, since plain Dawid-Skene overfits workers with few votes,
and the two-coin views take the expectation of log probabilities over what is still uncertain about
a worker (variational Bayes; Kim and Ghahramani, "Bayesian Classifier Combination", 2012). The
reasons and measurements are in `docs/decisions/0006-votes.md`. P is the posterior (N, K), T a
worker's expected counts of true labels and votes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, logit

from consensus.types import FloatArray, IntArray
from consensus.vote_table import LEAST, VoteTable, one_coin, places, pool, posterior
from consensus.vote_types import Matrix, VoteFit, VoteItem, VoteParameters, VoteSkill

DEFAULTS = VoteParameters()


def fit_votes(
    items: Iterable[VoteItem],
    labels: Sequence[str],
    *,
    parameters: VoteParameters = DEFAULTS,
) -> VoteFit:
    """Skills of all workers and the prevalence of every label, overall and per group.

    `items` is read once and kept as three numbers a vote. Only items with at least two workers
    teach skills; a worker nobody was compared with gets the crowd's. A group's prevalence is drawn
    towards the overall one, so that a group with few positives keeps a bound one. Neither the order
    of the items or votes nor the names of workers and groups matter beyond rounding. Raises
    ValueError for an empty vocabulary or a label outside it.

    >>> fit_votes([], ["bird", "track"]).overall
    {'bird': 0.5, 'track': 0.5}
    """
    table = VoteTable.of(items, places(labels))
    voted = _voted_shares(table)
    views = _views(table, voted, parameters)
    pooled = pool([view.posterior for view in views])
    drawn = _drawn(pooled, voted, parameters)
    overall = _mean(drawn, voted)
    prevalence = _shrunk(table, drawn, overall, parameters)
    return VoteFit(
        skills=_skills(table, *views),
        prevalence={
            group: _named(labels, shares)
            for group, shares in zip(table.groups, prevalence, strict=True)
        },
        overall=_named(labels, overall),
    )


def _named(labels: Sequence[str], shares: FloatArray) -> dict[str, float]:
    return dict(zip(labels, shares.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """posterior: (N, K). confusion: (J, K, K), true label by vote. accuracy: (J,)."""

    posterior: FloatArray
    confusion: FloatArray
    accuracy: FloatArray


def _voted_shares(table: VoteTable) -> FloatArray:
    """Mean shares of the votes over all items, (K,); equal ones without items."""
    k = table.n_labels
    return np.asarray((table.vote_shares().sum(axis=0) + 1 / k) / (table.n_items + 1))


def _drawn(believed: FloatArray, voted: FloatArray, parameters: VoteParameters) -> FloatArray:
    """Posteriors (N, K), all drawn towards the shares of the votes: few items in all say little
    about how their votes err."""
    weight = parameters.group / (len(believed) + parameters.group)
    return np.asarray((1 - weight) * believed + weight * voted)


def _views(
    table: VoteTable, voted: FloatArray, parameters: VoteParameters
) -> tuple[_View, _View, _View]:
    start = table.vote_shares()
    near = _shrunk(table, start, voted, parameters)
    one = _one_coin_view(table, start, near, parameters)
    two = _two_coin_view(table, start, near, parameters)
    believed = _drawn(one.posterior, voted, parameters)
    corrected = _shrunk(table, believed, _mean(believed, voted), parameters)
    return one, two, _two_coin_view(table, start, corrected, parameters)


def _mean(believed: FloatArray, voted: FloatArray) -> FloatArray:
    return np.asarray(believed.mean(axis=0)) if len(believed) else voted


def _skills(table: VoteTable, one: _View, two: _View, corrected: _View) -> dict[str, VoteSkill]:
    compared = np.bincount(table.worker[table.teaches], minlength=len(table.workers))
    return {
        worker: VoteSkill(
            accuracy=float(one.accuracy[index]),
            n_answers=int(compared[index]),
            confusion=_rows(two.confusion[index]),
            confusion_corrected=_rows(corrected.confusion[index]),
        )
        for index, worker in enumerate(table.workers)
    }


def _rows(matrix: FloatArray) -> Matrix:
    return tuple(tuple(row) for row in matrix.tolist())


def _one_coin_view(
    table: VoteTable, start: FloatArray, near: FloatArray, parameters: VoteParameters
) -> _View:
    """Expectation maximisation with one accuracy per worker, from the posterior `start`."""
    believed, rows = start, table.teaches
    for _ in range(parameters.iterations):
        agreed = _agreement(table, rows, believed)
        accuracy = _accuracies(table, rows, agreed, parameters, parameters.accuracy_one)[0]
        confusion = one_coin(accuracy, table.n_labels)
        shares = _prevalence(table, believed, near, parameters.prevalence_one, parameters)
        believed = _expect(table, shares, confusion)
    return _View(believed, confusion, accuracy)


def _two_coin_view(
    table: VoteTable, start: FloatArray, near: FloatArray, parameters: VoteParameters
) -> _View:
    """Variational Bayes with a confusion matrix per worker, from the posterior `start`."""
    believed, rows = start, table.teaches
    for _ in range(parameters.iterations):
        counts = _expected_counts(table, rows, believed)
        agreed = np.trace(counts, axis1=1, axis2=2)
        accuracy, crowd = _accuracies(table, rows, agreed, parameters, parameters.accuracy_two)
        target = _targets(accuracy, crowd, counts.sum(axis=0))
        confusion = _expected_confusion(counts + parameters.confusion * target)
        shares = _prevalence(table, believed, near, parameters.prevalence_two, parameters)
        believed = _expect(table, shares, confusion)
    return _View(believed, confusion, accuracy)


def _expect(table: VoteTable, shares: FloatArray, confusion: FloatArray) -> FloatArray:
    return posterior(table.item, table.worker, table.label, shares[table.group], confusion)


def _shrunk(
    table: VoteTable, believed: FloatArray, overall: FloatArray, parameters: VoteParameters
) -> FloatArray:
    """Mean posterior (N, K) of each group, (G, K), drawn towards the overall one."""
    n_items = np.bincount(table.group, minlength=len(table.groups))[:, None]
    sums = table.per_group(believed) + parameters.group * overall
    return np.asarray(sums / (n_items + parameters.group))


def _prevalence(
    table: VoteTable,
    believed: FloatArray,
    near: FloatArray,
    pull: float,
    parameters: VoteParameters,
) -> FloatArray:
    """The prevalence of each group, (G, K): what is believed, held `near` (G, K) by `pull`."""
    n_items = np.bincount(table.group, minlength=len(table.groups))[:, None]
    n, k = believed.shape
    sums = table.per_group(believed) + pull * n_items * near
    overall = (sums.sum(axis=0) + 1) / (n * (1 + pull) + k)
    total = n_items * (1 + pull) + parameters.group
    return np.asarray((sums + parameters.group * overall) / total)


def _agreement(table: VoteTable, rows: IntArray, believed: FloatArray) -> FloatArray:
    """How many right votes each worker is believed to have given, (J,)."""
    right = believed[table.item[rows], table.label[rows]]
    agreed = np.bincount(table.worker[rows], weights=right, minlength=len(table.workers))
    return np.asarray(agreed, dtype=np.float64)


def _accuracies(
    table: VoteTable, rows: IntArray, agreed: FloatArray, parameters: VoteParameters, pull: float
) -> tuple[FloatArray, float]:
    """The workers' accuracies (J,), shrunk towards the crowd's by `pull` votes, and the crowd's."""
    strength = parameters.crowd_strength
    crowd = (agreed.sum() + parameters.crowd_accuracy * strength) / (len(rows) + strength)
    n_votes = np.bincount(table.worker[rows], minlength=len(table.workers))
    return (agreed + pull * crowd) / (n_votes + pull), float(crowd)


def _expected_counts(table: VoteTable, rows: IntArray, believed: FloatArray) -> FloatArray:
    """T: how often each worker is believed to have given each label for each truth, (J, K, K)."""
    k = table.n_labels
    cell = table.worker[rows] * k + table.label[rows]
    size = len(table.workers) * k
    item = table.item[rows]
    per_truth = [
        np.bincount(cell, weights=believed[item, truth], minlength=size) for truth in range(k)
    ]
    stacked = np.stack(per_truth).astype(np.float64)
    return stacked.reshape(k, len(table.workers), k).transpose(1, 0, 2)


def _targets(accuracy: FloatArray, crowd: float, pooled: FloatArray) -> FloatArray:
    """What each worker's matrix shrinks to: the crowd's at the worker's accuracy, on logits.

    pooled: (K, K), the sum of all workers' T. The crowd's matrix is itself drawn towards one coin
    by a share of the votes, since a whole crowd's lopsidedness cannot be told from a prevalence.
    """
    k = len(pooled)
    base = one_coin(np.array([crowd]), k)[0]
    strength = 4 + 0.3 * pooled.sum() / k
    crowd_matrix = (pooled + strength * base) / (pooled.sum(axis=1, keepdims=True) + strength)
    hit = crowd_matrix.diagonal()
    right = expit(_logit(hit) + _logit(accuracy)[:, None] - _logit(np.array(crowd)))
    spread = crowd_matrix * (1 - np.eye(k)) / np.maximum(1 - hit, 1e-12)[:, None]
    return np.asarray((1 - right)[:, :, None] * spread + np.eye(k) * right[:, :, None])


def _logit(value: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(value, 0.002, 0.998)))


def _expected_confusion(counts: FloatArray) -> FloatArray:
    """exp E[log A] of matrices whose rows are Dirichlet distributed with `counts` (J, K, K)."""
    total = counts.sum(axis=2, keepdims=True)
    logs = digamma(np.maximum(counts, LEAST)) - digamma(total)
    return np.asarray(np.maximum(np.exp(logs), LEAST))
