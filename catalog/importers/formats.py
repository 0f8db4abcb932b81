"""Which importer reads what."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from catalog.importers import coco, folder
from catalog.importers.records import Reading, Unusable
from catalog.models import Split

Format = Literal["auto", "folder", "coco"]


def read(
    path: Path, *, form: Format = "auto", images: Path | None = None, split: Split | None = None
) -> Reading:
    """The items of a folder of images or of a COCO JSON file.

    `images` is the folder the file names of a JSON are relative to. Raises `Unusable`.
    """
    if not path.exists():
        raise Unusable(f"{path} does not exist.")
    if form == "auto":
        form = "folder" if path.is_dir() else "coco"
    if form == "folder":
        if images is not None:
            raise Unusable("--images belongs to a JSON file; a folder's images are its own.")
        return folder.read(path, split=split)
    return coco.read(path, images=images, split=split)
