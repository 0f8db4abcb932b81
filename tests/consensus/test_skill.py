"""Learning what the workers of box tasks are like."""

from __future__ import annotations

import numpy as np
import pytest

from consensus import BoxAnswer, BoxImage, BoxSkill, fit_boxes, merge_boxes
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, boxes, jittered


def scene(rng):
    size = rng.uniform(80, 250, (2, 2))
    return np.hstack((np.array([[20, 40], [420, 250]]) + rng.uniform(0, 60, (2, 2)), size))


def loosened(drawn, share):
    grow = share * drawn[:, 2:]
    return np.hstack((drawn[:, :2] - grow, drawn[:, 2:] + 2 * grow))


def campaign(n_images, seed=1):
    """Truths and answers: two careful workers, a hasty, a loose, a blind one and a spammer."""
    rng = np.random.default_rng(seed)
    truths, images = [], []
    for _ in range(n_images):
        truth = scene(rng)
        drawn = {
            "ada": jittered(truth, rng, 0.015),
            "ann": jittered(truth, rng, 0.015),
            "ben": jittered(truth, rng, 0.06),
            "lou": loosened(jittered(truth, rng, 0.015), 0.1),
            "may": jittered(truth, rng, 0.02)[rng.random(2) > 0.4],
            "spam": np.hstack((rng.uniform(0, 400, (2, 2)), rng.uniform(40, 200, (2, 2)))),
        }
        truths.append(truth)
        images.append(BoxImage([BoxAnswer(w, b) for w, b in drawn.items()], WIDTH, HEIGHT))
    return truths, images


@pytest.fixture(scope="module")
def learned():
    truths, images = campaign(60)
    return truths, images, fit_boxes(images).skills


def test_every_worker_is_known_for_what_he_does(learned):
    *_, skills = learned
    assert skills["ben"].scale > 1.5 * skills["ada"].scale
    assert 0.25 < skills["may"].miss < 0.55
    assert skills["ada"].miss < 0.05
    assert skills["spam"].false_box > 1
    assert skills["ada"].n_answers == 60


def test_the_spammer_ranks_last(learned):
    *_, skills = learned
    assert min(skills, key=lambda worker: skills[worker].quality) == "spam"


def test_a_habit_is_learned_relative_to_the_others(learned):
    *_, skills = learned
    difference = np.array(skills["lou"].habit) - np.array(skills["ada"].habit)
    assert difference == pytest.approx([0.1] * 4, abs=0.03)


def test_knowing_who_is_hasty_makes_the_fused_boxes_better(learned):
    truths, images, _ = learned
    some = [[a for a in im.answers if a.worker in ("ada", "ann", "ben")] for im in images]
    skills = fit_boxes([BoxImage(answers, WIDTH, HEIGHT) for answers in some]).skills

    def error(known):
        total = 0.0
        for truth, answers in zip(truths, some, strict=True):
            found = merge_boxes(answers, width=WIDTH, height=HEIGHT, skills=known).boxes
            fused = np.array(sorted(box.xywh for box in found))
            assert len(fused) == 2
            total += float(np.abs(fused - truth[np.argsort(truth[:, 0])]).mean())
        return total

    assert error(skills) < 0.9 * error({})


def test_the_order_of_images_and_answers_does_not_matter(learned):
    _, images, skills = learned
    turned = [BoxImage(im.answers[::-1], im.width, im.height) for im in reversed(images)]
    again = fit_boxes(iter(turned)).skills
    for worker, skill in skills.items():
        assert again[worker].miss == pytest.approx(skill.miss)
        assert again[worker].scale == pytest.approx(skill.scale)
        assert again[worker].habit == pytest.approx(skill.habit)


def test_more_images_than_one_block_give_the_same_skills(learned, monkeypatch):
    _, images, skills = learned
    monkeypatch.setattr("consensus.rows.BLOCK", 7)
    for worker, skill in fit_boxes(images).skills.items():
        assert skill.miss == pytest.approx(skills[worker].miss)
        assert skill.habit == pytest.approx(skills[worker].habit)


def test_answers_nobody_can_compare_teach_nothing():
    alone = [BoxImage([BoxAnswer("ada", boxes([10, 10, 50, 50]))], WIDTH, HEIGHT)] * 30
    skill = fit_boxes(alone).skills["ada"]
    assert skill.n_answers == 0
    assert skill.miss == pytest.approx(0.06)
    assert skill.scale == pytest.approx(0.025)
    assert skill.habit == (0, 0, 0, 0)


def test_a_worker_without_a_box_anywhere_misses_much_and_places_like_the_crowd():
    box = boxes([100, 100, 200, 150])
    answers = [BoxAnswer("ada", box), BoxAnswer("ben", box), BoxAnswer("cyd", NOTHING)]
    skills = fit_boxes([BoxImage(answers, WIDTH, HEIGHT)] * 20).skills
    assert skills["cyd"].miss > 0.6
    assert list(skills["cyd"].habit) == [0] * 4
    assert skills["ada"].scale <= skills["cyd"].scale < 0.025


def test_nothing_but_empty_answers_can_be_learned_from():
    empty = BoxImage([BoxAnswer("ada", NOTHING), BoxAnswer("ben", NOTHING)], WIDTH, HEIGHT)
    skills = fit_boxes([empty] * 10).skills
    assert skills["ada"] == skills["ben"]
    assert skills["ada"].n_answers == 10


def test_no_images_no_skills():
    assert fit_boxes([]).skills == {}


def test_images_of_different_sizes_are_learned_together():
    answers = [BoxAnswer("ada", boxes([10, 10, 50, 50])), BoxAnswer("ben", boxes([12, 9, 50, 50]))]
    images = [BoxImage(answers, size, size) for size in (70, 700, 4000)]
    assert all(np.isfinite(skill.scale) for skill in fit_boxes(images).skills.values())


def test_habits_are_centred_on_the_crowd():
    rng = np.random.default_rng(9)
    images = []
    for _ in range(100):
        truth = boxes([*rng.uniform(100, 300, 2), 200, 160])
        answers = [
            BoxAnswer(name, loosened(jittered(truth, rng, 0.01), 0.05)) for name in ("a", "b", "c")
        ]
        images.append(BoxImage(answers, WIDTH, HEIGHT))
    habits = [skill.habit for skill in fit_boxes(images).skills.values()]
    assert np.abs(np.mean(habits)) < 0.01


def test_what_is_little_known_is_feared_more():
    new = BoxSkill(miss=0.1, false_box=0.05, scale=0.02, habit=(0, 0, 0, 0), n_answers=5)
    old = BoxSkill(miss=0.1, false_box=0.05, scale=0.02, habit=(0, 0, 0, 0), n_answers=5000)
    answers = [BoxAnswer(name, boxes([100, 100, 200, 150])) for name in ("ada", "ben")]
    risks = [
        merge_boxes(
            answers, width=WIDTH, height=HEIGHT, skills={"ada": skill, "ben": skill}
        ).risk_parts.unseen
        for skill in (new, old)
    ]
    assert risks[0] > 1.2 * risks[1]


def test_boxes_that_disagree_beyond_their_workers_skill_are_wider_spread():
    sharp = BoxSkill(miss=0.05, false_box=0.05, scale=0.01, habit=(0, 0, 0, 0), n_answers=50)
    skills = dict.fromkeys(("ada", "ben", "cyd"), sharp)

    def spread(by):
        answers = [
            BoxAnswer(name, boxes([100 + by * place, 100, 200, 150]))
            for place, name in enumerate(skills)
        ]
        return merge_boxes(answers, width=WIDTH, height=HEIGHT, skills=skills).boxes[0].spread[0]

    assert spread(25) > 1.3 * spread(1)
