"""The shapes of organizers' charts."""

from __future__ import annotations

from dashboard.charting import axis_of_counts, per_day


def test_days_without_a_weeks_mean_promise_no_line():
    young = per_day([("2026-05-01", 3, None), ("2026-05-02", 4, None)], title="Answers")
    (bars,) = young["layer"]
    assert bars["encoding"]["color"]["scale"]["domain"] == ["a day"]


def test_days_with_a_weeks_mean_have_a_line():
    older = per_day([("2026-05-01", 3, None), ("2026-05-08", 4, 3.5)], title="Answers")
    assert [layer["mark"]["type"] for layer in older["layer"]] == ["bar", "line"]


def test_an_axis_of_few_has_no_more_ticks_than_things():
    assert [axis_of_counts(most)["tickCount"] for most in (0, 1, 3, 900)] == [1, 1, 3, 5]
