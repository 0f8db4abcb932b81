"""Which boxes of different workers show the same object.

Greedy agglomeration by descending IoU with average linkage and the constraint that a worker has at
most one box per object. The constraint is what keeps two overlapping animals apart: density
clustering lacks it and merges them.
"""

from __future__ import annotations

import numpy as np

from consensus.types import FloatArray, IntArray


def match(iou: FloatArray, worker: IntArray, *, link: float) -> IntArray:
    """The object of every box, shape (n,), numbered from 0 by first appearance.

    iou: (n, n), symmetric. worker: (n,), the worker who drew the box. Every box left alone is an
    object of its own. Pairs are visited by descending IoU; equal ones in the order of the rows, so
    callers who want results independent of the order of answers sort their boxes first.

    >>> iou = np.array([[1, 0.8, 0.4], [0.8, 1, 0.4], [0.4, 0.4, 1]])
    >>> match(iou, np.array([0, 1, 1]), link=0.3).tolist()
    [0, 0, 1]
    """
    overlaps: list[list[float]] = iou.tolist()
    workers: list[int] = worker.tolist()
    n = len(workers)
    pairs = [
        (-overlaps[a][b], a, b)
        for a in range(n)
        for b in range(a + 1, n)
        if overlaps[a][b] >= link and workers[a] != workers[b]
    ]
    pairs.sort()
    clusters = _Clusters(overlaps, workers)
    for _, a, b in pairs:
        clusters.join(a, b, link)
    return clusters.numbered()


class _Clusters:
    """Clusters named after their lowest box; small and merged often, hence lists and sets."""

    def __init__(self, iou: list[list[float]], workers: list[int]) -> None:
        self._iou = iou
        self._members = [[box] for box in range(len(workers))]
        self._workers = [{owner} for owner in workers]
        self._cluster_of = list(range(len(workers)))

    def join(self, a: int, b: int, link: float) -> None:
        """Merge the clusters of two boxes if they share no worker and are close on average."""
        low, high = sorted((self._cluster_of[a], self._cluster_of[b]))
        if low == high or not self._workers[low].isdisjoint(self._workers[high]):
            return
        ours, theirs = self._members[low], self._members[high]
        total = sum(self._iou[box][other] for box in ours for other in theirs)
        if total < link * len(ours) * len(theirs):
            return
        for box in theirs:
            self._cluster_of[box] = low
        ours.extend(theirs)
        self._workers[low] |= self._workers[high]

    def numbered(self) -> IntArray:
        """The cluster of every box, numbered from 0 by the lowest box."""
        number: dict[int, int] = {}
        return np.array(
            [number.setdefault(lowest, len(number)) for lowest in self._cluster_of], dtype=np.intp
        )
