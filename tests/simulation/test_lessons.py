"""The rules' pictures show what the rules say."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.lessons import RULES, SIZE, draw_lesson, scene_of
from simulation.scenes import SUPER_CLASSES


def shared(a, b):
    """Pixels that two boxes share."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0, width) * max(0, height)


@pytest.mark.parametrize("super_class", SUPER_CLASSES)
def test_two_that_overlap_share_a_part_of_their_boxes(super_class):
    first, second = scene_of(super_class, "overlap")[1]
    smaller = min(first[2] * first[3], second[2] * second[3])
    assert 0.1 < shared(first, second) / smaller < 0.5


@pytest.mark.parametrize("super_class", SUPER_CLASSES)
def test_a_small_one_is_small_and_there(super_class):
    _, ((_, _, w, h),) = scene_of(super_class, "small")
    assert min(w, h) >= 4
    assert max(w / SIZE[0], h / SIZE[1]) < 0.16


def test_who_is_told_apart_stands_apart():
    boxes = scene_of("Aves", "each")[1]
    assert len(boxes) == 3
    assert all(shared(boxes[i], boxes[j]) == 0 for i in range(3) for j in range(i))


def test_the_box_of_one_partly_hidden_ends_at_the_trunk():
    _, ((x, _, w, _),) = scene_of("Mammalia", "hidden")
    whole = scene_of("Mammalia", "hidden")[0]
    trunk = np.asarray(whole)[:, round(x + w) + 2]
    beside = np.asarray(whole)[:, round(x + w) - 8]
    assert trunk.mean() < beside.mean() * 0.8


def test_nothing_to_box_has_no_box():
    assert all(len(scene_of(each, "none")[1]) == 0 for each in ("Aves", "Actinopterygii"))


@pytest.mark.parametrize("rule", RULES)
def test_right_and_wrong_differ(rule):
    good, poor = (draw_lesson(super_class="Insecta", rule=rule, is_good=g) for g in (True, False))
    assert good.size == poor.size == SIZE
    assert not np.array_equal(np.asarray(good), np.asarray(poor))


def test_the_same_rule_is_drawn_the_same_twice():
    once, again = (draw_lesson(super_class="Aves", rule="grown", is_good=True) for _ in range(2))
    assert np.array_equal(np.asarray(once), np.asarray(again))


def test_an_unknown_super_class_is_refused():
    with pytest.raises(ValueError, match="Plantae"):
        draw_lesson(super_class="Plantae", rule="each", is_good=True)
