"""Records without a file as lines of COPY's text format, but for the taxon, which comes last."""

from __future__ import annotations

import math
import re

from catalog.importers import paths
from catalog.importers.keys import MAX_DATE_CHARACTERS, key_of
from catalog.importers.records import ImageRecord, ObservationRecord, Refused
from catalog.importers.uids import Uids

_MAX_URL = 1000
_MAX_LICENCE = 200
_MAX_LICENCE_URL = 500
_SPECIAL = re.compile(r"[\\\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})

# super-class and name of a taxon
Name = tuple[str, str]


class Batch:
    """The lines of some images and of their observations, each with the name of its taxon.

    `observations` are by key; `taxa` holds one record of each taxon, by name.
    """

    def __init__(self) -> None:
        self.images: list[tuple[str, Name]] = []
        self.observations: dict[str, tuple[str, Name]] = {}
        self.taxa: dict[Name, ImageRecord] = {}

    def add(self, record: ImageRecord, uids: Uids) -> None:
        """Add a record that has passed `check`."""
        super_class = record.super_class.value if record.super_class else ""
        taxon = (super_class, record.taxon_name)
        if taxon not in self.taxa:
            self.taxa[taxon] = record
        told = record.observation
        if told is not None and told.key not in self.observations:
            self.observations[told.key] = _observation(told), taxon
        image = (
            uids.hex_of(record.file_name),
            record.file_name,
            super_class,
            record.split.value if record.split else "",
            key_of(told.key) if told else "",
            str(told.place) if told else "0",
            record.licence[:_MAX_LICENCE],
            record.licence_url[:_MAX_LICENCE_URL],
            record.rights_holder,
            record.source_url,
        )
        self.images.append((line(image), taxon))


def check(record: ImageRecord) -> None:
    """Raises `Refused` where a record without a file cannot be stored."""
    if not record.source_url:
        raise Refused("has neither a file nor a web address")
    if len(record.source_url) > _MAX_URL:
        raise Refused(f"has a web address of more than {_MAX_URL} characters")
    if len(record.file_name) > paths.MAX_CHARACTERS:
        raise Refused(f"has a file name of more than {paths.MAX_CHARACTERS} characters; shorten it")


def line(fields: tuple[str, ...]) -> str:
    """Some columns of a row, escaped where that is needed.

    >>> line(("a", "b\\tc", "d\\0"))
    'a\\tb\\\\tc\\td'
    """
    joined = "\t".join(fields)
    if joined.count("\t") == len(fields) - 1 and not _SPECIAL.search(joined):
        return joined
    return "\t".join(field.translate(_ESCAPES) for field in fields)


def _observation(told: ObservationRecord) -> str:
    return line(
        (
            key_of(told.key),
            key_of(told.observer),
            told.observed_on[:MAX_DATE_CHARACTERS],
            _number(told.latitude),
            _number(told.longitude),
            _number(told.uncertainty_m),
        )
    )


def _number(value: float | None) -> str:
    # no place and no distance is infinite
    return repr(value) if value is not None and math.isfinite(value) else "NaN"
