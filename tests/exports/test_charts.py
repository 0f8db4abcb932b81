"""What the figures of a data set say of the axes they are drawn on."""

from __future__ import annotations

from exports import charts


def test_a_handful_of_classes_has_a_tick_each_and_none_between():
    axis = charts.falling([(12, 1), (10, 1)], across="Classes", up="Images")["encoding"]["x"][
        "axis"
    ]
    assert axis["values"] == [1, 2]
    many = charts.falling([(12, 30)], across="Classes", up="Images")["encoding"]["x"]["axis"]
    assert "values" not in many
