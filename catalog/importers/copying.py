"""Write photographs that have no file yet: thousands of rows at once, by COPY.

Each batch is copied into temporary tables and inserted from there where nothing of that identity
is in the data set yet: a batch is stored whole or not at all, and storing it again changes nothing.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from catalog.importers import paths
from catalog.importers.keys import MAX_DATE_CHARACTERS, key_of
from catalog.importers.records import ImageRecord, ObservationRecord, Refusal, Refused
from catalog.importers.report import NAMED, Report
from catalog.importers.taxa import Taxa
from catalog.importers.uids import Uids
from catalog.models import Dataset

BATCH = 20_000
_MAX_URL = 1000
_MAX_LICENCE = 200
_MAX_LICENCE_URL = 500

_TEMPORARY = """
CREATE TEMPORARY TABLE IF NOT EXISTS arriving_observation (
    key text, observer text, taxon_id bigint, observed_on text,
    latitude float8, longitude float8, uncertainty_m float8
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS arriving_image (
    uid uuid, file_name text, taxon_id bigint, super_class text, split text, observation text,
    place integer, licence text, licence_url text, rights_holder text, source_url text
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
    arriving.licence, arriving.licence_url, arriving.rights_holder, '', %(now)s, 'awaited',
    arriving.source_url, 0, %(now)s, ''
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
_SPECIAL = re.compile(r"[\\\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


class Copier:
    """Takes records without a file and stores them a batch at a time.

    `on_done` is told how many more records are through.
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
        self._waiting: list[ImageRecord] = []

    def add(self, record: ImageRecord) -> None:
        """Take a record; now and then all that were taken are stored."""
        self._waiting.append(record)
        if len(self._waiting) >= self._n_at_once:
            self.flush()

    def flush(self) -> None:
        """Store what is waiting, in one transaction."""
        records = [record for record in self._waiting if self._is_fit(record)]
        n_through = len(self._waiting)
        self._waiting.clear()
        if records:
            with transaction.atomic(), connection.cursor() as cursor:
                self._taxa.learn(records)
                self._store(cursor, records)
        self._on_done(n_through)

    def _is_fit(self, record: ImageRecord) -> bool:
        try:
            check(record)
        except Refused as refused:
            self._report.refuse(Refusal(record.file_name, str(refused)))
            return False
        for text in record.notes:
            self._report.note(text, record.file_name)
        return True

    def _store(self, cursor: CursorWrapper, records: Sequence[ImageRecord]) -> None:
        cursor.execute(_TEMPORARY)
        given: dict[str, Any] = {"dataset": self._dataset.pk, "now": self._now}
        _copy(cursor, "arriving_observation", self._observations(records))
        _copy(cursor, "arriving_image", [self._image(record) for record in records])
        cursor.execute(_OBSERVERS, given)
        cursor.execute(_OBSERVATIONS, given)
        cursor.execute(_IMAGES, given)
        n_new: int = cursor.rowcount
        self._report.n_new += n_new
        if n_new < len(records):
            n_known = len(records) - n_new
            self._note_differences(cursor, given)
            cursor.execute(_complete(), given)
            self._report.n_completed += cursor.rowcount
            self._report.n_unchanged += n_known - cursor.rowcount

    def _observations(self, records: Sequence[ImageRecord]) -> Iterable[str]:
        """A line for each observation of the batch."""
        lines: dict[str, str] = {}
        for record in records:
            told = record.observation
            if told is not None and told.key not in lines:
                lines[told.key] = _observation_line(told, self._taxa.find(record))
        return lines.values()

    def _image(self, record: ImageRecord) -> str:
        told = record.observation
        return _line(
            (
                self._uids.hex_of(record.file_name),
                record.file_name,
                str(self._taxa.find(record) or 0),
                record.super_class.value if record.super_class else "",
                record.split.value if record.split else "",
                key_of(told.key) if told else "",
                str(told.place) if told else "0",
                record.licence[:_MAX_LICENCE],
                record.licence_url[:_MAX_LICENCE_URL],
                record.rights_holder,
                record.source_url,
            )
        )

    def _note_differences(self, cursor: CursorWrapper, given: dict[str, Any]) -> None:
        cursor.execute(_differences(), given)
        found = cursor.fetchone()
        for field, n, names in zip(_COMPARED, found[::2], found[1::2], strict=True):
            if n:
                self._report.note_many(
                    f"was imported with another {field}: kept as it was", n, names or []
                )


def check(record: ImageRecord) -> None:
    """Raises `Refused` where a record without a file cannot be stored."""
    if not record.source_url:
        raise Refused("has neither a file nor a web address")
    if len(record.source_url) > _MAX_URL:
        raise Refused(f"has a web address of more than {_MAX_URL} characters")
    if len(record.file_name) > paths.MAX_CHARACTERS:
        raise Refused(f"has a file name of more than {paths.MAX_CHARACTERS} characters; shorten it")


def _observation_line(told: ObservationRecord, taxon: int | None) -> str:
    return _line(
        (
            key_of(told.key),
            key_of(told.observer),
            str(taxon or 0),
            told.observed_on[:MAX_DATE_CHARACTERS],
            _number(told.latitude),
            _number(told.longitude),
            _number(told.uncertainty_m),
        )
    )


def _number(value: float | None) -> str:
    # no place and no distance is infinite
    return repr(value) if value is not None and math.isfinite(value) else "NaN"


def _line(fields: tuple[str, ...]) -> str:
    """One row in the text format of COPY.

    >>> _line(("a", "b\\tc", "d\\0"))
    'a\\tb\\\\tc\\td'
    """
    line = "\t".join(fields)
    if line.count("\t") == len(fields) - 1 and not _SPECIAL.search(line):
        return line
    return "\t".join(field.translate(_ESCAPES) for field in fields)


def _copy(cursor: CursorWrapper, table: str, lines: Iterable[str]) -> None:
    # text that is no Unicode, as single surrogates are, is stored as question marks
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(data))


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
