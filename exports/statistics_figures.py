"""A data set's statistics as figures: tables and charts, the published value beside ours."""

from __future__ import annotations

from catalog.models import Split
from charts import Figure, Table
from charts.figures import Cell
from exports import charts
from exports.statistics import QUANTILES, WITHOUT_SPLIT, Statistics
from exports.statistics_paper import (
    CITATION,
    MORE_THAN,
    MOST_NON_INSTANCES,
    README,
    SIZE_SHARES,
    TABLE_2,
)

MOST_BOXES = 10
ROW = 38
FRAME = 90
SIZES = ("small (< 32²)", "medium (< 96²)", "large")


def figures(found: Statistics) -> list[Figure]:
    """All figures of a data set, in the order of the paper; those without any data are left out."""
    made = [
        _by_super_class(found),
        _imbalance(found),
        _images_per_class(found),
        _instances(found),
        _sizes(found),
        _relative_sizes(found),
        _non_instances(found),
    ]
    return [figure for figure in made if figure.table.rows]


def _by_super_class(found: Statistics) -> Figure:
    """Table 2."""
    others = {Split.TEST.value: "Test", Split.RESERVE.value: "Reserve", WITHOUT_SPLIT: "No split"}
    shown = {
        split: head
        for split, head in others.items()
        if any(split in row.images for row in found.super_classes)
    }
    rows: list[tuple[Cell, ...]] = []
    for row in found.super_classes:
        ours = (
            row.n_classes,
            row.images.get(Split.TRAIN, 0),
            row.images.get(Split.VAL, 0),
            *(row.images.get(split, 0) for split in shown),
            row.n_boxes,
        )
        theirs = TABLE_2.get(row.super_class, (None, None, None, None))
        rows.append((row.super_class or "not stated", *ours, *theirs))
    if rows:
        rows.append(("All", *_sums(rows, 4 + len(shown)), *_sums(list(TABLE_2.values()), 4, 0)))
    heads = ("Super-class", "Classes", "Train", "Val", *shown.values(), "Boxes")
    theirs_heads = tuple(f"iNat2017 {name}" for name in ("classes", "train", "val", "boxes"))
    return Figure(
        slug="by-super-class",
        title="Classes, images and boxes by super-class",
        table=Table((*heads, *theirs_heads), tuple(rows), n_foot=1 if rows else 0),
        note="As Table 2. Boxes: consensus boxes of train, validation and images without a split. "
        f"iNat2017: {README}, all 13 super-classes in the last row; the paper counts 561,767 "
        f"boxes ({CITATION}).",
    )


def _sums(rows: list[tuple[Cell, ...]] | list[tuple[int, int, int, int | None]], n: int,
          first: int = 1) -> list[int]:  # fmt: skip
    """The sum of each of `n` columns from the `first` on; what is not known counts nothing."""
    return [
        sum(cell for row in rows if isinstance(cell := row[first + column], int))
        for column in range(n)
    ]


def _imbalance(found: Statistics) -> Figure:
    """Table 1."""
    rows: tuple[tuple[Cell, ...], ...] = ()
    if found.imbalance is not None:
        most, fewest = found.per_class[0][0], found.per_class[-1][0]
        rows = (
            ("of the largest class", most),
            ("of the smallest class", fewest),
            ("imbalance: largest over smallest", found.imbalance),
        )
    return Figure(
        slug="imbalance",
        title="Imbalance",
        table=Table(("Images", "This data set"), rows),
        note=f"As Table 1, of {_which(found)}.",
    )


def _images_per_class(found: Statistics) -> Figure:
    """Figure 2."""
    n_classes = sum(n for _, n in found.per_class)
    rows = tuple((images, n) for images, n in found.per_class)
    most, fewest = (found.per_class[0][0], found.per_class[-1][0]) if rows else (0, 0)
    return Figure(
        slug="images-per-class",
        title="Images per class",
        table=Table(("Images", "Classes with so many"), rows),
        note=f"As Figure 2: {_which(found)}, the classes with most images first.",
        alt=f"A falling line on a logarithmic scale: {n_classes:,} classes, the largest with "
        f"{most:,} images, the smallest with {fewest:,}.",
        spec=charts.falling(found.per_class, across="Classes, by their images", up="Images")
        if rows
        else None,
        height=300,
    )


def _instances(found: Statistics) -> Figure:
    """Section 3.3: images with several instances."""
    shares = [
        (n, share, MORE_THAN.get(n))
        for n in range(1, MOST_BOXES)
        if (share := found.share_with_more_than(n)) is not None and (share or n in MORE_THAN)
    ]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"more than {n}", round(share * found.n_boxed), 100 * share, _percent(theirs))
        for n, share, theirs in shares
    )
    named = [(f"more than {n}", share, theirs) for n, share, theirs in shares]
    return Figure(
        slug="instances",
        title="Images with several instances",
        table=Table(("Instances", "Images", "Share, %", "iNat2017, %"), rows, digits=1),
        note=f"Of the {found.n_boxed:,} images with a box. iNat2017: section 3.3, {CITATION}.",
        alt=_beside(named),
        spec=charts.bars_beside(named, title="Share of images") if rows else None,
        height=FRAME + ROW * len(rows),
    )


def _sizes(found: Statistics) -> Figure:
    """Section 3.3: small, medium and large."""
    shares: list[tuple[str, float, float]] = []
    rows: list[tuple[Cell, ...]] = []
    if found.size_shares is not None:
        shares = list(zip(SIZES, found.size_shares, SIZE_SHARES, strict=True))
        rows = [
            (name, n, 100 * share, 100 * theirs)
            for (name, share, theirs), n in zip(shares, found.sizes, strict=True)
        ]
    return Figure(
        slug="sizes",
        title="Small, medium and large boxes",
        table=Table(("Size", "Boxes", "Share, %", "iNat2017, %"), tuple(rows), digits=1),
        note="COCO's sizes in the rendition of at most 800 pixels, with area = half the box. "
        f"iNat2017: section 3.3, {CITATION}.",
        alt=_beside(shares),
        spec=charts.bars_beside(shares, title="Share of boxes") if rows else None,
        height=FRAME + ROW * len(rows),
    )


def _relative_sizes(found: Statistics) -> Figure:
    """Figure 4."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (row.super_class, row.n, *row.quantiles) for row in found.relative
    )
    heads = tuple(f"{100 * q:.0f} %" for q in QUANTILES)
    medians = ", ".join(f"{row.super_class} {row.quantiles[2]:.2f}" for row in found.relative)
    named = [(row.super_class, row.quantiles) for row in found.relative]
    return Figure(
        slug="relative-size",
        title="Relative size of the boxes",
        table=Table(("Super-class", "Boxes", *heads), rows, digits=3),
        note="As Figure 4: √(w h) over √(W H), box and image. Bar: the middle half; line: from the "
        "5 % to the 95 % quantile; notch: the median.",
        alt=f"A bar for each super-class. Medians: {medians}.",
        spec=charts.spread(named, title="Relative size") if rows else None,
        height=FRAME + ROW * len(rows),
    )


def _non_instances(found: Statistics) -> Figure:
    """Section 3.2.1."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            row.super_class,
            row.n_kept + row.n_excluded,
            row.n_excluded,
            None if row.share is None else 100 * row.share,
            _percent(MOST_NON_INSTANCES.get(row.super_class)),
            row.n_undecided + row.n_not_verified,
        )
        for row in found.verified
    )
    decided = [
        (row.super_class, row.share, MOST_NON_INSTANCES.get(row.super_class))
        for row in found.verified
        if row.share is not None
    ]
    heads = ("Super-class", "Decided", "Non-instances", "Share, %", "iNat2017, % less than")
    return Figure(
        slug="non-instances",
        title="Non-instances among the test images",
        table=Table((*heads, "Undecided"), rows, digits=1),
        note="Test images that verification has decided: tracks, scat, habitat, remains. iNat2017: "
        f"less than 1.1 % of Aves and Reptilia, more of Mammalia (section 3.2.1, {CITATION}).",
        alt=_beside(decided),
        spec=charts.bars_beside(decided, title="Share of non-instances") if decided else None,
        height=FRAME + ROW * len(decided),
    )


def _which(found: Statistics) -> str:
    return "training images" if found.is_of_training else "all images, as there are none to train"


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _beside(rows: list[tuple[str, float, float | None]] | list[tuple[str, float, float]]) -> str:
    """What bars with diamonds show, in words."""
    return "; ".join(
        f"{name}: {ours:.1%}" + ("" if theirs is None else f", iNat2017 {theirs:.1%}")
        for name, ours, theirs in rows
    )
