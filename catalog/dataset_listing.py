"""`files.csv`: which photograph of a data set is which file of its copy."""

from __future__ import annotations

import csv
from pathlib import Path

from catalog.dataset_folders import Folders, path_of
from catalog.models import Dataset, Image

NAME = "files.csv"
COLUMNS = ("path", "file_name", "split", "width", "height", "licence", "rights_holder")
_CHUNK_ROWS = 2000


def write_listing(dataset: Dataset, folder: Path, names: Folders) -> None:
    """Write the list of the copies that are there, in the order of their file names.

    Width and height are those of the full-size image. It appears whole or not at all.
    """
    candidate = folder / f".{NAME}.new"
    folder.mkdir(parents=True, exist_ok=True)
    images = Image.objects.filter(dataset=dataset, state=Image.State.HERE).order_by("file_name")
    with candidate.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for image in images.iterator(chunk_size=_CHUNK_ROWS):
            path = path_of(image, names)
            if (folder / path).exists():
                rows.writerow([path, *(getattr(image, name) for name in COLUMNS[1:])])
    candidate.replace(folder / NAME)
