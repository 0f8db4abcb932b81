"""Where an archive is staged while it is imported: a directory for each data set."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from catalog.importers.records import Unusable

# pages of a query, which took their time to be asked for
_KEPT = "inat-api-"


@contextmanager
def workplace(slug: str, *, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """A directory for one import into that data set, gone once that has succeeded.

    What a killed import left behind is thrown away, but for the answers of an API; those outlive a
    failure as well. Raises `Unusable` while another process is importing into the data set, and
    where one of the `inputs` lies in the directory and would be thrown away with it.
    """
    directory = settings.IMPORTS_ROOT / slug
    for path in inputs:
        if path.resolve().is_relative_to(directory.resolve()):
            raise Unusable(f"{directory} is emptied by each import. Move {path.name} elsewhere.")
    with _alone(settings.IMPORTS_ROOT / f".{slug}.lock", slug):
        _clear(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
            yield directory
        except BaseException:
            _clear(directory)
            raise
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _alone(path: Path, slug: str) -> Iterator[None]:
    """Holds a lock that the system takes back from a killed process."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise Unusable(f"{path.parent} cannot be written ({error.strerror}).") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Unusable(f"Another import into {slug} is running; wait for its end.") from error
    finally:
        os.close(descriptor)


def _clear(directory: Path) -> None:
    if not directory.is_dir():
        return
    for found in directory.iterdir():
        if found.name.startswith(_KEPT):
            continue
        if found.is_dir() and not found.is_symlink():
            shutil.rmtree(found, ignore_errors=True)
        else:
            found.unlink(missing_ok=True)
