"""Simulated workers err as their profile says."""

import numpy as np
import pytest

from simulation.answering import answer_boxes
from simulation.workers import (
    KINDS,
    WorkerProfile,
    active_seconds,
    answer_verdict,
    draw_crowd,
)

WIDTH, HEIGHT = 1600, 1200
LABELS = ("animal", "tracks", "scat", "habitat", "remains")


def truths(n_images, seed=0, low=0.05, high=0.4):
    rng = np.random.default_rng(seed)
    boxes = []
    for _ in range(n_images):
        size = rng.uniform(low, high, (2, 2)) * (WIDTH, HEIGHT)
        corner = rng.uniform(0, 1, (2, 2)) * ((WIDTH, HEIGHT) - size)
        boxes.append(np.column_stack([corner, size]))
    return boxes


def iou(a, b):
    low = np.maximum(a[:2], b[:2])
    high = np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    common = np.prod(np.maximum(high - low, 0))
    return common / (a[2] * a[3] + b[2] * b[3] - common)


def mean_iou(profile, images, seed=1):
    rng = np.random.default_rng(seed)
    scores = []
    for truth in images:
        reply = answer_boxes(profile, truth, width=WIDTH, height=HEIGHT, rng=rng)
        for box in truth:
            scores.append(max((iou(box, drawn) for drawn in reply.boxes_xywh), default=0.0))
    return float(np.mean(scores))


def profiles_of(kind, n=4):
    return draw_crowd(n, seed=11, mix={kind: 1.0})


def test_careful_workers_place_better_than_hasty_than_spamming():
    images = truths(80)
    by_kind = {k: np.mean([mean_iou(p, images) for p in profiles_of(k)]) for k in KINDS}
    assert by_kind["careful"] > 0.9
    assert by_kind["careful"] > by_kind["biased"] > by_kind["hasty"] > by_kind["spamming"] + 0.3


def test_a_habit_is_the_mean_offset_of_the_edges():
    habit = (-0.06, 0.02, 0.04, 0.0)
    profile = WorkerProfile("biased", 0.02, habit=habit, miss=0, false_box=0, gross=0, cant_tell=0)
    rng = np.random.default_rng(3)
    truth = np.array([[600.0, 400.0, 300.0, 200.0]])
    drawn = np.vstack(
        [
            answer_boxes(profile, truth, width=WIDTH, height=HEIGHT, rng=rng).boxes_xywh
            for _ in range(800)
        ]
    )
    edges = np.column_stack([drawn[:, :2], drawn[:, :2] + drawn[:, 2:]])
    offsets = (edges - (600, 400, 900, 600)) / (300, 200, 300, 200)
    np.testing.assert_allclose(offsets.mean(axis=0), habit, atol=0.004)


def test_small_boxes_have_relatively_noisier_edges_and_are_missed_more():
    profile = WorkerProfile("hasty", 0.03, miss=0.1, false_box=0, gross=0, cant_tell=0)
    rng = np.random.default_rng(5)

    def spread_and_misses(side):
        truth = np.array([[700.0, 500.0, side, side]])
        replies = [
            answer_boxes(profile, truth, width=WIDTH, height=HEIGHT, rng=rng) for _ in range(1500)
        ]
        found = np.vstack([reply.boxes_xywh for reply in replies])
        return found[:, 0].std() / side, np.mean([r.outcome == "nothing" for r in replies])

    small, large = spread_and_misses(15), spread_and_misses(500)
    assert small[0] > 1.5 * large[0]
    assert small[1] > 2 * large[1] > 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_keeps_the_limits_of_an_answer(kind):
    rng = np.random.default_rng(7)
    profile = profiles_of(kind, 1)[0]
    crowded = np.column_stack([rng.uniform(0, 90, (14, 2)), rng.uniform(0.5, 60, (14, 2))])
    for width, height in ((100, 80), (3, 3), (1600, 5)):
        for _ in range(150):
            reply = answer_boxes(profile, crowded, width=width, height=height, rng=rng)
            boxes = reply.boxes_xywh
            assert (reply.outcome == "answered") == (len(boxes) > 0)
            assert boxes.shape[1] == 4
            assert len(boxes) <= 10
            assert np.isfinite(boxes).all()
            assert (boxes[:, :2] >= 0).all()
            assert (boxes[:, 2:] >= 3).all()
            assert (boxes[:, :2] + boxes[:, 2:] <= (width, height)).all()
            np.testing.assert_array_equal(boxes * 2, np.round(boxes * 2))


def test_an_empty_image_is_mostly_answered_with_nothing():
    profile = profiles_of("careful", 1)[0]
    rng = np.random.default_rng(9)
    replies = [answer_boxes(profile, [], width=640, height=480, rng=rng) for _ in range(200)]
    assert np.mean([reply.outcome == "nothing" for reply in replies]) > 0.95


def test_the_same_seed_gives_the_same_crowd_and_the_same_answers():
    assert draw_crowd(12, seed=7) == draw_crowd(12, seed=7)
    assert draw_crowd(12, seed=7) != draw_crowd(12, seed=8)
    truth = truths(1)[0]
    first, second = (
        answer_boxes(
            draw_crowd(12, seed=7)[0],
            truth,
            width=WIDTH,
            height=HEIGHT,
            rng=np.random.default_rng(4),
        )
        for _ in range(2)
    )
    assert first.outcome == second.outcome
    np.testing.assert_array_equal(first.boxes_xywh, second.boxes_xywh)


def test_a_crowd_keeps_its_mix_even_when_small():
    kinds = [worker.kind for worker in draw_crowd(12, seed=7)]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {"careful": 6, "hasty": 3, "biased": 2, "spamming": 1}
    assert draw_crowd(0, seed=1) == []


@pytest.mark.parametrize("mix", [{"sleepy": 1.0}, {"careful": 0.0}, {"careful": -1.0}, {}])
def test_a_senseless_mix_is_refused(mix):
    with pytest.raises(ValueError, match=r"crowd needs|unknown kinds"):
        draw_crowd(3, seed=1, mix=mix)


def test_votes_are_as_accurate_as_the_profile_and_spam_is_chance():
    rng = np.random.default_rng(2)

    def share_right(profile):
        replies = [answer_verdict(profile, "tracks", LABELS, rng) for _ in range(2000)]
        answered = [reply.label for reply in replies if reply.outcome == "answered"]
        return answered.count("tracks") / len(answered)

    careful = profiles_of("careful", 1)[0]
    assert share_right(careful) == pytest.approx(careful.accuracy, abs=0.02)
    assert share_right(profiles_of("spamming", 1)[0]) == pytest.approx(0.2, abs=0.04)
    with pytest.raises(ValueError, match="not one of"):
        answer_verdict(careful, "molt", LABELS, rng)


def test_more_boxes_take_more_time_and_haste_takes_less():
    rng = np.random.default_rng(2)

    def typical(kind, n_boxes):
        profile = profiles_of(kind, 1)[0]
        return np.median([active_seconds(profile, n_boxes, rng) for _ in range(300)])

    assert typical("careful", 5) > 2 * typical("careful", 0)
    assert typical("careful", 2) > typical("hasty", 2) > typical("spamming", 2) > 0
