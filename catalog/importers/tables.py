"""Load a delimited text file into a staging table; rows that do not fit are counted by reason.

All values are text, '' where there is none. A row is never repaired: one with too few or too many
columns, with bytes that are no text or with a NUL is refused, and the others are kept.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from catalog.importers import text_files
from catalog.importers.records import Unusable
from catalog.staging import Progress, Staging

_MAX_LINE = 2_000_000
_MOST_REFUSED = 500_000
# how many rows are looked at first, and how many of them make a judgement
_N_LOOKED_AT, _N_TELLING = 1_000, 20
_IDENTIFIER = re.compile(r"[a-z_]+")
# a value that no text holds: empty is '', never NULL
_NO_NULL = "\a\a\a"
_REJECTS = """
store_rejects = true, rejects_limit = 0, rejects_table = 'rejected',
rejects_scan = 'rejected_scans',
"""
_REASONS = """
CASE error_type::VARCHAR
    WHEN 'MISSING COLUMNS' THEN 'has too few columns'
    WHEN 'TOO MANY COLUMNS' THEN 'has too many columns'
    WHEN 'INVALID ENCODING' THEN 'is not valid UTF-8'
    WHEN 'UNQUOTED VALUE' THEN 'has a quote that does not close'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'is longer than 2 MB'
    ELSE lower(error_type::VARCHAR) END
"""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written; `quote` is '' where values are never enclosed."""

    delimiter: str = "\t"
    quote: str = ""
    n_header_lines: int = 1
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value stands, from 0; `index` None: nowhere, all rows have `default`."""

    index: int | None
    default: str = ""


def load(
    staging: Staging,
    table: str,
    file: Path,
    layout: Layout,
    columns: Mapping[str, Column],
    on_progress: Progress,
) -> int:
    """Append the file to `table(row, <columns>)`, made where absent. Returns how many rows came.

    `row` goes on counting in the order of the file. Raises `Unusable` for a file that is empty,
    is no such table, or lacks a column.
    """
    file = text_files.as_utf8(file, layout.encoding, staging.directory)
    n_columns = _n_columns(file, layout, columns)
    make(staging, table, columns)
    n_before = _last_row(staging, table)
    reading = _Reading(file.name, staging, table, layout, columns, n_columns, n_before, on_progress)
    try:
        reading.of(file)
    except duckdb.Error as error:
        if "state machine" not in str(error):
            raise _unreadable(file, error) from error
        # bare or mixed carriage returns: no reader agrees on what they mean, so they go
        change = text_files.without_returns(is_quoted=bool(layout.quote))
        try:
            reading.of(text_files.rewritten(file, staging.directory, change))
        except duckdb.Error as again:
            raise _unreadable(file, again) from again
    _refuse_nul(staging, table, columns, n_before, file.name)
    return _n_after(staging, table, n_before)


def header(file: Path, layout: Layout) -> list[str]:
    """The values of the first line. Raises `Unusable` for an empty file."""
    first = next(_records(file, layout), None)
    if first is None:
        raise Unusable(f"{file.name} is empty.")
    return first


def make(staging: Staging, table: str, columns: Iterable[str]) -> None:
    """Make an empty table of `row` and text columns where it is absent."""
    columns = list(columns)
    if not all(_IDENTIFIER.fullmatch(name) for name in (table, *columns)):
        raise ValueError(f"{table} or a column of it is no plain name")
    listed = ", ".join(f'"{name}" VARCHAR' for name in columns)
    staging.sql.execute(f'CREATE TABLE IF NOT EXISTS {table} ("row" BIGINT, {listed})')


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file, known as `name`, on its way into `table`, behind the row `n_before`."""

    name: str
    staging: Staging
    table: str
    layout: Layout
    columns: Mapping[str, Column]
    n_columns: int
    n_before: int
    on_progress: Progress

    def of(self, file: Path) -> None:
        """Load the rows that fit and count the others. Raises `Unusable` where those are too many,
        and duckdb's errors.

        duckdb keeps what it says of each row that does not fit, about a kilobyte, outside the
        memory that it bounds. So it is asked only where there are such rows, and not too many;
        where values are enclosed, line feeds within them hide how many there are.
        """
        if not self.layout.quote:
            self._run(file, has_rejects=False)
            n_loaded = _n_after(self.staging, self.table, self.n_before)
            n_missing = text_files.n_lines(file) - self.layout.n_header_lines - n_loaded
            if not n_missing:
                return
            if n_missing > _MOST_REFUSED:
                raise Unusable(
                    f"{self.name} has more than {_MOST_REFUSED:,} rows that do not fit its "
                    f"{self.n_columns} columns; it is damaged or written in another way. Fetch it "
                    "again, or ask its publisher."
                )
            self.staging.sql.execute(f'DELETE FROM {self.table} WHERE "row" > {self.n_before}')  # noqa: S608
        self._run(file, has_rejects=True)
        _refuse_rejected(self.staging, self.name)

    def _run(self, file: Path, *, has_rejects: bool) -> None:
        _forget_rejected(self.staging)
        query = _query(self.table, self.n_columns, self.layout, self.columns, has_rejects)
        # rows are numbered in the order of the file, so this once it has to be kept
        self.staging.sql.execute("SET preserve_insertion_order = true")
        try:
            # read_csv takes a pattern: a name with a * in it means itself
            pattern = re.sub(r"([*?\[\]])", r"[\1]", str(file))
            given, words = [self.n_before, pattern], f"Reading {self.name}"
            self.staging.run(query, given, words, self.on_progress)
        finally:
            self.staging.sql.execute("SET preserve_insertion_order = false")


# Where values are enclosed, one thread reads: of a long run of rows that do not fit, several lose
# count, and rows after it with them (seen with duckdb 2.0).
def _query(
    table: str, n_columns: int, layout: Layout, columns: Mapping[str, Column], has_rejects: bool
) -> str:
    selected = ", ".join(map(_value, columns.values()))
    rejects = _REJECTS if has_rejects else ""
    spec = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(n_columns))
    return f"""
        INSERT INTO {table} SELECT row_number() OVER () + ?, {selected}
        FROM read_csv(?, columns = {{{spec}}}, auto_detect = false, header = false,
            skip = {layout.n_header_lines}, compression = 'none', hive_partitioning = false,
            delim = {_literal(layout.delimiter)}, quote = {_literal(layout.quote)},
            escape = {_literal(layout.quote)},
            nullstr = {_literal(_NO_NULL)}, max_line_size = {_MAX_LINE}, strict_mode = true,
            ignore_errors = true, {rejects} parallel = {not layout.quote})
    """  # noqa: S608 - plain names, numbers and quoted text


def _value(column: Column) -> str:
    if column.index is None:
        return _literal(column.default)
    value = f"trim(c{column.index})"
    return f"coalesce(nullif({value}, ''), {_literal(column.default)})" if column.default else value


def _refuse_rejected(staging: Staging, name: str) -> None:
    staging.refuse_each(
        f"""
        SELECT ? || ': a row ' || {_REASONS}, 'line ' || line
        FROM (SELECT line, min(error_type) AS error_type FROM rejected GROUP BY line)
        """,  # noqa: S608 - SQL of ours
        [name],
    )
    _forget_rejected(staging)


def _forget_rejected(staging: Staging) -> None:
    staging.sql.execute("DROP TABLE IF EXISTS rejected; DROP TABLE IF EXISTS rejected_scans")


def _refuse_nul(
    staging: Staging, table: str, columns: Mapping[str, Column], n_before: int, name: str
) -> None:
    of_file = [
        f'contains("{key}", chr(0))' for key, each in columns.items() if each.index is not None
    ]
    where = f'WHERE "row" > {n_before} AND ({" OR ".join(of_file) or "false"})'
    refused = f"""SELECT 'row ' || ("row" - {n_before}) FROM {table} {where}"""  # noqa: S608
    if staging.refuse(f"{name}: a row holds a NUL byte", refused):
        staging.sql.execute(f"DELETE FROM {table} {where}")  # noqa: S608 - SQL of ours


def _n_columns(file: Path, layout: Layout, columns: Mapping[str, Column]) -> int:
    """How many columns the rows have: the header's number, else that of most of the first rows."""
    n_needed = 1 + max(
        (each.index for each in columns.values() if each.index is not None), default=0
    )
    first = [len(record) for record in islice(_records(file, layout), _N_LOOKED_AT)]
    if not first:
        raise Unusable(f"{file.name} is empty.")
    found = first[0] if layout.n_header_lines else max(set(first), key=first.count)
    if found < n_needed:
        raise Unusable(
            f"{file.name} has {found} columns, but {n_needed} are described; is its separator "
            f"{layout.delimiter!r}?"
        )
    rows = first[layout.n_header_lines :]
    usual = max(set(rows), key=rows.count, default=found)
    # a fault of the whole file: a million refused rows would say no more
    if len(rows) >= _N_TELLING and rows.count(found) * 2 < len(rows):
        raise Unusable(
            f"{file.name} has {found} columns by its first line, but most rows have {usual}; is "
            f"its separator {layout.delimiter!r}?"
        )
    return found


def _records(file: Path, layout: Layout) -> Iterator[list[str]]:
    """The first rows of a file, for a look; bytes that are no text are replaced."""
    try:
        with file.open("rb") as raw:
            head = raw.read(_MAX_LINE)
    except OSError as error:
        raise Unusable(f"{file.name} cannot be read ({error.strerror}).") from error
    text = head.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").replace("\0", "")
    lines = (line for line in io.StringIO(text, newline=None) if line.strip("\n"))
    if not layout.quote:
        yield from (line.rstrip("\n").split(layout.delimiter) for line in lines)
        return
    try:
        yield from csv.reader(lines, delimiter=layout.delimiter, quotechar=layout.quote)
    except csv.Error as error:
        raise Unusable(f"{file.name} is not the table it should be ({error}).") from error


def _last_row(staging: Staging, table: str) -> int:
    row = staging.sql.execute(f'SELECT coalesce(max("row"), 0) FROM {table}').fetchone()  # noqa: S608
    return int(row[0]) if row else 0


def _n_after(staging: Staging, table: str, n_before: int) -> int:
    query = f'SELECT count(*) FROM {table} WHERE "row" > {n_before}'  # noqa: S608 - a name of ours
    row = staging.sql.execute(query).fetchone()
    return int(row[0]) if row else 0


def _unreadable(file: Path, error: duckdb.Error) -> Unusable:
    return Unusable(f"{file.name} cannot be read as a table ({str(error).partition(chr(10))[0]}).")


def _literal(text: str) -> str:
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
