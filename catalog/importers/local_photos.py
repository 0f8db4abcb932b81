"""Photographs of an archive that somebody has on disk already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from catalog.importers import paths
from catalog.importers.records import ImageRecord, Item, Reading, Refused

# what photographs are called by their size; such a name says nothing of which one it is
_SIZES = frozenset({"original", "large", "medium", "small", "square", "thumb"})


def taken(reading: Reading, folder: Path) -> Reading:
    """The same items, where photographs that are found in the folder need not be fetched."""
    return Reading(reading.total, _taken(reading, folder))


def _taken(reading: Reading, folder: Path) -> Iterator[Item]:
    for item in reading:
        if isinstance(item, ImageRecord) and item.source is None:
            found = find(folder, item)
            yield replace(item, source=found) if found else item
        else:
            yield item


def find(folder: Path, record: ImageRecord) -> Path | None:
    """Its file in the folder: under its name in the data set, or the path of its address.

    The last part of either will do as well, unless it is a mere size (`original.jpg`).
    """
    address = PurePosixPath(unquote(urlsplit(record.source_url).path).lstrip("/"))
    name = PurePosixPath(record.file_name)
    candidates = [str(name), str(address), "/".join(address.parts[-2:]), name.name]
    if address.stem.lower() not in _SIZES:
        candidates.append(address.name)
    for candidate in candidates:
        try:
            return paths.locate(folder, paths.check_name(candidate))
        except Refused:
            continue
    return None
