"""Agreement over parts of a sample: taxa, weeks, and pairs of workers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from consensus.bootstrap import Estimate, Statistic, estimates
from consensus.types import FloatArray, IntArray
from tallies.agreement_content import Figures, Group, PairRow

# fewer images say nothing of a part
LEAST_IMAGES = 20
MOST_TAXA = 100
MOST_WEEKS = 104
MOST_PAIRS = 50
# parts are many, and nobody reads their intervals to the third digit
PART_RESAMPLES = 400

K = TypeVar("K", bound=Hashable)
# What is measured on the images with these numbers, ascending: statistics by name.
Measure = Callable[[IntArray], dict[str, Statistic]]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where each image of a sample comes from, (U,) each."""

    taxon: Sequence[int | None]
    week: Sequence[str]


def week_of(at: datetime) -> str:
    """The ISO week, in UTC.

    >>> week_of(datetime(2026, 5, 1))
    '2026-W18'
    """
    year, week, _ = at.isocalendar()
    return f"{year}-W{week:02}"


def figures(
    measure: Measure, units: IntArray, *, seed: int, n_resamples: int = 1000
) -> dict[str, Estimate]:
    """The statistics of these images with their intervals."""
    statistics = measure(units)
    found = estimates(list(statistics.values()), len(units), seed=seed, n_resamples=n_resamples)
    return dict(zip(statistics, found, strict=True))


def taxa(measure: Measure, origin: Origin, *, seed: int) -> tuple[list[Group], Group | None]:
    """Taxa with enough images, most of them first, and all others together."""
    by_taxon = _units_by(origin.taxon)
    most_first = sorted(by_taxon, key=lambda key: (-len(by_taxon[key]), key is None, key or 0))
    named = [key for key in most_first if len(by_taxon[key]) >= LEAST_IMAGES][:MOST_TAXA]
    rest = [by_taxon[key] for key in most_first if key not in set(named)]
    few = None
    if rest:
        found = _part(measure, np.sort(np.concatenate(rest)), seed)
        few = Group(len(rest), found)
    return [Group(key, _part(measure, by_taxon[key], seed)) for key in named], few


def weeks(measure: Measure, origin: Origin, *, seed: int) -> list[Group]:
    """Weeks with enough images, the newest last."""
    by_week = _units_by(origin.week)
    named = [week for week in sorted(by_week) if len(by_week[week]) >= LEAST_IMAGES]
    return [Group(week, _part(measure, by_week[week], seed)) for week in named[-MOST_WEEKS:]]


def worst_pairs(
    first: IntArray, second: IntArray, same: FloatArray, iou: FloatArray | None
) -> tuple[list[PairRow], int]:
    """Pairs of workers (ids, (P,)) with enough images in common, those first who agree least; and
    how many such pairs there are. By IoU where there is one, else by what is the same."""
    if not len(first):
        return [], 0
    low, high = np.minimum(first, second), np.maximum(first, second)
    pairs, number = np.unique(np.stack([low, high]), axis=1, return_inverse=True)
    number = number.reshape(-1)
    n = np.bincount(number)
    mean_same = np.bincount(number, weights=same) / n
    mean_iou = None if iou is None else np.bincount(number, weights=iou) / n
    order = np.argsort(mean_same if mean_iou is None else mean_iou, kind="stable")
    enough = [int(place) for place in order if n[place] >= LEAST_IMAGES]
    rows = [
        PairRow(
            first=int(pairs[0, place]),
            second=int(pairs[1, place]),
            n_images=int(n[place]),
            iou=None if mean_iou is None else float(mean_iou[place]),
            same=float(mean_same[place]),
        )
        for place in enough[:MOST_PAIRS]
    ]
    return rows, len(enough)


def _part(measure: Measure, units: IntArray, seed: int) -> Figures:
    return figures(measure, units, seed=seed, n_resamples=PART_RESAMPLES)


def _units_by(keys: Sequence[K]) -> dict[K, IntArray]:
    units: dict[K, list[int]] = defaultdict(list)
    for unit, key in enumerate(keys):
        units[key].append(unit)
    return {key: np.array(found, dtype=np.intp) for key, found in units.items()}
