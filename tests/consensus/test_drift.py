"""Drift: a moving average over days of different size, and the band in which chance moves it."""

from __future__ import annotations

import numpy as np
import pytest

from consensus.drift import LEAST_DAYS, WEIGHT, drift


def days(means, *, n=20, sd=0.1, seed=0):
    """Values of days on which each of `n` answers has a spread of `sd` about the day's mean."""
    rng = np.random.default_rng(seed)
    return [float(mean + rng.normal(0, sd / np.sqrt(n))) for mean in means]


def test_steady_work_hardly_ever_alarms():
    alarms = 0
    for seed in range(200):
        found = drift(days([0.8] * 40, seed=seed), [20] * 40)
        assert found is not None
        alarms += found.is_falling or found.is_rising
    assert alarms <= 4


@pytest.mark.parametrize("by", [-0.1, 0.1])
def test_a_lasting_change_alarms_within_a_week(by):
    found = drift(days([0.8] * 40 + [0.8 + by] * 7), [20] * 47)
    assert found is not None
    assert (found.is_falling, found.is_rising) == (by < 0, by > 0)


def test_a_day_with_few_answers_has_a_wider_band():
    found = drift(days([0.8] * 10), [100] * 9 + [1])
    assert found is not None
    assert found.margin[-1] > 2 * found.margin[-2]


def test_the_average_moves_by_the_weight_of_a_day():
    found = drift([0.5] * 9 + [1.0], [10] * 10)
    assert found is not None
    before, after = found.average[-2:]
    assert after == pytest.approx(WEIGHT * 1.0 + (1 - WEIGHT) * before)


def test_a_few_days_say_nothing():
    assert drift([0.8] * (LEAST_DAYS - 1), [5] * (LEAST_DAYS - 1)) is None


def test_a_day_without_answers_is_refused():
    with pytest.raises(ValueError, match="at least one answer"):
        drift([0.8] * 6, [5] * 5 + [0])
