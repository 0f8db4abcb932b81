"""Read a query to the iNaturalist API into the staging.

Source: https://api.inaturalist.org/v1/docs/#!/Observations/get_observations. Keys are those of
iNaturalist Open Data (the observation's uuid, the photograph's and the observer's ids), so a
photograph has the same file name whichever way it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from django.conf import settings

from catalog import arrivals, lineage, superclasses
from catalog.importers import inat_api_pages, inat_api_query
from catalog.importers.inat_api_pages import Manners, Row
from catalog.importers.naming import GROUP_RANKS
from catalog.importers.occurrences import spell_licences
from catalog.staging import Progress, Staging

_RANKS = GROUP_RANKS | {
    *("genus", "genushybrid", "species", "hybrid"),
    *("subspecies", "variety", "form", "infrahybrid"),
}
_BATCH = 5_000
_ORIGINAL = re.compile(r"(https?://\S+)/square\.([A-Za-z0-9]{1,5})(\?\S*)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")

_OBSERVATIONS = """
CREATE OR REPLACE TABLE api_observation (
    id BIGINT, key VARCHAR, observer VARCHAR, observed_on VARCHAR, latitude DOUBLE,
    longitude DOUBLE, uncertainty_m DOUBLE, taxon VARCHAR, name VARCHAR, "rank" VARCHAR,
    super_class VARCHAR, kingdom VARCHAR, phylum VARCHAR, class VARCHAR, "order" VARCHAR,
    family VARCHAR, genus VARCHAR, common_name VARCHAR, reason VARCHAR
)
"""
_PHOTOS = """
CREATE OR REPLACE TABLE api_photo (
    id BIGINT, place INTEGER, key VARCHAR, url VARCHAR, extension VARCHAR, licence VARCHAR,
    rights_holder VARCHAR, width INTEGER, height INTEGER, reason VARCHAR
)
"""
_N_COLUMNS = {"api_observation": 19, "api_photo": 10}
# the same id twice is the same observation, read while it changed
_TAKEN = """
CREATE OR REPLACE TABLE api_taken AS
SELECT DISTINCT ON (key) * FROM api_observation WHERE reason = '' ORDER BY key, id
"""
_JUDGED = """
CREATE OR REPLACE TABLE api_judged AS
WITH photograph AS (
    SELECT api_photo.*, api_taken.key AS observation FROM api_photo JOIN api_taken USING (id)
)
SELECT *, CASE WHEN reason <> '' THEN reason WHEN row_number() OVER same = 1 THEN ''
    WHEN first_value(observation) OVER same = observation THEN 'is listed more than once'
    ELSE 'is already one of another observation' END AS why
FROM photograph WINDOW same AS (PARTITION BY reason, key ORDER BY id, place)
"""
_STAGE_PHOTOS = """
INSERT INTO photo
SELECT row_number() OVER (ORDER BY id, place), key, observation, place, api_judged.url, '',
    extension, coalesce(spelt.name, ''), coalesce(spelt.url, ''), rights_holder, width, height
FROM api_judged LEFT JOIN spelt ON spelt.written = api_judged.licence WHERE why = ''
"""
_STAGE_OBSERVATIONS = """
INSERT INTO observation
SELECT key, observer, taxon, observed_on, latitude, longitude, uncertainty_m FROM api_taken
WHERE key IN (SELECT observation FROM photo)
"""
_STAGE_TAXA = """
INSERT INTO taxon
SELECT DISTINCT ON (taxon) taxon, name, "rank", super_class, kingdom, phylum, class, "order",
    family, genus, common_name
FROM api_taken WHERE key IN (SELECT observation FROM photo) ORDER BY taxon, id
"""
_SCRATCH = ("api_observation", "api_photo", "api_taken", "api_judged", "spelt")


def stage(
    query: str, staging: Staging, *, on_progress: Progress, manners: Manners | None = None
) -> None:
    """Fill the staging with the photographs that a query finds, asking only for what is missing.

    `query` is an address of the API or its parameters; its pages are kept in the staging's
    directory. Raises `Unusable`.
    """
    manners = manners or Manners(settings.INAT_API, arrivals.terms())
    asked = inat_api_query.parse(query, manners.base)
    folder = staging.directory / f"inat-api-{asked.digest}"
    inat_api_pages.complete(asked, folder, manners, on_progress)
    staging.clear()
    staging.sql.execute(_OBSERVATIONS)
    staging.sql.execute(_PHOTOS)
    found = inat_api_pages.rows(folder)
    while batch := list(islice(found, _BATCH)):
        _insert(staging, "api_observation", list(map(_observation, batch)))
        _insert(staging, "api_photo", [photo for row in batch for photo in _photos(row)])
    _fill(staging)
    for name in _SCRATCH:
        staging.sql.execute(f"DROP TABLE {name}")


def _fill(staging: Staging) -> None:
    staging.refuse_each(
        "SELECT 'an observation ' || reason, id::VARCHAR FROM api_observation WHERE reason <> ''"
    )
    staging.sql.execute(_TAKEN)
    staging.sql.execute(_JUDGED)
    staging.refuse_each("SELECT 'a photograph: ' || why, key FROM api_judged WHERE why <> ''")
    spell_licences(staging, "SELECT DISTINCT licence FROM api_photo", version="4.0")
    for statement in (_STAGE_PHOTOS, _STAGE_OBSERVATIONS, _STAGE_TAXA):
        staging.sql.execute(statement)
    staging.refuse(
        "an observation has no photograph that is taken",
        "SELECT id::VARCHAR FROM api_taken WHERE key NOT IN (SELECT observation FROM photo)",
    )


def _insert(staging: Staging, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        columns = ", ".join(["unnest(?)"] * _N_COLUMNS[table])
        staging.sql.execute(
            f"INSERT INTO {table} SELECT {columns}",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _observation(row: Row) -> tuple[Any, ...]:
    taxon, above = row["taxon"], row["taxon"]["above"]
    rank = _text(taxon["rank"]).lower()
    name = _text(taxon["name"])
    # a group may share its name with a genus or species; both cannot have it
    full_name = f"{name} ({rank})" if rank in GROUP_RANKS else name
    super_class = _super_class(taxon)
    latitude, longitude = _place(row["coordinates"])
    lineage_names = [
        _text(above.get(each), 100)
        for each in ("kingdom", "phylum", "class", "order", "family", "genus")
    ]
    if not lineage_names[-1] and rank in ("genus", "species", "subspecies", "variety", "form"):
        lineage_names[-1] = name.split(" ")[0][:100]
    return (
        row["id"],
        _text(row["uuid"]).lower(),
        str(row["user"]["id"] or ""),
        next(iter(_DATE.findall(_text(row["observed_on"]))), ""),
        latitude,
        longitude,
        _number(row["uncertainty_m"], 0, 1e8) if latitude is not None else None,
        str(taxon["id"] or ""),
        full_name,
        rank,
        super_class or "",
        *lineage_names,
        _text(taxon["common_name"]),
        _reason(row, rank, name, super_class),
    )


def _reason(row: Row, rank: str, name: str, super_class: str | None) -> str:
    """Why an observation is not taken; empty where it is."""
    if not _text(row["uuid"]):
        return "has no id"
    if _text(row["quality_grade"]) != "research":
        return "is not research grade"
    if not row["taxon"]["id"] or not name:
        return "has no taxon"
    if row["taxon"]["is_active"] is False:
        return "is of an inactive taxon"
    if rank not in _RANKS:
        return f"is identified to {rank[:40]} only" if rank else "is of a taxon without a rank"
    return "" if super_class else "belongs to none of the 13 super-classes"


def _super_class(taxon: Mapping[str, Any]) -> str | None:
    ids = taxon["ancestor_ids"] if isinstance(taxon["ancestor_ids"], list) else []
    found = lineage.iconic("/".join(map(str, ids)), str(taxon["id"]))
    return found or superclasses.find(_text(taxon["iconic_taxon_name"]))


def _photos(row: Row) -> Iterator[tuple[Any, ...]]:
    holder = _text(row["user"]["name"], 1000) or _text(row["user"]["login"])
    for place, photo in enumerate(row["photos"]):
        url = _ORIGINAL.fullmatch(_text(photo["url"], 1000))
        size = photo["size"] if isinstance(photo["size"], Mapping) else {}
        width, height = (_number(size.get(each), 1, 1e6) for each in ("width", "height"))
        reason = "has no id" if not photo["id"] else ""
        yield (
            row["id"],
            place,
            str(photo["id"] or ""),
            f"{url[1]}/original.{url[2]}{url[3] or ''}" if url else "",
            url[2].lower() if url else "",
            _text(photo["license_code"]),
            holder,
            int(width) if width and height else None,
            int(height) if width and height else None,
            reason or ("" if url else "has no address of its original"),
        )


def _place(coordinates: object) -> tuple[float | None, float | None]:
    """Latitude and longitude of a GeoJSON point, which has them the other way round."""
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        return None, None
    longitude, latitude = _number(coordinates[0], -180, 180), _number(coordinates[1], -90, 90)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _number(value: object, least: float, most: float) -> float | None:
    """The number, also where it is written as text; None outside the limits."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if least <= number <= most else None


def _text(value: object, most: int = 200) -> str:
    text = value if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode().replace("\0", "").strip()[:most]
