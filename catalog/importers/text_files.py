"""How a text file is written: its encoding and its line ends, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

from catalog.importers.records import Unusable
from catalog.importers.unpacking import REWRITTEN

CHUNK_BYTES = 1 << 20


def as_utf8(file: Path, encoding: str, scratch: Path) -> Path:
    """The file itself where it is UTF-8, else a copy of it below `scratch` that is.

    Where the file begins with a mark of UTF-16, that counts. Raises `Unusable`.
    """
    try:
        with file.open("rb") as raw:
            start = raw.read(4)
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise Unusable(f"{file.name}: nobody knows the encoding {encoding!r}.") from error
    except OSError as error:
        raise Unusable(f"{file.name} cannot be read ({error.strerror}).") from error
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    if name in ("utf-8", "utf-8-sig", "ascii"):
        return file
    decoder = codecs.getincrementaldecoder(name)()

    def recoded(chunk: bytes, is_last: bool) -> bytes:
        return decoder.decode(chunk, is_last).encode()

    try:
        return rewritten(file, scratch, recoded)
    except UnicodeError as error:
        raise Unusable(f"{file.name} is not written in {encoding} ({error}).") from error


def without_returns(*, is_quoted: bool) -> Callable[[bytes, bool], bytes]:
    """For `rewritten`: line ends of one kind; a carriage return within an unquoted line becomes a
    space."""
    kept = b""

    def cleaned(chunk: bytes, is_last: bool) -> bytes:
        nonlocal kept
        chunk = kept + chunk
        # its line feed may be in the next chunk
        kept = b"\r" if chunk.endswith(b"\r") and not is_last else b""
        chunk = chunk.removesuffix(kept) if kept else chunk
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n" if is_quoted else b" ")

    return cleaned


def rewritten(file: Path, scratch: Path, change: Callable[[bytes, bool], bytes]) -> Path:
    """A copy of the file below `scratch`, changed chunk by chunk; `change` hears which is the last,
    an empty one."""
    target = scratch / REWRITTEN / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target == file:
        target = target.with_name(f"{file.name}.again")
    with file.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(CHUNK_BYTES):
            copy.write(change(chunk, False))
        copy.write(change(b"", True))
    return target


def n_lines(file: Path) -> int:
    """How many line feeds end a line of the file, and whether something comes after the last."""
    n, end = 0, b"\n"
    with file.open("rb") as raw:
        while chunk := raw.read(CHUNK_BYTES):
            n += chunk.count(b"\n")
            end = chunk[-1:]
    return n + (end != b"\n")
