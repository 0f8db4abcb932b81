"""Which way all workers lean, read from the skew of their errors.

From answers alone only differences between workers' habits can be known: were everybody equally
loose, nobody would look loose. But errors tell on which side they are rare. A cut-off tail is seen
at once and too much margin is not, so the errors of one edge have a longer tail outwards than
inwards, and people's usual place for an edge, the mode, is nearer to the truth than their mean.

The distance of mean and mode is half the skewness gamma, in standard deviations (Pearson 1895,
"Skew variation in homogeneous material"; exact for gamma distributions). With the quantiles at
z = 1.28 and Cornish and Fisher's expansion (1937), x(z) = z + gamma (z^2 - 1) / 6, it is
6 / (4 z^2) (q10 + q90 - 2 q50). An edge is seen against the mean of the others who boxed the
object, which widens its spread by sqrt(1 + 1/m) and weakens the skewness by
(1 - 1/m^2) / (1 + 1/m)^1.5, m being the number of those others.

Errors far out count less, by the root of their weight in the fusion: a few boxes that cut something
off, or take in a neighbour, are mistakes and no lean, and the quantiles of such a mixture would
mislead. The whole weight would hide a part of the tails that are looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from consensus.types import FloatArray

TAIL = 0.1
Z = 1.2815515655446004
# Errors in shares of the box's size, in fine bins that add up over blocks of images.
WIDEST = 0.5
BINS = np.linspace(-WIDEST, WIDEST, 1001)
# With two voters the two errors are mirror images and say nothing.
LEAST_VOTES = 3
# Believed from about this many errors of an edge on.
STRENGTH = 200.0
MOST = 0.1


@dataclass(slots=True, eq=False)
class Errors:
    """Histograms of outward errors against the other voters, per edge (4, bins), and the weighted
    sums of the numbers of those others, (4,). They add up over blocks."""

    counts: FloatArray
    others: FloatArray

    @classmethod
    def none(cls) -> Errors:
        """Nothing seen yet."""
        return cls(np.zeros((4, len(BINS) - 1)), np.zeros(4))

    def add(self, errors: FloatArray, weight: FloatArray, others: FloatArray) -> None:
        """Count `errors` (n, 4), outward, in shares of the box's size, with `weight` (n, 4) >= 0.

        others: (n,), how many others boxed the same object, at least 2.
        """
        inside = np.clip(errors, BINS[0], BINS[-1])
        for edge in range(4):
            self.counts[edge] += np.histogram(inside[:, edge], bins=BINS, weights=weight[:, edge])[
                0
            ]
        self.others += others @ weight

    def lean(self) -> FloatArray:
        """How far outwards workers draw each edge on average, (4,), in shares of the box's size.

        Nothing without errors, little with few.

        >>> Errors.none().lean().tolist()
        [0.0, 0.0, 0.0, 0.0]
        """
        n_errors = self.counts.sum(axis=1)
        if not n_errors.all():
            return np.zeros(4)
        m = self.others / n_errors
        weaker = (1 - 1 / m**2) / (1 + 1 / m) ** 1.5 * np.sqrt(1 + 1 / m)
        low, middle, high = (self._quantiles(share) for share in (TAIL, 0.5, 1 - TAIL))
        distance = 6 / (4 * Z**2) * (low + high - 2 * middle) / weaker
        believed = distance * n_errors / (n_errors + STRENGTH)
        return np.asarray(np.clip(believed, -MOST, MOST))

    def _quantiles(self, share: float) -> FloatArray:
        """The same quantile of all four edges, (4,), interpolated within a bin."""
        below = np.concatenate((np.zeros((4, 1)), self.counts.cumsum(axis=1)), axis=1)
        return np.array([np.interp(share * row[-1], row, BINS) for row in below])
