"""Where the files of a release lie."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from crowd.errors import NotFound
from exports.models import Release


def folder_of(release: Release) -> Path:
    """The folder of a release, whether it exists yet or not."""
    return Path(settings.RELEASES_ROOT) / release.dataset.slug / str(release.number)


def path_of(release: Release, name: str) -> Path:
    """The path of one of the release's files.

    Only names that the release lists are files: no other name ever becomes a path. Raises
    `NotFound` for those, for a release that is not ready, and for a file that has gone.
    """
    is_listed = release.state == Release.State.READY and any(
        file["name"] == name for file in release.files
    )
    path = folder_of(release) / name if is_listed else None
    if path is None or not path.is_file():
        raise NotFound("This release has no such file.")
    return path
