"""A data set's statistics as JSON, for programs."""

from __future__ import annotations

from typing import Any

from catalog.models import Dataset, Split
from exports.statistics import (
    QUANTILES,
    RelativeSizes,
    Statistics,
    SuperClassCounts,
    VerifiedImages,
)

SIZES = ("small", "medium", "large")


def as_json(found: Statistics, dataset: Dataset) -> dict[str, Any]:
    """All counts under plain names, shares to four digits, None where nothing was counted."""
    shares = found.size_shares or (None, None, None)
    return {
        "dataset": dataset.slug,
        "n_images": found.n_images,
        "n_not_here": found.n_not_here,
        "imbalance": _rounded(found.imbalance),
        "super_classes": [_super_class(row) for row in found.super_classes],
        "images_per_class": {
            "of": Split.TRAIN.value if found.is_of_training else "all",
            "n_classes_by_n_images": [list(pair) for pair in found.per_class],
        },
        "instances": {
            "n_images_by_n_boxes": {str(n): images for n, images in found.instances.items()},
            "share_more_than_1": _rounded(found.share_with_more_than(1)),
            "share_more_than_5": _rounded(found.share_with_more_than(5)),
        },
        "sizes": {
            name: {"n_boxes": n, "share": _rounded(share)}
            for name, n, share in zip(SIZES, found.sizes, shares, strict=True)
        },
        "relative_size": [_relative(row) for row in found.relative],
        "verified_test_images": [_verified(row) for row in found.verified],
    }


def _super_class(row: SuperClassCounts) -> dict[str, Any]:
    return {
        "super_class": row.super_class,
        "n_classes": row.n_classes,
        "images": row.images,
        "n_boxes": row.n_boxes,
        "n_boxed": row.n_boxed,
    }


def _relative(row: RelativeSizes) -> dict[str, Any]:
    return {
        "super_class": row.super_class,
        "n_boxes": row.n,
        "quantiles": dict(zip(map(str, QUANTILES), row.quantiles, strict=True)),
    }


def _verified(row: VerifiedImages) -> dict[str, Any]:
    return {
        "super_class": row.super_class,
        "n_kept": row.n_kept,
        "n_excluded": row.n_excluded,
        "n_undecided": row.n_undecided,
        "n_not_verified": row.n_not_verified,
        "non_instance_share": _rounded(row.share),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
