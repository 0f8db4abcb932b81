"""The boxes of a scene are the extent of what is visible."""

import numpy as np
import pytest
from PIL import Image

from simulation.animals import CREATURES, Creature
from simulation.backdrop import Backdrop
from simulation.composing import Placed, Pose, place_all, posed, shares
from simulation.curves import ellipse
from simulation.paint import Part, Sprite, extent, moved
from simulation.painting import paint_animals, visible_boxes

SIZE = (400, 300)
RED, BLUE, GREY = (230, 30, 30), (20, 40, 230), (128, 128, 128)


def disc(x, y, r, colour, stance="air"):
    parts = [Part(ellipse(0, 0, r, r), colour, relief=0)]
    return Placed(Pose(Creature(parts, stance, "Orbis rotundus"), parts, extent(parts)), x, y)


def plain(**more):
    return Backdrop(Image.new("RGB", SIZE, GREY), (0.0, 300.0), **more)


def cover(box):
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]), 255)
    return Sprite(Image.new("RGB", mask.size, (0, 90, 0)), mask, box[0], box[1])


def paint(placed, backdrop):
    return paint_animals(backdrop, placed, np.random.default_rng(0))


def extent_of_colour(image, channel):
    pixels = np.asarray(image).astype(int)
    others = [k for k in range(3) if k != channel]
    there = pixels[..., channel] - pixels[..., others].max(axis=-1) > 40
    y, x = np.nonzero(there)
    return [x.min(), y.min(), x.max() + 1 - x.min(), y.max() + 1 - y.min()]


def test_a_box_is_the_extent_of_the_painted_pixels():
    image, boxes = paint([disc(120, 140, 60, RED)], plain())
    np.testing.assert_allclose(boxes, [[60, 80, 120, 120]], atol=1)
    np.testing.assert_allclose(boxes[0], extent_of_colour(image, 0), atol=1)


def test_the_box_of_an_animal_behind_another_ends_where_it_is_hidden():
    hidden, front = disc(120, 140, 40, RED), disc(170, 140, 80, BLUE)
    image, boxes = paint([hidden, front], plain())
    np.testing.assert_allclose(boxes[0], extent_of_colour(image, 0), atol=1)
    assert boxes[0][2] < 60
    np.testing.assert_allclose(boxes[1], [90, 60, 160, 160], atol=1)


def test_foliage_shortens_the_box_of_what_it_hides():
    image, boxes = paint([disc(120, 140, 60, RED)], plain(front=[cover((0, 170, 400, 300))]))
    np.testing.assert_allclose(boxes, [[60, 80, 120, 90]], atol=1)
    np.testing.assert_allclose(boxes[0], extent_of_colour(image, 0), atol=1)


def test_foliage_that_would_hide_most_of_an_animal_is_left_out():
    _, boxes = paint([disc(120, 140, 60, RED)], plain(front=[cover((0, 100, 400, 300))]))
    np.testing.assert_allclose(boxes, [[60, 80, 120, 120]], atol=1)


def test_what_is_below_the_waterline_is_not_boxed():
    _, boxes = paint([disc(120, 140, 60, RED, "surface")], plain(water=True))
    np.testing.assert_allclose(boxes, [[60, 80, 120, 60]], atol=2)


def test_a_mask_too_faint_to_see_has_no_box():
    assert visible_boxes([Image.new("L", (9, 9), 40)]).shape == (0, 4)


@pytest.mark.parametrize("draw", sorted({d for ds in CREATURES.values() for d in ds}, key=str))
def test_every_creature_fills_the_share_of_the_image_it_was_given(draw):
    rng = np.random.default_rng(8)
    for share in (0.3, 0.95):
        pose = posed(draw(rng), share, SIZE, rng)
        (each,) = place_all([pose], plain(), SIZE, rng)
        left, top, right, bottom = each.edges
        assert max((right - left) / SIZE[0], (bottom - top) / SIZE[1]) == pytest.approx(share)
        _, boxes = paint([each], plain())
        assert max(boxes[0, 2] / SIZE[0], boxes[0, 3] / SIZE[1]) > 0.8 * share


def test_shares_span_from_a_twentieth_to_nearly_all_of_the_image():
    rng = np.random.default_rng(1)
    alone = [shares(1, rng)[0] for _ in range(600)]
    assert 0.05 <= min(alone) < 0.08
    assert 0.9 < max(alone) <= 0.95
    assert max(shares(10, rng)) < 0.35


def test_moved_parts_keep_their_shape():
    parts = [Part(ellipse(1, 0, 0.5, 0.2), RED)]
    left, top, right, bottom = extent(moved(parts, mirror=True, scale=10, by=(100, 50)))
    assert (left, top, right, bottom) == pytest.approx((85, 48, 95, 52))
