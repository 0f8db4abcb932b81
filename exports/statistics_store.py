"""A data set's statistics, counted in the background and kept until they are out of date.

Counting half a million images takes a few seconds, so pages show what was counted last and have
it counted again where images, consensus or gold have changed since. The counts are kept with the
broker's marks for a month; losing them costs a count, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from catalog.models import Dataset
from crowd import locks
from crowd.hints import broker
from exports import statistics_queries as queries
from exports.snapshot import open_snapshot
from exports.statistics import (
    RelativeSizes,
    Statistics,
    SuperClassCounts,
    VerifiedImages,
    count,
)

KEPT_S = 30 * 24 * 3600
CHANGES = 1  # counts the changes of what is counted, so that old counts are not shown
# what changes without a new row (a task that is settled, a photograph that arrives) shows by then
OLD_AFTER = timedelta(minutes=10)
# a crowd at work changes something every second
FRESH_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Counted:
    """Statistics, when they were counted, and the newest rows there were then."""

    statistics: Statistics
    counted_at: datetime
    newest: list[int]

    def is_stale(self, newest: list[int], now: datetime) -> bool:
        """Whether counting again may give something else."""
        age = now - self.counted_at
        return age > OLD_AFTER or (age > FRESH_FOR and newest != self.newest)


def look(dataset: Dataset) -> Counted | None:
    """What was counted last, if anything. Raises RedisError without a broker."""
    said = broker().get(_address(dataset.pk))
    return None if said is None else _read(json.loads(str(said)))


def refresh(dataset: Dataset, *, clock: Callable[[], datetime]) -> None:
    """Count a data set and keep the result, unless somebody does already or it is up to date."""
    with locks.only_one_meanwhile(f"statistics-{dataset.pk}") as is_ours:
        if not is_ours:
            return
        with open_snapshot() as snapshot:
            newest, now = queries.newest(snapshot), clock()
            found = look(dataset)
            if found is not None and not found.is_stale(newest, now):
                return
            _keep(dataset, Counted(count(snapshot, dataset), now, newest))


def _address(dataset_id: int) -> str:
    return f"quadrat:statistics:{CHANGES}:{dataset_id}"


def _keep(dataset: Dataset, counted: Counted) -> None:
    said = {
        "statistics": asdict(counted.statistics),
        "counted_at": counted.counted_at.isoformat(),
        "newest": counted.newest,
    }
    broker().set(_address(dataset.pk), json.dumps(said), ex=KEPT_S)


def _read(said: dict[str, Any]) -> Counted:
    found = said["statistics"]
    statistics = Statistics(
        super_classes=[SuperClassCounts(**row) for row in found["super_classes"]],
        per_class=[(images, n) for images, n in found["per_class"]],
        is_of_training=found["is_of_training"],
        instances={int(n): images for n, images in found["instances"].items()},
        sizes=tuple(found["sizes"]),
        relative=[
            RelativeSizes(row["super_class"], row["n"], tuple(row["quantiles"]))
            for row in found["relative"]
        ],
        verified=[VerifiedImages(**row) for row in found["verified"]],
        n_not_here=found["n_not_here"],
    )
    return Counted(statistics, datetime.fromisoformat(said["counted_at"]), said["newest"])
