"""Read a folder of images.

Folders `<SuperClass>/<Taxon name>/...` label what is below them, wherever in the tree the
super-class stands; images elsewhere come without a label. Nothing is opened here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from catalog import superclasses
from catalog.importers import paths
from catalog.importers.records import ImageRecord, Item, Reading, Refusal, Refused, Unusable
from catalog.models import Split
from catalog.superclasses import SuperClass

_MAX_TAXON_CHARACTERS = 200


def read(path: Path, *, split: Split | None = None) -> Reading:
    """Every file below the folder `path`, in the order of their names.

    Raises `Unusable` where `path` is no folder.
    """
    if not path.is_dir():
        raise Unusable(f"{path} is no folder.")
    found = list(_walk(path))
    return Reading(len(found), (_item(path, item, split) for item in found))


def _walk(root: Path) -> Iterator[str | Refusal]:
    unreadable: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=unreadable.append):
        below = PurePosixPath(Path(folder).relative_to(root).as_posix())
        for name in sorted(folders):
            if name.startswith("."):
                yield Refusal(f"{below / name}/", "is a hidden folder; rename it to import it")
            elif (Path(folder) / name).is_symlink():
                yield Refusal(f"{below / name}/", "is a link to a folder; import that folder")
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (str(below / name) for name in sorted(files))
    for error in unreadable:
        below = PurePosixPath(Path(str(error.filename)).relative_to(root).as_posix())
        yield Refusal(f"{below}/", f"cannot be read ({error.strerror}); change its permissions")


def _item(root: Path, found: str | Refusal, split: Split | None) -> Item:
    if isinstance(found, Refusal):
        return found
    try:
        if PurePosixPath(found).name.startswith("."):
            raise Refused("is a hidden file; rename it to import it")
        file_name = paths.check_name(found)
        source = paths.locate(root, file_name)
    except Refused as refused:
        return Refusal(found, str(refused))
    super_class, taxon_name = _label(PurePosixPath(file_name).parts[:-1])
    return ImageRecord(
        source, file_name, taxon_name=taxon_name, super_class=super_class, split=split
    )


def _label(folders: tuple[str, ...]) -> tuple[SuperClass | None, str]:
    """The super-class the folders name, and the taxon: the folder below it.

    >>> _label(("train_val_images", "Aves", "Parus major")), _label(("Kenya", "2019"))
    ((SuperClass.AVES, 'Parus major'), (None, ''))
    """
    for place, folder in enumerate(folders):
        super_class = superclasses.find(folder)
        if super_class:
            taxon_name = " ".join(folders[place + 1 : place + 2]).strip()
            return super_class, taxon_name[:_MAX_TAXON_CHARACTERS]
    return None, ""
