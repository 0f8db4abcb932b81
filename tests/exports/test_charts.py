"""What the figures of a data set say of the axes they are drawn on."""

from __future__ import annotations

from exports import charts


def test_a_handful_of_classes_has_a_tick_each_and_none_between():
    def axis(*steps: tuple[int, int]):
        spec = charts.falling(steps, across="Classes", up="Images")
        return spec["encoding"]["x"]["axis"]

    assert axis((12, 1), (10, 1))["values"] == [1, 2]
    assert "values" not in axis((12, 30))
