"""What a release reads, from a snapshot (`exports/snapshot.py`), always in a fixed order.

Text is ordered by its bytes (COLLATE "C"), so that the order does not depend on the server's
locale. Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models import Dataset
from exports.models import Release
from exports.standing import BOXING, EXCLUDED, SOURCES, VERDICT, VERIFYING

CHUNK_ROWS = 2000

_OF_SPLIT = "image.split = %(split)s"
_BOXING_COLUMNS = f"""
        campaign.slug, task.state, {SOURCES}, consensus.version,
        CASE WHEN settled.id IS NULL THEN consensus.method ELSE 'adjudicated' END AS method,
        consensus.n_looked, consensus.n_unusable,
        CASE WHEN settled.id IS NULL THEN consensus.expected_unseen END AS expected_unseen,
        CASE WHEN settled.id IS NULL THEN consensus.risk END AS risk,
        consensus.mean_iou, consensus.is_capped, task.is_adjudicated
"""
_VERIFYING_COLUMNS = f"""
        task.state, verdict.version, {VERDICT},
        CASE WHEN settled.id IS NULL THEN verdict.method ELSE 'adjudicated' END AS method,
        verdict.probabilities, verdict.votes, verdict.n_unusable,
        reference.reason AS known_reason
"""
_TEST_ONLY = _OF_SPLIT + " AND %(split)s = 'test'"
# put together from constants alone; values are parameters
_IMAGES = f"""
WITH boxing AS ({BOXING.format(columns=_BOXING_COLUMNS, images=_OF_SPLIT)}),
verifying AS ({VERIFYING.format(columns=_VERIFYING_COLUMNS, images=_TEST_ONLY)}),
excluded AS ({EXCLUDED})
SELECT image.id, image.file_name, image.width, image.height, image.licence, image.licence_url,
    image.rights_holder, image.super_class, image.taxon_id,
    boxing.slug, boxing.state, boxing.version, boxing.method, boxing.n_looked, boxing.n_unusable,
    boxing.expected_unseen, boxing.risk, boxing.mean_iou, boxing.is_capped, boxing.is_adjudicated,
    verifying.state, verifying.version, verifying.method, verifying.label,
    verifying.p_instance, verifying.probabilities::text, verifying.votes::text, verifying.n_votes,
    verifying.n_unusable, verifying.known_status, verifying.known_reason,
    verifying.is_adjudicated, excluded.ground,
    coalesce(box.x, drawn.x), coalesce(box.y, drawn.y), coalesce(box.w, drawn.w),
    coalesce(box.h, drawn.h), coalesce(box.score, 1.0), coalesce(box.n_workers, 0),
    coalesce(box.n_looked, boxing.n_looked, 0), coalesce(box.spread::text, '[0, 0, 0, 0]')
FROM catalog_image image
LEFT JOIN boxing ON boxing.image_id = image.id
LEFT JOIN verifying ON verifying.image_id = image.id
LEFT JOIN excluded ON excluded.image_id = image.id
LEFT JOIN annotate_consensusbox box ON box.consensus_id = boxing.consensus_id
LEFT JOIN annotate_adjudicatedbox drawn ON drawn.adjudication_id = boxing.adjudication_id
WHERE image.dataset_id = %(dataset)s AND image.split = %(split)s AND image.state = 'here'
ORDER BY image.file_name COLLATE "C", coalesce(box.number, drawn.number)
"""  # noqa: S608

_PARTS = """
SELECT split, count(*) FILTER (WHERE state = 'here'), count(*) FILTER (WHERE state <> 'here')
FROM catalog_image WHERE dataset_id = %(dataset)s GROUP BY split
"""

# Of the whole data set, so that the ids are the same in the file of each split.
_CATEGORIES = """
SELECT taxon.id, taxon.name AS name, taxon.super_class AS super_class
FROM catalog_taxon taxon WHERE taxon.dataset_id = %(dataset)s
UNION ALL
SELECT DISTINCT NULL::bigint, image.super_class, image.super_class
FROM catalog_image image
WHERE image.dataset_id = %(dataset)s AND image.taxon_id IS NULL AND image.super_class <> ''
    AND NOT EXISTS (
        SELECT FROM catalog_taxon taxon
        WHERE taxon.dataset_id = %(dataset)s AND taxon.super_class = image.super_class
            AND taxon.name = image.super_class
    )
"""

_LICENCES = """
SELECT DISTINCT licence, licence_url FROM catalog_image WHERE dataset_id = %(dataset)s
"""

_VERIFIED = """
SELECT DISTINCT campaign.super_class FROM crowd_campaign campaign
WHERE campaign.dataset_id = %(dataset)s AND campaign.kind = 'verify'
    AND campaign.split IN ('', 'test')
    AND EXISTS (
        SELECT FROM catalog_image image
        WHERE image.dataset_id = %(dataset)s AND image.split = 'test'
            AND image.super_class = campaign.super_class
    )
"""

_METHODS = """
SELECT DISTINCT 'boxes', consensus.method FROM annotate_consensus consensus
JOIN crowd_task task ON task.id = consensus.task_id
JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
WHERE consensus.is_current AND campaign.dataset_id = %(dataset)s
UNION
SELECT DISTINCT 'verdicts', verdict.method FROM verify_consensusverdict verdict
JOIN crowd_task task ON task.id = verdict.task_id
JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
WHERE verdict.is_current AND campaign.dataset_id = %(dataset)s
UNION
SELECT CASE campaign.kind WHEN 'box' THEN 'boxes' ELSE 'verdicts' END, 'adjudicated'
FROM crowd_task task JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
WHERE task.is_adjudicated AND task.state = 'retired' AND campaign.dataset_id = %(dataset)s
"""


class BoxRecord(NamedTuple):
    """One box of the consensus, or of an organizer's answer, with score 1; `spread` is JSON text:
    [left, top, right, bottom] in pixels."""

    x: float
    y: float
    w: float
    h: float
    score: float
    n_workers: int
    n_looked: int
    spread: str


class ImageRecord(NamedTuple):
    """One image with what the crowd has found; None where no campaign has had it.

    The `boxing` half is of the box campaign, the `verifying` half of the verify campaign, which is
    read for the test split only; `label` is its consensus. `probabilities` and `votes` are JSON
    text, by label, as the crowd has them. `is_adjudicated`: an organizer has settled it, and
    `excluded_for` is why one has taken the image out. `known_status`
    and `known_reason` are those of its reference where it is gold.
    """

    pk: int
    file_name: str
    width: int
    height: int
    licence: str
    licence_url: str
    rights_holder: str
    super_class: str
    taxon_id: int | None
    campaign: str | None
    boxing_state: str | None
    boxing_version: int | None
    boxing_method: str | None
    n_looked: int | None
    n_unusable: int | None
    expected_unseen: float | None
    risk: float | None
    mean_iou: float | None
    is_capped: bool | None
    is_boxing_adjudicated: bool | None
    verifying_state: str | None
    verifying_version: int | None
    verifying_method: str | None
    label: str | None
    p_instance: float | None
    probabilities: str | None
    votes: str | None
    n_votes: int | None
    n_verdicts_unusable: int | None
    known_status: str | None
    known_reason: str | None
    is_adjudicated: bool | None
    excluded_for: str | None


class CategoryRecord(NamedTuple):
    """A taxon, or, with `taxon_id` None, a super-class standing in for images without one."""

    taxon_id: int | None
    name: str
    super_class: str


_N_IMAGE_COLUMNS = len(ImageRecord._fields)


def images(
    snapshot: BaseDatabaseWrapper, dataset: Dataset, split: str
) -> Iterator[tuple[ImageRecord, list[BoxRecord]]]:
    """Each image of a split with its consensus boxes, by file name, from a server-side cursor."""
    rows = _stream(snapshot, _IMAGES, {"dataset": dataset.pk, "split": split})
    for _, of_one in groupby(rows, key=itemgetter(0)):
        same = list(of_one)
        image = ImageRecord._make(same[0][:_N_IMAGE_COLUMNS])
        has_boxes = same[0][_N_IMAGE_COLUMNS] is not None
        yield image, [BoxRecord._make(row[_N_IMAGE_COLUMNS:]) for row in same if has_boxes]


class Part(NamedTuple):
    """How many images of a split are here, and how many are awaited or could not be fetched."""

    n_here: int
    n_not_here: int


def parts(snapshot: BaseDatabaseWrapper, dataset: Dataset) -> dict[str, Part]:
    """The numbers of images by split; the empty split is that of images without one."""
    return {split: Part(*counts) for split, *counts in _all(snapshot, _PARTS, dataset)}


def categories(snapshot: BaseDatabaseWrapper, dataset: Dataset) -> list[CategoryRecord]:
    """The categories of the data set by super-class and name."""
    found = [CategoryRecord._make(row) for row in _all(snapshot, _CATEGORIES, dataset)]
    return sorted(found, key=lambda record: (record.super_class, record.name))


def licences(snapshot: BaseDatabaseWrapper, dataset: Dataset) -> list[tuple[str, str]]:
    """The (name, URL) of each licence in the data set, sorted; two empty ones: not stated."""
    return sorted((name, url) for name, url in _all(snapshot, _LICENCES, dataset))


def verified_super_classes(snapshot: BaseDatabaseWrapper, dataset: Dataset) -> frozenset[str]:
    """The super-classes that a campaign verifies on the test split."""
    return frozenset(name for (name,) in _all(snapshot, _VERIFIED, dataset))


def methods(snapshot: BaseDatabaseWrapper, dataset: Dataset) -> dict[str, list[str]]:
    """The versions of the consensus methods behind the current consensus, by what they make."""
    rows = _all(snapshot, _METHODS, dataset)
    return {
        kind: sorted(method for of, method in rows if of == kind) for kind in ("boxes", "verdicts")
    }


def unfinished() -> list[Release]:
    """Releases that wait, and those that somebody began, oldest first."""
    states = [Release.State.WAITING, Release.State.RUNNING]
    return list(
        Release.objects.filter(state__in=states)
        .select_related("dataset")
        .order_by("created_at", "pk")
    )


def releases_of(dataset: Dataset) -> list[Release]:
    """A data set's releases, the newest first."""
    return list(dataset.releases.select_related("dataset", "created_by").order_by("-number"))


def recent_releases(*, limit: int = 50) -> list[Release]:
    """The newest releases of all data sets."""
    rows = Release.objects.select_related("dataset", "created_by")
    return list(rows.order_by("-created_at", "-pk")[:limit])


def _all(snapshot: BaseDatabaseWrapper, sql: str, dataset: Dataset) -> list[tuple[Any, ...]]:
    with snapshot.cursor() as cursor:
        cursor.execute(sql, {"dataset": dataset.pk})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _stream(
    snapshot: BaseDatabaseWrapper, sql: str, params: dict[str, int | str]
) -> Iterator[tuple[Any, ...]]:
    with snapshot.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(CHUNK_ROWS):
            yield from rows
