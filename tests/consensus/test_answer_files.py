"""Reading answers: every line gives a record or says what is wrong with it."""

from __future__ import annotations

import json
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consensus.answer_files import LineError, Reading, read_boxes, read_votes
from consensus.geometry import clipped, edges_of, usable

NUMBERS = st.integers() | st.floats() | st.integers(-5, 120)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
BOXES = st.lists(st.lists(NUMBERS, min_size=4, max_size=4) | VALUES, max_size=3)
ANSWERS = st.fixed_dictionaries({}, optional={"worker_id": SCALARS, "boxes": BOXES | VALUES})
IMAGES = st.fixed_dictionaries(
    {},
    optional={
        "image_id": SCALARS,
        "width": NUMBERS | VALUES,
        "height": NUMBERS | VALUES,
        "annotations": st.lists(ANSWERS | VALUES, max_size=3) | VALUES,
    },
)
VOTES = st.fixed_dictionaries({}, optional={"worker_id": SCALARS, "label": VALUES})
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "item_id": SCALARS,
        "group": SCALARS | VALUES,
        "votes": st.lists(VOTES | VALUES, max_size=3) | VALUES,
    },
)
GOOD_BOX = st.lists(st.floats(-50, 150), min_size=4, max_size=4)
GOOD_IMAGE = st.fixed_dictionaries(
    {
        "image_id": st.text(max_size=5) | st.integers(),
        "width": st.integers(1, 100),
        "height": st.integers(1, 100),
        "annotations": st.lists(
            st.fixed_dictionaries(
                {
                    "worker_id": st.text(string.ascii_letters, max_size=1),
                    "boxes": st.lists(GOOD_BOX, max_size=3),
                }
            ),
            max_size=4,
        ),
    }
)


def is_read_or_refused(read, lines):
    """Whether the second line gives a record or a LineError with its number."""
    try:
        return len(read(lines, Reading())) <= 1
    except LineError as error:
        return error.line == 2 and bool(error.reason) and "\n" not in error.reason


@given(VALUES | IMAGES)
def test_any_json_value_gives_an_image_or_a_line_error(value):
    lines = [b"\n", json.dumps(value).encode()]
    assert is_read_or_refused(read_boxes, lines)


@given(VALUES | ITEMS)
def test_any_json_value_gives_an_item_or_a_line_error(value):
    lines = [b"\n", json.dumps(value).encode()]
    assert is_read_or_refused(read_votes, lines)


@given(st.binary(max_size=60))
def test_any_bytes_give_a_record_or_a_line_error(text):
    assert is_read_or_refused(read_boxes, [b"\n", text])
    assert is_read_or_refused(read_votes, [b"\n", text])


@pytest.mark.parametrize("depth", [10, 300, 600, 900, 950, 970, 980, 985, 990, 995, 1000, 10**5])
def test_a_value_of_any_depth_gives_a_line_error(depth):
    nested = b"[" * depth + b"]" * depth
    assert is_read_or_refused(read_boxes, [b"", nested])
    assert is_read_or_refused(read_votes, [b"", b'{"item_id": %s}' % nested])


@given(GOOD_IMAGE)
def test_what_is_read_is_what_was_written(line):
    warned = []
    (image,) = read_boxes([json.dumps(line).encode()], Reading(warn=warned.append))
    last = {answer["worker_id"]: answer["boxes"] for answer in line["annotations"]}
    assert {json.loads(answer.worker) for answer in image.answers} == set(last)
    assert (image.width, image.height) == (line["width"], line["height"])
    n_dropped = 0
    for answer in image.answers:
        drawn = np.array(last[json.loads(answer.worker)], dtype=float).reshape(-1, 4)
        is_box = usable(edges_of(answer.boxes_xywh))
        edges = edges_of(drawn)
        assert (
            is_box.tolist()
            == (usable(edges) & usable(clipped(edges, image.width, image.height))).tolist()
        )
        assert (answer.boxes_xywh[is_box] == drawn[is_box]).all()
        n_dropped += (~is_box).sum()
    assert len(warned) == n_dropped


def test_a_file_of_images_is_a_sequence():
    line = '{"image_id": %d, "width": 9, "height": 8, "annotations": []}'
    file = read_boxes([(line % n).encode() for n in range(3)], Reading())
    assert file.ids == [0, 1, 2]
    assert [image.height for image in file[1:]] == [8, 8]
    assert file[-1].width == 9
    with pytest.raises(IndexError):
        file[3]


def test_votes_keep_groups_and_a_sorted_vocabulary():
    votes = [{"worker_id": n, "label": label} for n, label in enumerate(["b", 10, 9, True, "9"])]
    lines = [{"item_id": 1, "votes": votes, "group": "Aves"}, {"item_id": 2, "votes": []}]
    file = read_votes([json.dumps(line).encode() for line in lines], Reading())
    assert file.vocabulary() == ["9", "10", '"9"', '"b"', "true"]
    assert [item.group for item in file] == ['"Aves"', ""]
    assert file.labels.original("true") is True
