"""Read the tables of iNaturalist Open Data into the staging.

Source: https://github.com/inaturalist/inaturalist-open-data: observations, photos, taxa and
observers, tab-separated without quotes, plain or gzipped. A photograph of two observations is
listed once for each; the first row counts.
"""

from __future__ import annotations

from pathlib import Path

from catalog.importers import open_data_queries as queries
from catalog.importers import tables, unpacking
from catalog.importers.occurrences import spell_licences
from catalog.importers.records import Unusable
from catalog.importers.tables import Column, Layout
from catalog.staging import Progress, Staging

# the columns that are read of each table; those of `_OPTIONAL` may be missing
_COLUMNS = {
    "taxa": ("taxon_id", "ancestry", "rank_level", "rank", "name", "active"),
    "observations": (
        "observation_uuid",
        "observer_id",
        "latitude",
        "longitude",
        "positional_accuracy",
        "taxon_id",
        "quality_grade",
        "observed_on",
    ),
    "photos": (
        "photo_id",
        "observation_uuid",
        "extension",
        "license",
        "width",
        "height",
        "position",
        "observer_id",
    ),
    "observers": ("observer_id", "login", "name"),
}
_OPTIONAL = frozenset({"positional_accuracy", "width", "height", "position", "rank_level"})
_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
_SCRATCH = (
    *(f"raw_{name}" for name in _COLUMNS),
    "named",
    "judged",
    "media",
    "twice",
    "holder",
    "spelt",
)


def stage(path: Path, staging: Staging, *, on_progress: Progress) -> None:
    """Fill the staging from the folder `path` of the four tables.

    Raises `Unusable` where one of them is missing or is no such table.
    """
    staging.clear()
    _forget(staging)
    files = {name: _found(path, name) for name in _COLUMNS}
    for name, file in files.items():
        _load(staging, name, file, on_progress)
    staging.run(queries.NAMED, (), "Naming taxa", on_progress)
    staging.run(queries.JUDGED, (), "Judging observations", on_progress)
    staging.refuse_each(
        "SELECT 'an observation ' || reason, key FROM judged WHERE reason IS NOT NULL"
    )
    staging.run(queries.MEDIA, (), "Judging photographs", on_progress)
    staging.refuse_each(
        "SELECT 'a photograph: ' || reason, key FROM media WHERE reason IS NOT NULL"
    )
    staging.run(queries.TWICE, (), "Looking for doubles", on_progress)
    staging.refuse_each(queries.DOUBLES)
    spell_licences(staging, "SELECT DISTINCT license FROM media", version="4.0")
    staging.run(queries.HOLDERS, (), "Looking up observers", on_progress)
    staging.run(queries.PHOTOS, (), "Staging photographs", on_progress)
    staging.run(queries.OBSERVATIONS, (), "Staging observations", on_progress)
    staging.run(queries.TAXA, (), "Staging taxa", on_progress)
    staging.refuse("an observation has no photograph", queries.WITHOUT_PHOTOGRAPH)
    staging.refuse("an observation has photographs, none of which is taken", queries.WITHOUT_TAKEN)
    _forget(staging)


def _forget(staging: Staging) -> None:
    for name in _SCRATCH:
        staging.sql.execute(f"DROP TABLE IF EXISTS {name}")


def _found(path: Path, name: str) -> Path:
    for suffix in _SUFFIXES:
        if (path / f"{name}{suffix}").is_file():
            return path / f"{name}{suffix}"
    raise Unusable(
        f"{path.name} holds no {name}.csv or {name}.csv.gz; iNaturalist Open Data are the four "
        "tables observations, photos, taxa and observers."
    )


def _load(staging: Staging, name: str, file: Path, on_progress: Progress) -> None:
    unpacked = unpacking.gunzipped(file, staging.directory, on_progress)
    header = tables.header(unpacked, Layout())
    missing = set(_COLUMNS[name]) - set(header) - _OPTIONAL
    if missing:
        raise Unusable(
            f"{file.name} has no column {', '.join(sorted(missing))}; is it the tab-separated "
            f"table of {name} of iNaturalist Open Data?"
        )
    columns = {
        column: Column(header.index(column) if column in header else None)
        for column in _COLUMNS[name]
    }
    tables.load(staging, f"raw_{name}", unpacked, Layout(), columns, on_progress)
    unpacking.discard(staging.directory)
