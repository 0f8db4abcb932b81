"""Reads of the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Count

from catalog.models import Dataset, Image


class Part(NamedTuple):
    """How many images of a data set are of one super-class, split and state."""

    super_class: str
    split: str
    state: str
    n_images: int


def parts_of(dataset: Dataset) -> list[Part]:
    """All images of a data set by super-class, split and state; the index alone answers it."""
    fields = ("super_class", "split", "state")
    rows = Image.objects.filter(dataset=dataset).values(*fields).order_by(*fields)
    return [Part(*row) for row in rows.annotate(n=Count("*")).values_list(*fields, "n")]


def images_by_name(dataset: Dataset, file_names: Iterable[str]) -> dict[str, Image]:
    """The data set's images of those file names, with their references, by file name."""
    images = (
        Image.objects.filter(dataset=dataset, file_name__in=list(file_names))
        .select_related("taxon")
        .prefetch_related("references")
        .order_by("file_name")
    )
    return {image.file_name: image for image in images}
