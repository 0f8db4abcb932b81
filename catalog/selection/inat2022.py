"""Taxa with at least 100 photographs, at most 5 of an observation, and no hybrids.

iNaturalist's export for its own models. The photographs of a taxon are taken in rounds: first one
of each observation, then a second of each, and so on; within an observation in the observer's
order. What is counted to 100 is what may be taken: a sixth photograph of an observation helps no
taxon in. The announcement names no upper limit; 1,000 is that of the export's training set. Which
observations give more than others, where a taxon reaches it, is drawn with the seed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from catalog import staged_taxa
from catalog.selection.policy import Chosen
from catalog.staging import Staging

SOURCE = (
    "iNaturalist, The Latest Computer Vision Model Updates, 2022 "
    "(https://www.inaturalist.org/blog/63931); the upper limit and the ranks of hybrids: "
    "iNaturalistAPI, lib/vision_data_exporter.js"
)

# Notho- is the botanists' prefix for hybrids of every rank; names have × or a lone x.
_TAXA = """
CREATE OR REPLACE TEMP TABLE selection_taxon AS
SELECT taxon.key, dense_rank() OVER (ORDER BY staged_taxon.taxon)::INTEGER AS taxon,
    bool_or(rank LIKE '%hybrid' OR rank LIKE 'notho%' OR regexp_matches(name, '×|(^| )[xX] '))
        OVER (PARTITION BY staged_taxon.taxon) AS is_hybrid
FROM taxon JOIN staged_taxon USING (key)
"""
# A photograph's round is its place among those of its observation, from 1.
_ROUNDS = """
CREATE OR REPLACE TEMP TABLE selection_photo AS
SELECT photo."row", observation.rowid AS observation, selection_taxon.taxon, is_hybrid,
    row_number() OVER (
        PARTITION BY observation.rowid ORDER BY photo.place, photo.key
    )::INTEGER AS round
FROM photo
JOIN observation ON observation.key = photo.observation
JOIN selection_taxon ON selection_taxon.key = observation.taxon
"""
_SIZES = """
CREATE OR REPLACE TEMP TABLE selection_size AS
SELECT taxon, bool_or(is_hybrid) AS is_hybrid, count(*) AS n_photos,
    count(*) FILTER (round <= $max_per_observation) AS n_possible
FROM selection_photo GROUP BY taxon
"""
_CHOOSE = """
INSERT INTO chosen ("row")
SELECT "row" FROM selection_photo JOIN selection_size USING (taxon)
WHERE NOT selection_size.is_hybrid AND round <= $max_per_observation
    AND n_possible >= $min_photos AND ($max_photos = 0 OR n_possible <= $max_photos)
UNION ALL
SELECT "row" FROM (
    SELECT selection_photo."row", row_number() OVER (
        PARTITION BY selection_photo.taxon
        ORDER BY round, md5_number_lower($seed || '|' || observation.key), observation.key
    ) AS number
    FROM selection_photo JOIN selection_size USING (taxon)
    JOIN observation ON observation.rowid = selection_photo.observation
    WHERE NOT selection_size.is_hybrid AND round <= $max_per_observation
        AND n_possible >= $min_photos AND $max_photos > 0 AND n_possible > $max_photos
) WHERE number <= $max_photos
"""
_COUNTS = """
WITH judged AS (
    SELECT *, NOT is_hybrid AND n_possible >= $min_photos AS is_wanted,
        CASE WHEN $max_photos = 0 THEN n_possible ELSE least(n_possible, $max_photos) END AS n_taken
    FROM selection_size
)
SELECT count(*) FILTER (is_wanted), coalesce(sum(n_taken) FILTER (is_wanted), 0)::BIGINT,
    coalesce(sum(n_photos) FILTER (is_hybrid), 0)::BIGINT,
    coalesce(sum(n_photos - n_possible) FILTER (NOT is_hybrid), 0)::BIGINT,
    coalesce(sum(n_possible) FILTER (NOT is_hybrid AND NOT is_wanted), 0)::BIGINT,
    coalesce(sum(n_possible - n_taken) FILTER (is_wanted), 0)::BIGINT
FROM judged
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Photographs a taxon needs, and the most taken of it (0: all) and of one observation."""

    min_photos: int = 100
    max_photos: int = 1000
    max_per_observation: int = 5
    seed: int = 0


def choose(staging: Staging, parameters: Parameters) -> Chosen:
    """Fill `chosen` with what the export would take."""
    given = asdict(parameters)
    seed = {"seed": str(given.pop("seed"))}
    per_observation = {"max_per_observation": given["max_per_observation"]}
    staged_taxa.identify(staging)
    staging.sql.execute("DELETE FROM chosen")
    staging.sql.execute(_TAXA)
    staging.sql.execute(_ROUNDS)
    staging.sql.execute(_SIZES, per_observation)
    staging.sql.execute(_CHOOSE, given | seed)
    del given["max_per_observation"]
    n_taxa, n_photos, *left_out = staging.sql.execute(_COUNTS, given).fetchall()[0]
    for table in ("selection_taxon", "selection_photo", "selection_size"):
        staging.sql.execute(f"DROP TABLE {table}")
    reasons = (
        "hybrid",
        f"more than {parameters.max_per_observation:,} photographs of one observation",
        f"taxon with fewer than {parameters.min_photos:,} photographs",
        f"more than {parameters.max_photos:,} photographs of the taxon",
    )
    return Chosen(
        n_taxa, n_photos, {reason: n for reason, n in zip(reasons, left_out, strict=True) if n}
    )
