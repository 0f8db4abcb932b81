"""The forecast of when a campaign is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.queries.completion import Left, answers_left, expect

NOW = datetime(2026, 5, 6, 0, 0, tzinfo=UTC)  # a Wednesday, as it begins
COUNTS = st.lists(st.integers(1, 200), min_size=3, max_size=40)


def test_nothing_left_is_done():
    assert expect(Left(0, 0), [5, 5, 5], now=NOW).state == "done"


def test_a_few_days_of_work_are_no_pace():
    for counts, words in (
        ([], "0 days of work"),
        ([9], "1 day of work"),
        ([9, 0, 0, 9], "2 days of work"),
    ):
        found = expect(Left(100, 0), counts, now=NOW)
        assert found.state == "unknown"
        assert words in found.words


def test_a_week_without_an_answer_is_no_pace_either():
    found = expect(Left(100, 0), [50, 50, 50] + [0] * 8, now=NOW)
    assert found.words == "not known: no answer for 8 days"


def test_an_even_pace_is_prolonged():
    found = expect(Left(1000, 0), [100] * 10, now=NOW)
    # a hundred a day, today being the first
    assert found.likely == date(2026, 5, 15)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.likely <= found.high
    assert found.high - found.low <= timedelta(days=4)


def test_what_is_left_of_today_counts_as_a_part_of_a_day():
    at_night = NOW.replace(hour=23, minute=59)
    assert expect(Left(90, 0), [100] * 10, now=NOW).likely == NOW.date()
    assert expect(Left(90, 0), [100] * 10, now=at_night).likely == date(2026, 5, 7)


def test_weekends_are_waited_for_where_nobody_works_then():
    # four weeks up to Tuesday: no answers on Saturdays and Sundays
    days = [NOW.date() - timedelta(days=back) for back in range(28, 0, -1)]
    counts = [0 if day.weekday() >= 5 else 100 for day in days]
    found = expect(Left(320, 0), counts, now=NOW)
    # Wednesday to Friday bring 300, the rest comes on Monday
    assert found.likely == date(2026, 5, 11)


def test_a_pace_that_may_be_next_to_nothing_has_no_end():
    found = expect(Left(10_000, 0), [1, 0, 60, 0, 0, 1], now=NOW)
    assert found.high is None
    assert "or much later" in found.interval


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.integers(1, 5000), st.integers(1, 5000))
def test_more_answers_are_never_there_sooner(counts, few, more):
    dates = [
        [day or date.max for day in (found.low, found.likely, found.high)]
        for n in (few, few + more)
        for found in [expect(Left(n, 0), counts, now=NOW)]
    ]
    for early, late in zip(*dates, strict=True):
        assert NOW.date() <= early <= late
    assert dates[0] == sorted(dates[0])


@pytest.mark.parametrize(("rate", "spread"), [(3, 0), (40, 0.5), (400, 0.8)])
def test_four_of_five_simulated_crowds_are_done_within_the_interval(rate, spread):
    rng = np.random.default_rng(7)
    n_within, n_crowds = 0, 300
    for _ in range(n_crowds):
        if spread:
            rates = rate * rng.gamma(1 / spread**2, spread**2, size=400)
        else:
            rates = np.full(400, rate)
        days = rng.poisson(rates)
        wanted = rate * 15
        found = expect(Left(wanted, 0), days[:20].tolist(), now=NOW)
        done = NOW.date() + timedelta(days=int(np.argmax(np.cumsum(days[20:]) >= wanted)))
        n_within += (found.low or date.max) <= done <= (found.high or date.max)
    # whole days make it a little more than was asked for
    assert 0.74 <= n_within / n_crowds <= 0.93


def test_photos_left_take_what_finished_ones_took():
    few = answers_left(n_left=100, n_given=50, n_ended=1000, n_spent=3500, least=3, most=5)
    assert few.mean == pytest.approx(300, abs=2)
    assert 0 < few.sd < 15
    begun = answers_left(n_left=100, n_given=0, n_ended=0, n_spent=0, least=2, most=7)
    assert 200 <= begun.mean <= 260
    # that hardly anything is known of them yet shows
    known = answers_left(n_left=100, n_given=0, n_ended=10, n_spent=35, least=2, most=7)
    sure = answers_left(n_left=100, n_given=0, n_ended=10_000, n_spent=35_000, least=2, most=7)
    assert known.sd > 2 * sure.sd


def test_open_photos_with_all_their_answers_still_wait_for_something():
    assert answers_left(n_left=1, n_given=5, n_ended=3, n_spent=9, least=3, most=5).mean == 1
