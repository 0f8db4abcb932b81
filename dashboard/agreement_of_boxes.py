"""Figures of agreement that only boxes have."""

from __future__ import annotations

from itertools import accumulate

from charts import Figure, Table
from charts.figures import Cell as TableCell
from dashboard import agreement_charts as charts
from dashboard import agreement_figures as common
from dashboard import agreement_words as words
from dashboard.agreement_charts import Cell, Dot
from dashboard.agreement_figures import CORRECTED, PLAIN, Measure, Page

MEASURES = (
    Measure("alpha", "Alpha of boxes", CORRECTED),
    Measure("count_alpha", "Alpha of numbers of boxes", CORRECTED),
    Measure("presence_alpha", "Alpha of anything at all", CORRECTED),
    Measure("iou", "Mean IoU, a missed one 0", PLAIN),
    Measure("matched_iou", "Mean IoU, same animal", PLAIN),
    Measure("count", "Same number of boxes", PLAIN),
    Measure("presence", "Same on anything at all", PLAIN),
)
IN_SHORT = (
    Measure("iou", "mean IoU", PLAIN),
    Measure("count", "same number", PLAIN),
)
SIZES = {
    "small": "small (< 32²)",
    "medium": "medium (< 96²)",
    "large": "large",
}
OVERLAP_MARKS = (0.5, 0.75)
NOTE = (
    "Alpha is Krippendorff's: of boxes, the distance is 1 − IoU, and 1 between a box and nothing; "
    "of numbers, their squared difference. 1 is full agreement, 0 is chance; dashed: 0.667, from "
    f"which tentative conclusions can be drawn, and 0.8, reliable ({words.SOURCE})."
)


def figures(page: Page) -> list[Figure]:
    """All figures of a box campaign, as far as there is anything in them."""
    says = f"a box more or fewer, or one that overlaps by less than {words.SAME_BOX:g}"
    made = [
        common.overall(page, MEASURES, NOTE),
        common.steps(page, says=says, has_iou=True),
        _histogram(page, "matched_iou"),
        _histogram(page, "count"),
        _overlaps(page),
        _numbers(page),
        _sizes(page),
        common.by_taxon(page, IN_SHORT),
        common.by_week(page, IN_SHORT),
        common.by_pair(page, same="same number"),
    ]
    return [figure for figure in made if figure is not None]


_HISTOGRAMS = {
    "matched_iou": (
        "Photos by the overlap of boxes",
        "Mean IoU of two workers' boxes",
        "Mean IoU of workers' boxes around the same animal; a missed one is not in it.",
    ),
    "count": (
        "Photos by agreement on the number",
        "Share of pairs of workers",
        "Share of pairs of workers who drew equally many boxes in a photo.",
    ),
}


def _histogram(page: Page, name: str) -> Figure | None:
    counts = (page.found.histograms or {}).get(name, [])
    n = sum(counts)
    if not n:
        return None
    title, across, note = _HISTOGRAMS[name]
    width = 1 / len(counts)
    rows = tuple(
        (f"{place * width:.2f} to {(place + 1) * width:.2f}", count, 100 * count / n)
        for place, count in enumerate(counts)
    )
    top = 100 * counts[-1] / n
    return Figure(
        slug=f"photos-by-{name.replace('_', '-')}",
        title=title,
        table=Table((across, "photos", "%"), rows, digits=1),
        note=note,
        alt=f"Bars from 0 to 1 of {n:,} photos; {top:.0f} % are above {1 - width:.2f}.",
        spec=charts.histogram(counts, across=across, up="Photos"),
        height=220,
    )


def _overlaps(page: Page) -> Figure | None:
    counts = page.found.overlaps
    n = sum(counts)
    if not n:
        return None
    fewer = [0, *accumulate(counts)]
    shares = [1 - below / n for below in fewer]
    rows = tuple((place / len(counts), 100 * shares[place]) for place in range(0, len(counts), 5))
    said = [
        f"{100 * shares[round(mark * len(counts))]:.1f} % at least {mark}" for mark in OVERLAP_MARKS
    ]
    return Figure(
        slug="overlap-with-consensus",
        title="How well boxes fit the consensus",
        table=Table(("IoU of at least", "%"), rows, digits=2),
        note=f"All {n:,} workers' boxes that went into a consensus of at least two answers. It is "
        "partly made of the same box, so that this is the best case.",
        alt=f"A falling line: of {n:,} boxes {', '.join(said)} with the consensus.",
        spec=charts.at_least(
            shares,
            OVERLAP_MARKS,
            across="IoU with the consensus box",
            up="Boxes with at least that",
        ),
    )


def _numbers(page: Page) -> Figure | None:
    table = page.found.confusion
    most = max(
        (max(row, column) for row, counts in enumerate(table.counts)
         for column, n in enumerate(counts) if n),
        default=None,
    )  # fmt: skip
    if most is None:
        return None
    kept = range(most + 1)
    names = [str(number) for number in kept]
    rows: list[tuple[TableCell, ...]] = [
        (names[drawn], *(table.counts[drawn][agreed] for agreed in kept)) for drawn in kept
    ]
    totals = [sum(counts) or 1 for counts in table.counts]
    cells = [
        Cell(
            names[drawn],
            names[agreed],
            table.counts[drawn][agreed],
            table.counts[drawn][agreed] / totals[drawn],
            "" if drawn == agreed else f"{page.gallery}?pattern=counts",
        )
        for drawn in kept
        for agreed in kept
    ]
    same = sum(table.counts[number][number] for number in kept)
    return Figure(
        slug="numbers-of-boxes",
        title="Numbers of boxes: workers and consensus",
        table=Table(("Drawn \\ consensus", *names), tuple(rows)),
        note=f"All {table.n:,} answers to photos with at least two: the rows are boxes drawn, the "
        f"columns boxes of the consensus. {100 * same / table.n:.1f} % are on the diagonal.",
        alt=f"A matrix of {table.n:,} answers; {100 * same / table.n:.1f} % drew as many boxes as "
        "the consensus has.",
        spec=charts.matrix(cells, rows="Drawn", columns="Consensus"),
        height=90 + 30 * len(names),
    )


def _sizes(page: Page) -> Figure | None:
    found = page.found.sizes
    if not found:
        return None
    rows = tuple(
        (SIZES[row.size], row.n_boxes, *common.cells(row.iou)[:3], *common.cells(row.found)[:3])
        for row in found
    )
    marks = [
        Dot(f"{SIZES[row.size]}, {said}", estimate, said)
        for row in found
        for said, estimate in (("IoU", row.iou), ("found", row.found))
    ]
    return Figure(
        slug="by-size",
        title="By size of the box",
        table=Table(
            ("Size", "boxes", "IoU", "low", "high", "found", "low", "high"), rows, digits=3
        ),
        note="Consensus boxes of the photos looked at; IoU: of workers' boxes with them; found: "
        "which share of the workers who could have boxed them did. Sizes are COCO's, in pixels "
        "squared, of half the box in the copy of at most 800 pixels (Van Horn et al., CVPR 2018, "
        "section 3.3).",
        alt="; ".join(f"{mark.name}: {words.between(mark.estimate)}" for mark in marks),
        spec=charts.dots(marks, title="0 to 1"),
        height=charts.height_of(len(marks), has_legend=True),
    )
