"""From the raw tables of a Darwin Core source to the staging.

`raw_occurrence(row, id, OCCURRENCE_COLUMNS...)` and `raw_media(row, id, MEDIA_COLUMNS...)` are what
a reader loaded; `id` joins them.
"""

from __future__ import annotations

from catalog import licences
from catalog.importers import occurrence_queries as queries
from catalog.importers import tables
from catalog.importers.naming import TAXON_COLUMNS, NamedTaxon, named
from catalog.staging import Progress, Staging

OCCURRENCE_COLUMNS = (
    *TAXON_COLUMNS,
    "institutioncode",
    "datasetname",
    "qualitygrade",
    "occurrencestatus",
    "recordedby",
    "recordedbyid",
    "inaturalistlogin",
    "eventdate",
    "year",
    "month",
    "day",
    "decimallatitude",
    "decimallongitude",
    "coordinateuncertaintyinmeters",
    "rightsholder",
    "associatedmedia",
)
MEDIA_COLUMNS = (
    "type",
    "format",
    "identifier",
    "references",
    "creator",
    "owner",
    "license",
    "rightsholder",
)
_BATCH = 5_000
_SCRATCH = (
    "raw_occurrence",
    "raw_media",
    "raw_lineage",
    "lineage_named",
    "judged",
    "media",
    "twice",
    "placed",
    "spelt",
)


def forget(staging: Staging) -> None:
    """Drop the raw and intermediate tables, of this reading or of one that was killed."""
    for name in _SCRATCH:
        staging.sql.execute(f"DROP TABLE IF EXISTS {name}")


def take_associated(staging: Staging, on_progress: Progress) -> None:
    """Make `raw_media` of the addresses that the occurrences themselves name, | between them."""
    tables.make(staging, "raw_media", ("id", *MEDIA_COLUMNS))
    staging.run(queries.ASSOCIATED, (), "Reading addresses", on_progress)


def stage_occurrences(staging: Staging, without: str, on_progress: Progress) -> None:
    """Fill the staging from the raw tables, and drop them.

    `without` says why occurrences without a photograph have none, '' where it is not known.
    """
    staging.run(queries.LINEAGES, (), "Naming taxa", on_progress)
    _name_lineages(staging)
    staging.run(queries.JUDGED, (), "Judging occurrences", on_progress)
    staging.refuse_each(
        "SELECT 'an occurrence ' || reason, id FROM judged WHERE reason IS NOT NULL"
    )
    staging.run(queries.MEDIA, (), "Judging photographs", on_progress)
    staging.refuse_each(
        "SELECT 'a photograph: ' || reason, coalesce(nullif(key, ''), id) FROM media "
        "WHERE reason IS NOT NULL"
    )
    staging.run(queries.TWICE, (), "Looking for doubles", on_progress)
    staging.refuse_each(queries.DOUBLES)
    staging.run(queries.PLACES, (), "Counting photographs of observations", on_progress)
    spell_licences(staging, "SELECT DISTINCT license FROM media")
    staging.run(queries.PHOTOS, (), "Staging photographs", on_progress)
    staging.run(queries.OBSERVATIONS, (), "Staging observations", on_progress)
    staging.run(queries.TAXA, (), "Staging taxa", on_progress)
    staging.refuse(f"an occurrence has no photograph{without}", queries.WITHOUT_PHOTOGRAPH)
    staging.refuse("an occurrence has photographs, none of which is taken", queries.WITHOUT_TAKEN)
    forget(staging)


def spell_licences(staging: Staging, written: str, *, version: str = "") -> None:
    """Make `spelt(written, name, url)` of the texts that the query `written` selects."""
    staging.sql.execute(
        "CREATE OR REPLACE TABLE spelt (written VARCHAR, name VARCHAR, url VARCHAR)"
    )
    with staging.sql.cursor() as cursor:
        cursor.execute(written)
        while rows := cursor.fetchmany(_BATCH):
            spelt = [(text, licences.normalised(text, version=version)) for (text,) in rows]
            staging.sql.execute(
                "INSERT INTO spelt SELECT unnest(?), unnest(?), unnest(?)",
                [
                    [text for text, _ in spelt],
                    [licence.name for _, licence in spelt],
                    [licence.url for _, licence in spelt],
                ],
            )


def _name_lineages(staging: Staging) -> None:
    """Make `lineage_named` of `raw_lineage`: Python knows names, and there are few of them."""
    staging.sql.execute(
        "CREATE OR REPLACE TABLE lineage_named (lineage UBIGINT, reason VARCHAR, taxon VARCHAR, "
        "name VARCHAR, rank VARCHAR, super_class VARCHAR, kingdom VARCHAR, phylum VARCHAR, "
        'class VARCHAR, "order" VARCHAR, family VARCHAR, genus VARCHAR, common_name VARCHAR)'
    )
    with staging.sql.cursor() as cursor:
        cursor.execute("SELECT lineage, told FROM raw_lineage")
        while rows := cursor.fetchmany(_BATCH):
            found = [_lineage_row(lineage, told) for lineage, told in rows]
            columns = [list(column) for column in zip(*found, strict=True)]
            unnested = ", ".join(["unnest(?::UBIGINT[])", *["unnest(?::VARCHAR[])"] * 12])
            staging.sql.execute(f"INSERT INTO lineage_named SELECT {unnested}", columns)


def _lineage_row(lineage: int, told: list[str]) -> tuple[object, ...]:
    taxon = named(dict(zip(TAXON_COLUMNS, told, strict=True)))
    if not isinstance(taxon, NamedTaxon):
        return (lineage, taxon, *[""] * 11)
    return (
        lineage,
        None,
        taxon.key,
        taxon.name,
        taxon.rank,
        taxon.super_class.value,
        taxon.kingdom,
        taxon.phylum,
        taxon.class_name,
        taxon.order,
        taxon.family,
        taxon.genus,
        taxon.common_name,
    )
