"""Merging the boxes of one image."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from consensus import BoxAnswer, BoxParameters, BoxSkill, merge_boxes
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, answers_to, boxes

CAT = boxes([100, 100, 200, 150])
TWO_OVERLAPPING = boxes([100, 100, 200, 150], [173, 100, 200, 150])
FIVE = ["ada", "ben", "cyd", "dan", "eve"]


def merge(answers, **kwargs):
    return merge_boxes(answers, width=WIDTH, height=HEIGHT, **kwargs)


def grid(n):
    """`n` separate boxes, in rows of eight."""
    return boxes(*([20 + 95 * (i % 8), 20 + 95 * (i // 8), 60, 50] for i in range(n)))


@pytest.mark.parametrize("share", [0.01, 0.02, 0.03, 0.04, 0.05])
def test_two_overlapping_animals_stay_two(share):
    rng = np.random.default_rng(20260 + int(100 * share))
    counts = [
        len(merge(answers_to(TWO_OVERLAPPING, rng, workers=FIVE, share=share)).boxes)
        for _ in range(200)
    ]
    assert counts.count(2) >= 198


def test_the_two_overlapping_animals_have_the_published_overlap():
    from_left, shared = 200 - 73, 200 + 73
    assert from_left / shared == pytest.approx(0.465, abs=0.001)


def test_one_animal_stays_one():
    rng = np.random.default_rng(7)
    for _ in range(200):
        found = merge(answers_to(CAT, rng, workers=FIVE, share=0.02))
        assert len(found.boxes) == 1
        assert found.rejected == ()
        assert np.abs(np.array(found.boxes[0].xywh) - CAT[0]).max() < 15


def test_the_order_of_the_answers_changes_nothing_but_the_indices():
    rng = np.random.default_rng(11)
    for _ in range(20):
        answers = answers_to(grid(5), rng, workers=FIVE, share=0.08)
        answers[2] = BoxAnswer("cyd", answers[2].boxes_xywh[:3])
        order = rng.permutation(5)
        there = merge([answers[index] for index in order])
        here = merge(answers)
        for a, b in zip(here.boxes + here.rejected, there.boxes + there.rejected, strict=True):
            back = sorted((int(order[answer]), box) for answer, box in b.sources)
            assert a == dataclasses.replace(b, sources=tuple(back))
        assert dataclasses.replace(here, boxes=(), rejected=()) == dataclasses.replace(
            there, boxes=(), rejected=()
        )


def test_the_order_of_boxes_in_an_answer_changes_nothing():
    rng = np.random.default_rng(12)
    answers = answers_to(grid(4), rng, workers=FIVE, share=0.05)
    turned = [BoxAnswer(answer.worker, answer.boxes_xywh[::-1]) for answer in answers]
    assert [b.xywh for b in merge(answers).boxes] == [b.xywh for b in merge(turned).boxes]


def test_nobody_looked_and_nothing_is_known():
    found = merge([])
    assert (found.boxes, found.n_looked, found.mean_iou, found.count_agreement) == (
        (),
        0,
        None,
        None,
    )
    assert found.expected_unseen == pytest.approx(BoxParameters().objects)
    assert found.risk == found.expected_unseen


def test_everybody_found_nothing_and_that_is_a_result():
    one, three = merge([BoxAnswer("ada", NOTHING)]), merge([BoxAnswer(w, NOTHING) for w in FIVE])
    assert three.boxes == three.rejected == ()
    assert three.mean_iou == three.count_agreement == 1
    assert 0 < three.risk < one.risk < 0.2


def test_one_worker_alone_is_believed_but_not_blindly():
    found = merge([BoxAnswer("ada", CAT)])
    assert found.boxes[0].xywh == (100, 100, 200, 150)
    assert 0.85 < found.boxes[0].score < 0.98
    assert found.boxes[0].sources == ((0, 0),)
    assert found.mean_iou is None


def test_a_box_nobody_else_drew_is_rejected():
    found = merge([BoxAnswer("ada", CAT), BoxAnswer("ben", NOTHING), BoxAnswer("cyd", NOTHING)])
    assert found.boxes == ()
    assert found.rejected[0].score < 0.15
    assert (found.rejected[0].n_workers, found.rejected[0].n_looked) == (1, 3)


def test_a_worker_known_to_miss_things_does_not_veto_a_box():
    blind = BoxSkill(miss=0.7, false_box=0.05, scale=0.025, habit=(0, 0, 0, 0), n_answers=50)
    sharp = BoxSkill(miss=0.01, false_box=0.05, scale=0.025, habit=(0, 0, 0, 0), n_answers=50)
    answers = [BoxAnswer("ada", CAT), BoxAnswer("ben", NOTHING)]
    assert merge(answers, skills={"ben": sharp}).boxes == ()
    assert merge(answers, skills={"ben": blind}).boxes[0].score > 0.9


def test_a_precise_worker_counts_for_more():
    sharp = BoxSkill(miss=0.06, false_box=0.05, scale=0.01, habit=(0, 0, 0, 0), n_answers=50)
    answers = [BoxAnswer("ada", CAT), BoxAnswer("ben", CAT + boxes([8, 0, 0, 0]))]
    assert merge(answers).boxes[0].xywh[0] == pytest.approx(104, abs=0.1)
    assert merge(answers, skills={"ada": sharp}).boxes[0].xywh[0] < 102


def test_a_loose_habit_is_taken_off():
    loose = BoxSkill(miss=0.06, false_box=0.05, scale=0.025, habit=(0.1, 0, 0.1, 0), n_answers=50)
    drawn = boxes([80, 100, 240, 150])
    found = merge([BoxAnswer("ada", drawn)], skills={"ada": loose})
    by = 0.1 * np.hypot(240, BoxParameters().habit_share * WIDTH)
    assert found.boxes[0].xywh == pytest.approx((80 + by, 100, 240 - 2 * by, 150), abs=0.01)


def test_one_stray_edge_pulls_less_than_a_mean_would_let_it():
    cut = boxes([100, 100, 140, 150])
    found = merge([*(BoxAnswer(w, CAT) for w in FIVE[:4]), BoxAnswer("eve", cut)])
    right = found.boxes[0].xywh[0] + found.boxes[0].xywh[2]
    assert 300 - 60 / 5 < right < 300


def test_more_than_twelve_unanimous_objects_are_all_certain():
    rng = np.random.default_rng(3)
    answers = answers_to(grid(24), rng, workers=FIVE[:3], share=0.01)
    found = merge(answers, parameters=BoxParameters(max_boxes=None))
    assert len(found.boxes) == 24
    assert min(box.score for box in found.boxes) > 0.98


def test_a_consensus_has_at_most_ten_boxes_and_the_best_stay():
    rng = np.random.default_rng(4)
    answers = answers_to(grid(12), rng, workers=FIVE, share=0.01)
    few = BoxAnswer("fay", grid(12)[:6])
    found = merge([*answers, few])
    assert len(found.boxes) == 10
    assert len(found.rejected) == 2
    assert max(box.score for box in found.rejected) <= min(box.score for box in found.boxes)


def test_a_worker_at_the_limit_has_missed_nothing_beyond_it():
    full = BoxAnswer("ada", grid(10))
    others = [BoxAnswer("ben", grid(11)[1:]), BoxAnswer("cyd", grid(11)[1:])]
    found = merge([full, *others])
    assert found.is_capped
    last = [box for box in found.boxes + found.rejected if box.n_workers == 2]
    assert [(box.n_looked, box.score > 0.9) for box in last] == [(2, True)] * 2 or last
    assert all(box.n_looked == box.n_workers for box in last)
    assert not merge([BoxAnswer("ada", grid(9))]).is_capped


def test_a_full_page_says_nothing_about_what_was_not_drawn():
    full, nearly = merge([BoxAnswer("ada", grid(10))]), merge([BoxAnswer("ada", grid(9))])
    assert full.expected_unseen == BoxParameters().objects > 10 * nearly.expected_unseen


def test_degenerate_boxes_go_and_the_others_stay():
    drawn = boxes(
        [100, 100, 200, 150],
        [300, 300, 0.5, 40],
        [np.nan, 0, 10, 10],
        [0, 0, np.inf, 10],
        [900, 700, 50, 50],
        [400, 400, -30, 20],
    )
    found = merge([BoxAnswer("ada", drawn), BoxAnswer("ben", CAT)])
    assert [box.sources for box in found.boxes + found.rejected] == [((0, 0), (1, 0))]
    assert found.n_looked == 2
    assert found.mean_iou == 1


def test_a_box_partly_outside_is_clipped():
    found = merge([BoxAnswer("ada", boxes([-20, 500, 100, 300]))])
    assert found.boxes[0].xywh == (0, 500, 80, 100)


def test_fused_boxes_lie_in_the_image_with_two_decimals():
    rng = np.random.default_rng(5)
    corner = boxes([0, 0, 60, 50], [700, 520, 100, 80])
    for _ in range(50):
        for box in merge(answers_to(corner, rng, workers=FIVE, share=0.1)).boxes:
            x, y, w, h = box.xywh
            assert min(x, y) >= 0
            assert x + w <= WIDTH + 1e-9
            assert y + h <= HEIGHT + 1e-9
            assert list(box.xywh) == [round(value, 2) for value in box.xywh]


def test_the_last_answer_of_a_worker_counts():
    moved = CAT + boxes([300, 200, 0, 0])
    found = merge([BoxAnswer("ada", CAT), BoxAnswer("ada", moved)])
    assert [box.xywh for box in found.boxes + found.rejected] == [tuple(moved[0])]
    assert found.boxes[0].sources == ((1, 0),)
    assert found.n_looked == 1


def test_a_box_drawn_twice_by_one_worker_is_one_box():
    twice = np.vstack((CAT, CAT + boxes([2, 2, 0, 0])))
    found = merge([BoxAnswer("ada", twice), BoxAnswer("ben", twice)])
    assert len(found.boxes + found.rejected) == 1
    assert found.boxes[0].sources == ((0, 0), (0, 1), (1, 0), (1, 1))
    assert found.boxes[0].n_workers == 2
    assert found.count_agreement == 1


def test_disjoint_boxes_of_two_workers_are_two_doubtful_candidates():
    found = merge([BoxAnswer("ada", CAT), BoxAnswer("ben", CAT + boxes([400, 200, 0, 0]))])
    assert [box.n_workers for box in found.boxes + found.rejected] == [1, 1]
    assert found.mean_iou == 0
    assert found.risk > merge([BoxAnswer("ada", CAT), BoxAnswer("ben", CAT)]).risk * 5


def test_whole_image_boxes_meet_by_chance_more_easily():
    whole = boxes([0, 0, WIDTH, HEIGHT])
    ordinary = merge([BoxAnswer("ada", CAT), BoxAnswer("ben", CAT)])
    filling = merge([BoxAnswer("ada", whole), BoxAnswer("ben", whole)])
    assert ordinary.boxes[0].score > filling.boxes[0].score > 0.5


def test_more_agreeing_workers_mean_less_risk_and_spread():
    found = [merge([BoxAnswer(w, CAT) for w in FIVE[:n]]) for n in (1, 2, 3, 5)]
    risks = [consensus.risk for consensus in found]
    spreads = [consensus.boxes[0].spread[0] for consensus in found]
    assert risks == sorted(risks, reverse=True)
    assert spreads == sorted(spreads, reverse=True)


def test_spread_is_in_pixels_of_the_image():
    small = merge([BoxAnswer(w, CAT) for w in FIVE]).boxes[0].spread
    double = merge_boxes([BoxAnswer(w, 2 * CAT) for w in FIVE], width=1600, height=1200)
    assert double.boxes[0].spread == pytest.approx([2 * value for value in small])


def test_an_image_without_area_is_refused():
    with pytest.raises(ValueError, match="positive size"):
        merge_boxes([], width=0, height=10)


def test_merging_takes_milliseconds():
    rng = np.random.default_rng(6)
    answers = answers_to(grid(4), rng, workers=FIVE, share=0.03)
    merge(answers)
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        merge(answers)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.01


def test_a_box_at_the_border_stays_a_box_when_its_habit_is_taken_off():
    shifted = BoxSkill(0.06, 0.05, 0.01, (0.2, 0.0, -0.2, 0.0), n_answers=200)
    found = merge([BoxAnswer("ada", boxes([0, 100, 2, 40]))], skills={"ada": shifted})
    for box in (*found.boxes, *found.rejected):
        assert min(box.xywh[2:]) >= 1
        assert 0 <= box.xywh[0] <= WIDTH - 1


def test_names_do_not_decide_between_equal_overlaps():
    places = [boxes([200, 100, 100, 100]), boxes([250, 100, 100, 100]), boxes([150, 100, 100, 100])]
    here = merge([BoxAnswer(w, b) for w, b in zip("abc", places, strict=True)])
    there = merge([BoxAnswer(w, b) for w, b in zip("acb", places, strict=True)])
    assert [box.xywh for box in here.boxes] == [box.xywh for box in there.boxes]


def test_boxes_beyond_the_limit_are_in_the_risk():
    found = merge([BoxAnswer(w, grid(12)) for w in FIVE], parameters=BoxParameters(max_boxes=10))
    assert len(found.boxes) == 10
    assert found.risk_parts.rejected > 1.9
