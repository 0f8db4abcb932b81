"""From a record to files in the storage: the slow part of an import, without the database."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from catalog import pictures, renditions
from catalog.importers.records import ImageRecord, Refusal
from catalog.importers.uids import Uids
from catalog.models import Image


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image whose files are stored; sizes are (width, height) in pixels, upright."""

    record: ImageRecord
    uid: uuid.UUID
    sha256: str
    size: tuple[int, int]
    display_size: tuple[int, int]


def prepare(record: ImageRecord, dataset_pk: int, stored: Image | None) -> Prepared | Refusal:
    """Read the file once, decode it once and store its renditions.

    An image that was imported before (`stored`) is not decoded again while its files are there;
    if its bytes have changed it is refused, as tasks and answers refer to the old ones. Raises
    `ValueError` for a record without a file.
    """
    if record.source is None:
        raise ValueError(f"{record.file_name} has no local file")
    try:
        if record.source.stat().st_size > pictures.MAX_BYTES:
            n_megabytes = pictures.MAX_BYTES // 2**20
            return Refusal(record.file_name, f"is larger than {n_megabytes} MB; shrink it")
        data = record.source.read_bytes()
    except OSError as error:
        return Refusal(record.file_name, f"cannot be read ({error.strerror})")
    sha256 = hashlib.sha256(data).hexdigest()
    is_here = stored is not None and stored.state == Image.State.HERE
    if stored and is_here and stored.sha256 != sha256:
        return Refusal(
            record.file_name,
            "has changed since it was imported, and tasks refer to it as it was; "
            "import it under another name, or into another data set",
        )
    if stored and is_here and renditions.exist(stored.uid):
        return _known(record, stored)
    uid = stored.uid if stored else Uids(dataset_pk).of(record.file_name)
    return _rendered(record, uid, sha256, data)


def _known(record: ImageRecord, stored: Image) -> Prepared:
    return Prepared(
        record,
        stored.uid,
        stored.sha256,
        (stored.width, stored.height),
        (stored.display_width, stored.display_height),
    )


def _rendered(record: ImageRecord, uid: uuid.UUID, sha256: str, data: bytes) -> Prepared | Refusal:
    try:
        rendered = renditions.render(data)
    except pictures.Unreadable as error:
        return Refusal(record.file_name, str(error))
    renditions.store(uid, rendered)
    return Prepared(record, uid, sha256, rendered.size, rendered.display_size)
