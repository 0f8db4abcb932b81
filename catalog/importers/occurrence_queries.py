"""How occurrences and their media are judged: the SQL of `occurrences`.

Every row of `raw_occurrence` comes to `judged`, every row of `raw_media` to `media`, each with the
reason why it is not taken, NULL where it is. Of rows that mean the same the first counts.
"""

from __future__ import annotations

from catalog.importers.naming import TAXON_COLUMNS

# publishers number each record as a taxon; iNaturalist's ids are of taxa
_TAXON_ID = "CASE WHEN institutioncode = 'iNaturalist' THEN taxonid ELSE '' END"
_NAMED = ", ".join(_TAXON_ID if name == "taxonid" else f'"{name}"' for name in TAXON_COLUMNS)

ASSOCIATED = """
INSERT INTO raw_media
SELECT row_number() OVER (), id, '', '', trim(address), '', '', '', '', '' FROM (
    SELECT "row", id, unnest(string_split(associatedmedia, '|')) AS address
    FROM raw_occurrence WHERE associatedmedia <> '' ORDER BY "row"
) WHERE regexp_matches(address, '(?i)^ *https?://')
"""

LINEAGES = f"""
CREATE OR REPLACE TABLE raw_lineage AS
SELECT hash({_NAMED}) AS lineage, min_by([{_NAMED}], "row") AS told
FROM raw_occurrence GROUP BY lineage
"""  # noqa: S608 - SQL of ours

JUDGED = f"""
CREATE OR REPLACE TABLE judged AS
WITH doubled AS (
    SELECT id, min("row") AS first FROM raw_occurrence GROUP BY id HAVING count(*) > 1
)
SELECT each."row", each.id, named.taxon, each.rightsholder, CASE
    WHEN each.id = '' THEN 'has no id'
    WHEN length(each.id) > 200 THEN 'has an id of more than 200 characters'
    WHEN doubled.first < each."row" THEN 'has the id of an earlier row'
    WHEN lower(occurrencestatus) = 'absent' THEN 'says that the taxon was absent'
    WHEN lower(qualitygrade) NOT IN ('', 'research') OR (datasetname ILIKE 'inaturalist%'
        AND datasetname NOT ILIKE '%research-grade%') THEN 'is not research grade'
    ELSE named.reason END AS reason
FROM raw_occurrence AS each
LEFT JOIN doubled ON doubled.id = each.id
LEFT JOIN (SELECT lineage, taxon, reason FROM lineage_named) AS named
    ON named.lineage = hash({_NAMED})
"""  # noqa: S608 - SQL of ours

# one photograph has one number at iNaturalist, in whichever size and place it is served
_KEY = r"""
CASE WHEN contains(identifier, 'inaturalist') THEN coalesce(nullif(regexp_extract(identifier,
    '^https?://(?:static\.inaturalist\.org|inaturalist-open-data\.s3\.amazonaws\.com)'
    || '/photos/(\d+)/', 1), ''), identifier) ELSE identifier END
"""
_BY_TYPE = """
(lower(type) IN ('stillimage', 'image')
    OR regexp_matches(type, '(?i)(^|[/#:])(still ?image|image|photo(graph)?)$'))
"""
_BY_FORMAT = "regexp_matches(format, '(?i)^(image/.*|jpe?g|png|gif|webp|tiff?)$')"
_IS_URL = "regexp_matches(lower(left(identifier, 9)), '^https?://[^/ ]')"
_SUFFIX = "lower(regexp_extract(identifier, '[.]([A-Za-z0-9]{3,4})(?:[?#].*)?$', 1))"
_IMAGES = "('jpg', 'jpeg', 'png', 'gif', 'webp', 'tif', 'tiff', 'bmp')"
# what an address ends in that is surely something else than a photograph
_OTHERS = """
('mp3', 'mp4', 'm4a', 'wav', 'ogg', 'oga', 'ogv', 'mov', 'avi', 'mpg', 'mpeg', 'pdf', 'txt', 'xml',
    'json', 'csv', 'zip')
"""

MEDIA = f"""
CREATE OR REPLACE TABLE media AS
SELECT each."row", each.id, {_KEY} AS key, identifier, is_url,
    CASE WHEN suffix IN {_IMAGES} THEN suffix ELSE CASE lower(format) WHEN 'image/jpeg' THEN 'jpg'
        WHEN 'image/png' THEN 'png' WHEN 'image/gif' THEN 'gif' WHEN 'image/webp' THEN 'webp'
        WHEN 'image/tiff' THEN 'tiff' ELSE '' END END AS extension,
    license, left(regexp_replace(coalesce(nullif(each.rightsholder, ''), nullif(owner, ''),
        nullif(creator, ''), judged.rightsholder, ''), '\\s+', ' ', 'g'), 1000) AS holder,
    CASE
    WHEN judged.id IS NULL THEN 'its occurrence is not there'
    WHEN judged.reason IS NOT NULL THEN 'its occurrence ' || judged.reason
    WHEN NOT {_BY_TYPE} AND NOT {_BY_FORMAT} AND (type <> '' OR format <> '')
        THEN 'is no photograph (' || left(coalesce(nullif(type, ''), format), 40) || ')'
    WHEN suffix IN {_OTHERS}
        THEN 'is no photograph, as its address says'
    WHEN identifier = '' AND "references" <> ''
        THEN 'has no identifier: what it references is a page, not a photograph'
    WHEN identifier = '' THEN 'has no identifier'
    WHEN length(identifier) > 1000 THEN 'has an address of more than 1000 characters'
    WHEN is_url THEN NULL
    WHEN regexp_matches(identifier, '(?i)^[a-z][a-z0-9+.-]*:')
        THEN 'has an identifier that is no web address'
    WHEN suffix = ''
        THEN 'has an identifier that is neither a web address nor a file'
    END AS reason
FROM (
    SELECT *, {_IS_URL} AS is_url, {_SUFFIX} AS suffix FROM raw_media
) AS each LEFT JOIN (
    SELECT id, reason, rightsholder FROM judged
    WHERE reason IS DISTINCT FROM 'has the id of an earlier row' AND id <> ''
) AS judged ON judged.id = each.id
"""  # noqa: S608 - SQL of ours

TWICE = """
CREATE OR REPLACE TABLE twice AS
SELECT key, min("row") AS first, min_by(id, "row") AS id
FROM media WHERE reason IS NULL GROUP BY key HAVING count(*) > 1
"""
DOUBLES = """
SELECT 'a photograph: ' || CASE WHEN twice.id = media.id THEN 'is listed more than once'
    ELSE 'is already one of another occurrence' END, media.key
FROM media JOIN twice ON twice.key = media.key
WHERE media.reason IS NULL AND twice.first < media."row"
"""
PLACES = """
CREATE OR REPLACE TABLE placed AS
SELECT media."row", row_number() OVER (PARTITION BY media.id ORDER BY media."row") - 1 AS place
FROM media LEFT JOIN twice ON twice.key = media.key
WHERE media.reason IS NULL AND (twice.key IS NULL OR twice.first = media."row")
"""
PHOTOS = """
INSERT INTO photo
SELECT media."row", media.key, media.id, placed.place,
    CASE WHEN is_url THEN identifier ELSE '' END, CASE WHEN is_url THEN '' ELSE identifier END,
    extension, coalesce(spelt.name, ''), coalesce(spelt.url, ''), holder, NULL, NULL
FROM media JOIN placed ON placed."row" = media."row"
LEFT JOIN spelt ON spelt.written = media.license
"""

_DATE = r"""
CASE WHEN regexp_matches(eventdate, '^\d{4}(-\d\d){0,2}($|[T /])')
    THEN regexp_extract(eventdate, '^\d{4}(-\d\d){0,2}')
    WHEN regexp_matches(year, '^\d{4}$') AND regexp_matches(month, '^\d{1,2}$') THEN
        year || '-' || lpad(month, 2, '0')
        || CASE WHEN regexp_matches(day, '^\d{1,2}$') THEN '-' || lpad(day, 2, '0') ELSE '' END
    WHEN regexp_matches(year, '^\d{4}$') THEN year ELSE '' END
"""
_OBSERVER = """
CASE WHEN recordedbyid <> '' THEN recordedbyid
    WHEN recordedby <> '' AND inaturalistlogin <> '' THEN
        recordedby || ' (' || inaturalistlogin || ')'
    WHEN inaturalistlogin <> '' THEN inaturalistlogin
    ELSE recordedby END
"""
OBSERVATIONS = f"""
INSERT INTO observation
SELECT id, CASE WHEN length(observer) > 200 THEN 'sha256:' || sha256(observer) ELSE observer END,
    taxon, observed_on,
    CASE WHEN has_place THEN latitude END, CASE WHEN has_place THEN longitude END,
    CASE WHEN has_place AND uncertainty_m BETWEEN 0 AND 1e8 THEN uncertainty_m END
FROM (
    SELECT each.id, judged.taxon, regexp_replace({_OBSERVER}, '\\s+', ' ', 'g') AS observer,
        {_DATE} AS observed_on, TRY_CAST(decimallatitude AS DOUBLE) AS latitude,
        TRY_CAST(decimallongitude AS DOUBLE) AS longitude,
        coalesce(latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180, false)
            AS has_place,
        TRY_CAST(coordinateuncertaintyinmeters AS DOUBLE) AS uncertainty_m
    FROM raw_occurrence AS each JOIN judged ON judged."row" = each."row"
    WHERE judged.reason IS NULL AND each.id IN (SELECT observation FROM photo)
)
"""  # noqa: S608 - SQL of ours
TAXA = """
INSERT INTO taxon
SELECT DISTINCT ON (taxon) taxon, name, rank, super_class, kingdom, phylum, class, "order",
    family, genus, common_name
FROM lineage_named WHERE reason IS NULL AND taxon IN (SELECT taxon FROM observation)
ORDER BY taxon, name, rank, common_name DESC
"""
WITHOUT_PHOTOGRAPH = """
SELECT id FROM judged WHERE reason IS NULL AND id NOT IN (SELECT id FROM media)
"""
WITHOUT_TAKEN = """
SELECT id FROM judged WHERE reason IS NULL AND id IN (SELECT id FROM media)
    AND id NOT IN (SELECT observation FROM photo)
"""
