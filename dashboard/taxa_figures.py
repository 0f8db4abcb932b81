"""Figures of super-classes and taxa as tables, and agreement as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from charts import Figure, Table
from charts.figures import Cell
from dashboard import charting
from dashboard.queries.taxa import Rates, SuperClassFigures, TaxonRow

ROW = 38
FRAME = 96


def of_super_classes(found: Sequence[SuperClassFigures], *, is_box: bool) -> list[Figure]:
    """The whole table, and how far workers agree."""
    heads = (*_heads(is_box=is_box), "Seconds a box", "Cost so far", "Cost a box", "Done about")
    rows: list[tuple[Cell, ...]] = [
        (
            row.super_class,
            *_cells(row.rates, is_box=is_box),
            row.seconds_per_box,
            row.cost.so_far,
            row.cost_per_box,
            row.completion.words,
        )
        for row in found
    ]
    table = Table(("Super-class", *heads), tuple(rows))
    return [
        Figure(slug="super-classes", title="Figures of each super-class", table=table),
        *_agreement(found, is_box=is_box),
    ]


def of_taxa(rows: Sequence[TaxonRow], *, is_box: bool) -> Figure:
    """The table of a campaign's taxa, as a file alone."""
    cells: list[tuple[Cell, ...]] = [
        (row.name, row.common_name, row.taxon_id, *_cells(row.rates, is_box=is_box)) for row in rows
    ]
    heads = ("Taxon", "Common name", "Taxon id", *_heads(is_box=is_box))
    return Figure(slug="taxa", title="Figures of each taxon", table=Table(heads, tuple(cells)))


def _heads(*, is_box: bool) -> tuple[str, ...]:
    first = ("Photos", "Finished", "Disputed", "Share finished", "Answers")
    last = ("Can't tell or problem", "Seconds an answer")
    if is_box:
        mid = ("Boxes", "Boxes a photo", "Mean IoU", "Same number of boxes", "Nothing to box")
        return (*first, *mid, "At 10 boxes", *last)
    return (*first, "Agreement", "Without the animal", *last)


def _cells(rates: Rates, *, is_box: bool) -> tuple[Cell, ...]:
    counts = rates.counts
    first = (rates.n_photos, counts.n_retired, counts.n_disputed, rates.done, counts.n_answers)
    last = (rates.unusable, rates.seconds)
    if not is_box:
        return (*first, rates.agreement, rates.nothing, *last)
    boxes = (counts.n_boxes, rates.boxes_per_image, rates.mean_iou, rates.count_agreement)
    return (*first, *boxes, rates.nothing, counts.n_capped, *last)


def _agreement(found: Sequence[SuperClassFigures], *, is_box: bool) -> list[Figure]:
    names = ("mean IoU", "same number of boxes") if is_box else ("pairs that agree",)
    rows = [(row.super_class, _agreeing(row.rates, is_box=is_box)) for row in found]
    known = [(name, values) for name, values in rows if any(value is not None for value in values)]
    if not known:
        return []
    said = "; ".join(
        f"{name}: " + ", ".join(f"{value:.2f}" for value in values if value is not None)
        for name, values in known
    )
    return [
        Figure(
            slug="agreement",
            title="How far do workers agree?",
            table=Table(
                ("Super-class", *(name.capitalize() for name in names)),
                tuple((name, *values) for name, values in known),
            ),
            note="The mean over photos with at least two answers, 0 to 1.",
            alt=f"A mark for each super-class, {' and '.join(names)}. {said}",
            spec=_dots(known, names),
            height=FRAME + ROW * len(known),
        )
    ]


def _agreeing(rates: Rates, *, is_box: bool) -> tuple[float | None, ...]:
    return (rates.mean_iou, rates.count_agreement) if is_box else (rates.agreement,)


def _dots(
    rows: Sequence[tuple[str, tuple[float | None, ...]]], names: Sequence[str]
) -> dict[str, Any]:
    values = [(name, list(zip(names, found, strict=True))) for name, found in rows]
    return charting.dots(values, names, title="Agreement")
