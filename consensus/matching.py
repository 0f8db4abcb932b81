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
    first, second = np.nonzero(np.triu((iou >= link) & (worker[:, None] != worker), k=1))
    order = np.argsort(-iou[first, second], kind="stable")
    clusters = _Clusters(iou, worker)
    for a, b in zip(first[order].tolist(), second[order].tolist(), strict=True):
        clusters.join(a, b, link)
    _, inverse = np.unique(clusters.cluster_of, return_inverse=True)
    return np.asarray(inverse, dtype=np.intp)


class _Clusters:
    """Clusters named after their lowest box; small and merged often, hence lists and sets."""

    def __init__(self, iou: FloatArray, worker: IntArray) -> None:
        self._iou: list[list[float]] = iou.tolist()
        self._members = [[box] for box in range(len(worker))]
        self._workers = [{owner} for owner in worker.tolist()]
        self.cluster_of = list(range(len(worker)))

    def join(self, a: int, b: int, link: float) -> None:
        """Merge the clusters of two boxes if they share no worker and are close on average."""
        low, high = sorted((self.cluster_of[a], self.cluster_of[b]))
        if low == high or not self._workers[low].isdisjoint(self._workers[high]):
            return
        ours, theirs = self._members[low], self._members[high]
        total = sum(self._iou[box][other] for box in ours for other in theirs)
        if total < link * len(ours) * len(theirs):
            return
        for box in theirs:
            self.cluster_of[box] = low
        ours.extend(theirs)
        self._workers[low] |= self._workers[high]
