"""The description of a Darwin Core Archive, `meta.xml`.

Source: Darwin Core text guide, https://dwc.tdwg.org/text/ (attributes and their defaults).
Parsed by expat without document types and entities, so nothing expands and nothing is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from catalog.importers.records import Unusable
from catalog.importers.tables import Column, Layout

_MAX_BYTES = 2_000_000
_MAX_TABLES = 100
_ESCAPES = {r"\t": "\t", r"\n": "\n", r"\r": "\r", r"\\": "\\", "&quot;": '"'}
_LAST_PART = re.compile(r"[^/#:]*$")


@dataclass(slots=True)
class Table:
    """One table of an archive: `columns` by the last part of their terms, in lower case."""

    row_type: str
    layout: Layout
    is_core: bool
    files: list[str] = field(default_factory=list)
    key: int | None = None
    columns: dict[str, Column] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The last part of the row type, in lower case: occurrence, multimedia, ..."""
        return last_part(self.row_type)


@dataclass(frozen=True, slots=True)
class Archive:
    """A core table and what extends it."""

    core: Table
    extensions: list[Table]


def read(path: Path) -> Archive:
    """The archive described in that file. Raises `Unusable` where it makes no sense."""
    text = _bytes(path)
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise Unusable(f"meta.xml is no readable XML ({error}).") from error
    return _checked(reader.tables)


def last_part(term: str) -> str:
    """The name of a term without its vocabulary, in lower case.

    >>> last_part("http://rs.tdwg.org/dwc/terms/taxonRank"), last_part("dwc:class")
    ('taxonrank', 'class')
    """
    found = _LAST_PART.search(term.strip())
    return found.group().lower() if found else ""


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        text = file.read(_MAX_BYTES + 1)
    if len(text) > _MAX_BYTES:
        raise Unusable(f"meta.xml is longer than {_MAX_BYTES:,} bytes: no archive needs that.")
    if not text.strip():
        raise Unusable("meta.xml is empty; fetch the archive again.")
    return text


def _refuse_doctype(*_: object) -> None:
    raise Unusable("meta.xml declares a document type, which no archive needs: not read.")


class _Reader:
    """Collects the tables while expat walks through the document."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self._is_inside = False
        self._location: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(" ")[2].lower()
        if name in ("core", "extension"):
            if len(self.tables) == _MAX_TABLES:
                raise Unusable(f"meta.xml describes more than {_MAX_TABLES} tables.")
            self.tables.append(_table(attributes, name == "core"))
            self._is_inside = True
        elif not self._is_inside:
            return
        elif name == "location":
            self._location = []
        elif name in ("id", "coreid"):
            self.tables[-1].key = _index(attributes.get("index"))
        elif name == "field":
            self._add(attributes)

    def _add(self, attributes: Mapping[str, str]) -> None:
        name = last_part(attributes.get("term", ""))
        index, default = _index(attributes.get("index")), attributes.get("default", "").strip()
        columns = self.tables[-1].columns
        # two vocabularies may have a term of that name: the one that has a column counts
        if name and (name not in columns or (columns[name].index is None and index is not None)):
            columns[name] = Column(index, default)

    def text(self, text: str) -> None:
        if self._location is not None:
            self._location.append(text)

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2].lower()
        if name == "location" and self._location is not None:
            self.tables[-1].files.append("".join(self._location).strip())
            self._location = None
        elif name in ("core", "extension"):
            self._is_inside = False


def _table(attributes: Mapping[str, str], is_core: bool) -> Table:
    ends = _plain(attributes.get("linesTerminatedBy", "\n"))
    # an attribute's own line feeds reach us as spaces
    if ends.strip(" \r\n"):
        raise Unusable(f"meta.xml says that lines end with {ends!r}; only line feeds are read.")
    delimiter = _plain(attributes.get("fieldsTerminatedBy", ","))
    quote = _plain(attributes.get("fieldsEnclosedBy", '"'))
    if not 1 <= len(delimiter.encode()) <= 4 or len(quote.encode()) > 1 or delimiter == quote:
        raise Unusable(
            f"meta.xml says that values end with {delimiter!r} and are enclosed by {quote!r}; "
            "this cannot be read."
        )
    n_header_lines = _index(attributes.get("ignoreHeaderLines", "0"))
    return Table(
        attributes.get("rowType", ""),
        Layout(
            # a tab in an attribute reaches us as a space
            "\t" if delimiter == " " else delimiter,
            quote.strip(),
            n_header_lines or 0,
            attributes.get("encoding", "").strip() or "utf-8",
        ),
        is_core,
    )


def _plain(text: str) -> str:
    return re.sub(r"\\[tnr\\]|&quot;", lambda found: _ESCAPES[found.group()], text)


def _index(text: str | None) -> int | None:
    if text is None:
        return None
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Unusable(f"meta.xml counts with {text[:20]!r} where a number belongs.")
    return int(text)


def _checked(tables: list[Table]) -> Archive:
    cores = [table for table in tables if table.is_core]
    if len(cores) != 1:
        raise Unusable(f"meta.xml describes {len(cores)} core tables; an archive has one.")
    for table in tables:
        if not table.files or not all(table.files):
            raise Unusable(f"meta.xml names no file for its table of {table.kind or 'no kind'}.")
        if table.key is None:
            missing = "id" if table.is_core else "coreid"
            raise Unusable(f"meta.xml gives the table in {table.files[0]} no {missing}.")
    return Archive(cores[0], [table for table in tables if not table.is_core])
