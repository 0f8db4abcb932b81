"""Taxa with at least 20 observations from at least 20 different observers.

What counts is an observation that has a photograph and whose observer is known: the splits that
follow keep observers apart, and cannot place a photograph of nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog import staged_taxa
from catalog.selection.policy import Chosen
from catalog.staging import Staging

SOURCE = (
    "Van Horn et al., The iNaturalist Species Classification and Detection Dataset, CVPR 2018, "
    "section 3.2"
)

_OBSERVERS = """
CREATE OR REPLACE TEMP TABLE selection_observer AS
WITH photographed AS (SELECT observation AS key, count(*) AS n FROM photo GROUP BY observation)
SELECT staged_taxon.taxon, observer, count(*) AS n_observations, sum(n)::BIGINT AS n_photos
FROM photographed JOIN observation USING (key)
JOIN staged_taxon ON staged_taxon.key = observation.taxon
GROUP BY staged_taxon.taxon, observer
"""
_TAXA = """
CREATE OR REPLACE TEMP TABLE selection_taxon AS
SELECT taxon, coalesce(sum(n_photos) FILTER (observer <> ''), 0)::BIGINT AS n_photos,
    coalesce(sum(n_photos) FILTER (observer = ''), 0)::BIGINT AS n_unknown,
    count(*) FILTER (observer <> '') >= $min_observers
        AND coalesce(sum(n_observations) FILTER (observer <> ''), 0) >= $min_observations
        AS is_wanted
FROM selection_observer GROUP BY taxon
"""
_CHOOSE = """
DELETE FROM chosen;
INSERT INTO chosen ("row")
SELECT photo."row" FROM photo
JOIN observation ON observation.key = photo.observation
JOIN staged_taxon ON staged_taxon.key = observation.taxon
JOIN selection_taxon ON selection_taxon.taxon = staged_taxon.taxon
WHERE is_wanted AND observer <> '';
"""
_COUNTS = """
SELECT count(*) FILTER (is_wanted), coalesce(sum(n_photos) FILTER (is_wanted), 0)::BIGINT,
    coalesce(sum(n_photos) FILTER (NOT is_wanted), 0)::BIGINT,
    coalesce(sum(n_unknown), 0)::BIGINT
FROM selection_taxon
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The least a taxon needs: observations, and different people who made them."""

    min_observations: int = 20
    min_observers: int = 20


def choose(staging: Staging, parameters: Parameters) -> Chosen:
    """Fill `chosen` with every photograph of the taxa that have enough observers."""
    least = {
        "min_observations": parameters.min_observations,
        "min_observers": parameters.min_observers,
    }
    staged_taxa.identify(staging)
    staging.sql.execute(_OBSERVERS)
    staging.sql.execute(_TAXA, least)
    staging.sql.execute(_CHOOSE)
    counts = staging.sql.execute(_COUNTS).fetchall()[0]
    staging.sql.execute("DROP TABLE selection_observer; DROP TABLE selection_taxon")
    n_taxa, n_photos, n_rare, n_unknown = counts
    reasons = {
        f"taxon with fewer than {parameters.min_observations:,} observations or "
        f"{parameters.min_observers:,} observers": n_rare,
        "the observer is unknown": n_unknown,
    }
    return Chosen(n_taxa, n_photos, {reason: n for reason, n in reasons.items() if n})
