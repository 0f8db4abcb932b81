"""How far a figure would move if other images or items had been drawn.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993 (percentile interval). A
statistic is a function of how often each unit counts, so that a resample costs a few sums over
figures per unit and never a look at the raw answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from consensus.types import FloatArray

# From how often each unit counts, (U,), to a figure; nan where it is not defined.
Statistic = Callable[[FloatArray], float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval.

    value: None where nothing can be said. low, high: None too where that happens in more than half
    of the resamples, or with fewer than two units. n_units: images or items it was taken over.
    """

    value: float | None
    low: float | None
    high: float | None
    n_units: int


def estimates(
    statistics: Sequence[Statistic],
    n_units: int,
    *,
    seed: int,
    n_resamples: int = 1000,
    level: float = 0.95,
) -> list[Estimate]:
    """Each statistic with its percentile interval, all over the same resamples of the units.

    Resamples in which a statistic is not defined are left out of its interval.

    >>> values = np.array([1.0, 1.0, 1.0])
    >>> estimates([lambda weights: float(weights @ values / weights.sum())], 3, seed=1)
    [Estimate(value=1.0, low=1.0, high=1.0, n_units=3)]
    """
    rng = np.random.default_rng(seed)
    drawn = np.full((len(statistics), n_resamples), np.nan)
    for column in range(n_resamples if n_units >= 2 else 0):
        picked = np.bincount(rng.integers(0, n_units, n_units), minlength=n_units)
        weights = picked.astype(np.float64)
        drawn[:, column] = [statistic(weights) for statistic in statistics]
    return [
        _estimate(statistic(np.ones(n_units)), resampled, n_units, level)
        for statistic, resampled in zip(statistics, drawn, strict=True)
    ]


def _estimate(value: float, drawn: FloatArray, n_units: int, level: float) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None, n_units)
    known = drawn[~np.isnan(drawn)]
    if len(known) == 0 or 2 * len(known) < len(drawn):
        return Estimate(value, None, None, n_units)
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2)).tolist()
    return Estimate(value, low, high, n_units)
