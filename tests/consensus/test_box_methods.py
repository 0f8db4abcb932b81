"""The baseline that needs no model, and choosing constants by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pytest

from consensus.box_methods import BOX_METHODS, PLAIN, majority
from consensus.parameters import described, with_values
from consensus.types import BoxAnswer, BoxImage, BoxParameters
from consensus.vote_types import VoteParameters
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, answers_to, boxes

TWO = boxes([100, 100, 200, 150], [500, 300, 100, 200])


def image(*drawn) -> BoxImage:
    """An image that a worker w0, w1, ... answered with each of these arrays."""
    answers = [BoxAnswer(f"w{number}", rows) for number, rows in enumerate(drawn)]
    return BoxImage(answers, WIDTH, HEIGHT)


def merged(*drawn, parameters=PLAIN):
    (result,) = majority([image(*drawn)], parameters=parameters)
    return result


def test_a_box_that_half_of_the_workers_drew_is_not_the_majoritys():
    result = merged(TWO, TWO[:1])
    assert [box.xywh for box in result.boxes] == [(100, 100, 200, 150)]
    assert [(box.n_workers, box.n_looked) for box in result.rejected] == [(1, 2)]


def test_every_edge_is_the_median_of_the_workers_edges():
    drawn = [boxes([100, 100, 200, 100]), boxes([104, 96, 200, 100]), boxes([130, 98, 180, 130])]
    (box,) = merged(*drawn).boxes
    # left edges 100, 104, 130; top 100, 96, 98; right 300, 304, 310; bottom 200, 196, 228
    assert box.xywh == (104, 98, 200, 102)
    assert box.score == 1


def test_an_image_that_nobody_finds_anything_in_is_empty():
    result = merged(NOTHING, NOTHING)
    assert (result.boxes, result.n_looked, result.risk) == ((), 2, 0)
    assert merged().n_looked == 0


def test_two_boxes_of_one_worker_are_never_one():
    near = boxes([100, 100, 100, 100], [130, 100, 100, 100])
    assert len(merged(near, near, near).boxes) == 2


def test_a_worker_who_could_draw_no_more_has_missed_nothing():
    many = boxes(*([50 * number, 0, 40, 40] for number in range(10)))
    late = boxes([300, 400, 100, 100])
    result = merged(many, late, late)
    found = {box.xywh: box for box in result.boxes}
    assert found[300, 400, 100, 100].n_looked == 2
    assert result.is_capped


def test_degenerate_boxes_cost_nothing():
    bad = boxes([10, 10, 0.5, 20], [np.nan, 0, 5, 5], [2000, 0, 5, 5])
    result = merged(np.vstack([bad, TWO]), TWO)
    assert [box.xywh for box in result.boxes] == [tuple(row) for row in TWO.tolist()]
    assert result.boxes[0].sources == ((0, 3), (1, 0))


@pytest.mark.parametrize("name", sorted(BOX_METHODS))
def test_the_order_of_answers_and_images_changes_nothing(name):
    method = BOX_METHODS[name]
    rng = np.random.default_rng(5)
    answers = answers_to(TWO, rng, workers=["a", "b", "c", "d"], share=0.03)
    there, back = (BoxImage(list(rows), WIDTH, HEIGHT) for rows in (answers, answers[::-1]))
    one, two = method.merge([there, back], skills={}, parameters=method.parameters)
    assert [box.xywh for box in one.boxes] == [box.xywh for box in two.boxes]
    assert one.risk == pytest.approx(two.risk)


def test_several_images_come_back_in_their_order():
    found = list(majority([image(TWO, TWO), image(NOTHING, NOTHING), image(TWO[:1], TWO[:1])]))
    assert [len(result.boxes) for result in found] == [2, 0, 1]


@dataclass(frozen=True)
class Strange:
    limits: tuple[float, ...] = (0.1, 0.2)
    passes: int = 3


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("link", "'link' is not name=value"),
        ("lnk=0.3", "no parameter 'lnk'; there are: link=0.4, more_than=0.5, max_boxes=10"),
        ("link=far", "link cannot be 'far'; it is like its default, 0.4"),
        ("link=true", "link cannot be 'true'"),
        ("link=none", "link cannot be 'none'"),
        ("link=NaN", "link cannot be 'NaN'"),
        ("max_boxes=2.5", "max_boxes cannot be '2.5'"),
        ("max_boxes=1e999", "max_boxes cannot be '1e999'"),
    ],
)
def test_a_parameter_that_is_none_is_refused_with_those_there_are(assignment, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        with_values(PLAIN, [assignment])


def test_lists_keep_their_shape():
    assert with_values(Strange(), ["limits=[1, 2]", "passes=4"]) == Strange((1.0, 2.0), 4)
    with pytest.raises(ValueError, match=r"limits cannot be '\[1\]'"):
        with_values(Strange(), ["limits=[1]"])


@pytest.mark.parametrize(
    ("parameters", "assignment", "said"),
    [
        (PLAIN, "link=5", "link must be greater than 0 and at most 1, not 5.0"),
        (PLAIN, "more_than=-0.5", "more_than must be at least 0 and at most 1, not -0.5"),
        (PLAIN, "max_boxes=0", "max_boxes must be none or a whole number of at least 1, not 0"),
        (BoxParameters(), "passes=0", "passes must be a whole number of at least 1, not 0"),
        (BoxParameters(), "objects=-1", "objects must be greater than 0, not -1.0"),
        (BoxParameters(), "chance=0", "chance must be greater than 0 and at most 1, not 0.0"),
        (BoxParameters(), "size_limits=[0.1, 0.3, 0.2]", "size_limits must increase"),
        (BoxParameters(), "unseen_sizes=[0.1, 0.1, 0.1, 0.1]", "unseen_sizes must add up to 1"),
        (VoteParameters(), "crowd_accuracy=2", "crowd_accuracy must be greater than 0 and at most"),
        (VoteParameters(), "iterations=0", "iterations must be a whole number of at least 1"),
    ],
)
def test_a_parameter_outside_its_range_is_refused_with_the_range(parameters, assignment, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        with_values(parameters, [assignment])


def test_parameters_are_numbers_however_they_are_made():
    for value in (float("nan"), float("inf"), "0.4", None, True):
        with pytest.raises(ValueError, match="link must be"):
            replace(PLAIN, link=value)
    with pytest.raises(ValueError, match=r"max_boxes must be none or a whole number .* not 10\.0"):
        BoxParameters(max_boxes=10.0)


def test_a_limit_that_is_missing_can_be_set_to_a_whole_number():
    unlimited = replace(BoxParameters(), max_boxes=None)
    assert repr(with_values(unlimited, ["max_boxes=10"]).max_boxes) == "10"
    with pytest.raises(ValueError, match=re.escape("max_boxes cannot be '2.5'")):
        with_values(unlimited, ["max_boxes=2.5"])


@pytest.mark.parametrize("name", sorted(BOX_METHODS))
def test_what_is_described_can_be_typed_again(name):
    parameters = BOX_METHODS[name].parameters
    again = [part for part in described(parameters).replace(", ", "; ").split("; ") if "=" in part]
    single = [part for part in again if "[" not in part and "]" not in part]
    assert with_values(parameters, single) == parameters
