"""An answer against boxes that are known, with numbers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from annotate.gold_scoring import score_boxes

DEER = [100, 100, 200, 100]
FAWN = [320, 150, 60, 50]


def test_the_very_boxes_are_perfect_in_any_order():
    found = score_boxes([FAWN, DEER], [DEER, FAWN])
    assert found.is_good
    assert found.quality == 1.0
    assert [(fit.drawn, fit.true) for fit in found.fits] == [(0, 1), (1, 0)]
    assert all(not fit.loose and not fit.cut for fit in found.fits)


def test_nothing_where_there_is_nothing_is_perfect():
    found = score_boxes([], [])
    assert (found.is_good, found.quality, found.mean_iou) == (True, 1.0, None)


def test_a_missed_animal_costs_its_share():
    found = score_boxes([DEER], [DEER, FAWN])
    assert (found.missed, found.extra, found.quality) == ((1,), (), 0.5)
    assert not found.is_good


def test_an_extra_box_costs_as_much_as_a_missed_one():
    found = score_boxes([DEER, FAWN], [DEER])
    assert (found.missed, found.extra, found.quality) == ((), (1,), 0.5)
    assert (found.n_drawn, found.n_true) == (2, 1)
    assert not found.is_good


def test_a_box_where_there_is_nothing_is_worth_nothing():
    found = score_boxes([DEER], [])
    assert (found.extra, found.quality) == ((0,), 0.0)


def test_a_loose_side_is_named_and_measured():
    # 40 of 200 px too far to the left: 200 * 100 shared of 240 * 100
    (fit,) = score_boxes([[60, 100, 240, 100]], [DEER]).fits
    assert fit.iou == pytest.approx(200 / 240)
    assert (fit.loose, fit.cut) == (("left",), ())


def test_a_side_that_cuts_off_is_named():
    # 30 of 100 px off the bottom
    (fit,) = score_boxes([[100, 100, 200, 70]], [DEER]).fits
    assert fit.iou == pytest.approx(0.7)
    assert (fit.loose, fit.cut) == ((), ("bottom",))


def test_small_slips_are_not_worth_a_word():
    (fit,) = score_boxes([[92, 104, 212, 100]], [DEER]).fits
    assert (fit.loose, fit.cut) == ((), ())


def test_a_pixel_of_a_tiny_animal_is_not_worth_a_word():
    (fit,) = score_boxes([[9, 9, 12, 12]], [[10, 10, 10, 10]]).fits
    assert (fit.loose, fit.cut) == ((), ())


def test_one_box_around_two_is_one_missed():
    # around both: 280 x 100; the deer is 200/280 of it, the fawn too little to be meant
    found = score_boxes([[100, 100, 280, 100]], [DEER, FAWN])
    assert found.missed == (1,)
    assert found.fits[0].iou == pytest.approx(200 / 280)


def test_two_boxes_on_one_animal_are_one_too_many():
    found = score_boxes([DEER, [110, 100, 190, 100]], [DEER])
    assert found.extra == (1,)
    assert found.fits[0].iou == 1.0


def test_a_box_elsewhere_is_missed_and_extra():
    found = score_boxes([[400, 400, 50, 50]], [DEER])
    assert (found.missed, found.extra, found.fits) == ((0,), (0,), ())


def test_pairs_are_matched_for_the_best_sum_not_one_by_one():
    # the first box fits both; taking its best first would leave the second alone
    true = [[0, 0, 100, 100], [0, 40, 100, 100]]
    drawn = [[0, 15, 100, 100], [0, -30, 100, 100]]
    assert score_boxes(drawn, true).missed == ()


def test_scores_stay_between_none_and_all():
    rng = np.random.default_rng(4)
    for _ in range(60):
        drawn = rng.uniform(1, 50, (int(rng.integers(0, 6)), 4))
        true = rng.uniform(1, 50, (int(rng.integers(0, 6)), 4))
        found = score_boxes(drawn, true)
        assert 0 <= found.quality <= 1
        assert len(found.fits) + len(found.missed) == found.n_true
        assert len(found.fits) + len(found.extra) == found.n_drawn
