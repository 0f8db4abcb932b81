"""The library that draws charts in the browser: made at install, never fetched, never committed.

`python -m charts.bundle` writes it beside the installed packages, under the version of
vl-convert-python that holds it. `make install` does that; where it was not done, or an upgrade
brought another version, it is made when static files are first listed, in a few seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

from charts.files import write_whole
from charts.running import rendered

NAME = "vega/vega.js"
LIMIT_S = 120


class BundleFinder(BaseFinder):
    """Finds the library among the static files, as `vega/vega.js`."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:  # noqa: ARG002
        """The one file and where it lies."""
        yield NAME, FileSystemStorage(location=ensure(places()))

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """Its path, if that is what is looked for."""
        if path != NAME:
            return []
        found = str(ensure(places()) / NAME)
        return [found] if find_all else found


def places() -> list[Path]:
    """The folders it may lie in, the best first; the second for an install that is read-only."""
    name = f"charts-{version('vl-convert-python')}"
    return [installed(), Path(settings.DATA_DIR) / "run" / name]


def installed() -> Path:
    """The folder beside the installed packages."""
    name = f"charts-{version('vl-convert-python')}"
    return Path(sys.prefix) / "share" / "quadrat" / name


def ensure(folders: Iterable[Path]) -> Path:
    """The folder with the library in it; made in the first that can be written to.

    Raises NotDrawn where it cannot be made, OSError where no folder can be written to.
    """
    found = list(folders)
    for folder in found:
        if (folder / NAME).is_file():
            return folder
    library = rendered("bundle", limit_s=LIMIT_S)
    for folder in found[:-1]:
        try:
            return _written(folder, library)
        except OSError:
            continue
    return _written(found[-1], library)


def _written(folder: Path, library: bytes) -> Path:
    write_whole(folder / NAME, library)
    return folder


if __name__ == "__main__":
    ensure([installed()])
