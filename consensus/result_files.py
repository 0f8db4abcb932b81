"""Results, one JSON object a line, written to a file as a whole or not at all."""

from __future__ import annotations

import json
import os
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
    otherwise nothing is left of it, and an older file stays as it was. What is no file, such as a
    pipe, is written to directly. Raises OSError.
    """
    if target == STREAM:
        yield sys.stdout
        sys.stdout.flush()
        return
    place = Path(target).resolve()
    if place.exists() and not place.is_file():
        with place.open("w", encoding="ascii") as stream:
            yield stream
        return
    partial = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with partial.open("x", encoding="ascii") as stream:
            yield stream
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)


def check_writable(target: str) -> None:
    """Fail before the work rather than after it. Raises OSError."""
    if target == STREAM:
        if not sys.stdout:
            raise OSError("standard output is closed")
        return
    place = Path(target).resolve()
    if place.is_dir():
        raise IsADirectoryError(f"{target} is a directory")
    if not place.parent.is_dir():
        raise FileNotFoundError(f"there is no directory {place.parent}")
    if not place.exists() and not os.access(place.parent, os.W_OK | os.X_OK):
        raise PermissionError(f"nothing can be written to {place.parent}")


def write_row(stream: TextIO, row: dict[str, Any]) -> None:
    """Write one line."""
    stream.write(json.dumps(row, allow_nan=False) + "\n")
