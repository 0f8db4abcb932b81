"""Drawn scenes: the same every time, and true."""

import hashlib
import itertools
import json

import numpy as np
import pytest
from PIL import Image

from simulation.scenes import REASONS, SUPER_CLASSES, draw_scene, write_dataset

SMALL = (320, 240)


def small(super_class="Aves", seed=1, **more):
    return draw_scene(super_class=super_class, seed=seed, size=SMALL, **more)


def same(first, second):
    return first.image.tobytes() == second.image.tobytes() and np.array_equal(
        first.boxes_xywh, second.boxes_xywh
    )


@pytest.mark.parametrize("super_class", SUPER_CLASSES)
def test_the_same_arguments_give_the_same_pixels_and_boxes(super_class):
    assert same(small(super_class, 5), small(super_class, 5))
    assert not same(small(super_class, 5), small(super_class, 6))


@pytest.mark.parametrize("super_class", SUPER_CLASSES)
def test_every_super_class_draws_boxes_inside_the_image(super_class):
    for seed in range(3):
        scene = small(super_class, seed)
        boxes = scene.boxes_xywh
        assert scene.image.size == SMALL
        assert scene.image.mode == "RGB"
        assert (scene.super_class, scene.status, scene.reason) == (
            super_class,
            "instance",
            "animal",
        )
        assert 1 <= len(boxes) <= 10
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] >= 3).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= SMALL).all()


@pytest.mark.parametrize("n", [0, 1, 2, 5, 10])
def test_a_scene_holds_as_many_animals_as_were_asked_for_each_with_its_own_box(n):
    for super_class in ("Aves", "Mammalia", "Insecta"):
        boxes = small(super_class, 3, n_animals=n).boxes_xywh
        assert boxes.shape == (n, 4)
        assert len({tuple(box) for box in boxes}) == n


def test_an_empty_scene_has_nothing_to_box_and_still_shows_a_place():
    scene = small("Mammalia", 4, n_animals=0)
    assert scene.boxes_xywh.shape == (0, 4)
    assert scene.reason == "animal"
    assert np.asarray(scene.image).std() > 5


def test_animals_are_small_and_large_and_some_overlap():
    sides, overlaps = [], 0
    for seed in range(24):
        boxes = small("Mammalia", seed).boxes_xywh
        sides += (boxes[:, 2:] / SMALL).max(axis=1).tolist()
        for a, b in itertools.combinations(boxes, 2):
            common = np.minimum(a[:2] + a[2:], b[:2] + b[2:]) - np.maximum(a[:2], b[:2])
            overlaps += bool((common > 2).all())
    assert min(sides) < 0.15
    assert max(sides) > 0.75
    assert overlaps >= 2


@pytest.mark.parametrize("super_class", SUPER_CLASSES)
@pytest.mark.parametrize("reason", [reason for reason in REASONS if reason != "animal"])
def test_a_scene_of_signs_shows_no_animal(super_class, reason):
    scene = small(super_class, 2, reason=reason)
    assert scene.boxes_xywh.shape == (0, 4)
    assert (scene.status, scene.reason) == ("non_instance", reason)
    assert np.asarray(scene.image).std() > 5


@pytest.mark.parametrize(
    "wrong",
    [
        {"super_class": "Fungi"},
        {"reason": "molt"},
        {"n_animals": 11},
        {"n_animals": -1},
        {"n_animals": 2, "reason": "tracks"},
        {"size": (40, 400)},
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(ValueError, match=r"known|must be|no animals|at least"):
        draw_scene(**{"super_class": "Aves", "seed": 1, "size": SMALL, **wrong})


def some_scenes():
    return [
        (small("Aves", 1, n_animals=2), "train"),
        (small("Mammalia", 1, reason="tracks"), "test"),
        (small("Aves", 1, n_animals=0), None),
    ]


def written(folder):
    write_dataset(folder, some_scenes())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_written_data_set_has_the_same_bytes_every_time(tmp_path):
    first, second = written(tmp_path / "first"), written(tmp_path / "second")
    assert first == second
    assert len(first) == 4


def test_a_written_data_set_says_what_is_true_of_each_image(tmp_path):
    path = write_dataset(tmp_path, some_scenes())
    coco = json.loads(path.read_text(encoding="utf-8"))
    assert path == tmp_path / "scenes.json"
    statuses = [row["status"] for row in coco["images"]]
    assert statuses == ["instance", "non_instance", "non_instance"]
    assert [row["reason"] for row in coco["images"]] == ["animal", "tracks", "habitat"]
    assert [row.get("split") for row in coco["images"]] == ["train", "test", None]
    assert [row["id"] for row in coco["annotations"]] == [1, 2]
    assert {row["image_id"] for row in coco["annotations"]} == {1}
    bird = some_scenes()[0][0]
    assert [row["bbox"] for row in coco["annotations"]] == bird.boxes_xywh.tolist()
    assert all(row["area"] == row["bbox"][2] * row["bbox"][3] for row in coco["annotations"])
    names = {row["id"]: (row["supercategory"], row["name"]) for row in coco["categories"]}
    for row in coco["images"]:
        parts = row["file_name"].split("/")
        assert (row["super_class"], parts[1]) == (parts[0], names[row["category_id"]][1])
        assert row["license"] == coco["licenses"][0]["id"]
        assert row["rights_holder"] == "Quadrat scenes"
        with Image.open(tmp_path / row["file_name"]) as image:
            assert image.size == (row["width"], row["height"]) == SMALL
