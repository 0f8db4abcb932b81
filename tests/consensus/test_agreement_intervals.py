"""The intervals of agreement: the bootstrap over sums per unit."""

from __future__ import annotations

from dataclasses import astuple
from functools import partial

import numpy as np
import pytest

from consensus import agreement
from consensus.agreement import krippendorff_alpha_nominal
from consensus.alpha import BoxTable, CountTable, LabelTable, mean
from consensus.bootstrap import Estimate, estimates, value
from consensus.box_sums import BoxSums
from consensus.types import BoxAnswer, BoxImage, BoxParameters
from tests.consensus.test_agreement import FOUR_OBSERVERS, HERE, a_crowd, image, rated, units


def is_ordered(found):
    return found.low < found.value < found.high


def test_intervals_are_seeded_and_surround_the_figure():
    found = agreement.votes(units(FOUR_OBSERVERS), seed=5)
    assert is_ordered(found.alpha)
    assert is_ordered(found.kappa)
    assert is_ordered(found.share)
    assert agreement.votes(units(FOUR_OBSERVERS), seed=5) == found
    assert agreement.votes(units(FOUR_OBSERVERS), seed=6) != found


def test_more_images_give_narrower_intervals():
    rng = np.random.default_rng(1)
    few, many = agreement.boxes(a_crowd(20, rng)), agreement.boxes(a_crowd(320, rng))
    for name in ("alpha", "pairwise_iou", "count", "count_difference"):
        narrow, wide = getattr(many, name), getattr(few, name)
        assert narrow.high - narrow.low < 0.5 * (wide.high - wide.low)
    assert (few.alpha.n_units, many.alpha.n_units) == (20, 320)


def test_the_interval_of_a_mean_is_the_textbooks():
    values = np.random.default_rng(2).normal(size=400)
    (found,) = estimates([partial(mean, values)], 400, seed=3, n_resamples=4000)
    half = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.1 * half)


def test_a_resample_from_sums_is_the_figure_of_the_resampled_answers():
    rng = np.random.default_rng(4)
    labels, images = units(FOUR_OBSERVERS)[:11], list(a_crowd(15, rng))
    often = rng.integers(0, 4, 11)
    again = [unit for unit, n in zip(labels, often, strict=True) for _ in range(n)]
    (found,) = LabelTable.of(labels).alpha(often[None, :].astype(float))
    assert found == pytest.approx(krippendorff_alpha_nominal(again))
    often = rng.integers(0, 4, 15)
    pictures = [one for one, n in zip(images, often, strict=True) for _ in range(n)]
    (found,) = BoxTable.of(images, BoxParameters()).alpha(often[None, :].astype(float))
    assert found == pytest.approx(agreement.boxes(pictures).alpha.value)


def test_too_little_to_say_is_none_and_not_a_number():
    nothing = Estimate(None, None, None, 0)
    assert set(astuple(agreement.votes([]))) == {astuple(nothing)}
    assert agreement.votes([["a"]]).alpha == nothing
    assert agreement.boxes([]).pairwise_iou == nothing
    assert agreement.boxes([image(HERE, HERE)]).pairwise_iou == Estimate(1.0, None, None, 1)


def test_a_figure_that_most_resamples_cannot_give_has_no_interval():
    one_of_many = [["a", "a"]] * 30 + [["b", "b"]]
    found = agreement.votes(one_of_many, seed=1)
    assert found.alpha.value == 1.0
    assert found.share == Estimate(1.0, 1.0, 1.0, 31)
    rare = [lambda weights: np.where((weights[:, 0] >= 3) | (weights.min(axis=1) == 1), 1, np.nan)]
    assert estimates(rare, 31, seed=1) == [Estimate(1.0, None, None, 31)]


def test_ten_thousand_items_are_resampled_a_thousand_times():
    found = agreement.votes(rated() * 1000)
    assert found.kappa.n_units == 10_000
    assert found.kappa.value == pytest.approx(0.210, abs=0.0005)
    assert found.kappa.high - found.kappa.low < 0.02


def test_alpha_of_numbers_is_that_of_krippendorffs_example():
    # the same four observers; published: interval alpha = .849
    labels = [[int(label) for label in unit] for unit in units(FOUR_OBSERVERS) if len(unit) > 1]
    numbers = np.array([number for unit in labels for number in unit])
    unit = np.repeat(np.arange(len(labels)), [len(unit) for unit in labels])
    table = CountTable.of(numbers, unit, len(labels))
    assert value(table.alpha, len(labels)) == pytest.approx(0.849, abs=5e-4)


def test_alpha_of_zeros_and_ones_is_that_of_two_labels():
    rng = np.random.default_rng(3)
    numbers = rng.integers(0, 2, size=(40, 3))
    table = CountTable.of(numbers.ravel(), np.repeat(np.arange(40), 3), 40)
    nominal = krippendorff_alpha_nominal(numbers.tolist())
    assert value(table.alpha, 40) == pytest.approx(nominal)
    assert value(table.share, 40) == pytest.approx(value(LabelTable.of(numbers.tolist()).share, 40))


def test_sums_of_a_part_are_the_sums_of_its_images():
    rng = np.random.default_rng(4)
    images = [
        BoxImage(
            [
                BoxAnswer(name, rng.uniform(5, 60, size=(rng.integers(0, 4), 4)))
                for name in ("ada", "ben", "cyd")
            ],
            120,
            120,
        )
        for _ in range(30)
    ]
    part = np.array([1, 4, 5, 20])
    taken = BoxTable.of_sums(BoxSums.of(images, BoxParameters()).taken(part))
    alone = BoxTable.of([images[unit] for unit in part], BoxParameters())
    assert value(taken.alpha, 4) == pytest.approx(value(alone.alpha, 4))
    np.testing.assert_allclose(taken.sums.matched_iou, alone.sums.matched_iou)
    halves = [BoxSums.of(images[:13], BoxParameters()), BoxSums.of(images[13:], BoxParameters())]
    together = BoxTable.of_sums(BoxSums.joined(halves))
    assert value(together.alpha, 30) == value(BoxTable.of(images, BoxParameters()).alpha, 30)
