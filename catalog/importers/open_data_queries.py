"""How the rows of iNaturalist Open Data are judged: the SQL of `inat_open_data`.

Every observation comes to `judged`, every photograph to `media`, each with the reason why it is not
taken, NULL where it is. Of rows that mean the same the first counts.
"""

from __future__ import annotations

from catalog import lineage
from catalog.importers.naming import GROUP_RANKS

_ICONIC = ", ".join(f"'{key}'" for key in lineage.ICONIC)
_SUPER_CLASSES = " ".join(f"WHEN '{key}' THEN '{each}'" for key, each in lineage.ICONIC.items())
_GROUPS = ", ".join(f"'{rank}'" for rank in sorted(GROUP_RANKS))
_LEVEL_OF_GENERA = 20
_ADDRESS = "https://inaturalist-open-data.s3.amazonaws.com/photos/"

# the nearest iconic ancestor tells the super-class, as `lineage.iconic` says of a single taxon
NAMED = f"""
CREATE OR REPLACE TABLE named AS
SELECT key, rank, ancestry,
    CASE WHEN rank IN ({_GROUPS}) THEN left(name || ' (' || rank || ')', 200)
        ELSE left(name, 200) END AS name,
    CASE iconic {_SUPER_CLASSES} ELSE '' END AS super_class,
    CASE WHEN name = '' THEN 'is of a taxon without a name'
        WHEN lower(active) IN ('false', 'f', '0') THEN 'is of an inactive taxon'
        WHEN level > {_LEVEL_OF_GENERA} THEN 'is identified to ' || rank || ' only'
        WHEN level IS NULL THEN 'is of a taxon without a rank'
        WHEN super_class = '' THEN 'belongs to none of the 13 super-classes'
    END AS reason
FROM (
    SELECT DISTINCT ON (taxon_id) taxon_id AS key, lower(rank) AS rank, ancestry, name, active,
        TRY_CAST(rank_level AS DOUBLE) AS level, list_filter(
            list_append(string_split(ancestry, '/'), taxon_id), lambda each: each IN ({_ICONIC})
        )[-1] AS iconic
    FROM raw_taxa ORDER BY taxon_id, "row"
)
"""  # noqa: S608 - SQL of ours

JUDGED = """
CREATE OR REPLACE TABLE judged AS
WITH doubled AS (
    SELECT observation_uuid AS key, min("row") AS first FROM raw_observations
    GROUP BY key HAVING count(*) > 1
)
SELECT each."row", observation_uuid AS key, taxon_id AS taxon, CASE
    WHEN observation_uuid = '' THEN 'has no id'
    WHEN length(observation_uuid) > 200 THEN 'has an id of more than 200 characters'
    WHEN doubled.first < each."row" THEN 'has the id of an earlier row'
    WHEN lower(quality_grade) <> 'research' THEN 'is not research grade'
    WHEN taxon_id = '' THEN 'has no taxon'
    WHEN named.key IS NULL THEN 'has a taxon that is not in the table of taxa'
    ELSE named.reason END AS reason
FROM raw_observations AS each
LEFT JOIN doubled ON doubled.key = each.observation_uuid
LEFT JOIN (SELECT key, reason FROM named) AS named ON named.key = each.taxon_id
"""

MEDIA = r"""
CREATE OR REPLACE TABLE media AS
SELECT each."row", photo_id AS key, observation_uuid AS observation, extension, license,
    observer_id, TRY_CAST(position AS INTEGER) AS place,
    TRY_CAST(width AS INTEGER) AS width, TRY_CAST(height AS INTEGER) AS height, CASE
    WHEN NOT regexp_matches(photo_id, '^\d{1,18}$') THEN 'has a photo_id that is no number'
    WHEN judged.key IS NULL THEN 'its observation is not there'
    WHEN judged.reason IS NOT NULL THEN 'its observation ' || judged.reason
    WHEN NOT regexp_matches(extension, '^[A-Za-z0-9]{1,5}$') THEN 'has no extension'
    END AS reason
FROM raw_photos AS each LEFT JOIN (
    SELECT key, reason FROM judged
    WHERE reason IS DISTINCT FROM 'has the id of an earlier row' AND key <> ''
) AS judged ON judged.key = each.observation_uuid
"""

TWICE = """
CREATE OR REPLACE TABLE twice AS
SELECT key, min("row") AS first, min_by(observation, "row") AS observation
FROM media WHERE reason IS NULL GROUP BY key HAVING count(*) > 1
"""
DOUBLES = """
SELECT 'a photograph: ' || CASE WHEN twice.observation = media.observation
    THEN 'is listed more than once' ELSE 'is already one of another observation' END, media.key
FROM media JOIN twice ON twice.key = media.key
WHERE media.reason IS NULL AND twice.first < media."row"
"""

HOLDERS = """
CREATE OR REPLACE TABLE holder AS
SELECT DISTINCT ON (observer_id) observer_id,
    left(CASE WHEN name IN ('', 'None', 'NULL', '\\N') THEN login ELSE name END, 1000) AS name
FROM raw_observers ORDER BY observer_id, "row"
"""
PHOTOS = f"""
INSERT INTO photo
SELECT media."row", media.key, media.observation,
    CASE WHEN place BETWEEN 0 AND 1000000 THEN place ELSE 0 END,
    '{_ADDRESS}' || media.key || '/original.' || extension, '', lower(extension),
    coalesce(spelt.name, ''), coalesce(spelt.url, ''), coalesce(holder.name, ''),
    CASE WHEN width > 0 AND height > 0 THEN width END,
    CASE WHEN width > 0 AND height > 0 THEN height END
FROM media LEFT JOIN twice ON twice.key = media.key
LEFT JOIN spelt ON spelt.written = media.license
LEFT JOIN holder ON holder.observer_id = media.observer_id
WHERE media.reason IS NULL AND (twice.key IS NULL OR twice.first = media."row")
"""  # noqa: S608 - SQL of ours

OBSERVATIONS = r"""
INSERT INTO observation
SELECT key, observer_id, taxon, observed_on,
    CASE WHEN has_place THEN north END, CASE WHEN has_place THEN east END,
    CASE WHEN has_place AND uncertainty_m BETWEEN 0 AND 1e8 THEN uncertainty_m END
FROM (
    SELECT judged.key, left(each.observer_id, 200) AS observer_id, judged.taxon,
        regexp_extract(each.observed_on, '^\d{4}(-\d\d){0,2}') AS observed_on,
        TRY_CAST(each.latitude AS DOUBLE) AS north,
        TRY_CAST(each.longitude AS DOUBLE) AS east,
        coalesce(north BETWEEN -90 AND 90 AND east BETWEEN -180 AND 180, false)
            AS has_place,
        TRY_CAST(positional_accuracy AS DOUBLE) AS uncertainty_m
    FROM raw_observations AS each JOIN judged ON judged."row" = each."row"
    WHERE judged.reason IS NULL AND judged.key IN (SELECT observation FROM photo)
)
"""
# the names of ancestors only for taxa that are used: there are a million others
TAXA = """
INSERT INTO taxon
WITH used AS (
    SELECT * FROM named WHERE key IN (SELECT taxon FROM observation)
), above AS (
    SELECT used.key AS of, ancestor.rank, ancestor.name
    FROM (SELECT key, unnest(string_split(ancestry || '/' || key, '/')) AS id FROM used) AS used
    JOIN named AS ancestor ON ancestor.key = used.id
)
SELECT used.key, any_value(used.name), any_value(used.rank), any_value(used.super_class),
    coalesce(max(above.name) FILTER (above.rank = 'kingdom'), ''),
    coalesce(max(above.name) FILTER (above.rank = 'phylum'), ''),
    coalesce(max(above.name) FILTER (above.rank = 'class'), ''),
    coalesce(max(above.name) FILTER (above.rank = 'order'), ''),
    coalesce(max(above.name) FILTER (above.rank = 'family'), ''),
    coalesce(max(above.name) FILTER (above.rank = 'genus'), ''), ''
FROM used LEFT JOIN above ON above.of = used.key GROUP BY used.key
"""
WITHOUT_PHOTOGRAPH = """
SELECT key FROM judged WHERE reason IS NULL AND key NOT IN (SELECT observation FROM media)
"""
WITHOUT_TAKEN = """
SELECT key FROM judged WHERE reason IS NULL AND key IN (SELECT observation FROM media)
    AND key NOT IN (SELECT observation FROM photo)
"""
