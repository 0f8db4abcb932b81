"""A COCO file is read entry by entry: a bad one costs itself, the rest comes in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.importers import coco, formats
from catalog.importers.records import REASONS, ImageRecord, Item, Note, Refusal, Unusable
from catalog.models import Reference, Split
from catalog.superclasses import SuperClass
from tests.catalog.photographs import box, put, row
from tests.catalog.photographs import coco as write
from verify.models import Label


def one(folder: Path, annotations: list | None = None, fields: dict | None = None, **parts):
    """The record of a JSON file that lists the one image 1.jpg."""
    put(folder, "1.jpg")
    (record,) = coco.read(write(folder, [row(1, **(fields or {}))], annotations, **parts))
    assert isinstance(record, ImageRecord)
    return record


def refusals(items: list[Item]) -> dict[str, str]:
    return {item.file_name: item.reason for item in items if isinstance(item, Refusal)}


def names(items: list[Item]) -> list[str]:
    return [item.file_name for item in items if isinstance(item, ImageRecord)]


def test_boxes_label_and_licence_are_read(tmp_path: Path) -> None:
    record = one(
        tmp_path,
        [box(1), box(1, bbox=(30, 20, 5, 5))],
        {"license": 3, "rights_holder": "Ada L."},
        licenses=[{"id": 3, "name": "CC BY 4.0", "url": "https://example.org/by"}],
    )
    assert record == ImageRecord(
        source=(tmp_path / "1.jpg").resolve(),
        file_name="1.jpg",
        taxon_name="Parus major",
        super_class=SuperClass.AVES,
        category_id=1,
        licence="CC BY 4.0",
        licence_url="https://example.org/by",
        rights_holder="Ada L.",
        boxes_xywh={SuperClass.AVES: [[10, 5, 20, 15], [30, 20, 5, 5]]},
        claimed_size=(60, 40),
    )


def test_an_annotation_without_a_box_is_a_label(tmp_path: Path) -> None:
    record = one(tmp_path, [{"id": 1, "image_id": 1, "category_id": 2}])
    assert (record.taxon_name, record.super_class) == ("Vulpes vulpes", SuperClass.MAMMALIA)
    assert not record.boxes_xywh


@pytest.mark.parametrize(
    ("category", "super_class"),
    [
        ({"supercategory": "Birds", "class": "Aves"}, SuperClass.AVES),
        ({"supercategory": "Ray-finned Fishes"}, SuperClass.ACTINOPTERYGII),
        ({"name": "Insecta"}, SuperClass.INSECTA),
        ({"supercategory": "vehicle"}, None),
        ({"supercategory": ["Aves"]}, None),
    ],
)
def test_categories_of_every_edition_are_understood(tmp_path, category, super_class) -> None:
    categories = [{"id": 0, "name": "some species", **category}]
    record = one(tmp_path, [box(1, 0)], categories=categories)
    assert record.super_class == super_class
    if super_class is None:
        assert "none of the 13" in record.notes[0]
        assert not record.boxes_xywh and not record.taxon_name


def test_two_super_classes_have_their_boxes_apart_and_no_taxon(tmp_path: Path) -> None:
    annotations = [box(1, 1), box(1, 2, (0, 0, 9, 9))]
    record = one(tmp_path, annotations, {"super_class": "Mammalia"})
    assert record.boxes_xywh == {
        SuperClass.AVES: [[10, 5, 20, 15]],
        SuperClass.MAMMALIA: [[0, 0, 9, 9]],
    }
    assert record.super_class == SuperClass.MAMMALIA
    assert record.taxon_name == ""


def test_a_label_that_contradicts_the_image_is_left_out(tmp_path: Path) -> None:
    record = one(tmp_path, [box(1, 1)], {"super_class": "Mammalia"})
    assert (record.super_class, record.taxon_name) == (SuperClass.MAMMALIA, "")
    assert "category left out" in record.notes[0]


def test_nothing_to_box_only_where_the_file_says_so(tmp_path: Path) -> None:
    fox: dict[SuperClass, list] = {SuperClass.MAMMALIA: []}
    about = {"super_class": "Mammalia"}
    assert one(tmp_path, [], about).boxes_xywh == {}
    assert one(tmp_path, [], {**about, "boxes_complete": True}).boxes_xywh == fox
    assert one(tmp_path, [], {**about, "boxes_complete": "yes"}).boxes_xywh == {}
    assert one(tmp_path, [], {**about, "status": "instance"}).boxes_xywh == {}
    assert one(tmp_path, [], {**about, "status": "non_instance"}).boxes_xywh == fox
    assert one(tmp_path, [], {"boxes_complete": True}).boxes_xywh == {}
    broken = one(tmp_path, [box(1, 2, (1, 1, 0, 5))], {**about, "boxes_complete": True})
    assert broken.boxes_xywh == {}


def test_an_image_nobody_boxed_says_nothing_beside_boxed_ones(tmp_path: Path) -> None:
    for number in (1, 2):
        put(tmp_path, f"{number}.jpg")
    first, second = coco.read(write(tmp_path, [row(1), row(2, super_class="Aves")], [box(1)]))
    assert isinstance(first, ImageRecord) and isinstance(second, ImageRecord)
    assert first.boxes_xywh and not second.boxes_xywh


def test_boxes_known_to_be_partial_are_no_reference(tmp_path: Path) -> None:
    partial = one(tmp_path, [box(1)], {"boxes_complete": False})
    crowd = one(tmp_path, [box(1), box(1, iscrowd=1)])
    assert not partial.boxes_xywh and "not all" in partial.notes[0]
    assert not crowd.boxes_xywh and "crowd" in crowd.notes[0]
    assert partial.taxon_name == crowd.taxon_name == "Parus major"


def test_status_and_reason_are_about_the_images_super_class(tmp_path: Path) -> None:
    fields = {"super_class": "Aves", "status": "non_instance", "reason": "tracks"}
    record = one(tmp_path, [], fields)
    assert (record.status, record.reason) == (Reference.Status.NON_INSTANCE, "tracks")
    odd = one(tmp_path, [], {**fields, "reason": "fog"})
    assert (odd.status, odd.reason) == (Reference.Status.NON_INSTANCE, "")
    assert "'fog'" in odd.notes[0]
    nobody = one(tmp_path, [], {"status": "non_instance"})
    assert nobody.status is None and "without a super_class" in nobody.notes[0]
    unknown = one(tmp_path, [], {**fields, "status": 7 * "very "})
    assert unknown.status is None and unknown.notes
    boxed = one(tmp_path, [box(1)], fields)
    assert boxed.status is None and boxed.boxes_xywh and "contradicts" in boxed.notes[0]


def test_the_reasons_are_those_of_a_verdict() -> None:
    assert set(REASONS) == set(Label.values) - {Label.ANIMAL}


def test_the_split_comes_from_the_option_then_from_the_image_never_from_the_name(tmp_path) -> None:
    said = ("", "validation", "moon", "reserve")
    path = write(tmp_path, [row(n, split=split) for n, split in enumerate(said, start=1)])
    for number in (1, 2, 3, 4):
        put(tmp_path, f"{number}.jpg")
    path = path.rename(tmp_path / "train2017.json")
    own = [item for item in coco.read(path) if isinstance(item, ImageRecord)]
    assert [record.split for record in own] == [None, Split.VAL, None, Split.RESERVE]
    assert "'moon'" in own[2].notes[0]
    given = [item for item in coco.read(path, split=Split.TEST) if isinstance(item, ImageRecord)]
    assert {record.split for record in given} == {Split.TEST}


def test_file_names_are_relative_to_the_file_or_to_the_images_folder(tmp_path: Path) -> None:
    put(tmp_path, "photos/a/1.jpg")
    path = write(tmp_path, [row(1, "a/1.jpg")])
    assert list(refusals(list(coco.read(path)))) == ["a/1.jpg"]
    assert names(list(coco.read(path, images=tmp_path / "photos"))) == ["a/1.jpg"]
    with pytest.raises(Unusable, match="no folder of images"):
        coco.read(path, images=tmp_path / "nowhere")


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg",
        "a/../../secret.jpg",
        "/etc/passwd",
        "C:\\secret.jpg",
        "C:/secret.jpg",
        "a\\secret.jpg",
        "https://example.org/1.jpg",
        "file:///etc/passwd",
        "link.jpg",
        "a\0.jpg",
        "\ud800.jpg",
        "a\n.jpg",
        "x" * 501,
        "missing.jpg",
        ".",
        "folder",
        "",
        "   ",
        7,
        None,
        ["1.jpg"],
    ],
)
def test_a_path_trick_costs_one_image_and_is_told(tmp_path: Path, name: object) -> None:
    put(tmp_path, "secret.jpg")
    inside = tmp_path / "inside"
    put(inside, "1.jpg")
    put(inside, "folder/2.jpg")
    (inside / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    items = list(coco.read(write(inside, [{**row(2), "file_name": name}, row(1)])))
    assert names(items) == ["1.jpg"]
    assert len(refusals(items)) == 1


def test_an_entry_that_is_no_object_costs_itself(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg")
    entries: list[Any] = [None, 3, [], "1.jpg", {}, {"id": 9}, row(1)]
    items = list(coco.read(write(tmp_path, entries, [None, 4, {}, {"image_id": [1]}, box(1)])))
    assert names(items) == ["1.jpg"]
    assert len(refusals(items)) == 6
    assert refusals(items)["photos.json, image 2"] == "has no file_name that is text"
    assert [item.text for item in items if isinstance(item, Note)] == [
        "4 annotations belong to no image listed: left out"
    ]


def test_one_file_listed_twice_comes_in_once(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg")
    items = list(coco.read(write(tmp_path, [row(1), row(2, "1.jpg"), row(3, "./1.jpg")])))
    assert names(items) == ["1.jpg"]
    assert "listed twice" in refusals(items)["./1.jpg"]


def test_images_that_share_an_id_lose_their_labels_not_themselves(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg")
    put(tmp_path, "2.jpg")
    items = list(coco.read(write(tmp_path, [row(1), row(1, "2.jpg")], [box(1)])))
    assert names(items) == ["1.jpg", "2.jpg"]
    for item in items:
        assert isinstance(item, ImageRecord)
        assert not item.boxes_xywh and "shares its id" in item.notes[0]


def test_ids_may_be_text_or_missing(tmp_path: Path) -> None:
    assert one(tmp_path, [box(1) | {"image_id": "1", "category_id": "1"}]).boxes_xywh
    put(tmp_path, "2.jpg")
    items = list(coco.read(write(tmp_path, [row(1), {**row(2), "id": None}], [box(1)])))
    assert names(items) == ["1.jpg", "2.jpg"]
    assert isinstance(items[1], ImageRecord) and "has no id" in items[1].notes[0]


@pytest.mark.parametrize(
    "bbox",
    [
        [float("nan"), 1, 2, 3],
        [1, 1, float("inf"), 3],
        [1, 1, -5, 3],
        [1, 1, 5, 0],
        [1, 2, 3],
        [1, 2, 3, "4"],
        [1, 2, 3, True],
        [10**400, 1, 2, 3],
        {"x": 1},
        "1,2,3,4",
    ],
)
def test_a_bad_box_costs_itself(tmp_path: Path, bbox: object) -> None:
    record = one(tmp_path, [box(1, bbox=bbox), box(1)])
    assert record.boxes_xywh == {SuperClass.AVES: [[10, 5, 20, 15]]}
    assert "left out" in record.notes[0]


def test_odd_values_become_nothing_rather_than_a_failure(tmp_path: Path) -> None:
    record = one(
        tmp_path,
        [box(1, "no such category"), box(1)],
        {
            "width": -3,
            "height": "tall",
            "license": {"id": 1},
            "rights_holder": "Ada\0 \ud800Lovelace",
            "super_class": "Dinosauria",
            "split": 4,
        },
        licenses="none",
    )
    assert record.claimed_size is None
    assert (record.licence, record.rights_holder) == ("", "Ada Lovelace")
    assert record.super_class == SuperClass.AVES
    assert any("Dinosauria" in note for note in record.notes)
    assert any("no such category" in note for note in record.notes)


@pytest.mark.parametrize(
    "content",
    ["", "not json", "[]", "{}", '{"images": {}}', "[" * 100_000, "\ufeffnull", "1" * 5000],
)
def test_a_file_that_is_no_coco_is_refused_whole(tmp_path: Path, content: str) -> None:
    path = tmp_path / "photos.json"
    path.write_text(content)
    with pytest.raises(Unusable, match=r"is no COCO file|is not JSON"):
        coco.read(path)


def test_bytes_that_are_no_text_are_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="is not JSON"):
        formats.read(put(tmp_path, "photos.json", b"\xff\xfe\x00"), form="coco")


def test_auto_tells_folders_from_files(tmp_path: Path) -> None:
    put(tmp_path, "1.jpg")
    path = tmp_path / "photos.json"
    path.write_text(json.dumps({"images": [row(1)]}))
    assert (formats.detect(str(path)), formats.detect(str(tmp_path))) == ("coco", "folder")
    assert names(list(formats.read(path, form="coco"))) == ["1.jpg"]
    assert names(list(formats.read(tmp_path, form="folder"))) == ["1.jpg", "photos.json"]
    with pytest.raises(Unusable, match="does not exist"):
        formats.detect(str(tmp_path / "nowhere"))
    with pytest.raises(Unusable, match="--images"):
        formats.read(tmp_path, form="folder", images=tmp_path)
