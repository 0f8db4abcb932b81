"""A figure: a table of numbers and, where a picture says more, a chart of the same numbers.

Pages show the chart with the table behind a disclosure (`templates/organizers/chart.html`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, cast

from charts.theme import CONFIG

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
# pixels of a file's picture, without its margins; in a page a chart is as wide as its place
FILE_WIDTH = 640
# a spreadsheet would take what begins like this for a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under their heads, the first column naming the row; None: not known.

    A float is written with `digits`. `n_foot` rows at the end are totals. `links`: the address
    behind each row, as far as there are any; empty for none.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int = 2
    n_foot: int = 0
    links: tuple[str, ...] = ()

    def written(self, cell: Cell) -> str:
        """A cell as people read it.

        >>> table = Table(("of", "n"), ())
        >>> [table.written(cell) for cell in (1234, 0.5, None, "Aves")]
        ['1,234', '0.50', '–', 'Aves']
        """
        if cell is None:
            return "–"
        if isinstance(cell, float):
            return f"{cell:,.{self.digits}f}"
        return f"{cell:,}" if isinstance(cell, int) else cell

    @property
    def body(self) -> list[list[str]]:
        """All rows but the totals, written."""
        return self._written_rows(self.rows[: len(self.rows) - self.n_foot])

    @property
    def linked(self) -> list[tuple[str, list[str]]]:
        """All rows but the totals, written, each with its link."""
        return [(link or "", row) for row, link in zip_longest(self.body, self.links) if row]

    @property
    def foot(self) -> list[list[str]]:
        """The totals, written."""
        return self._written_rows(self.rows[len(self.rows) - self.n_foot :])

    def csv(self) -> str:
        """All rows as comma-separated values, numbers unrounded; text is never a formula."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self.heads)
        writer.writerows([[_harmless(cell) for cell in row] for row in self.rows])
        return out.getvalue()

    def _written_rows(self, rows: Sequence[tuple[Cell, ...]]) -> list[list[str]]:
        return [[self.written(cell) for cell in row] for row in rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """`slug` names it in addresses and files; `alt` says in words what the chart shows.

    `spec` is Vega-Lite without size or theme, its colours tokens of the style sheet such as
    ``var(--link)`` (`charts/theme.py`); None for a table alone. `height` is the chart's, in pixels,
    with axes and legend. `note` says what is counted and where a value of others comes from. A mark
    with an `href` is a way to what is behind it, in the page alone.
    """

    slug: str
    title: str
    table: Table
    note: str = ""
    alt: str = ""
    spec: dict[str, Any] | None = None
    height: int = 280

    @property
    def spec_id(self) -> str:
        """What its spec is called in the page."""
        return f"{self.slug}-spec"

    def in_page(self) -> dict[str, Any]:
        """The spec as the browser draws it: as wide as its place, colours still tokens."""
        fit = {"type": "fit", "contains": "padding", "resize": True}
        return self._whole({"width": "container", "autosize": fit})

    def in_file(self) -> dict[str, Any]:
        """The spec of a picture of its own, colours still tokens."""
        frame = {"width": FILE_WIDTH, "title": self.title, "padding": 12}
        return cast(dict[str, Any], _without_links(self._whole(frame)))

    def _whole(self, frame: dict[str, Any]) -> dict[str, Any]:
        sized = {"$schema": SCHEMA, "config": CONFIG, "height": self.height, **frame}
        return {**sized, **(self.spec or {})}


def fingerprint_of(spec: dict[str, Any]) -> bytes:
    """The same bytes for the same spec."""
    return json.dumps(spec, sort_keys=True).encode()


def _without_links(spec: Any) -> Any:
    """The spec without where its marks lead: a picture may be read by anybody, anywhere."""
    if isinstance(spec, dict):
        return {name: _without_links(part) for name, part in spec.items() if name != "href"}
    return [_without_links(part) for part in spec] if isinstance(spec, list | tuple) else spec


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
