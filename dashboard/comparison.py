"""One worker's boxes against the consensus they went into.

Boxes are [x, y, w, h] in pixels of the upright full-size image. Pure: no database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from consensus.geometry import edges_of, paired_iou

XYWH = Sequence[float]


@dataclass(frozen=True, slots=True)
class Fused:
    """One consensus box and the ids of the workers' boxes that it was fused from."""

    xywh: XYWH
    sources: frozenset[int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ious`: of each box that went into a consensus box, with it, 0..1. `n_missed`: consensus
    boxes without a box of this worker. `n_extra`: boxes that no consensus box was made from."""

    ious: tuple[float, ...] = ()
    n_missed: int = 0
    n_extra: int = 0

    @property
    def mean_iou(self) -> float | None:
        """None where nothing was matched."""
        return fmean(self.ious) if self.ious else None

    @property
    def n_objects(self) -> int:
        """Consensus boxes that the worker was compared with."""
        return len(self.ious) + self.n_missed

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(
            self.ious + other.ious, self.n_missed + other.n_missed, self.n_extra + other.n_extra
        )


def compare(drawn: Mapping[int, XYWH], consensus: Sequence[Fused]) -> Comparison:
    """Compare the boxes of one worker (by id) with the consensus boxes of the same image.

    >>> crowd = [Fused((0, 0, 10, 10), frozenset({1, 2})), Fused((50, 0, 10, 10), frozenset({3}))]
    >>> compare({1: (0, 0, 10, 5), 9: (80, 80, 5, 5)}, crowd)
    Comparison(ious=(0.5,), n_missed=1, n_extra=1)
    """
    pairs = [
        (drawn[box_id], fused.xywh)
        for fused in consensus
        for box_id in sorted(fused.sources & drawn.keys())
    ]
    own = edges_of(np.array([own for own, _ in pairs], dtype=np.float64))
    crowd = edges_of(np.array([crowd for _, crowd in pairs], dtype=np.float64))
    used = frozenset().union(*(fused.sources for fused in consensus))
    return Comparison(
        ious=tuple(paired_iou(own, crowd).tolist()),
        n_missed=sum(fused.sources.isdisjoint(drawn) for fused in consensus),
        n_extra=len(drawn.keys() - used),
    )
