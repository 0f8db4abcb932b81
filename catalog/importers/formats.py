"""Which importer reads what, and how an input tells what it is."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from django.conf import settings

from catalog.importers import (
    coco,
    dwca,
    folder,
    gbif_csv,
    inat_api,
    inat_api_query,
    inat_open_data,
)
from catalog.importers.records import Reading, Unusable
from catalog.models import Split
from catalog.staging import Progress, Staging

Form = Literal["dwca", "gbif-csv", "inat-open-data", "inat-api", "coco", "folder"]
FORMS: tuple[Form, ...] = get_args(Form)
# those that list observations: they are staged, chosen from and split before they are stored
STAGED: frozenset[Form] = frozenset({"dwca", "gbif-csv", "inat-open-data", "inat-api"})
NAMES: Mapping[Form, str] = {
    "dwca": "a Darwin Core Archive",
    "gbif-csv": "a table of occurrences",
    "inat-open-data": "iNaturalist Open Data",
    "inat-api": "a query to the iNaturalist API",
    "coco": "COCO JSON",
    "folder": "a folder of images",
}
_META = "meta.xml"
_OPEN_DATA = ("observations", "photos", "taxa", "observers")
_TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_KEYS = frozenset({"gbifid", "occurrenceid"})
_HEAD_BYTES = 65_536


def detect(given: str) -> Form:
    """The format of an input by looking at it. Raises `Unusable` where it is not there."""
    path = Path(given)
    if not _is_there(path):
        if inat_api_query.looks_like_one(given, settings.INAT_API):
            return "inat-api"
        raise Unusable(_missing(given))
    if path.is_dir():
        return _of_folder(path)
    if zipfile.is_zipfile(path):
        return _of_zip(path)
    return "gbif-csv" if _is_table(path) else "coco"


def read(
    path: Path, *, form: Form, images: Path | None = None, split: Split | None = None
) -> Reading:
    """The items of a folder of images or of a COCO JSON file.

    `images` is the folder the file names of a JSON are relative to. Raises `Unusable`.
    """
    if not _is_there(path):
        raise Unusable(_missing(str(path)))
    if form == "folder":
        if images is not None:
            raise Unusable("--images belongs to a JSON file; a folder's images are its own.")
        return folder.read(path, split=split)
    return coco.read(path, images=images, split=split)


def stage(given: str, form: Form, staging: Staging, on_progress: Progress) -> None:
    """Fill the staging from an input of one of the `STAGED` formats. Raises `Unusable`."""
    if form == "inat-api":
        inat_api.stage(given, staging, on_progress=on_progress)
        return
    path = Path(given)
    if not _is_there(path):
        raise Unusable(_missing(given))
    reader: Callable[..., None] = {
        "dwca": dwca.stage,
        "gbif-csv": gbif_csv.stage,
        "inat-open-data": inat_open_data.stage,
    }[form]
    reader(path, staging, on_progress=on_progress)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # longer than any file's name, as a query may be
        return False


def _missing(given: str) -> str:
    if "://" in given:
        return (
            f"{given} is no address of the iNaturalist API; download the archive and name its file."
        )
    return f"{given} does not exist."


def _of_folder(path: Path) -> Form:
    names = {found.name.lower() for found in path.iterdir() if found.is_file()}
    if _META in names:
        return "dwca"
    tables = {name.partition(".")[0] for name in names if name.endswith(_TABLE_SUFFIXES)}
    if tables.issuperset(_OPEN_DATA):
        return "inat-open-data"
    # GBIF's simple downloads, unpacked
    is_table = len(tables) <= len(_OPEN_DATA) and any(
        _is_table(found) for found in path.iterdir() if found.name.lower().endswith(_TABLE_SUFFIXES)
    )
    return "gbif-csv" if is_table else "folder"


def _of_zip(path: Path) -> Form:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [PurePosixPath(member.filename).name.lower() for member in archive.infolist()]
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return "dwca"
    # without either it is refused as an archive, with the reason
    if _META not in names and any(name.endswith(_TABLE_SUFFIXES) for name in names):
        return "gbif-csv"
    return "dwca"


def _is_table(path: Path) -> bool:
    """Whether the file begins with a line that names columns of occurrences."""
    if not path.name.lower().endswith(_TABLE_SUFFIXES):
        return False
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            head = file.read(_HEAD_BYTES).decode("utf-8-sig", "replace")
    except (OSError, EOFError, gzip.BadGzipFile):
        return True
    line = head.partition("\n")[0].strip()
    delimiter = "\t" if "\t" in line else ","
    try:
        columns = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:
        return False
    names = {name.strip().lower() for name in columns}
    return bool(names & _KEYS) or {"id", "scientificname"} <= names
