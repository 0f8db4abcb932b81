"""The command and the rows: what comes in, what is told, and that nothing is done twice."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from catalog import pictures, renditions
from catalog.importers import formats
from catalog.importers.save import save
from catalog.models import Dataset, Image, Reference, Taxon
from catalog.superclasses import SuperClass
from tests.catalog.photographs import bomb, box, coco, encoded, photo, picture, put, row, with_exif
from tests.make import NOON

pytestmark = pytest.mark.django_db


def run(path: Path, *options: str, dataset: str = "field") -> str:
    out = io.StringIO()
    call_command("import_images", str(path), "--dataset", dataset, *options, stdout=out)
    return out.getvalue()


def rows() -> dict[str, list[dict[str, Any]]]:
    """Everything the catalog holds."""
    return {
        model.__name__: [dict(each) for each in model.objects.order_by("pk").values()]
        for model in (Dataset, Taxon, Image, Reference)
    }


def files() -> dict[str, tuple[int, int]]:
    root = Path(default_storage.path(""))
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in root.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """A folder for photographs, apart from the storage."""
    made = tmp_path / "shots"
    made.mkdir()
    return made


@pytest.fixture
def field(shots: Path) -> Path:
    """Two great tits, one of them boxed, and a photograph of a fox's tracks."""
    for number in (1, 2, 3):
        put(shots, f"{number}.jpg", photo(60, 40 + number))
    images = [row(1, height=41), row(2, height=42), row(3, height=43)]
    images[2] |= {"super_class": "Mammalia", "status": "non_instance", "reason": "tracks"}
    return coco(shots, images, [box(1), {"id": 2, "image_id": 2, "category_id": 1}])


def test_a_file_becomes_images_taxa_and_references(field: Path) -> None:
    assert run(field, "--split", "test") == "Data set field: 3 new, 0 unchanged, 0 refused\n"
    first, second, third = Image.objects.order_by("file_name")
    assert (first.width, first.height, first.display_width) == (60, 41, 60)
    assert first.taxon == second.taxon == Taxon.objects.get()
    assert first.taxon is not None
    assert (first.taxon.name, first.taxon.super_class, first.taxon.category_id) == (
        "Parus major",
        "Aves",
        1,
    )
    assert {image.split for image in (first, second, third)} == {"test"}
    assert (third.taxon, third.super_class) == (None, "Mammalia")
    answers = Reference.objects.order_by("image__file_name").values_list(
        "image", "super_class", "boxes_xywh", "status", "reason"
    )
    assert list(answers) == [
        (first.pk, "Aves", [[10, 5, 20, 15]], "instance", ""),
        (third.pk, "Mammalia", [], "non_instance", "tracks"),
    ]
    assert renditions.exist(first.uid)


def test_importing_again_changes_nothing_and_says_so(field: Path) -> None:
    run(field)
    before = rows(), files()
    assert run(field) == "Data set field: 0 new, 3 unchanged, 0 refused\n"
    assert (rows(), files()) == before


def test_a_folder_is_imported_with_its_labels(shots: Path) -> None:
    put(shots, "Aves/Parus major/1.jpg")
    put(shots, "Birds/Parus major/2.jpg")
    put(shots, "elsewhere/3.jpg")
    assert "3 new" in run(shots)
    labels = Image.objects.order_by("file_name").values_list("super_class", "taxon__name")
    assert list(labels) == [("Aves", "Parus major")] * 2 + [("", None)]
    assert Taxon.objects.count() == 1
    assert not Reference.objects.exists()


def test_turned_photographs_are_measured_upright(shots: Path) -> None:
    put(shots, "1.jpg", with_exif(picture(60, 40), 6))
    report = run(coco(shots, [row(1)], [box(1)]))
    image = Image.objects.get()
    assert (image.width, image.height) == (40, 60)
    assert not Reference.objects.exists()
    assert "its boxes are for 60 x 40 pixels" in report


def test_bad_files_are_told_one_by_one_and_the_rest_comes_in(shots: Path) -> None:
    put(shots, "good.jpg")
    put(shots, "good.png", encoded(picture(mode="P"), "PNG"))
    put(shots, "bomb.png", bomb())
    put(shots, "cut.jpg", photo(400, 300)[:1500])
    put(shots, "words.jpg", b"no image at all")
    put(shots, "empty.jpg", b"")
    put(shots, "esc\x1b[31m.jpg", b"")
    report = run(shots)
    assert "2 new, 0 unchanged, 5 refused" in report
    for name, words in {
        "bomb.png": "60000 x 60000 pixels",
        "cut.jpg": "truncated",
        "words.jpg": "not an image",
        "empty.jpg": "empty",
        "esc\\x1b[31m.jpg": "UTF-8",
    }.items():
        (line,) = [line for line in report.splitlines() if f" {name}:" in line]
        assert words in line
    assert sorted(Image.objects.values_list("file_name", flat=True)) == ["good.jpg", "good.png"]
    assert len(files()) == 6


def test_an_unreadable_file_is_told(shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(shots, "good.jpg")
    put(shots, "large.jpg", photo(600, 400))
    monkeypatch.setattr(pictures, "MAX_BYTES", 2000)
    assert "large.jpg: is larger than" in run(shots)


def test_nothing_imported_is_a_failure(shots: Path) -> None:
    put(shots, "words.jpg", b"no image at all")
    with pytest.raises(CommandError, match="No image was imported") as failure:
        run(shots)
    assert failure.value.returncode == 1
    with pytest.raises(CommandError, match=r"is not JSON.* --format"):
        run(shots / "words.jpg")
    put(shots, "meta.xml", b"<archive/>")
    with pytest.raises(CommandError, match="give the folder"):
        run(shots / "meta.xml")
    with pytest.raises(CommandError, match="does not exist"):
        run(shots / "nowhere")
    with pytest.raises(CommandError, match="--dataset"):
        run(shots, dataset="no slug!")


def test_changed_bytes_are_refused_because_tasks_refer_to_the_old_ones(shots: Path) -> None:
    put(shots, "1.jpg")
    put(shots, "2.jpg")
    run(shots)
    before = rows(), files()
    put(shots, "1.jpg", photo(61, 40))
    report = run(shots)
    assert "0 new, 1 unchanged, 1 refused" in report
    assert "has changed since it was imported" in report
    assert (rows(), files()) == before


def test_lost_files_are_made_again(shots: Path) -> None:
    put(shots, "1.jpg")
    run(shots)
    image = Image.objects.get()
    display = Path(default_storage.path(renditions.name(image.uid, "display")))
    content = display.read_bytes()
    display.unlink()
    assert "1 unchanged" in run(shots)
    assert display.read_bytes() == content


def test_an_import_killed_between_files_and_rows_finds_its_files_again(field: Path) -> None:
    run(field)
    before = set(files())
    Image.objects.all().delete()
    assert "3 new" in run(field)
    assert set(files()) == before


def test_the_uid_cannot_be_worked_out_from_the_file_name(field: Path, settings) -> None:
    run(field)
    own = set(Image.objects.values_list("uid", flat=True))
    settings.SECRET_KEY = "of another site"
    Image.objects.all().delete()
    run(field)
    assert not own & set(Image.objects.values_list("uid", flat=True))


def test_a_second_file_fills_in_what_the_first_left_open(shots: Path) -> None:
    put(shots, "1.jpg")
    put(shots, "2.jpg")
    run(shots)
    path = coco(shots, [row(1, split="train")], [box(1)])
    assert "0 new, 0 unchanged, 1 completed" in run(path)
    image = Image.objects.get(file_name="1.jpg")
    assert image.taxon is not None
    assert (image.super_class, image.taxon.name, image.split) == ("Aves", "Parus major", "train")
    assert image.references.get().boxes_xywh == [[10, 5, 20, 15]]
    assert "0 new, 1 unchanged, 0 refused" in run(path)


def test_a_second_file_never_overwrites_the_first(shots: Path) -> None:
    put(shots, "1.jpg")
    run(coco(shots, [row(1, split="train")], [box(1)]))
    before = rows()
    report = run(coco(shots, [row(1, split="test")], [box(1, bbox=(0, 0, 9, 9))]))
    assert "0 new, 1 unchanged" in report
    assert "was imported with another split, boxes_xywh: kept as it was" in report
    assert rows() == before


def test_one_file_name_may_be_in_two_data_sets(field: Path) -> None:
    run(field)
    run(field, dataset="other")
    assert Image.objects.count() == 6
    assert len(set(Image.objects.values_list("uid", flat=True))) == 6


def test_more_than_a_batch_comes_in_and_progress_is_told(shots: Path) -> None:
    for number in range(70):
        put(shots, f"{number:02}.jpg", photo(20, 20))
    put(shots, "note.txt", b"words")
    told: list[int] = []
    reading = formats.read(shots, form="folder")
    report = save(reading, "field", told.append, now=NOON)
    assert (report.n_new, len(report.refusals)) == (70, 1)
    assert sum(told) == reading.total == 71


def test_two_imports_into_one_data_set_do_not_run_at_once(field: Path) -> None:
    run(field)
    mine = connection.get_connection_params()
    mine.pop("cursor_factory")
    other = psycopg2.connect(**mine)
    keys = [0x51494D50, Dataset.objects.get().pk]
    cursor = other.cursor()
    cursor.execute("SELECT pg_advisory_lock(%s, %s)", keys)
    with pytest.raises(CommandError, match="Another import into field is running"):
        run(field)
    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)
    other.close()
    assert "3 unchanged" in run(field)


def test_real_photographs_arrive_with_their_boxes(shared_photos: Path) -> None:
    path = shared_photos / "photos.json"
    assert "85 new, 0 unchanged, 0 refused" in run(path, dataset="photos")
    truth = json.loads(path.read_text())
    super_class_of = {each["id"]: each["supercategory"] for each in truth["categories"]}
    names = {each["id"]: each["file_name"] for each in truth["images"]}
    partial = {each["id"] for each in truth["images"] if not each["boxes_complete"]}
    wanted = Counter(
        (names[each["image_id"]], super_class_of[each["category_id"]], tuple(each["bbox"]))
        for each in truth["annotations"]
        if each["image_id"] not in partial
    )
    found = Counter(
        (reference.image.file_name, reference.super_class, tuple(given))
        for reference in Reference.objects.select_related("image")
        for given in reference.boxes_xywh or []
    )
    assert found == wanted
    nothing = Reference.objects.filter(boxes_xywh=[], status="non_instance")
    assert nothing.count() == 7
    sizes = {each["file_name"]: (each["width"], each["height"]) for each in truth["images"]}
    assert {each.file_name: (each.width, each.height) for each in Image.objects.all()} == sizes
    assert Image.objects.filter(super_class=SuperClass.AVES).count() == 21
