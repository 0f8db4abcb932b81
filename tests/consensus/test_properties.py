"""What must hold for any crowd and any image, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consensus import (
    BoxAnswer,
    BoxImage,
    BoxParameters,
    BoxSkill,
    fit_boxes,
    merge_boxes,
    merge_campaign,
    merge_images,
)
from simulation.mixes import simulate_boxes
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, answers_to, boxes

NAMES = ["ada", "ben", "cyd", "dan", "eve", "fay"]
GROWN = np.array([0, 0, 1, 1])
rates = st.floats(0.001, 0.95)
habits = st.floats(-0.1, 0.1)


@st.composite
def skills(draw):
    return BoxSkill(
        miss=draw(rates),
        false_box=draw(st.floats(0.001, 3.0)),
        scale=draw(st.floats(0.004, 0.3)),
        habit=tuple(draw(habits) for _ in range(4)),
        n_answers=draw(st.integers(0, 500)),
    )


@st.composite
def drawn_boxes(draw, most=4):
    rows = []
    for _ in range(draw(st.integers(0, most))):
        x, y = draw(st.floats(-20, WIDTH)), draw(st.floats(-20, HEIGHT))
        rows.append((x, y, draw(st.floats(0, WIDTH)), draw(st.floats(0, HEIGHT))))
    return boxes(*rows)


@st.composite
def crowds(draw, least=0):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=least, max_size=6, unique=True))
    return [BoxAnswer(name, draw(drawn_boxes())) for name in names]


@st.composite
def known(draw):
    return {name: draw(skills()) for name in NAMES}


def merged(answers, by=None, **kwargs):
    return merge_boxes(answers, width=WIDTH, height=HEIGHT, skills=by or {}, **kwargs)


def places(consensus):
    return sorted(box.xywh for box in consensus.boxes)


@given(crowds(), known())
def test_every_box_of_the_result_lies_in_its_image_and_every_number_is_finite(answers, by):
    found = merged(answers, by)
    for box in (*found.boxes, *found.rejected):
        x, y, w, h = box.xywh
        assert 0 <= x <= x + w <= WIDTH + 0.011
        assert 0 <= y <= y + h <= HEIGHT + 0.011
        assert 0 <= box.score <= 1
        assert np.isfinite(box.spread).all()
        assert 1 <= box.n_workers <= box.n_looked <= len(answers)
    assert np.isfinite(found.risk)
    assert found.risk >= 0
    assert found.risk == pytest.approx(found.risk_parts.total)
    assert len(found.boxes) <= 10


@given(crowds(), known(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(answers, by, random):
    turned = list(answers)
    random.shuffle(turned)
    here, there = merged(answers, by), merged(turned, by)
    assert places(here) == places(there)
    assert here.risk == there.risk


@given(crowds(), known())
def test_the_names_of_workers_do_not_matter(answers, by):
    # turned round, so that a sort by name would show
    new = dict(zip(NAMES, [f"w{9 - index}" for index in range(len(NAMES))], strict=True))
    renamed = [BoxAnswer(new[answer.worker], answer.boxes_xywh) for answer in answers]
    here = merged(answers, by)
    there = merged(renamed, {new[name]: skill for name, skill in by.items()})
    assert np.allclose(places(here), places(there), atol=0.011)
    assert there.risk == pytest.approx(here.risk, rel=1e-6)


@settings(max_examples=60)
@given(crowds(), known(), st.sampled_from([2.0, 4.0, 8.0]))
def test_scaling_the_image_scales_the_boxes(answers, by, times):
    # boxes of whole pixels and more, so that none falls under the least side at either size
    answers = [BoxAnswer(answer.worker, np.round(answer.boxes_xywh) + GROWN) for answer in answers]
    larger = [BoxAnswer(answer.worker, answer.boxes_xywh * times) for answer in answers]
    here = merged(answers, by)
    # what is left of a box at the border is a pixel wide at any size
    assume(all(min(box.xywh[2:]) > 1 for box in (*here.boxes, *here.rejected)))
    there = merge_boxes(larger, width=int(WIDTH * times), height=int(HEIGHT * times), skills=by)
    assert len(here.boxes) == len(there.boxes)
    scaled = np.array([box.xywh for box in here.boxes]).reshape(-1, 4) * times
    assert np.allclose([box.xywh for box in there.boxes] or scaled, scaled, atol=0.011 * times)
    assert there.risk == pytest.approx(here.risk, rel=1e-6)


@given(crowds(least=1), known(), skills())
def test_a_further_worker_who_draws_exactly_the_fused_box_never_lowers_its_probability(
    answers, by, newcomer
):
    answers = answers[:5]
    name = next(name for name in NAMES if name not in {answer.worker for answer in answers})
    plain = BoxSkill(
        newcomer.miss, newcomer.false_box, newcomer.scale, (0.0, 0.0, 0.0, 0.0), newcomer.n_answers
    )
    before = merged(answers, by)
    if len(before.boxes) + len(before.rejected) != 1:
        return  # which candidate a box joins where several overlap is the matching's to say
    box = [*before.boxes, *before.rejected][0]
    if min(box.xywh[2:]) < 1:
        return
    after = merged([*answers, BoxAnswer(name, boxes(box.xywh))], {**by, name: plain})
    candidates = [*after.boxes, *after.rejected]
    if len(candidates) == 1:
        assert candidates[0].score >= box.score - 1e-9


@given(st.integers(2, 6), known(), skills(), st.integers(0, 10_000))
def test_agreeing_never_hurts_in_a_crowded_image_either(n, by, newcomer, seed):
    rng = np.random.default_rng(seed)
    herd = boxes(*[(20 + 150 * column, 40, 110, 300) for column in range(5)])
    seen = [herd[rng.random(5) < 0.6] for _ in range(n - 1)]
    answers = [
        BoxAnswer(name, answers_to(mine, rng, workers=[name], share=0.02)[0].boxes_xywh)
        for name, mine in zip(NAMES, seen, strict=False)
    ]
    by = {name: BoxSkill(s.miss, s.false_box, 0.02, (0.0,) * 4) for name, s in by.items()}
    before = merged(answers, by)
    for box in before.boxes:
        plain = BoxSkill(newcomer.miss, newcomer.false_box, 0.02, (0.0,) * 4)
        more = [*answers, BoxAnswer("new", boxes(box.xywh))]
        after = merged(more, {**by, "new": plain})
        same = [b for b in (*after.boxes, *after.rejected) if abs(b.xywh[0] - box.xywh[0]) < 20]
        assert max(b.score for b in same) >= box.score - 1e-9


@settings(max_examples=15)
@given(st.lists(crowds(), max_size=8))
def test_any_answers_can_be_learned_from(crowds_of_images):
    images = [BoxImage(answers, WIDTH, HEIGHT) for answers in crowds_of_images]
    fit = fit_boxes(images)
    for skill in fit.skills.values():
        assert 0 < skill.miss < 1
        assert 0 <= skill.quality <= 1
        assert np.isfinite([skill.false_box, skill.scale, *skill.habit]).all()
    assert 0 < fit.parameters.objects <= 20


def test_block_by_block_is_one_by_one():
    images, _ = simulate_boxes(60, 12, 3, "mixed", seed=3)
    fit = fit_boxes(images)
    together = list(merge_images(images, skills=fit.skills, parameters=fit.parameters))
    alone = [
        merge_boxes(
            image.answers,
            width=image.width,
            height=image.height,
            skills=fit.skills,
            parameters=fit.parameters,
        )
        for image in images
    ]
    for here, there in zip(together, alone, strict=True):
        assert places(here) == places(there)
        assert here.risk == pytest.approx(there.risk)
        assert (here.mean_iou, here.count_agreement) == (there.mean_iou, there.count_agreement)


def test_a_campaign_at_once_is_a_fit_and_a_merge():
    images, _ = simulate_boxes(40, 12, 3, "mixed", seed=4)
    fit, found = merge_campaign(images)
    apart = fit_boxes(images)
    assert fit == apart
    merged_apart = merge_images(images, skills=apart.skills, parameters=apart.parameters)
    assert [places(one) for one in found] == [places(one) for one in merged_apart]


@pytest.mark.parametrize("jitter", [0.01, 0.03, 0.05])
def test_two_overlapping_animals_are_two_boxes_in_99_of_100_trials(jitter):
    # IoU .465, five workers
    pair = boxes([100, 100, 200, 200], [173, 100, 200, 200])
    rng = np.random.default_rng(17)
    n_trials = 300
    right = sum(
        len(merged(answers_to(pair, rng, workers=NAMES[:5], share=jitter)).boxes) == 2
        for _ in range(n_trials)
    )
    assert right >= 0.99 * n_trials


def test_ten_thousand_workers_seen_once_are_all_known():
    rng = np.random.default_rng(5)
    cat = boxes([100, 100, 300, 200])
    images = [
        BoxImage(
            answers_to(cat, rng, workers=[f"w{2 * index}", f"w{2 * index + 1}"], share=0.02),
            WIDTH,
            HEIGHT,
        )
        for index in range(5000)
    ]
    fit, found = merge_campaign(images)
    assert len(fit.skills) == 10_000
    assert all(len(image.boxes) == 1 for image in found)


def test_images_that_are_all_empty_are_empty_and_of_little_doubt():
    images = [BoxImage([BoxAnswer(name, NOTHING) for name in NAMES[:3]], WIDTH, HEIGHT)] * 30
    fit, found = merge_campaign(images)
    assert fit.parameters.objects < BoxParameters().objects
    assert all(not image.boxes and image.risk < 0.01 for image in found)


def test_the_first_answer_of_the_first_worker_already_gives_a_consensus():
    fit, found = merge_campaign([BoxImage([BoxAnswer("ada", boxes([5, 5, 90, 90]))], 100, 100)])
    (image,) = found
    assert fit.skills["ada"].n_answers == 0
    assert image.boxes[0].xywh == (5, 5, 90, 90)
    assert image.risk > 0.1
