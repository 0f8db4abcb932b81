"""Read a bare table of occurrences, as GBIF's simple downloads and iNaturalist's CSV are.

The first line names the columns, in any order; tabs or commas part them. Such a table names no
photographs: they come from a `multimedia.txt` beside it, or from a column of addresses
(`associatedMedia`); without either every row is refused, and the reason says so.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from catalog.importers import occurrences, tables, text_files, unpacking
from catalog.importers.dwca_meta import last_part
from catalog.importers.records import Unusable
from catalog.importers.tables import Column, Layout
from catalog.staging import Progress, Staging

_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_MEDIA_NAMES = ("multimedia.txt", "multimedia.csv", "media.csv", "media.txt")
# what the column with the identity may be called, the best first
_KEYS = ("gbifid", "id", "occurrenceid", "coreid")
_OTHER_NAMES = {
    "qualitygrade": ("quality_grade",),
    "identifier": ("accessuri",),
    "license": ("rights",),
}
_WITHOUT = (
    ": the table names none, and no multimedia.txt lies beside it; ask GBIF for a Darwin Core "
    "Archive"
)


def stage(path: Path, staging: Staging, *, on_progress: Progress) -> None:
    """Fill the staging from a table, a folder or a zip archive that holds one.

    Raises `Unusable` where there is no such table.
    """
    staging.clear()
    occurrences.forget(staging)
    table, media = _found(path, staging, on_progress)
    has_associated = _load(
        staging, "raw_occurrence", table, occurrences.OCCURRENCE_COLUMNS, on_progress
    )
    if media:
        _load(staging, "raw_media", media, occurrences.MEDIA_COLUMNS, on_progress)
    else:
        occurrences.take_associated(staging, on_progress)
    unpacking.discard(staging.directory)
    without = "" if media or has_associated else _WITHOUT
    occurrences.stage_occurrences(staging, without, on_progress)


def _found(path: Path, staging: Staging, on_progress: Progress) -> tuple[Path, Path | None]:
    """The table of occurrences and, where there is one, that of media."""
    if not path.is_dir() and path.suffix.lower() != ".zip":
        media = next(
            (path.with_name(name) for name in _MEDIA_NAMES if path.with_name(name).is_file()), None
        )
        # a table of media is not its own neighbour
        media = None if media == path else media
        return unpacking.gunzipped(path, staging.directory, on_progress), media
    with unpacking.opened(path, staging.directory) as folder:
        listed = [name for name in folder.names() if name.lower().endswith(_SUFFIXES)]
        media_name = next(
            (name for name in listed if PurePosixPath(name).name.lower() in _MEDIA_NAMES), None
        )
        listed = [name for name in listed if name != media_name]
        name = listed[0] if len(listed) == 1 else "occurrence.txt"
        if name not in listed:
            raise Unusable(
                f"{path.name} holds {len(listed)} tables; give the one with the occurrences."
            )
        table = unpacking.gunzipped(folder.file(name, on_progress), staging.directory, on_progress)
        return table, folder.file(media_name, on_progress) if media_name else None


def _load(
    staging: Staging, into: str, file: Path, wanted: tuple[str, ...], on_progress: Progress
) -> bool:
    """Load a table by the names in its first line; whether it has a column of addresses."""
    file = text_files.as_utf8(file, "utf-8", staging.directory)
    layout, names = _layout(file)
    key = next((name for name in _KEYS if name in names), None)
    if key is None:
        raise Unusable(
            f"{file.name} has no column gbifID, id or occurrenceID; is its first line the names "
            "of its columns?"
        )
    if (
        "occ" in into
        and "scientificname" not in names
        and names.keys() & {"identifier", "accessuri"}
    ):
        raise Unusable(
            f"{file.name} lists photographs, not occurrences; give the table of occurrences, or "
            "the folder of both."
        )
    columns = {"id": Column(names[key])}
    for name in wanted:
        found = next((each for each in (name, *_OTHER_NAMES.get(name, ())) if each in names), "")
        columns[name] = Column(names.get(found))
    if not tables.load(staging, into, file, layout, columns, on_progress) and "occ" in into:
        raise Unusable(f"{file.name} has no row that can be read.")
    return "associatedmedia" in names


def _layout(file: Path) -> tuple[Layout, dict[str, int]]:
    """How the table is written, and where its columns are by the last part of their names."""
    line = tables.header(file, Layout(delimiter="\n"))[0]
    delimiter = max("\t,;", key=line.count)
    # GBIF never encloses values between tabs; between commas everybody does
    layout = Layout(delimiter=delimiter, quote="" if delimiter == "\t" else '"')
    names: dict[str, int] = {}
    for index, name in enumerate(tables.header(file, layout)):
        names.setdefault(last_part(name), index)
    return layout, names
