"""A data set in the making: what a table or an archive lists, before any of it is imported.

A duckdb database, so that ten million photographs are chosen from and split within bounded
memory: what does not fit is spilled to disk. Readers fill `taxon`, `observation`, `photo` and
`refused`; a selection policy fills `chosen`; splits fill `chosen.split`. Text is '' where nothing
is known, never NULL; keys are text.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from catalog.importers import paths
from catalog.importers.records import (
    ImageRecord,
    Item,
    ObservationRecord,
    Reading,
    Refusal,
    Refused,
    TaxonRecord,
    Unusable,
)
from catalog.models import Split
from catalog.superclasses import SuperClass

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
_RECORDS = """
SELECT photo.key, photo.place, photo.url, photo.path, photo.extension, photo.licence,
    photo.licence_url, photo.rights_holder, photo.width, photo.height, chosen.split,
    observation.taxon, observation.key, observation.observer, observation.observed_on,
    observation.latitude, observation.longitude, observation.uncertainty_m
FROM chosen JOIN photo USING ("row") JOIN observation ON observation.key = photo.observation
ORDER BY chosen."row"
"""
_TAXA = """
SELECT key, name, super_class, rank, kingdom, phylum, class, "order", family, genus, common_name
FROM taxon
"""
_BATCH = 10_000
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_EXTENSION = re.compile(r"[a-z0-9]{1,5}")
_N_EXAMPLES = 3
_EXAMPLE_CHARACTERS = 80


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
                    THEN left(example, {_EXAMPLE_CHARACTERS}) || '...'
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
        return Reading(self.n_chosen(), self._records(folder))

    def _records(self, folder: Path | None) -> Iterator[Item]:
        taxa = {
            row[0]: TaxonRecord(row[0], row[1], SuperClass(row[2]), *row[3:])
            for row in self.sql.execute(_TAXA).fetchall()
        }
        # another statement on the same cursor would end the stream
        with self.sql.cursor() as cursor:
            cursor.execute(_RECORDS)
            while rows := cursor.fetchmany(_BATCH):
                for row in rows:
                    yield _record(row, taxa[row[11]], folder)

    def _count(self, table: str) -> int:
        row = self.sql.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our name
        return int(row[0]) if row else 0


def file_name(super_class: SuperClass, taxon_name: str, photo_key: str, extension: str) -> str:
    """The name a staged photograph has in the data set: the paper's layout, and never its key.

    >>> file_name(SuperClass.AVES, "Parus major / P. minor", "4711", "")
    'Aves/Parus major _ P. minor/de650d61f5bd166a91f8ccec3158297d.jpg'
    """
    digest = hashlib.sha256(photo_key.encode()).hexdigest()[:32]
    suffix = extension if _EXTENSION.fullmatch(extension) else "jpg"
    return f"{super_class.value}/{_folder_name(taxon_name)}/{digest}.{suffix}"


@lru_cache(maxsize=50_000)
def _folder_name(taxon_name: str) -> str:
    return _UNSAFE.sub("_", taxon_name).strip(". ") or "_"


def _record(row: tuple[Any, ...], taxon: TaxonRecord, folder: Path | None) -> ImageRecord | Refusal:
    key, place, url, path, extension, licence, licence_url, rights_holder, width, height = row[:10]
    observation, observer, observed_on, latitude, longitude, uncertainty_m = row[12:]
    name = file_name(taxon.super_class, taxon.name, key, extension)
    source = None
    if path:
        try:
            source = _local(path, folder)
        except Refused as refused:
            return Refusal(path, str(refused))
    return ImageRecord(
        source,
        name,
        taxon_name=taxon.name,
        super_class=taxon.super_class,
        split=Split(row[10]) if row[10] else None,
        licence=licence,
        licence_url=licence_url,
        rights_holder=rights_holder,
        claimed_size=(width, height) if width and height else None,
        source_url=url,
        observation=ObservationRecord(
            observation, observer, observed_on, latitude, longitude, uncertainty_m, place
        ),
        taxon=taxon,
    )


def _local(path: str, folder: Path | None) -> Path:
    if folder is None:
        raise Refused("is a file beside the archive; name its folder (--images)")
    return paths.locate(folder, paths.check_name(path))


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
            "import using it?"
        ) from error
    try:
        yield sql
    finally:
        sql.close()


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
