"""The detection files: what stands in them, and that other people's readers agree."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.exports import make_rows

pytestmark = pytest.mark.django_db(transaction=True)
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def field(transactional_db):
    """Two splits; in train one image of each status, and what is awkward about real images."""
    field = make_rows.dataset()
    birds = make_rows.campaign(field, "birds")
    mammals = make_rows.campaign(field, "mammals", super_class="Mammalia")
    make_rows.taxon(field, "Corvus corax")
    boxed = make_rows.image(field, "b/boxed.jpg", split="train", size=(1600, 1200))
    make_rows.boxing(boxed, birds, [[100, 200, 300.127, 400], [1500, -5, 200, 105]], is_capped=True)
    make_rows.boxing(make_rows.image(field, "b/empty.jpg", split="train"), birds, [])
    make_rows.boxing(
        make_rows.image(field, "a/disputed.jpg", split="train", licence=""),
        birds,
        [[1, 2, 3, 4]],
        state="disputed",
    )
    make_rows.image(field, "a/never in a campaign.jpg", split="train", name="")
    make_rows.boxing(
        make_rows.image(field, "Z/nobody looked.jpg", split="train"),
        birds,
        [],
        state="open",
        n_looked=0,
    )
    fox = make_rows.image(
        field, "é/füchse.jpg", split="val", super_class="Mammalia", name="", size=(300, 1000)
    )
    make_rows.boxing(fox, mammals, [[30, 100, 60, 500], [0, 0, 10, 10]])
    hare = make_rows.image(
        field, "é/hase.jpg", split="val", super_class="Mammalia", name="Lepus", size=(1000, 500)
    )
    make_rows.boxing(hare, mammals, [[100, 100, 200, 200]])
    return field


@pytest.mark.parametrize("profile", ["coco", "inat2017"])
def test_the_files_are_what_they_have_been(field, make_release, profile):
    made = make_release(field, profile=profile)
    for name in ("train.json", "val.json"):
        golden = GOLDEN / f"{profile}_{name}"
        assert made.path(name).read_bytes() == golden.read_bytes()


def test_the_same_input_gives_the_same_bytes(field, make_release):
    first, second = make_release(field), make_release(field)
    assert first.names() == second.names() == ["train.json", "val.json"]
    assert (first.release.number, second.release.number) == (1, 2)
    for name in first.names():
        assert first.path(name).read_bytes() == second.path(name).read_bytes()
    assert first.release.files == second.release.files


def test_hash_and_size_are_those_of_the_file(field, make_release):
    made = make_release(field)
    for file in made.release.files:
        data = made.path(file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
        assert file["size"] == len(data)


@pytest.mark.parametrize("profile", ["coco", "inat2017"])
def test_pycocotools_loads_it_and_finds_it_perfect(field, make_release, tmp_path, profile):
    path = make_release(field, profile=profile).path("train.json")
    truth = COCO(str(path))
    assert len(truth.getImgIds()) == 5
    found = [
        {key: row[key] for key in ("image_id", "category_id", "bbox")}
        | {"score": row["attributes"]["score"]}
        for row in truth.loadAnns(truth.getAnnIds())
    ]
    assert len(found) == 3
    judge = COCOeval(truth, truth.loadRes(found), "bbox")
    judge.evaluate()
    judge.accumulate()
    judge.summarize()
    assert judge.stats[0] == pytest.approx(1.0)


def test_an_early_nothing_does_not_make_an_open_photo_empty(transactional_db, make_release):
    of = make_rows.dataset("early")
    birds = make_rows.campaign(of, "early-birds")
    for state in ("open", "retired"):
        image = make_rows.image(of, f"{state}.jpg", split="train")
        make_rows.boxing(image, birds, [], state=state, n_looked=1)
    images = make_release(of, split="train").read("train.json")["images"]
    assert {image["file_name"]: image["attributes"]["status"] for image in images} == {
        "open.jpg": "not_looked",
        "retired.jpg": "empty",
    }


def test_verified_empty_is_not_the_same_as_not_looked_at(field, make_release):
    made = make_release(field, split="train")
    images = made.read("train.json")["images"]
    assert {image["file_name"]: image["attributes"]["status"] for image in images} == {
        "Z/nobody looked.jpg": "not_looked",
        "a/disputed.jpg": "disputed",
        "a/never in a campaign.jpg": "not_looked",
        "b/boxed.jpg": "boxed",
        "b/empty.jpg": "empty",
    }
    assert [image["id"] for image in images] == [1, 2, 3, 4, 5]
    assert made.release.counts["images"] == 5
    assert made.release.counts["annotations"] == 3
    assert made.release.counts["empty"] == 1
    assert made.release.counts["not_looked"] == 2


def test_boxes_end_at_the_edge_of_the_image(field, make_release):
    made = make_release(field)
    rows = made.read("train.json")["annotations"]
    assert [1500.0, 0.0, 100.0, 100.0] in [row["bbox"] for row in rows]


def test_the_inat_profile_shows_boxes_of_single_validation_instances_only(field, make_release):
    coco = make_release(field).read("val.json")
    inat = make_release(field, profile="inat2017").read("val.json")
    assert (len(coco["annotations"]), len(inat["annotations"])) == (3, 1)
    assert len(coco["images"]) == len(inat["images"]) == 2
    assert inat["images"][0]["attributes"]["n_boxes"] == 2
    assert inat["annotations"][0]["bbox"] == [80.0, 80.0, 160.0, 160.0]
    assert inat["annotations"][0]["area"] == 160 * 160 / 2
    assert [row["id"] for row in inat["categories"]] == [0, 1, 2, 3, 4]
    assert (inat["images"][0]["width"], inat["images"][0]["height"]) == (240, 800)


def test_category_ids_are_the_same_in_every_split(field, make_release):
    made = make_release(field)
    assert made.read("train.json")["categories"] == made.read("val.json")["categories"]
    assert made.read("train.json")["licenses"] == made.read("val.json")["licenses"]


def test_an_image_without_a_taxon_is_boxed_as_its_super_class(field, make_release):
    val = make_release(field).read("val.json")
    names = {row["id"]: row["name"] for row in val["categories"]}
    assert names[val["annotations"][0]["category_id"]] == "Mammalia"


def test_a_taxon_named_like_its_super_class_stands_in_for_it(transactional_db, make_release):
    pond = make_rows.dataset("pond")
    birds = make_rows.campaign(pond, "birds")
    for file_name, name in (("a.jpg", "Aves"), ("b.jpg", "")):
        make_rows.boxing(make_rows.image(pond, file_name, name=name), birds, [[1, 1, 5, 5]])
    all_ = make_release(pond).read("all.json")
    assert all_["categories"] == [{"id": 1, "name": "Aves", "supercategory": "Aves"}]
    assert [row["category_id"] for row in all_["annotations"]] == [1, 1]


def test_images_without_a_split_go_to_all(transactional_db, make_release):
    pond = make_rows.dataset("pond")
    make_rows.image(pond, "a.jpg")
    assert make_release(pond).names() == ["all.json"]


def test_the_campaign_that_most_workers_answered_counts(transactional_db, make_release):
    pond = make_rows.dataset("pond")
    duck = make_rows.image(pond, "duck.jpg")
    for slug, n_looked in (("first", 3), ("more", 5), ("equal", 5)):
        make_rows.boxing(
            duck,
            make_rows.campaign(pond, slug),
            [[n_looked, 0, 10, 10]] * (1 + (slug == "equal")),
            n_looked=n_looked,
        )
    all_ = make_release(pond).read("all.json")
    assert [row["attributes"]["campaign"] for row in all_["images"]] == ["more"]
    assert [row["bbox"] for row in all_["annotations"]] == [[5.0, 0.0, 10.0, 10.0]]


def test_only_the_current_consensus_counts(transactional_db, make_release):
    pond = make_rows.dataset("pond")
    task = make_rows.boxing(
        make_rows.image(pond, "duck.jpg"), make_rows.campaign(pond, "birds"), [[1, 1, 5, 5]]
    )
    old = task.consensuses.get()
    old.pk, old.version, old.is_current, old.n_looked = None, 1, False, 9
    old.save()
    (row,) = make_release(pond).read("all.json")["images"]
    assert (row["attributes"]["consensus_version"], row["attributes"]["n_looked"]) == (2, 3)
