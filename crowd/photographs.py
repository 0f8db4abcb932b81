"""What organizers do about a data set's photographs: the catalog does it, and it is recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from catalog import awaited, dataset_copies
from catalog.dataset_copies import PIXELS
from catalog.models import Dataset, DatasetCopy
from crowd import audit
from crowd.models import User


def retry_failed(dataset: Dataset, *, by: User, now: datetime) -> int:
    """Try again to fetch what could not be fetched; returns how many photographs that is."""
    with transaction.atomic():
        n_images = awaited.retry_failed(dataset, now=now)
        detail = {"n": n_images}
        audit.record(by, "fetch again", f"data set {dataset.slug}", detail, now=now)
    return n_images


def render(
    dataset: Dataset, *, pixels: int = PIXELS, by: User | None = None, now: datetime
) -> DatasetCopy:
    """Have the data set's own rendition made (`pixels` wide or high at most), or brought up to
    date. Raises `catalog.dataset_copies.Unsuitable`."""
    with transaction.atomic():
        copy = dataset_copies.begin(dataset, pixels=pixels, now=now)
        audit.record(by, "render", f"data set {dataset.slug}", {"pixels": pixels}, now=now)
    return copy
