"""Writing JSON piece by piece: memory stays bounded, the hash is ready with the last byte."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

BLOCK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A finished file: `size` in bytes, `counts` what is in it."""

    name: str
    sha256: str
    size: int
    counts: dict[str, int]


class Spool:
    """Array items put aside until the array before theirs has ended; on disk, not in memory."""

    def __init__(self, folder: Path) -> None:
        # open for longer than a block; `close` ends it
        self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115
            dir=folder, buffering=BLOCK_BYTES
        )
        self._lead = b"\n"

    def add(self, item: object) -> None:
        self._file.write(self._lead + orjson.dumps(item))
        self._lead = b",\n"

    def blocks(self) -> Iterator[bytes]:
        """What was added, in order, separated by commas."""
        self._file.seek(0)
        while block := self._file.read(BLOCK_BYTES):
            yield block

    def close(self) -> None:
        self._file.close()


class JsonFile:
    """A JSON object written member by member, array items one a line.

    Used as a context: `result(...)` tells name, hash and size once the context has ended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending = bytearray()
        self._hash = hashlib.sha256()
        self._size = 0
        self._lead = b"{"

    def __enter__(self) -> Self:
        self._file = self._path.open("wb", buffering=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._put(b"}\n")
            self._flush()
        self._file.close()

    def member(self, name: str, value: object) -> None:
        self._begin(name)
        self._put(orjson.dumps(value))

    def begin_array(self, name: str) -> None:
        """What is given to `item` from now on belongs to the array of this name."""
        self._begin(name)
        self._put(b"[")
        self._lead = b"\n"

    def item(self, value: object) -> None:
        self._put(self._lead + orjson.dumps(value))
        self._lead = b",\n"

    def end_array(self) -> None:
        self._put(b"]")
        self._lead = b",\n"

    def array(self, name: str, items: list[dict[str, object]]) -> None:
        self.begin_array(name)
        for item in items:
            self.item(item)
        self.end_array()

    def spooled_array(self, name: str, spool: Spool) -> None:
        self.begin_array(name)
        for block in spool.blocks():
            self._put(block)
        self.end_array()

    def result(self, counts: dict[str, int]) -> WrittenFile:
        return WrittenFile(self._path.name, self._hash.hexdigest(), self._size, counts)

    def _begin(self, name: str) -> None:
        self._put(self._lead + orjson.dumps(name) + b":")
        self._lead = b",\n"

    def _put(self, data: bytes) -> None:
        self._pending += data
        if len(self._pending) >= BLOCK_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._file.write(self._pending)
        self._hash.update(self._pending)
        self._size += len(self._pending)
        self._pending.clear()


def copy_atomically(source: Path, target: Path) -> None:
    """Copy a file so that nobody ever sees half of it under its name."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        shutil.copyfile(source, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
