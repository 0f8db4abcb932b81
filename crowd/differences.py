"""In which ways two consensuses of one task differ, whatever the kind, and sums over many tasks."""

from __future__ import annotations

import heapq
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

N_LARGEST = 10


class Reason(StrEnum):
    """Why two consensuses count as different; the values are what people read."""

    FIRST = "first consensus"
    GONE = "no answers left"
    STATUS = "boxed, empty or not looked at"
    ADDED = "boxes added"
    REMOVED = "boxes removed"
    MOVED = "boxes moved by more than 1 px"
    LABEL = "label changed"
    SCORE = "probability changed by more than 0.05"
    DOUBT = "sure enough now, or no longer"


@dataclass(frozen=True, slots=True)
class Difference:
    """No reasons: the same. `moved_px`, `ious`: of each box that is in both and moved, the largest
    displacement of an edge in pixels, and the IoU of old and new. `shift`: change of the
    probability or the score that changed most, 0..1."""

    reasons: frozenset[Reason] = frozenset()
    moved_px: tuple[float, ...] = ()
    ious: tuple[float, ...] = ()
    shift: float = 0.0

    @property
    def weight(self) -> tuple[int, float, float]:
        """Orders differences: another result first, then the least overlap, then the shift."""
        is_other = not self.reasons.isdisjoint(
            {Reason.STATUS, Reason.LABEL, Reason.ADDED, Reason.REMOVED, Reason.FIRST, Reason.GONE}
        )
        return int(is_other), 1 - min(self.ious, default=1.0), self.shift

    def words(self) -> str:
        """The reasons in the order of `Reason`; of boxes that moved, how far at most."""
        said = [self._say(reason) for reason in Reason if reason in self.reasons]
        return "; ".join(said) or "unchanged"

    def _say(self, reason: Reason) -> str:
        if reason != Reason.MOVED or not self.moved_px:
            return reason.value
        return f"boxes moved by up to {max(self.moved_px):.1f} px, IoU {min(self.ious):.2f}"


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, 90th percentile and the worst of a set of figures."""

    median: float
    p90: float
    worst: float


@dataclass(slots=True)
class Summary:
    """What a comparison of a whole campaign adds up to; memory grows by 16 bytes a moved box."""

    n_tasks: int = 0
    n_changed: int = 0
    n_reopened: int = 0
    n_retired: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    _moved_px: array[float] = field(default_factory=lambda: array("d"))
    _ious: array[float] = field(default_factory=lambda: array("d"))
    _largest: list[tuple[tuple[int, float, float], int, str, Difference]] = field(
        default_factory=list
    )

    @property
    def n_unchanged(self) -> int:
        return self.n_tasks - self.n_changed

    @property
    def n_moved(self) -> int:
        """Boxes that are in both and moved."""
        return len(self._moved_px)

    def add(self, difference: Difference, *, task_id: int, name: str) -> None:
        """Count one task; `name` is what people know the image by."""
        self.n_tasks += 1
        if not difference.reasons:
            return
        self.n_changed += 1
        self.reasons.update(difference.reasons)
        self._moved_px.extend(difference.moved_px)
        self._ious.extend(difference.ious)
        heapq.heappush(self._largest, (difference.weight, -task_id, name, difference))
        if len(self._largest) > N_LARGEST:
            heapq.heappop(self._largest)

    def moved_px(self) -> Spread | None:
        """Largest edge displacement of the boxes that moved, in pixels."""
        return _spread(self._moved_px)

    def ious(self) -> Spread | None:
        """IoU of old and new of the boxes that moved; 90 % are at least `p90`."""
        found = _spread(array("d", (-iou for iou in self._ious)))
        return Spread(-found.median, -found.p90, -found.worst) if found else None

    def largest(self) -> Iterator[tuple[str, Difference]]:
        """The ten largest differences, the largest first, with the images' names."""
        for _, _, name, difference in sorted(self._largest, reverse=True, key=lambda row: row[:2]):
            yield name, difference


def _spread(values: array[float]) -> Spread | None:
    if not values:
        return None
    median, p90, worst = np.percentile(np.frombuffer(values), (50, 90, 100)).tolist()
    return Spread(median, p90, worst)
