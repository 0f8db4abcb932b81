"""Claimed boxes are brought onto the pixels of the upright image, or left out in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importers.records import ImageRecord
from catalog.importers.references import ReferenceAnswer, answers, clipped, scale
from catalog.models import Reference
from catalog.superclasses import SuperClass

AVES = SuperClass.AVES
INSTANCE, NON_INSTANCE = Reference.Status


def record(*boxes: list[float], **fields) -> ImageRecord:
    given = {"boxes_xywh": {AVES: list(boxes)}, **fields}
    return ImageRecord(Path("1.jpg"), "1.jpg", **given)


def test_boxes_inside_stay_exactly_as_they_are() -> None:
    given = [163.21, 0.1, 472.42, 268.83]
    found, notes = answers(record(given, claimed_size=(801, 600)), 800, 600)
    assert found == {AVES: ReferenceAnswer([given], INSTANCE)}
    assert not notes


def test_boxes_of_another_rendition_are_scaled() -> None:
    found, notes = answers(record([40, 30, 80, 60], claimed_size=(800, 533)), 2400, 1600)
    assert not notes
    (box,) = found[AVES].boxes_xywh or []
    assert box == pytest.approx([120, 90, 240, 180], rel=0.002)


def test_boxes_of_the_unturned_image_are_left_out() -> None:
    found, notes = answers(record([40, 30, 80, 60], claimed_size=(600, 800)), 800, 600)
    assert found == {}
    assert "600 x 800 pixels" in notes[0]


def test_an_empty_answer_needs_no_pixels() -> None:
    assert answers(record(claimed_size=(600, 800)), 800, 600)[0] == {AVES: ReferenceAnswer([])}


def test_a_box_outside_is_told_and_never_becomes_nothing_to_box() -> None:
    found, notes = answers(record([900, 10, 5, 5]), 800, 600)
    assert found == {}
    assert "wholly outside" in notes[0]


def test_a_status_belongs_to_the_images_super_class_alone() -> None:
    given = record(
        [1, 1, 5, 5],
        super_class=SuperClass.MAMMALIA,
        status=NON_INSTANCE,
        reason="scat",
    )
    assert answers(given, 80, 60)[0] == {
        AVES: ReferenceAnswer([[1, 1, 5, 5]], INSTANCE),
        SuperClass.MAMMALIA: ReferenceAnswer(None, NON_INSTANCE, "scat"),
    }


def test_a_label_alone_is_no_reference() -> None:
    assert answers(ImageRecord(Path("1"), "1", super_class=AVES), 80, 60) == ({}, [])


@given(
    st.tuples(*[st.floats(-1e9, 1e9)] * 2, *[st.floats(0, 1e9, exclude_min=True)] * 2),
    st.integers(1, 10_000),
    st.integers(1, 10_000),
)
def test_a_clipped_box_is_inside_and_has_a_size(box, width, height) -> None:
    kept = clipped(list(box), width, height)
    if kept is not None:
        x, y, w, h = kept
        assert x >= 0 and y >= 0 and w > 0 and h > 0
        assert x + w <= width + 1e-6 and y + h <= height + 1e-6


@given(st.integers(50, 6000), st.integers(50, 6000), st.floats(0.05, 20))
def test_every_rendition_of_the_same_shape_is_known(width: int, height: int, factor: float) -> None:
    claimed = round(width * factor), round(height * factor)
    if min(claimed) >= 20:
        assert scale(claimed, width, height) is not None
