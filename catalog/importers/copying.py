"""Write photographs that have no file yet: thousands of rows at once, by COPY.

Each batch is copied into temporary tables and inserted from there where nothing of that identity
is in the data set yet: a batch is stored whole or not at all, and storing it again changes nothing.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from catalog.importers.lines import Batch, Name, check
from catalog.importers.records import ImageRecord, Refusal, Refused
from catalog.importers.report import NAMED, Report
from catalog.importers.taxa import Taxa
from catalog.importers.uids import Uids
from catalog.models import Dataset

BATCH = 20_000

_TEMPORARY = """
CREATE TEMPORARY TABLE IF NOT EXISTS arriving_observation (
    key text, observer text, observed_on text, latitude float8, longitude float8,
    uncertainty_m float8, taxon_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS arriving_image (
    uid uuid, file_name text, super_class text, split text, observation text, place integer,
    licence text, licence_url text, rights_holder text, source_url text, taxon_id bigint
) ON COMMIT DELETE ROWS;
TRUNCATE arriving_observation, arriving_image;
"""
# Whatever is looked up by its key is a subquery: nothing has statistics of rows this young, and a
# join would let the planner go through a table for each row of the batch.
_OBSERVERS = """
INSERT INTO catalog_observer (dataset_id, key)
SELECT DISTINCT %(dataset)s::bigint, observer FROM arriving_observation WHERE observer <> ''
ON CONFLICT (dataset_id, key) DO NOTHING
"""
_OBSERVATIONS = """
INSERT INTO catalog_observation
    (dataset_id, key, observer_id, taxon_id, observed_on, latitude, longitude, uncertainty_m)
SELECT %(dataset)s, arriving.key,
    (SELECT id FROM catalog_observer WHERE dataset_id = %(dataset)s AND key = arriving.observer),
    nullif(arriving.taxon_id, 0), arriving.observed_on, nullif(arriving.latitude, 'NaN'),
    nullif(arriving.longitude, 'NaN'), nullif(arriving.uncertainty_m, 'NaN')
FROM arriving_observation arriving
ON CONFLICT (dataset_id, key) DO NOTHING
"""
_IMAGES = """
INSERT INTO catalog_image
    (uid, dataset_id, file_name, taxon_id, super_class, split, observation_id, place, width, height,
     display_width, display_height, licence, licence_url, rights_holder, sha256, imported_at,
     state, source_url, n_attempts, fetch_due_at, fetch_error)
SELECT arriving.uid, %(dataset)s, arriving.file_name, nullif(arriving.taxon_id, 0),
    arriving.super_class, arriving.split,
    (SELECT id FROM catalog_observation
        WHERE dataset_id = %(dataset)s AND key = arriving.observation),
    arriving.place, 0, 0, 0, 0,
    arriving.licence, arriving.licence_url, arriving.rights_holder, '', %(now)s,
    CASE WHEN arriving.split = 'reserve' THEN 'held' ELSE 'awaited' END, arriving.source_url, 0,
    CASE WHEN arriving.split = 'reserve' THEN NULL ELSE %(now)s END, ''
FROM arriving_image arriving
ON CONFLICT (dataset_id, file_name) DO NOTHING
"""
# the columns an earlier import may have left open, and how each says so
_TEXTS = ("super_class", "split", "licence", "licence_url", "rights_holder", "source_url")
_KNOWN = """
WITH known AS MATERIALIZED (
    SELECT arriving.*,
        (SELECT id FROM catalog_image
            WHERE dataset_id = %(dataset)s AND file_name = arriving.file_name) AS image_id,
        (SELECT id FROM catalog_observation
            WHERE dataset_id = %(dataset)s AND key = arriving.observation) AS observation_id
    FROM arriving_image arriving
)
"""


@dataclass(frozen=True, slots=True)
class _Stored:
    """What became of a batch; `differing` names a field, how many images differ and some."""

    n_new: int = 0
    n_known: int = 0
    n_completed: int = 0
    differing: tuple[tuple[str, int, list[str]], ...] = ()


class Copier:
    """Takes records without a file and stores them a batch at a time.

    A batch is stored by another thread, over the same connection, while the next one is read: the
    database then works beside us. So whoever else uses the connection calls `wait` first.
    `on_done` is told how many more records are through. To be used in a `with`; what is left is
    stored at its end.
    """

    def __init__(
        self,
        dataset: Dataset,
        taxa: Taxa,
        report: Report,
        on_done: Callable[[int], None],
        *,
        now: datetime,
        n_at_once: int = BATCH,
    ) -> None:
        self._dataset = dataset
        self._taxa = taxa
        self._report = report
        self._on_done = on_done
        self._now = now
        self._n_at_once = n_at_once
        self._uids = Uids(dataset.pk)
        self._batch = Batch()
        self._under_way: Future[_Stored] | None = None
        self._n_under_way = 0
        self._has_counted = False

    def __enter__(self) -> Self:
        shared = connections[DEFAULT_DB_ALIAS]
        shared.inc_thread_sharing()
        self._thread = ThreadPoolExecutor(1, initializer=_borrow, initargs=(shared,))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._flush()
                self.wait()
        finally:
            self._thread.shutdown(wait=True)
            connections[DEFAULT_DB_ALIAS].dec_thread_sharing()

    def add(self, record: ImageRecord) -> None:
        """Take a record; now and then all that were taken are stored."""
        try:
            check(record)
        except Refused as refused:
            self._report.refuse(Refusal(record.file_name, str(refused)))
            self._on_done(1)
            return
        for text in record.notes:
            self._report.note(text, record.file_name)
        self._batch.add(record, self._uids)
        if len(self._batch.images) >= self._n_at_once:
            self._flush()

    def wait(self) -> None:
        """Return once nothing is being stored."""
        if self._under_way is None:
            return
        stored, self._under_way = self._under_way.result(), None
        self._report.n_new += stored.n_new
        self._report.n_completed += stored.n_completed
        self._report.n_unchanged += stored.n_known - stored.n_completed
        for field, n, names in stored.differing:
            text = f"was imported with another {field}: kept as it was"
            self._report.note_many(text, n, names)
        self._on_done(self._n_under_way)

    def _flush(self) -> None:
        self.wait()
        batch, self._batch = self._batch, Batch()
        self._n_under_way = len(batch.images)
        if batch.images:
            self._under_way = self._thread.submit(self._store, batch)

    def _store(self, batch: Batch) -> _Stored:
        """Store a batch in one transaction; in the other thread."""
        with transaction.atomic(), connection.cursor() as cursor:
            self._taxa.learn(batch.taxa.values())
            ids = {name: self._taxa.find(record) or 0 for name, record in batch.taxa.items()}
            given: dict[str, Any] = {"dataset": self._dataset.pk, "now": self._now}
            cursor.execute(_TEMPORARY)
            _copy(cursor, "arriving_observation", batch.observations.values(), ids)
            _copy(cursor, "arriving_image", batch.images, ids)
            cursor.execute(_OBSERVERS, given)
            cursor.execute(_OBSERVATIONS, given)
            cursor.execute(_IMAGES, given)
            n_new: int = cursor.rowcount
            if n_new == len(batch.images):
                return _Stored(n_new)
            self._count(cursor)
            differing = _differing(cursor, given)
            cursor.execute(_complete(), given)
            return _Stored(n_new, len(batch.images) - n_new, cursor.rowcount, differing)

    def _count(self, cursor: CursorWrapper) -> None:
        """Have the database count, once, what is stored.

        Of a data set it has never counted it expects no image, and would then find each image of a
        batch by going through all of the data set, not by its name.
        """
        if not self._has_counted:
            cursor.execute("ANALYZE catalog_image")
            self._has_counted = True


def _borrow(shared: BaseDatabaseWrapper) -> None:
    connections[DEFAULT_DB_ALIAS] = shared


def _copy(
    cursor: CursorWrapper, table: str, lines: Iterable[tuple[str, Name]], ids: Mapping[Name, int]
) -> None:
    text = "".join([f"{line}\t{ids[taxon]}\n" for line, taxon in lines])
    # text that is no Unicode, as single surrogates are, is stored as question marks
    cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(text.encode("utf-8", "replace")))


def _differing(
    cursor: CursorWrapper, given: Mapping[str, Any]
) -> tuple[tuple[str, int, list[str]], ...]:
    cursor.execute(_differences(), given)
    found = cursor.fetchone()
    counted = zip(_COMPARED, found[::2], found[1::2], strict=True)
    return tuple((field, n, names) for field, n, names in counted if n)


_COMPARED = (*_TEXTS, "taxon", "observation")


def _differences() -> str:
    """How many images say something else than they did, and three of them, by field."""
    differs = [
        f"image.{name} <> '' AND known.{name} <> '' AND image.{name} <> known.{name}"
        for name in _TEXTS
    ]
    differs.append("image.taxon_id <> nullif(known.taxon_id, 0)")
    differs.append("image.observation_id <> known.observation_id")
    counts = ", ".join(
        f"count(*) FILTER (WHERE {differing}), "
        f"(array_agg(image.file_name) FILTER (WHERE {differing}))[1:{NAMED}]"
        for differing in differs
    )
    return (
        f"{_KNOWN} SELECT {counts} "  # noqa: S608 - names of ours
        "FROM known JOIN catalog_image image ON image.id = image_id"
    )


def _complete() -> str:
    """Fill in what stored images leave open."""
    sets = ", ".join(
        f"{name} = CASE WHEN image.{name} = '' THEN known.{name} ELSE image.{name} END"
        for name in _TEXTS
    )
    is_open = " OR ".join(f"image.{name} = '' AND known.{name} <> ''" for name in _TEXTS)
    return f"""{_KNOWN}
        UPDATE catalog_image AS image SET {sets},
            taxon_id = coalesce(image.taxon_id, nullif(known.taxon_id, 0)),
            observation_id = coalesce(image.observation_id, known.observation_id)
        FROM known
        WHERE image.id = known.image_id
            AND ({is_open} OR image.taxon_id IS NULL AND known.taxon_id <> 0
                OR image.observation_id IS NULL AND known.observation_id IS NOT NULL)
    """  # noqa: S608 - names of ours
