"""The proof, on what is stored, that observers are kept apart between splits, taxon by taxon.

Van Horn et al., CVPR 2018, section 3.2: an observer's photographs of a taxon are in one split.
"""

from __future__ import annotations

from django.db import connection

from catalog.models import Dataset
from catalog.splits import LeakCheck

# a bit for each split; test images held in reserve are test images
_CHECK = """
WITH pair AS (
    SELECT observation.observer_id, count(*) AS n_photos,
        bit_or(CASE image.split WHEN 'train' THEN 1 WHEN 'val' THEN 2 ELSE 4 END) AS splits
    FROM catalog_image image
    LEFT JOIN catalog_observation observation ON observation.id = image.observation_id
    WHERE image.dataset_id = %s AND image.split <> ''
    GROUP BY image.taxon_id, observation.observer_id
)
SELECT count(*) FILTER (WHERE observer_id IS NOT NULL),
    count(*) FILTER (WHERE observer_id IS NOT NULL AND splits NOT IN (1, 2, 4)),
    coalesce(sum(n_photos) FILTER (WHERE observer_id IS NULL), 0)::bigint
FROM pair
"""


def check(dataset: Dataset) -> LeakCheck:
    """Look at every pair of a taxon and an observer of this data set, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, [dataset.pk])
        return LeakCheck(*cursor.fetchone())
