"""Folders say what is in them; what cannot be an image of the folder is told, not dropped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.importers import folder
from catalog.importers.records import ImageRecord, Refusal, Unusable
from catalog.models import Split
from catalog.superclasses import SuperClass
from tests.catalog.photographs import put


def read(path: Path, **options) -> tuple[dict[str, ImageRecord], dict[str, str]]:
    items = list(folder.read(path, **options))
    records = {item.file_name: item for item in items if isinstance(item, ImageRecord)}
    refusals = {item.file_name: item.reason for item in items if isinstance(item, Refusal)}
    assert len(records) + len(refusals) == len(items) == folder.read(path).total
    return records, refusals


def test_folders_name_super_class_and_taxon(tmp_path: Path) -> None:
    put(tmp_path, "Aves/Parus major/spring/1.jpg")
    put(tmp_path, "mammals/2.jpg")
    put(tmp_path, "train_val/Reptilia/Natrix natrix/3.jpg")
    put(tmp_path, "Kenya/4.jpg")
    put(tmp_path, "5.jpg")
    records, refusals = read(tmp_path)
    assert {name: (each.super_class, each.taxon_name) for name, each in records.items()} == {
        "Aves/Parus major/spring/1.jpg": (SuperClass.AVES, "Parus major"),
        "mammals/2.jpg": (SuperClass.MAMMALIA, ""),
        "train_val/Reptilia/Natrix natrix/3.jpg": (SuperClass.REPTILIA, "Natrix natrix"),
        "Kenya/4.jpg": (None, ""),
        "5.jpg": (None, ""),
    }
    assert not refusals


def test_the_split_is_the_one_asked_for_never_the_folders(tmp_path: Path) -> None:
    put(tmp_path, "train/1.jpg")
    assert read(tmp_path)[0]["train/1.jpg"].split is None
    assert read(tmp_path, split=Split.TEST)[0]["train/1.jpg"].split == Split.TEST


def test_the_order_is_that_of_the_names(tmp_path: Path) -> None:
    for name in ("b/2.jpg", "a/9.jpg", "b/1.jpg", "c.jpg"):
        put(tmp_path, name)
    assert list(read(tmp_path)[0]) == ["c.jpg", "a/9.jpg", "b/1.jpg", "b/2.jpg"]


def test_hidden_files_and_folders_are_told_once(tmp_path: Path) -> None:
    put(tmp_path, ".DS_Store")
    put(tmp_path, ".git/objects/1")
    put(tmp_path, ".git/objects/2")
    records, refusals = read(tmp_path)
    assert not records
    assert sorted(refusals) == [".DS_Store", ".git/"]
    assert all("hidden" in reason for reason in refusals.values())


def test_links_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    outside = put(tmp_path, "outside/secret.jpg")
    inside = tmp_path / "inside"
    put(inside, "real.jpg")
    (inside / "link.jpg").symlink_to(outside)
    (inside / "folder").symlink_to(outside.parent)
    (inside / "broken.jpg").symlink_to("nowhere.jpg")
    (inside / "circle.jpg").symlink_to("circle.jpg")
    records, refusals = read(inside)
    assert list(records) == ["real.jpg"]
    assert sorted(refusals) == ["broken.jpg", "circle.jpg", "folder/", "link.jpg"]
    assert "leads out" in refusals["link.jpg"]


def test_what_is_no_regular_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "no regular file" in read(tmp_path)[1]["pipe.jpg"]


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (reason,) = read(tmp_path)[1].values()
    assert "UTF-8" in reason


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="no folder"):
        folder.read(put(tmp_path, "1.jpg"))
