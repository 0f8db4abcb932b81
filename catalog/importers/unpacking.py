"""Files out of what others packed: a folder, a zip archive, a gzipped table.

Nothing is trusted: names that leave the archive, links, encrypted or doubled members and what
unpacks into more than the disk holds are refused with a sentence. Only members that are asked for
are unpacked, as streams, into a directory of our own.
"""

from __future__ import annotations

import gzip
import shutil
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Protocol

from catalog.importers import paths
from catalog.importers.records import Refused, Unusable
from catalog.staging import Progress

# folders of ours within a staging's
UNPACKED, REWRITTEN = "unpacked", "rewritten"
_CHUNK = 1 << 20
# tables of text shrink to a tenth; a bomb of one byte repeated to a thousandth
_HIGHEST_RATIO = 200
_HARMLESS_BYTES = 100_000_000
# the staged tables need about as much again
_SHARE_OF_DISK = 0.5


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Folder(ABC):
    """Named files, wherever they are packed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def names(self) -> list[str]:
        """The names of all files, with / between folders, sorted."""

    @abstractmethod
    def file(self, name: str, on_progress: Progress) -> Path:
        """The file of that name on disk. Raises `Unusable` where it cannot be had."""


class PlainFolder(Folder):
    """A folder on disk; its files are read where they are."""

    def names(self) -> list[str]:
        """Files in the folder and in those directly below it."""
        found = [*self.path.glob("*"), *self.path.glob("*/*")]
        return sorted(path.relative_to(self.path).as_posix() for path in found if path.is_file())

    def file(self, name: str, on_progress: Progress) -> Path:  # noqa: ARG002 - nothing to unpack
        """The file itself; links may not lead out of the folder."""
        try:
            return paths.locate(self.path, paths.check_name(name))
        except Refused as refused:
            raise Unusable(f"{name} of {self.path.name} {refused}") from refused


class ZipFolder(Folder):
    """A zip archive; what is asked for is unpacked into `into`."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, into: Path) -> None:
        super().__init__(path)
        self._archive = archive
        self._into = into
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in archive.infolist():
            if not member.is_dir():
                self._add(member)

    def _add(self, member: zipfile.ZipInfo) -> None:
        try:
            name = paths.check_name(member.orig_filename)
        except Refused as refused:
            raise Unusable(f"{self.path.name} holds a file that {refused}.") from refused
        if stat.S_ISLNK(member.external_attr >> 16):
            raise Unusable(f"{self.path.name} holds a link, {name}; pack the file itself.")
        if name in self._members:
            raise Unusable(f"{self.path.name} holds {name} twice; which is meant?")
        self._members[name] = member

    def names(self) -> list[str]:
        """The names of all members that are files."""
        return sorted(self._members)

    def file(self, name: str, on_progress: Progress) -> Path:
        """Unpack the member of that name."""
        member = self._members.get(name)
        if member is None:
            raise Unusable(f"{self.path.name} holds no {name}.")
        if member.flag_bits & 0x1:
            raise Unusable(f"{name} in {self.path.name} is encrypted; unpack it first.")
        _check_size(name, member.file_size, member.compress_size, self._into)
        # numbered, as names may differ only in what a file system ignores
        target = self._into / str(list(self._members).index(name)) / PurePosixPath(name).name
        with _told(self.path), self._archive.open(member) as packed:
            _copy(packed, target, name, member.file_size, on_progress)
        return target


@contextmanager
def opened(path: Path, into: Path) -> Iterator[Folder]:
    """The folder or zip archive at `path`; members are unpacked into `into`. Raises `Unusable`."""
    if path.is_dir():
        yield PlainFolder(path)
        return
    with _told(path):
        archive = zipfile.ZipFile(path)
    with archive:
        yield ZipFolder(path, archive, into / UNPACKED)


def gunzipped(path: Path, into: Path, on_progress: Progress) -> Path:
    """The table at `path`, unpacked into `into` where it is gzipped. Raises `Unusable`."""
    if path.suffix.lower() != ".gz":
        return path
    n_packed = path.stat().st_size
    target = into / UNPACKED / path.stem
    with _told(path), gzip.open(path) as packed:
        most = int(min(shutil.disk_usage(into).free * _SHARE_OF_DISK, 2**62))
        most = min(most, max(n_packed * _HIGHEST_RATIO, _HARMLESS_BYTES))
        _copy(packed, target, path.name, most, on_progress)
    return target


def discard(into: Path) -> None:
    """Remove what was unpacked or rewritten there, once it is loaded."""
    for name in (UNPACKED, REWRITTEN):
        shutil.rmtree(into / name, ignore_errors=True)


def _check_size(name: str, n_bytes: int, n_packed: int, into: Path) -> None:
    if n_bytes > _HARMLESS_BYTES and n_bytes > n_packed * _HIGHEST_RATIO:
        raise Unusable(
            f"{name} would unpack to {n_bytes:,} bytes from {n_packed:,}: no table shrinks that "
            "much, so it is not unpacked."
        )
    into.mkdir(parents=True, exist_ok=True)
    n_free = shutil.disk_usage(into).free
    if n_bytes > n_free * _SHARE_OF_DISK:
        raise Unusable(
            f"{name} would unpack to {n_bytes:,} bytes; {n_free:,} are free, and twice its size "
            "is needed."
        )


def _copy(packed: _Stream, target: Path, name: str, most: int, on_progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    n_done = 0
    with target.open("wb") as file:
        while chunk := packed.read(_CHUNK):
            n_done += len(chunk)
            if n_done > most:
                raise Unusable(f"{name} unpacks to more than {most:,} bytes: not unpacked.")
            file.write(chunk)
            on_progress(f"Unpacking {name}", n_done / max(most, 1))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what damaged archives raise into a sentence."""
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Unusable(
            f"{path.name} is damaged or was cut short ({error}); fetch it again."
        ) from error
    except (NotImplementedError, RuntimeError) as error:
        raise Unusable(f"{path.name} cannot be unpacked ({error}); unpack it first.") from error
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read ({error.strerror or error}).") from error
