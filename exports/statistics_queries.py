"""Counts of a data set for its statistics: grouped in the database, at most thousands of rows back.

They see what a release sees (`exports/queries.py`): images whose photograph is here, each with the
consensus that most workers stand behind, or what an organizer has settled. Boxes are
those of train, validation and images without a split, clipped to the image, as a release writes
them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models import Dataset
from exports.profiles import PROFILES
from exports.standing import BOXING, EXCLUDED, SOURCES, VERDICT, VERIFYING
from verify.question import THRESHOLD

N_BINS = 1000
"""Into so many bins the relative size of a box, 0 to 1, is counted."""
# the COCO evaluation's bounds of small and medium objects, pixels squared
SMALL_AREA, MEDIUM_AREA = 32**2, 96**2
_PAPERS = PROFILES["inat2017"]

_IMAGES_BY_TAXON = """
SELECT super_class, taxon_id, split,
    count(*) FILTER (WHERE state = 'here'), count(*) FILTER (WHERE state <> 'here')
FROM catalog_image WHERE dataset_id = %(dataset)s GROUP BY super_class, taxon_id, split
"""

# One pass over the boxes for all three counts. round() of double precision rounds halves to even,
# as `Profile.size` does. A consensus numbers its boxes from 1, so that images with at least n boxes
# are as many as boxes with the number n.
_WITH_BOXES = BOXING.format(
    columns=f"{SOURCES}, image.super_class, image.width, image.height",
    images="image.split IN ('', 'train', 'val') AND image.state = 'here'",
)
_BOXES = f"""
WITH boxing AS ({_WITH_BOXES}
), placed AS (
    SELECT boxing.*, box.number, box.x, box.y, box.w AS box_w, box.h AS box_h FROM boxing
    JOIN annotate_consensusbox box ON box.consensus_id = boxing.consensus_id
    UNION ALL
    SELECT boxing.*, box.number, box.x, box.y, box.w, box.h FROM boxing
    JOIN annotate_adjudicatedbox box ON box.adjudication_id = boxing.adjudication_id
), box AS (
    SELECT super_class, width, height, number,
        least(x + box_w, width) - greatest(x, 0) AS w,
        least(y + box_h, height) - greatest(y, 0) AS h,
        least(1.0, %(max_side)s / greatest(width, height)::float8) AS scale
    FROM placed WHERE NOT EXISTS (
        SELECT FROM ({EXCLUDED}) AS excluded WHERE excluded.image_id = placed.image_id
    )
), seen AS (
    SELECT super_class, number, sqrt(w * h) / sqrt(width::float8 * height) AS relative,
        w * (greatest(1, round(width * scale)) / width)
            * h * (greatest(1, round(height * scale)) / height) * %(area_share)s AS area
    FROM box WHERE w > 0 AND h > 0
), grouped AS (
    SELECT super_class, number,
        CASE WHEN area < %(small)s THEN 0 WHEN area < %(medium)s THEN 1 ELSE 2 END AS size,
        least(floor(relative * %(n_bins)s), %(n_bins)s - 1)::int AS relative
    FROM seen
)
SELECT CASE WHEN grouping(size) = 0 THEN 'size' WHEN grouping(relative) = 0 THEN 'relative'
        ELSE 'number' END,
    super_class, coalesce(size, relative, number), count(*)
FROM grouped
GROUP BY GROUPING SETS ((super_class, size), (super_class, relative), (super_class, number))
"""  # noqa: S608

# Grouped by all that `exports.filtering.decide` looks at, so that it can decide a group at once.
_VERIFYING = VERIFYING.format(
    columns=f"task.state, {VERDICT}",
    images="image.split = 'test' AND image.state = 'here'",
)
_VERIFIED = f"""
WITH verifying AS ({_VERIFYING}),
excluded AS ({EXCLUDED})
SELECT image.super_class, verifying.state, min(verifying.n_votes), verifying.label,
    min(verifying.p_instance), verifying.known_status, verifying.is_adjudicated,
    min(excluded.ground), count(*)
FROM catalog_image image
LEFT JOIN verifying ON verifying.image_id = image.id
LEFT JOIN excluded ON excluded.image_id = image.id
WHERE image.dataset_id = %(dataset)s AND image.split = 'test' AND image.state = 'here'
    AND image.super_class = ANY(%(verified)s)
GROUP BY image.super_class, verifying.state, coalesce(verifying.n_votes, 0) > 0, verifying.label,
    1 - verifying.p_instance > %(threshold)s, verifying.known_status, verifying.is_adjudicated,
    excluded.ground IS NULL
"""  # noqa: S608

# What grows with every image, consensus and verdict, without counting any of them.
_NEWEST = """
SELECT (SELECT max(id) FROM catalog_image), (SELECT max(id) FROM annotate_consensus),
    (SELECT max(id) FROM verify_consensusverdict), (SELECT max(id) FROM crowd_goldstandard),
    (SELECT max(id) FROM annotate_adjudication), (SELECT max(id) FROM verify_adjudication)
"""


class TaxonCount(NamedTuple):
    """Images of a taxon (None: of those without one) in a split."""

    super_class: str
    taxon_id: int | None
    split: str
    n_here: int
    n_not_here: int


class BoxCount(NamedTuple):
    """`n` boxes of a size class, a bin of relative size, or a number within their image."""

    kind: str
    super_class: str
    value: int
    n: int


class VerifiedCount(NamedTuple):
    """`n` test images that are decided alike; of their numbers one stands for all."""

    super_class: str
    verifying_state: str | None
    n_votes: int | None
    label: str | None
    p_instance: float | None
    known_status: str | None
    is_adjudicated: bool | None
    excluded_for: str | None
    n: int
    known_reason: str | None = None


def images_by_taxon(reader: BaseDatabaseWrapper, dataset: Dataset) -> list[TaxonCount]:
    """The numbers of images by super-class, taxon and split, in no particular order."""
    return [TaxonCount._make(row) for row in _all(reader, _IMAGES_BY_TAXON, dataset)]


def boxes(reader: BaseDatabaseWrapper, dataset: Dataset) -> list[BoxCount]:
    """What is counted of the boxes, in no particular order."""
    values = {
        "max_side": _PAPERS.max_side,
        "area_share": _PAPERS.area_share,
        "small": SMALL_AREA,
        "medium": MEDIUM_AREA,
        "n_bins": N_BINS,
    }
    return [BoxCount._make(row) for row in _all(reader, _BOXES, dataset, **values)]


def verified(
    reader: BaseDatabaseWrapper, dataset: Dataset, super_classes: frozenset[str]
) -> list[VerifiedCount]:
    """The test images of these super-classes by what is known of their verification."""
    values = {"verified": sorted(super_classes), "threshold": THRESHOLD}
    return [VerifiedCount(*row) for row in _all(reader, _VERIFIED, dataset, **values)]


def newest(reader: BaseDatabaseWrapper) -> list[int]:
    """The highest ids of whatever a data set's statistics depend on; 0 where there is nothing."""
    with reader.cursor() as cursor:
        cursor.execute(_NEWEST)
        (found,) = cursor.fetchall()
    return [highest or 0 for highest in found]


def _all(
    reader: BaseDatabaseWrapper, sql: str, dataset: Dataset, **values: Any
) -> list[tuple[Any, ...]]:
    with reader.cursor() as cursor:
        cursor.execute(sql, {"dataset": dataset.pk, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
