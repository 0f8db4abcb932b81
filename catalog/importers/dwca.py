"""Read a Darwin Core Archive, a zip file or a folder with a meta.xml, into the staging.

GBIF's downloads and iNaturalist's own archive are such; the core is of occurrences, and an
extension (Multimedia, Audubon Core or Image) names their photographs.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from catalog.importers import dwca_meta, occurrences, tables, unpacking
from catalog.importers.dwca_meta import Archive, Table
from catalog.importers.records import Unusable
from catalog.importers.tables import Column
from catalog.staging import Progress, Staging

_META = "meta.xml"
# the last parts of http://rs.gbif.org/terms/1.0/Multimedia, http://rs.gbif.org/terms/1.0/Image
# and http://rs.tdwg.org/ac/terms/Multimedia
_MEDIA_KINDS = frozenset({"multimedia", "image"})
# what Audubon Core and others call it
_OTHER_NAMES = {
    "identifier": ("accessuri",),
    "license": ("webstatement", "usageterms", "rights"),
    "owner": ("owner", "copyrightowner"),
    "references": ("furtherinformationurl", "source"),
    "qualitygrade": ("quality_grade",),
    "coordinateuncertaintyinmeters": ("coordinateaccuracy",),
}


def stage(path: Path, staging: Staging, *, on_progress: Progress) -> None:
    """Fill the staging with the photographs of an archive; what is not taken is in `refused`.

    Raises `Unusable` where the archive as a whole cannot be read.
    """
    staging.clear()
    occurrences.forget(staging)
    with unpacking.opened(path, staging.directory) as folder:
        where = _home(folder)
        archive = dwca_meta.read(folder.file(f"{where}{_META}", on_progress))
        _check_core(archive)
        media = [table for table in archive.extensions if table.kind in _MEDIA_KINDS]
        _load(staging, folder, where, "raw_occurrence", archive.core, on_progress)
        for table in media:
            _load(staging, folder, where, "raw_media", table, on_progress)
    unpacking.discard(staging.directory)
    has_associated = "associatedmedia" in archive.core.columns
    if not media:
        occurrences.take_associated(staging, on_progress)
    without = "" if media or has_associated else ": the archive has no Multimedia extension"
    occurrences.stage_occurrences(staging, without, on_progress)


def _home(folder: unpacking.Folder) -> str:
    """The folder within it that holds the meta.xml, '' or ending in a slash."""
    found = [name for name in folder.names() if PurePosixPath(name).name == _META]
    shallow = sorted(found, key=lambda name: (name.count("/"), name))
    if not shallow:
        raise Unusable(
            f"{folder.path.name} has no meta.xml, so it is no Darwin Core Archive. GBIF's simple "
            "tables come without one: give the table itself (--format gbif-csv)."
        )
    return shallow[0].removesuffix(_META)


def _check_core(archive: Archive) -> None:
    if archive.core.kind != "occurrence":
        raise Unusable(
            f"The core of this archive is a table of {archive.core.kind or 'no kind'}, not of "
            "occurrences; ask its publisher for an archive of occurrences."
        )


def _load(
    staging: Staging,
    folder: unpacking.Folder,
    where: str,
    into: str,
    table: Table,
    on_progress: Progress,
) -> None:
    is_core = into == "raw_occurrence"
    wanted = occurrences.OCCURRENCE_COLUMNS if is_core else occurrences.MEDIA_COLUMNS
    columns = {"id": Column(table.key)} | {name: _column(table, name) for name in wanted}
    n_rows = 0
    for name in table.files:
        if "://" in name:
            raise Unusable(f"meta.xml names {name}, which is elsewhere; put the file beside it.")
        if f"{where}{name}" not in folder.names():
            raise Unusable(
                f"meta.xml names {name}, which is not in {folder.path.name}; fetch it again."
            )
        file = folder.file(f"{where}{name}", on_progress)
        n_rows += tables.load(staging, into, file, table.layout, columns, on_progress)
    if is_core and not n_rows:
        raise Unusable(f"{' and '.join(table.files)} has no row that can be read.")


def _column(table: Table, name: str) -> Column:
    # Audubon Core's identifier names a record, its accessURI the file
    names = (*_OTHER_NAMES.get(name, ()), name)
    if name != "identifier":
        names = (name, *_OTHER_NAMES.get(name, ()))
    return next((table.columns[each] for each in names if each in table.columns), Column(None))
