"""Observers and observations of photographs whose files are here, a few at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable

from catalog.importers.keys import MAX_DATE_CHARACTERS, key_of
from catalog.importers.records import ImageRecord, ObservationRecord
from catalog.importers.taxa import Taxa
from catalog.models import Dataset, Observation, Observer


def store(dataset: Dataset, records: Iterable[ImageRecord], taxa: Taxa) -> dict[str, int]:
    """The ids of the records' observations by key, made where they are not there yet.

    What is there stays as it is; taxa must be known; inside a transaction of the caller's.
    """
    told: dict[str, tuple[ObservationRecord, int | None]] = {}
    for record in records:
        if record.observation is not None:
            told.setdefault(key_of(record.observation.key), (record.observation, taxa.find(record)))
    if not told:
        return {}
    observers = _observers(dataset, {key_of(one.observer) for one, _ in told.values()} - {""})
    Observation.objects.bulk_create(
        (
            Observation(
                dataset=dataset,
                key=key,
                observer_id=observers.get(key_of(one.observer)),
                taxon_id=taxon,
                observed_on=one.observed_on[:MAX_DATE_CHARACTERS],
                latitude=_finite(one.latitude),
                longitude=_finite(one.longitude),
                uncertainty_m=_finite(one.uncertainty_m),
            )
            for key, (one, taxon) in told.items()
        ),
        ignore_conflicts=True,
    )
    rows = Observation.objects.filter(dataset=dataset, key__in=told)
    return dict(rows.values_list("key", "pk"))


def _observers(dataset: Dataset, keys: set[str]) -> dict[str, int]:
    Observer.objects.bulk_create(
        (Observer(dataset=dataset, key=key) for key in sorted(keys)), ignore_conflicts=True
    )
    rows = Observer.objects.filter(dataset=dataset, key__in=keys)
    return dict(rows.values_list("key", "pk"))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
