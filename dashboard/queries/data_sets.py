"""What data sets hold, how much of it is here, and what is asked about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count

from catalog.models import Dataset, DatasetCopy, Image, Observation, Observer, Split, Taxon
from catalog.queries import Part, parts_of
from crowd.models import Campaign

SPLITS = [*Split.values, ""]
MOST_REASONS = 10


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Images by where their photograph is."""

    n_here: int = 0
    n_awaited: int = 0
    n_failed: int = 0
    n_held: int = 0

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Arrivals:
        """From counts by state."""
        return cls(*(counts.get(state, 0) for state in Image.State.values))

    @property
    def n_images(self) -> int:
        return self.n_here + self.n_awaited + self.n_failed + self.n_held

    @property
    def n_missing(self) -> int:
        """Those that are wanted and not here."""
        return self.n_awaited + self.n_failed


@dataclass(frozen=True, slots=True)
class DataSetRow:
    """One line of the list."""

    dataset: Dataset
    arrivals: Arrivals
    splits: Mapping[str, int]
    n_super_classes: int
    n_campaigns: int


@dataclass(frozen=True, slots=True)
class SuperClassRow:
    """The images of one super-class; `splits` are in the order of the table's columns."""

    super_class: str
    splits: list[int]
    arrivals: Arrivals


@dataclass(frozen=True, slots=True)
class Summary:
    """A data set as counted in one pass over its images. `columns` are the splits that occur."""

    arrivals: Arrivals
    columns: list[str]
    rows: list[SuperClassRow]
    totals: list[int]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the images are of, and who saw it."""

    n_taxa: int
    n_observations: int
    n_observers: int


class Trouble(NamedTuple):
    """Why photographs could not be fetched: for good where the state is *failed*."""

    state: str
    reason: str
    n_images: int


def data_sets() -> list[DataSetRow]:
    """Every data set by its name, in three statements however many there are."""
    counts: dict[int, list[Part]] = defaultdict(list)
    fields = ("dataset", "super_class", "split", "state")
    counted = Image.objects.values(*fields).order_by(*fields).annotate(n=Count("*"))
    for dataset, *part in counted.values_list(*fields, "n"):
        counts[dataset].append(Part(*part))
    campaigns = dict(
        Campaign.objects.filter(archived_at=None)
        .values("dataset")
        .order_by("dataset")
        .annotate(n=Count("*"))
        .values_list("dataset", "n")
    )
    return [
        DataSetRow(
            dataset,
            Arrivals.of(_by("state", counts[dataset.pk])),
            _by("split", counts[dataset.pk]),
            len({part.super_class for part in counts[dataset.pk]} - {""}),
            campaigns.get(dataset.pk, 0),
        )
        for dataset in Dataset.objects.order_by("slug")
    ]


def summary(dataset: Dataset) -> Summary:
    """The images of a data set by super-class, split and state."""
    parts = parts_of(dataset)
    found = _by("split", parts)
    columns = [split for split in SPLITS if split in found]
    by_super_class: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        by_super_class[part.super_class].append(part)
    rows = [
        SuperClassRow(
            super_class,
            [_by("split", inside)[split] for split in columns],
            Arrivals.of(_by("state", inside)),
        )
        for super_class, inside in sorted(by_super_class.items())
    ]
    totals = [found[split] for split in columns]
    return Summary(Arrivals.of(_by("state", parts)), columns, rows, totals)


def sources(dataset: Dataset) -> Sources:
    """How many taxa, observations and observers a data set has; 0 where an import told nothing."""
    return Sources(
        Taxon.objects.filter(dataset=dataset).count(),
        Observation.objects.filter(dataset=dataset).count(),
        Observer.objects.filter(dataset=dataset).count(),
    )


def troubles(dataset: Dataset) -> list[Trouble]:
    """Why photographs are not here although they were tried: what failed for good first, and the
    most frequent reasons of that."""
    tried = Image.objects.filter(dataset=dataset).exclude(fetch_error="")
    rows = tried.values_list("state", "fetch_error").annotate(n=Count("*"))
    return [Trouble(*row) for row in rows.order_by("-state", "-n", "fetch_error")[:MOST_REASONS]]


def campaigns_of(dataset: Dataset) -> list[Campaign]:
    """The campaigns about a data set that are not in the archive, by name."""
    return list(Campaign.objects.filter(dataset=dataset, archived_at=None).order_by("slug"))


def copies_of(dataset: Dataset) -> list[DatasetCopy]:
    """The data set's own renditions, the smallest first."""
    return list(DatasetCopy.objects.filter(dataset=dataset).order_by("pixels"))


def _by(name: str, parts: list[Part]) -> Counter[str]:
    found: Counter[str] = Counter()
    for part in parts:
        found[getattr(part, name)] += part.n_images
    return found
