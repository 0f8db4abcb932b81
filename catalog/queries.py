"""Reads of the catalog."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.models import Dataset, Image


def images_by_name(dataset: Dataset, file_names: Iterable[str]) -> dict[str, Image]:
    """The data set's images of those file names, with their references, by file name."""
    images = (
        Image.objects.filter(dataset=dataset, file_name__in=list(file_names))
        .select_related("taxon")
        .prefetch_related("references")
        .order_by("file_name")
    )
    return {image.file_name: image for image in images}
