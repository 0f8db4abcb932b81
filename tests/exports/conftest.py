"""Making a release and reading it back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catalog.models import Dataset
from exports import making, releases
from exports.folders import folder_of
from exports.models import Release
from tests.make import NOON


class Made:
    """A release that is ready: its row and its folder."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.folder = folder_of(release)

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> dict:
        content: dict = json.loads(self.path(name).read_bytes())
        return content

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def make_release():
    """Asks for a release and makes it at once."""

    def make(dataset: Dataset, **wish) -> Made:
        release = releases.create(dataset, now=NOON, **wish)
        return Made(making.run(release, folder_of(release), clock=lambda: NOON))

    return make
