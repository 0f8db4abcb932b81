"""Where results go: standard output, or a file that is written as a whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

STREAM = "-"


@contextmanager
def output(target: str) -> Iterator[TextIO]:
    """A text file to write results to; `-` is standard output.

    A file is written beside its place and moved there when the block ends without an exception;
    otherwise nothing is left of it, and an older file stays as it was. It keeps the mode of the
    file that it replaces. What is no file, such as a pipe, is written to directly. Raises OSError.
    """
    if target == STREAM or _is_standard_output(target):
        yield sys.stdout
        sys.stdout.flush()
    elif _is_no_file(target):
        with open(target, "w", encoding="ascii") as stream:
            yield stream
    else:
        with _whole_file(Path(target).resolve()) as stream:
            yield stream


def check_writable(target: str) -> None:
    """Fail before the work rather than after it. Raises OSError."""
    if target == STREAM:
        if not sys.stdout:
            raise OSError("standard output is closed")
        return
    if os.path.isdir(target):
        raise IsADirectoryError(f"{target} is a directory")
    if _is_standard_output(target):
        return
    if os.path.exists(target) and not _may_be_written(target):
        raise PermissionError(f"{target} is read-only")
    if _is_no_file(target):
        return
    folder = Path(target).resolve().parent
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no directory {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"nothing can be written to {folder}")


def write_row(stream: TextIO, row: dict[str, Any]) -> None:
    """Write one line."""
    stream.write(json.dumps(row, allow_nan=False) + "\n")


@contextmanager
def _whole_file(place: Path) -> Iterator[TextIO]:
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
    partial = place.with_name(f".{place.name}.{os.getpid()}.part")

    def create(path: str, flags: int) -> int:
        # nobody may read a private file, not even while it is being written
        return os.open(path, flags, 0o666 if mode is None else mode & 0o600)

    try:
        with open(partial, "x", encoding="ascii", opener=create) as stream:
            if mode is not None:
                partial.chmod(mode)
            yield stream
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)


def _is_standard_output(target: str) -> bool:
    """Whether this is another name of it, such as /dev/stdout."""
    try:
        return bool(sys.stdout) and os.path.samestat(os.stat(target), os.fstat(sys.stdout.fileno()))
    except OSError:
        return False


def _is_no_file(target: str) -> bool:
    # not resolved: a link in /proc need not lead to a path
    return os.path.exists(target) and not os.path.isfile(target)


def _may_be_written(target: str) -> bool:
    # the system lets its administrator write to files that are protected
    return os.access(target, os.W_OK) and bool(os.stat(target).st_mode & 0o222)
