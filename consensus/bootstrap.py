"""How far a figure would move if other images or items had been drawn.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993 (percentile interval). A
statistic is a function of how often each unit counts, so that a resample costs a few sums over
figures per unit and never a look at the raw answers; many resamples are one product of matrices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from consensus.types import FloatArray

# From how often each of U units counts in R resamples, (R, U), to a figure each, (R,); nan where it
# is not defined.
Statistic = Callable[[FloatArray], FloatArray]
# Weights held at a time.
MAX_WEIGHTS = 2_000_000


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
    >>> estimates([lambda weights: weights @ values / weights.sum(axis=1)], 3, seed=1)
    [Estimate(value=1.0, low=1.0, high=1.0, n_units=3)]
    """
    rng = np.random.default_rng(seed)
    n_useful = n_resamples if n_units >= 2 else 0
    at_once = max(1, MAX_WEIGHTS // max(n_units, 1))
    drawn: list[list[FloatArray]] = [[] for _ in statistics]
    for first in range(0, n_useful, at_once):
        weights = _resampled(n_units, min(at_once, n_useful - first), rng)
        for statistic, found in zip(statistics, drawn, strict=True):
            found.append(statistic(weights))
    return [
        _estimate(value(statistic, n_units), np.concatenate([np.zeros(0), *found]), n_units, level)
        for statistic, found in zip(statistics, drawn, strict=True)
    ]


def value(statistic: Statistic, n_units: int) -> float | None:
    """The figure itself, every unit counted once; None where it is not defined."""
    found = float(statistic(np.ones((1, n_units)))[0])
    return None if np.isnan(found) else found


def _resampled(n_units: int, n_resamples: int, rng: np.random.Generator) -> FloatArray:
    """How often each unit was drawn, (n_resamples, n_units)."""
    drawn = np.empty((n_resamples, n_units))
    for row in drawn:
        row[:] = np.bincount(rng.integers(0, n_units, n_units), minlength=n_units)
    return drawn


def _estimate(found: float | None, resampled: FloatArray, n_units: int, level: float) -> Estimate:
    known = resampled[~np.isnan(resampled)]
    if found is None or len(known) == 0 or 2 * len(known) < len(resampled):
        return Estimate(found, None, None, n_units)
    low, high = np.quantile(known, ((1 - level) / 2, (1 + level) / 2)).tolist()
    return Estimate(found, low, high, n_units)
