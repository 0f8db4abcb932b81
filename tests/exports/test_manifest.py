"""The filtered test manifest and the ledger of what was excluded."""

from __future__ import annotations

import pytest

from exports.errors import ReleaseRefused
from exports.models import Release
from tests.exports import make_rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def woods(transactional_db):
    """Test images: verified mammals and plants that nobody verifies; a train image of tracks."""
    woods = make_rows.dataset("woods")
    verify = make_rows.campaign(
        woods, "verify", kind="verify", super_class="Mammalia", split="test"
    )
    for name, probabilities, votes in (
        ("fox", {"animal": 0.99, "tracks": 0.01}, {"animal": 3}),
        ("even", {"animal": 0.5, "tracks": 0.5}, {"animal": 2, "tracks": 2}),
        (
            "sum of many",
            {"animal": 0.45, "tracks": 0.15, "scat": 0.3, "habitat": 0.1},
            {"animal": 2, "tracks": 1, "scat": 1},
        ),
        ("prints", {"tracks": 0.98, "animal": 0.02}, {"tracks": 3}),
    ):
        make_rows.verifying(mammal(woods, name), verify, probabilities, votes=votes)
    make_rows.image(woods, "test/fern.jpg", split="test", super_class="Plantae", name="Pteris")
    make_rows.image(woods, "train/prints.jpg", split="train", super_class="Mammalia", name="Vulpes")
    return woods


def mammal(of, name):
    return make_rows.image(
        of, f"test/{name}.jpg", split="test", super_class="Mammalia", name="Vulpes"
    )


def test_an_image_leaves_when_the_non_instances_outweigh_the_animal(woods, make_release):
    made = make_release(woods)
    ledger = made.read("excluded.json")
    assert [(row["file_name"], row["reason"]) for row in ledger["excluded"]] == [
        ("test/prints.jpg", "tracks"),
        ("test/sum of many.jpg", "scat"),
    ]
    assert ledger["excluded"][1] == {
        "image_id": 5,
        "file_name": "test/sum of many.jpg",
        "super_class": "Mammalia",
        "decision": "excluded",
        "reason": "scat",
        "probability": 0.55,
        "probabilities": {
            "animal": 0.45,
            "tracks": 0.15,
            "scat": 0.3,
            "habitat": 0.1,
            "remains": 0.0,
        },
        "votes": {"animal": 2, "tracks": 1, "scat": 1},
        "n_votes": 4,
        "n_unusable": 0,
        "rule": "summed_non_instance_probability",
        "rule_version": "4",
        "method": "votes-1",
        "consensus_version": 1,
    }


def test_kept_and_excluded_add_up_to_all_test_images(woods, make_release):
    made = make_release(woods)
    kept, ledger = made.read("test_filtered.json"), made.read("excluded.json")
    everything = {row["id"]: row["file_name"] for row in made.read("test.json")["images"]}
    apart = {row["id"]: row["file_name"] for row in kept["images"]}
    assert not apart.keys() & {row["image_id"] for row in ledger["excluded"]}
    apart |= {row["image_id"]: row["file_name"] for row in ledger["excluded"]}
    assert apart == everything
    counts = ledger["counts"]
    assert counts == {
        "test_images": 5,
        "kept": 2,
        "excluded": 2,
        "undecided": 0,
        "not_verified": 1,
    }
    assert made.release.counts["test_excluded"] == 2


def test_super_classes_that_are_not_verified_stay(woods, make_release):
    kept = make_release(woods).read("test_filtered.json")
    assert {row["file_name"]: row["attributes"]["decision"] for row in kept["images"]} == {
        "test/even.jpg": "kept",
        "test/fern.jpg": "not_verified",
        "test/fox.jpg": "kept",
    }
    assert kept["annotations"] == []


def test_train_is_never_filtered(woods, make_release):
    verify = make_rows.campaign(woods, "v", kind="verify", super_class="Mammalia", split="train")
    image = woods.images.get(split="train")
    make_rows.verifying(image, verify, {"tracks": 1.0}, votes={"tracks": 3})
    made = make_release(woods)
    (row,) = made.read("train.json")["images"]
    assert row["attributes"]["status"] == "not_looked"
    assert make_release(woods, split="train").names() == ["train.json"]


def test_an_excluded_image_keeps_its_row_and_loses_its_boxes(woods, make_release):
    boxes = make_rows.campaign(woods, "boxes", super_class="Mammalia", split="test")
    for name in ("prints", "fox"):
        image = woods.images.get(file_name=f"test/{name}.jpg")
        make_rows.boxing(image, boxes, [[1, 2, 30, 40]])
    made = make_release(woods, split="test")
    images = {row["id"]: row for row in made.read("test.json")["images"]}
    (only,) = made.read("test.json")["annotations"]
    assert images[only["image_id"]]["file_name"] == "test/fox.jpg"
    assert [row["file_name"] for row in images.values() if _status(row) == "excluded"] == [
        "test/prints.jpg",
        "test/sum of many.jpg",
    ]


def _status(row):
    return row["attributes"]["status"]


def leave_open(woods):
    """Five ways for a test image to be undecided."""
    verify = woods.campaigns.get(slug="verify")
    sure = {"animal": 1.0}
    make_rows.verifying(mammal(woods, "still open"), verify, sure, state="open")
    make_rows.verifying(mammal(woods, "disputed"), verify, sure, state="disputed")
    make_rows.verifying(mammal(woods, "no votes"), verify, sure, votes={})
    mammal(woods, "came after the campaign")
    doubtful = {"animal": 0.8, "tracks": 0.2}
    make_rows.verifying(mammal(woods, "a precaution"), verify, doubtful, label="tracks")


def test_undecided_images_stop_the_release(woods, make_release):
    leave_open(woods)
    with pytest.raises(ReleaseRefused, match=r"5 test images are still undecided \(5 of Mammalia"):
        make_release(woods)
    release = Release.objects.get()
    assert release.state == "failed"
    assert "--allow-undecided" in release.error
    assert release.files == []


def test_undecided_images_do_not_stop_another_split(woods, make_release):
    leave_open(woods)
    assert make_release(woods, split="train").names() == ["train.json"]


def test_undecided_images_stay_when_that_is_allowed(woods, make_release):
    leave_open(woods)
    made = make_release(woods, is_allowing_undecided=True)
    decisions = [row["attributes"]["decision"] for row in made.read("test_filtered.json")["images"]]
    assert decisions.count("undecided") == 5
    assert made.read("excluded.json")["counts"]["undecided"] == 5
    assert made.read("excluded.json")["counts"]["test_images"] == 10


def test_without_a_verify_campaign_there_is_no_manifest(transactional_db, make_release):
    pond = make_rows.dataset("pond")
    make_rows.image(pond, "a.jpg", split="test")
    assert make_release(pond).names() == ["test.json"]
