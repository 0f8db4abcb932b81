"""A data set in the making: what a table or an archive lists, before any of it is imported.

A duckdb database, so that ten million photographs are chosen from and split within bounded
memory: what does not fit is spilled to disk. Readers fill `taxon`, `observation`, `photo` and
`refused`; a selection policy fills `chosen`; splits fill `chosen.split`. Text is '' where nothing
is known, never NULL; keys are text.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import duckdb

from catalog import staged_records
from catalog.importers.records import Reading, Unusable

# what is being done, and the share of it that is
Progress = Callable[[str, float], None]

_TABLES = """
CREATE TABLE IF NOT EXISTS taxon (
    key VARCHAR NOT NULL, name VARCHAR NOT NULL,
    rank VARCHAR NOT NULL,         -- lower case: species, subspecies, genus, hybrid, ...
    super_class VARCHAR NOT NULL,  -- one of the 13 names
    kingdom VARCHAR NOT NULL, phylum VARCHAR NOT NULL, class VARCHAR NOT NULL,
    "order" VARCHAR NOT NULL, family VARCHAR NOT NULL, genus VARCHAR NOT NULL,
    common_name VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS observation (
    key VARCHAR NOT NULL,
    observer VARCHAR NOT NULL,     -- '': unknown
    taxon VARCHAR NOT NULL,        -- taxon.key
    observed_on VARCHAR NOT NULL,  -- YYYY-MM-DD, or less of it
    latitude DOUBLE, longitude DOUBLE, uncertainty_m DOUBLE
);
CREATE TABLE IF NOT EXISTS photo (
    "row" BIGINT NOT NULL,         -- unique, in the order of the input
    key VARCHAR NOT NULL,          -- identity in the source, unique
    observation VARCHAR NOT NULL,  -- observation.key
    place INTEGER NOT NULL,        -- among the observation's photographs
    url VARCHAR NOT NULL,          -- exactly one of url and path is not ''
    path VARCHAR NOT NULL,         -- relative to the folder of images
    extension VARCHAR NOT NULL,    -- lower case without a dot; '': unknown
    licence VARCHAR NOT NULL, licence_url VARCHAR NOT NULL, rights_holder VARCHAR NOT NULL,
    width INTEGER, height INTEGER  -- pixels of the full-size image, as the source claims
);
CREATE TABLE IF NOT EXISTS refused (
    reason VARCHAR NOT NULL, n BIGINT NOT NULL, examples VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS chosen (
    "row" BIGINT NOT NULL,           -- photo.row
    split VARCHAR NOT NULL DEFAULT ''  -- '', train, val, test, reserve
);
"""
_TABLE_NAMES = ("taxon", "observation", "photo", "refused", "chosen")
_WATCHED_EVERY_S = 0.2
_N_EXAMPLES = 3
_EXAMPLE_CHARACTERS = 50


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """Rows of an input that were not taken for one reason; `examples` names up to three."""

    reason: str
    n: int
    examples: str


class Staging:
    """The tables above; `sql` is the duckdb connection, `directory` where its files lie."""

    def __init__(self, sql: duckdb.DuckDBPyConnection, directory: Path) -> None:
        self.sql = sql
        self.directory = directory

    @classmethod
    @contextmanager
    def open(cls, directory: Path | None = None, *, memory_mb: int = 1000) -> Iterator[Staging]:
        """A staging in that directory, taken up again where one is there; else a passing one.

        `memory_mb` bounds what duckdb keeps in memory. Raises `Unusable` where the directory
        cannot be used, as when another import has it open.
        """
        with ExitStack() as stack:
            if directory is None:
                passing = tempfile.TemporaryDirectory(prefix="quadrat-staging-")
                directory = Path(stack.enter_context(passing))
            sql = stack.enter_context(_connected(directory, memory_mb))
            sql.execute(_TABLES)
            yield cls(sql, directory)

    def clear(self) -> None:
        """Empty all tables: what a reader does first that cannot take up what is there."""
        for name in _TABLE_NAMES:
            self.sql.execute(f"DELETE FROM {name}")  # noqa: S608 - a name of ours

    def run(
        self, query: str, parameters: Sequence[object], words: str, on_progress: Progress
    ) -> None:
        """Execute a statement that takes long; `on_progress` hears of it from another thread.

        Raises `Unusable` where memory and disk do not suffice.
        """
        on_progress(words, 0.0)
        is_over = Event()

        def watch() -> None:
            while not is_over.wait(_WATCHED_EVERY_S):
                on_progress(words, min(max(self.sql.query_progress(), 0.0), 100.0) / 100)

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            self.sql.execute(query, list(parameters))
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            raise Unusable(
                f"{words} found no room ({_first_line(error)}); free some space for "
                f"{self.directory}."
            ) from error
        finally:
            is_over.set()
            watcher.join()
        on_progress(words, 1.0)

    def refuse(self, reason: str, examples: str, parameters: Sequence[object] = ()) -> int:
        """Count refused rows: `examples` is a SELECT of one text a row. Returns how many.

        The three that come first in the alphabet are kept, so the same input says the same.
        """
        return self.refuse_each(
            f"SELECT ?, * FROM ({examples})",  # noqa: S608 - SQL of ours
            [reason, *parameters],
        )

    def refuse_each(self, rows: str, parameters: Sequence[object] = ()) -> int:
        """Count refused rows: `rows` is a SELECT of (reason, example). Returns how many."""
        found = self.sql.execute(
            f"""
            INSERT INTO refused
            SELECT reason, count(*), array_to_string(
                min(CASE WHEN length(example) > {_EXAMPLE_CHARACTERS}
                    THEN left(example, 17) || '...' || right(example, {_EXAMPLE_CHARACTERS} - 20)
                    ELSE coalesce(example, '') END, {_N_EXAMPLES}), ', ')
            FROM ({rows}) AS given(reason, example) GROUP BY reason ORDER BY reason
            RETURNING n
            """,  # noqa: S608 - SQL of ours
            list(parameters),
        ).fetchall()
        return sum(n for (n,) in found)

    def refusals(self) -> list[RefusedRows]:
        """What was refused, the most frequent reason first."""
        rows = self.sql.execute(
            "SELECT reason, sum(n)::BIGINT AS n, min(examples) FROM refused "
            "GROUP BY reason ORDER BY n DESC, reason"
        ).fetchall()
        return [RefusedRows(*row) for row in rows]

    def n_photos(self) -> int:
        """How many photographs are staged."""
        return self._count("photo")

    def n_chosen(self) -> int:
        """How many of them are chosen."""
        return self._count("chosen")

    def choose_all(self) -> int:
        """Choose every photograph, in no split. Returns how many."""
        self.sql.execute('DELETE FROM chosen; INSERT INTO chosen ("row") SELECT "row" FROM photo')
        return self.n_chosen()

    def records(self, folder: Path | None = None) -> Reading:
        """The chosen photographs as image records, streamed in the order of `row`.

        A photograph with a path is looked for below `folder` and refused where it is not there;
        one with a URL has no file yet.
        """
        return Reading(self.n_chosen(), staged_records.records(self.sql, folder))

    def _count(self, table: str) -> int:
        row = self.sql.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our name
        return int(row[0]) if row else 0


@contextmanager
def _connected(directory: Path, memory_mb: int) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        sql = duckdb.connect(
            directory / "staging.duckdb",
            config={
                "memory_limit": f"{memory_mb}MB",
                "threads": os.cpu_count() or 1,
                "temp_directory": str(directory / "spill"),
                # the order is in photo.row; keeping it would cost memory
                "preserve_insertion_order": False,
                # nothing is ever fetched from anywhere
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
    except (OSError, duckdb.Error) as error:
        raise Unusable(
            f"{directory} cannot be used to stage an import ({_first_line(error)}); is another "
            "import using it? If not, delete it."
        ) from error
    try:
        yield sql
    finally:
        sql.close()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
