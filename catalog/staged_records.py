"""What was chosen in a staging, as image records for the importer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from catalog.importers import paths
from catalog.importers.records import (
    ImageRecord,
    Item,
    ObservationRecord,
    Refusal,
    Refused,
    TaxonRecord,
)
from catalog.models import Split
from catalog.superclasses import SuperClass

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


def records(sql: duckdb.DuckDBPyConnection, folder: Path | None) -> Iterator[Item]:
    """The chosen photographs in the order of `row`, streamed; see `Staging.records`."""
    taxa = {
        row[0]: TaxonRecord(row[0], row[1], SuperClass(row[2]), *row[3:])
        for row in sql.execute(_TAXA).fetchall()
    }
    # another statement on the same cursor would end the stream
    with sql.cursor() as cursor:
        cursor.execute(_RECORDS)
        while rows := cursor.fetchmany(_BATCH):
            for row in rows:
                yield _record(row, taxa[row[11]], folder)


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
