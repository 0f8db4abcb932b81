"""What checkers say changes what is believed of an image's boxes, and how far."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus import BoxAnswer, BoxCheck, ImageConsensus, checked, merge_boxes
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, boxes

CAT, DOG = [100, 100, 200, 150], [400, 300, 120, 100]
shares = st.floats(0.01, 0.99)


def merged(*answers) -> ImageConsensus:
    rows = [BoxAnswer(f"w{number}", answer) for number, answer in enumerate(answers)]
    return merge_boxes(rows, width=WIDTH, height=HEIGHT)


def asked(found: ImageConsensus) -> list[tuple[float, ...]]:
    return [box.xywh for box in found.boxes]


DOUBTFUL = merged(boxes(CAT), NOTHING)
SURE = merged(boxes(CAT), boxes(CAT), boxes(CAT))


@pytest.mark.parametrize(
    "found", [DOUBTFUL, SURE, merged(NOTHING, NOTHING), merged(boxes(CAT, DOG), boxes(CAT))]
)
def test_even_chances_say_nothing(found):
    check = BoxCheck(asked(found), [0.5] * len(found.boxes), 0.5)
    same = checked(found, check)
    assert same.risk == pytest.approx(found.risk, abs=1e-12)
    assert same.expected_unseen == pytest.approx(found.expected_unseen)
    assert [box.xywh for box in same.boxes] == [box.xywh for box in found.boxes]
    assert [box.score for box in same.boxes] == pytest.approx([box.score for box in found.boxes])


def test_a_doubtful_box_is_less_risky_once_confirmed_and_goes_once_denied():
    (box,) = DOUBTFUL.boxes
    yes = checked(DOUBTFUL, BoxCheck([box.xywh], [0.94], 0.5))
    no = checked(DOUBTFUL, BoxCheck([box.xywh], [0.06], 0.5))
    assert yes.boxes[0].score > box.score
    assert yes.risk < DOUBTFUL.risk / 2
    assert yes.boxes[0].xywh == box.xywh
    assert (no.boxes, len(no.rejected)) == ((), 1)
    assert no.risk == pytest.approx(no.rejected[0].feared + no.expected_unseen, abs=0.05)


def test_a_box_that_everybody_drew_is_kept_though_denied_but_taken_for_misplaced():
    (box,) = SURE.boxes
    no = checked(SURE, BoxCheck([box.xywh], [0.02], 0.5))
    assert len(no.boxes) == 1
    assert no.boxes[0].misplaced > 0.5
    assert no.risk > 0.3 > SURE.risk


def test_a_missing_animal_is_expected_where_checkers_say_so():
    (box,) = SURE.boxes
    missing = checked(SURE, BoxCheck([box.xywh], [0.5], 0.06))
    complete = checked(SURE, BoxCheck([box.xywh], [0.5], 0.94))
    assert missing.expected_unseen > 3 * SURE.expected_unseen
    assert complete.expected_unseen < SURE.expected_unseen
    assert missing.risk > SURE.risk > complete.risk


def test_a_candidate_that_one_worker_drew_is_taken_in_where_one_is_missing():
    found = merged(boxes(CAT, DOG), boxes(CAT), boxes(CAT))
    assert len(found.boxes) == 1
    missing = checked(found, BoxCheck(asked(found), [0.9], 0.02))
    assert [box.xywh for box in missing.boxes] == [tuple(CAT), tuple(DOG)]


def test_that_all_are_boxed_is_not_believed_once_there_is_another_box():
    before, after = merged(boxes(CAT)), merged(boxes(CAT, DOG), boxes(CAT, DOG))
    check = BoxCheck(asked(before), [0.9], 0.98)
    assert checked(after, check).expected_unseen == after.expected_unseen
    dogs = [
        [box for box in found.boxes if box.xywh == tuple(DOG)]
        for found in (after, checked(after, check))
    ]
    assert dogs[0] == dogs[1]


def test_a_box_that_has_moved_was_not_asked_about():
    elsewhere = [130.0, 100.0, 200.0, 150.0]
    assert checked(SURE, BoxCheck([elsewhere], [0.02], 0.5)).boxes == SURE.boxes
    nearly = [101.0, 100.0, 200.0, 150.0]
    assert checked(SURE, BoxCheck([nearly], [0.02], 0.5)).boxes != SURE.boxes


def test_as_many_answers_as_boxes_or_none_at_all():
    with pytest.raises(ValueError, match="1 answers about 2 boxes"):
        BoxCheck([CAT, DOG], [0.5], 0.5)


@given(first=shares, second=shares, whole=shares)
@settings(max_examples=25)
def test_neither_the_order_of_the_boxes_nor_the_size_of_the_doubt_breaks_anything(
    first, second, whole
):
    found = merged(boxes(CAT, DOG), boxes(DOG, CAT), boxes(CAT))
    there = checked(found, BoxCheck([CAT, DOG], [first, second], whole))
    back = checked(found, BoxCheck([DOG, CAT], [second, first], whole))
    assert there == back
    scores = [box.score for box in (*there.boxes, *there.rejected)]
    assert all(0 <= score <= 1 for score in scores)
    assert min(there.risk, there.expected_unseen) >= 0
    assert there.risk == pytest.approx(there.risk_parts.total)


@given(lower=shares, higher=shares)
@settings(max_examples=25)
def test_the_more_say_tight_the_likelier_the_box(lower, higher):
    lower, higher = sorted((lower, higher))
    (box,) = DOUBTFUL.boxes
    few, many = (checked(DOUBTFUL, BoxCheck([box.xywh], [p], 0.5)) for p in (lower, higher))
    score = {found: (*found.boxes, *found.rejected)[0] for found in (few, many)}
    assert score[few].score <= score[many].score + 1e-9
    assert score[few].misplaced >= score[many].misplaced - 1e-9


def test_a_hundred_checkers_weigh_no_more_than_the_most():
    (box,) = SURE.boxes
    most, more = (checked(SURE, BoxCheck([box.xywh], [p], p)) for p in (50 / 51, 1.0))
    assert most == more
    assert np.isfinite(checked(SURE, BoxCheck([box.xywh], [0.0], 0.0)).risk)
    assert replace(most) == more
