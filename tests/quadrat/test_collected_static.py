"""Static files over an upgrade: a page that is open meanwhile finds what it loads later."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from quadrat import collected_static
from quadrat.collected_static import KEPT_FOR

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HASHED = {"staticfiles": {"BACKEND": "quadrat.static_storage.HashedStaticStorage"}}
MAIN = 'export const see = async () => (await import("./seen.js")).seen;'


@pytest.fixture
def source(tmp_path: Path, settings) -> Path:
    """Two modules, one of which is loaded later, and where they are collected."""
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.DATA_DIR = tmp_path
    (tmp_path / "run").mkdir()
    source = tmp_path / "source" / "quadrat"
    source.mkdir(parents=True)
    write(source, "first")
    return source


def write(source: Path, word: str) -> None:
    (source / "main.js").write_text(MAIN)
    (source / "seen.js").write_text(f'export const seen = "{word}{" and so on" * 20}";')
    (source / "mark.svg").write_text(f"<svg><title>{word}</title></svg>")


def upgraded(source: Path, word: str, *, now: datetime) -> Path:
    """What the page of this version loads later, by its name."""
    write(source, word)
    with override_settings(STORAGES=HASHED):  # a start has a storage of its own
        collected_static.collect(now=now)
    root = source.parent.parent / "static"
    names: dict[str, str] = json.loads((root / "staticfiles.json").read_text())["paths"]
    main = root / names["quadrat/main.js"]
    assert word in (root / names["quadrat/seen.js"]).read_text()
    found = re.search(r'import\("\./(seen\.\w+\.js)"\)', main.read_text())
    assert found
    return main.parent / found[1]


def test_a_page_finds_what_it_loads_later_after_an_upgrade(source):
    old = upgraded(source, "first", now=NOON)
    new = upgraded(source, "second", now=NOON + DAY)
    assert old != new
    assert "first" in old.read_text()
    assert "second" in new.read_text()
    assert old.with_name(f"{old.name}.br").exists()


def test_it_is_kept_from_when_it_was_last_served_not_from_when_it_was_written(source):
    old = upgraded(source, "first", now=NOON)
    replaced = NOON + 10 * KEPT_FOR
    upgraded(source, "second", now=replaced)
    upgraded(source, "third", now=replaced + DAY)
    assert old.exists()
    upgraded(source, "fourth", now=replaced + KEPT_FOR + DAY)
    assert not old.exists()
    assert not old.with_name(f"{old.name}.br").exists()


def test_what_no_page_loads_later_goes_with_its_version(source):
    upgraded(source, "first", now=NOON)
    upgraded(source, "second", now=NOON + DAY)
    root = source.parent.parent / "static"
    assert len(list(root.rglob("mark.*.svg"))) == 1
    assert "second" in next(root.rglob("mark.*.svg")).read_text()


def test_what_a_collection_that_was_broken_off_left_is_made_anew(source):
    name = upgraded(source, "first", now=NOON)
    whole = name.read_text()
    name.write_text("export")
    name.with_name(f"{name.name}.br").write_bytes(b"")
    assert upgraded(source, "first", now=NOON + DAY) == name
    assert name.read_text() == whole
    assert name.with_name(f"{name.name}.br").stat().st_size
