"""How far a share can be trusted that was seen in so many cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, sqrt

# Two deviations, one-sided: of workers exactly at a floor, one in forty would be judged below it.
DEVIATIONS = 2.0
# z^2/2 successes and as many failures more, with z as above.
ADDED = DEVIATIONS**2


@dataclass(frozen=True, slots=True)
class Interval:
    """centre: the share, drawn towards one half. deviation: its standard deviation, never 0."""

    centre: float
    deviation: float

    @property
    def low(self) -> float:
        return max(self.centre - DEVIATIONS * self.deviation, 0.0)

    @property
    def high(self) -> float:
        return min(self.centre + DEVIATIONS * self.deviation, 1.0)


def share(p: float, n: float) -> Interval:
    """The interval of a share p, 0..1, seen in n cases (Agresti and Coull 1998, *The American
    Statistician* 52, 119-126: the score interval of Wilson 1927, nearly).

    With p (1 - p) / n alone, whoever was never right, or always, would be known for certain.

    >>> nothing = share(0.0, 30)
    >>> round(nothing.low, 2), round(nothing.high, 2)
    (0.0, 0.14)
    >>> share(0.5, 0).low, share(0.5, 0).high
    (0.0, 1.0)
    """
    cases = n + ADDED
    centre = (n * p + ADDED / 2) / cases
    return Interval(centre, sqrt(centre * (1 - centre) / cases))


def median(values: Sequence[float], *, level: float = 0.9) -> tuple[float, float] | None:
    """Between which two of the values the median of what they were drawn from lies, with at least
    this probability; None where there are too few to say (Conover 1999, *Practical Nonparametric
    Statistics*, section 3.2: of n values, binomially many lie under the median).

    >>> median([5.0, 1.0, 3.0, 2.0, 4.0, 6.0, 7.0, 8.0])
    (2.0, 7.0)
    >>> median([1.0, 2.0]) is None
    True
    """
    n, below = len(values), 0.0
    in_order = sorted(values)
    rank = 0
    while rank < n // 2 and below + comb(n, rank) / 2**n <= (1 - level) / 2:
        below += comb(n, rank) / 2**n
        rank += 1
    return (in_order[rank - 1], in_order[n - rank]) if rank else None
