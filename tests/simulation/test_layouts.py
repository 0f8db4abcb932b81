"""Images that nobody has drawn look like a campaign's."""

import itertools

import numpy as np
import pytest

from simulation.layouts import LayoutParameters, draw_layout, iou

N = 4000


@pytest.fixture(scope="module")
def layouts():
    rng = np.random.default_rng(11)
    return [draw_layout(rng) for _ in range(N)]


def largest_overlaps(layouts):
    """The largest IoU of two objects in each image that has two."""
    for layout in layouts:
        pairs = list(itertools.combinations(layout.boxes_xywh, 2))
        if pairs:
            yield max(iou(a, b) for a, b in pairs)


def test_every_box_lies_in_its_image_and_has_an_area(layouts):
    for layout in layouts:
        boxes = layout.boxes_xywh
        assert boxes.shape == (len(boxes), 4)
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] >= 8).all()
        assert (boxes[:, :2] + boxes[:, 2:] <= (layout.width + 1e-9, layout.height + 1e-9)).all()


def test_fifteen_in_a_hundred_are_empty_and_the_others_hold_a_box_and_a_quarter(layouts):
    n = np.array([len(layout.boxes_xywh) for layout in layouts])
    assert (n == 0).mean() == pytest.approx(0.15, abs=0.02)
    assert n[n > 0].mean() == pytest.approx(1.25, abs=0.05)
    assert n.max() == 10
    assert 0.005 < (n >= 5).mean() < 0.03


def test_objects_are_a_twentieth_to_nearly_all_of_the_image(layouts):
    shares = [
        float((box[2:] / (layout.width, layout.height)).max())
        for layout in layouts
        for box in layout.boxes_xywh
    ]
    assert 0.049 < min(shares) < 0.06
    assert 0.9 < max(shares) <= 0.951
    assert 0.3 < np.median(shares) < 0.5


def test_herds_overlap_up_to_one_half(layouts):
    overlaps = np.array(list(largest_overlaps(layouts)))
    assert overlaps.max() <= 0.5
    assert overlaps.max() > 0.45
    assert 0.15 < (overlaps > 0.3).mean() < 0.4
    scattered = [
        draw_layout(np.random.default_rng(seed), LayoutParameters(group=1, herd=0))
        for seed in range(300)
    ]
    assert np.mean(list(largest_overlaps(scattered))) < 0.3 * overlaps.mean() + 0.05


def test_images_come_in_many_sizes_upright_and_across(layouts):
    longer = {max(layout.width, layout.height) for layout in layouts}
    assert (min(longer), max(longer)) == (800, 4000)
    upright = np.mean([layout.height > layout.width for layout in layouts])
    assert 0.2 < upright < 0.4


def test_the_same_seed_draws_the_same_image():
    first, second = (draw_layout(np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first.boxes_xywh, second.boxes_xywh)
    assert (first.width, first.height) == (second.width, second.height)


@pytest.mark.parametrize(
    "wrong",
    [
        {"empty": 1.2},
        {"overlap": -0.1},
        {"smallest": 0.0},
        {"largest_member": 0.99},
        {"most": 1},
        {"longer_sides_px": ()},
    ],
)
def test_senseless_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match=r"needs|between 0 and 1"):
        LayoutParameters(**wrong)
