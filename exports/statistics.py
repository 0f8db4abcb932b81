"""What a data set is made of, as Van Horn et al. (CVPR 2018) describe theirs.

Everything is counted from images whose photograph is here and from the current consensus, as a
release takes it. Boxes are those of train, validation and images without a split; their sizes are
those in the rendition of at most 800 pixels, with area = half the box (section 3.3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models import Dataset, Split
from exports import statistics_queries as queries
from exports.filtering import decide
from exports.queries import verified_super_classes
from exports.statistics_queries import N_BINS, BoxCount, TaxonCount, VerifiedCount

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
WITHOUT_SPLIT = "none"


@dataclass(slots=True)
class SuperClassCounts:
    """A row of Table 2: categories with an image, images by split (`none`: without one), boxes."""

    super_class: str
    n_classes: int = 0
    images: dict[str, int] = field(default_factory=dict)
    n_boxes: int = 0
    n_boxed: int = 0

    @property
    def n_images(self) -> int:
        return sum(self.images.values())


@dataclass(frozen=True, slots=True)
class RelativeSizes:
    """Figure 4: sqrt(w h) / sqrt(W H) of a super-class's boxes, 0 to 1, to 0.001.

    `quantiles` are those of `QUANTILES`.
    """

    super_class: str
    n: int
    quantiles: tuple[float, ...]


@dataclass(slots=True)
class VerifiedImages:
    """Section 3.2.1: what became of a super-class's test images."""

    super_class: str
    n_kept: int = 0
    n_excluded: int = 0
    n_undecided: int = 0
    n_not_verified: int = 0

    @property
    def share(self) -> float | None:
        """Non-instances among the images that are decided; None before the first."""
        n_decided = self.n_kept + self.n_excluded
        return self.n_excluded / n_decided if n_decided else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """All counts. Super-classes are by name.

    `per_class` has (images, number of categories with so many), the most images first, of the
    training images, or of all where there are none (`is_of_training`). `instances` has images by
    their number of boxes, `sizes` boxes by size: small, medium, large. `n_not_here`: photographs
    that are not counted, as they are awaited or could not be fetched.
    """

    super_classes: list[SuperClassCounts]
    per_class: list[tuple[int, int]]
    is_of_training: bool
    instances: dict[int, int]
    sizes: tuple[int, int, int]
    relative: list[RelativeSizes]
    verified: list[VerifiedImages]
    n_not_here: int

    @property
    def n_images(self) -> int:
        return sum(row.n_images for row in self.super_classes)

    @property
    def n_boxes(self) -> int:
        return sum(self.sizes)

    @property
    def n_boxed(self) -> int:
        """Images with a box."""
        return sum(self.instances.values())

    @property
    def imbalance(self) -> float | None:
        """Table 1: images of the largest category over those of the smallest."""
        return self.per_class[0][0] / self.per_class[-1][0] if self.per_class else None

    def share_with_more_than(self, n: int) -> float | None:
        """Of the images with a box, the share with more than `n`; None where there is no box."""
        if not self.n_boxed:
            return None
        return sum(found for boxes, found in self.instances.items() if boxes > n) / self.n_boxed

    @property
    def size_shares(self) -> tuple[float, float, float] | None:
        """Small, medium and large among all boxes; None where there is none."""
        if not self.n_boxes:
            return None
        small, medium, large = (n / self.n_boxes for n in self.sizes)
        return small, medium, large


def count(reader: BaseDatabaseWrapper, dataset: Dataset) -> Statistics:
    """Count a data set. `reader` is a connection, best a snapshot (`exports/snapshot.py`)."""
    taxa = queries.images_by_taxon(reader, dataset)
    boxes = queries.boxes(reader, dataset)
    decided = queries.verified(reader, dataset, verified_super_classes(reader, dataset))
    return summarize(taxa, boxes, decided)


def summarize(
    taxa: Sequence[TaxonCount], boxes: Sequence[BoxCount], verified: Iterable[VerifiedCount]
) -> Statistics:
    """The statistics from what was counted in the database."""
    per_class, is_of_training = _per_class(taxa)
    sizes = _totals(boxes, "size")
    return Statistics(
        super_classes=_super_classes(taxa, boxes),
        per_class=per_class,
        is_of_training=is_of_training,
        instances=_instances(boxes),
        sizes=(sizes[0], sizes[1], sizes[2]),
        relative=_relative(boxes),
        verified=_verified(verified),
        n_not_here=sum(row.n_not_here for row in taxa),
    )


def quantiles(bins: dict[int, int]) -> tuple[float, ...]:
    """`QUANTILES` of what was counted into `N_BINS` bins, each the middle of its bin.

    >>> quantiles({100: 1, 200: 1, 300: 1})
    (0.1005, 0.1005, 0.2005, 0.3005, 0.3005)
    """
    n = sum(bins.values())
    found, n_below, wanted = [], 0, list(QUANTILES)
    for bin_number in sorted(bins):
        n_below += bins[bin_number]
        while wanted and n_below >= wanted[0] * n:
            found.append((bin_number + 0.5) / N_BINS)
            wanted.pop(0)
    return tuple(found)


def _super_classes(taxa: Sequence[TaxonCount], boxes: Sequence[BoxCount]) -> list[SuperClassCounts]:
    rows: dict[str, SuperClassCounts] = {}
    classes: dict[str, set[int]] = {}
    for of_taxon in taxa:
        if not of_taxon.n_here:
            continue
        row = rows.setdefault(of_taxon.super_class, SuperClassCounts(of_taxon.super_class))
        split = of_taxon.split or WITHOUT_SPLIT
        row.images[split] = row.images.get(split, 0) + of_taxon.n_here
        if of_taxon.taxon_id is not None:
            classes.setdefault(of_taxon.super_class, set()).add(of_taxon.taxon_id)
    for counted in boxes:
        row = rows[counted.super_class]
        row.n_boxes += counted.n if counted.kind == "size" else 0
        is_first = counted.kind == "number" and counted.value == 1
        row.n_boxed += counted.n if is_first else 0
    for name, found in classes.items():
        rows[name].n_classes = len(found)
    return [rows[name] for name in sorted(rows)]


def _per_class(taxa: Sequence[TaxonCount]) -> tuple[list[tuple[int, int]], bool]:
    is_of_training = any(row.split == Split.TRAIN and row.n_here for row in taxa)
    by_taxon: Counter[int] = Counter()
    for row in taxa:
        if row.taxon_id is not None and (row.split == Split.TRAIN or not is_of_training):
            by_taxon[row.taxon_id] += row.n_here
    sizes = Counter(n for n in by_taxon.values() if n)
    return sorted(sizes.items(), reverse=True), is_of_training


def _totals(boxes: Iterable[BoxCount], kind: str) -> Counter[int]:
    totals: Counter[int] = Counter()
    for row in boxes:
        if row.kind == kind:
            totals[row.value] += row.n
    return totals


def _instances(boxes: Iterable[BoxCount]) -> dict[int, int]:
    """Images by their number of boxes, from the boxes by their number within the image."""
    at_least = _totals(boxes, "number")
    exactly = {n: at_least[n] - at_least[n + 1] for n in sorted(at_least)}
    return {n: images for n, images in exactly.items() if images}


def _relative(boxes: Iterable[BoxCount]) -> list[RelativeSizes]:
    bins: dict[str, dict[int, int]] = {}
    for row in boxes:
        if row.kind == "relative":
            bins.setdefault(row.super_class, {})[row.value] = row.n
    return [
        RelativeSizes(name, sum(found.values()), quantiles(found))
        for name, found in sorted(bins.items())
    ]


def _verified(counts: Iterable[VerifiedCount]) -> list[VerifiedImages]:
    rows: dict[str, VerifiedImages] = {}
    for found in counts:
        row = rows.setdefault(found.super_class, VerifiedImages(found.super_class))
        name = f"n_{decide(found, frozenset({found.super_class})).decision}"
        setattr(row, name, getattr(row, name) + found.n)
    return [rows[name] for name in sorted(rows)]
