"""A small crowd with known truth, for the tests of the consensus core."""

from __future__ import annotations

import numpy as np

from consensus import BoxAnswer
from consensus.types import FloatArray

WIDTH, HEIGHT = 800, 600
NOTHING: FloatArray = np.zeros((0, 4))


def boxes(*rows) -> FloatArray:
    """Boxes as an (n, 4) array of [x, y, w, h]."""
    return np.array(rows, dtype=np.float64).reshape(-1, 4)


def jittered(truth, rng, share):
    """`truth` (n, 4) with every edge moved by a normal error of `share` of its side."""
    low, size = truth[:, :2], truth[:, 2:]
    start = low + rng.normal(0, share, low.shape) * size
    end = low + size + rng.normal(0, share, low.shape) * size
    return np.hstack((start, end - start))


def answers_to(truth, rng, *, workers, share):
    """One jittered answer per worker."""
    return [BoxAnswer(worker, jittered(truth, rng, share)) for worker in workers]
