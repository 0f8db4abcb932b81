"""Whether somebody's work changes: an exponentially weighted moving average of day after day.

Roberts (1959), *Control Chart Tests Based on Geometric Moving Averages*, Technometrics 1, 239-250;
days of different size weigh by their number of answers. The spread of a single answer is learned
from neighbouring days alone (von Neumann 1941, *Annals of Mathematical Statistics* 12, 367-395), so
that a slow change does not widen the band in which it would show. Symbols: x value of a day, n its
answers, z the average, w the weight of the newest day, s the spread of a single answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

# of the newest day; a fifth is usual for changes of about one standard deviation
WEIGHT = 0.2
# of deviations, for a band that is left by chance about once in 500 days
WIDTH = 3.0
# with fewer days nothing is said
LEAST_DAYS = 5
LEAST_SPREAD = 0.02


@dataclass(frozen=True, slots=True)
class Drift:
    """`average` of each day, the `centre` of all answers, and how far off it each day's average
    may be by chance (`margin`); in the unit of the values."""

    average: tuple[float, ...]
    centre: float
    margin: tuple[float, ...]

    @property
    def is_falling(self) -> bool:
        """Whether the last average lies under the band."""
        return self.average[-1] < self.centre - self.margin[-1]

    @property
    def is_rising(self) -> bool:
        """Whether the last average lies over the band."""
        return self.average[-1] > self.centre + self.margin[-1]


def drift(values: Sequence[float], sizes: Sequence[int]) -> Drift | None:
    """The moving average of `values`, one a day, each the mean of so many answers (`sizes`, >= 1).

    None with fewer than `LEAST_DAYS` days; ValueError where the two differ in length or a day has
    no answer.

    >>> steady = drift([0.8, 0.82, 0.78, 0.8, 0.81, 0.79], [20] * 6)
    >>> steady.is_falling, steady.is_rising
    (False, False)
    >>> drift([0.8, 0.82, 0.78, 0.8, 0.81, 0.79] * 5 + [0.5, 0.45, 0.4], [20] * 33).is_falling
    True
    """
    if len(values) != len(sizes) or any(n < 1 for n in sizes):
        raise ValueError("every day needs a value and at least one answer")
    if len(values) < LEAST_DAYS:
        return None
    total = sum(sizes)
    centre = sum(x * n for x, n in zip(values, sizes, strict=True)) / total
    variance = _variance(values, sizes)
    z, of_z = centre, 0.0
    average, margin = [], []
    for x, n in zip(values, sizes, strict=True):
        z = WEIGHT * x + (1 - WEIGHT) * z
        of_z = WEIGHT**2 * variance / n + (1 - WEIGHT) ** 2 * of_z
        average.append(z)
        margin.append(WIDTH * sqrt(of_z))
    return Drift(tuple(average), centre, tuple(margin))


def _variance(values: Sequence[float], sizes: Sequence[int]) -> float:
    """Of a single answer, from the steps between neighbouring days."""
    days = list(zip(values, sizes, strict=True))
    steps = [
        (x - before) ** 2 / (1 / n + 1 / n_before) for (before, n_before), (x, n) in pairwise(days)
    ]
    return max(sum(steps) / len(steps), LEAST_SPREAD**2)
