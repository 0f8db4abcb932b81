"""Crowds of a named mix: the same every time, with mistakes that workers share."""

import numpy as np
import pytest

from simulation.answering import Scene, answer_all, answer_boxes
from simulation.confusions import BoxConfusions, Confusion, draw_confusion
from simulation.layouts import Layout, LayoutParameters, draw_layout, iou
from simulation.mixes import MIXES, draw_takers, hire, simulate_boxes, work_boxes
from simulation.scoring import score_boxes
from simulation.workers import WorkerProfile

PERFECT = WorkerProfile("careful", 0.0, miss=0, false_box=0, gross=0, cant_tell=0)
CLEAR = BoxConfusions(hard=0, decoy=0, merge=0, unclear=0)
TWO = Layout(np.array([[100.0, 100, 200, 200], [250.0, 100, 200, 200]]), 800, 600)


def answers(scene, n, profile=PERFECT, seed=1):
    """What `n` alike workers draw in one image."""
    takers = np.arange(n)[None, :]
    return answer_all([profile] * n, [scene], takers, np.random.default_rng(seed))


def misled(layout=TWO, **what):
    nothing = Confusion.none(len(layout.boxes_xywh))
    fields = {name: getattr(nothing, name) for name in nothing.__slots__}
    return Scene(layout, Confusion(**{**fields, **what}))


def single_worker(mix, seed, n_images=600):
    images, truth = simulate_boxes(n_images, 30, 1, mix, seed)
    return score_boxes([image.answers[0].boxes_xywh for image in images], truth)


def test_the_same_arguments_give_the_same_answers():
    first, truth = simulate_boxes(30, 8, 3, "mixed", 4)
    second, again = simulate_boxes(30, 8, 3, "mixed", 4)
    for a, b in zip(first, second, strict=True):
        assert [x.worker for x in a.answers] == [x.worker for x in b.answers]
        for x, y in zip(a.answers, b.answers, strict=True):
            np.testing.assert_array_equal(x.boxes_xywh, y.boxes_xywh)
    for a, b in zip(truth, again, strict=True):
        np.testing.assert_array_equal(a, b)
    other, _ = simulate_boxes(30, 8, 3, "mixed", 5)
    assert [i.width for i in first] != [i.width for i in other]


def test_mixes_see_the_same_images():
    truths = [simulate_boxes(20, 8, 2, mix, 3)[1] for mix in MIXES]
    for truth in truths[1:]:
        for a, b in zip(truth, truths[0], strict=True):
            np.testing.assert_array_equal(a, b)


def test_mixes_are_as_bad_as_their_docstring_says():
    found = {mix: [single_worker(mix, seed) for seed in range(3)] for mix in MIXES}
    f50 = {mix: np.mean([each.f1[0] for each in rows]) for mix, rows in found.items()}
    f90 = {mix: np.mean([each.f1[2] for each in rows]) for mix, rows in found.items()}
    assert f50["clean"] > f50["mixed"] > f50["spam-heavy"]
    assert f90["biased"] < f90["mixed"]
    stated = {"clean": 0.955, "mixed": 0.882, "spam-heavy": 0.742, "biased": 0.941}
    for mix, value in stated.items():
        assert f50[mix] == pytest.approx(value, abs=0.06), mix


def test_nobody_answers_twice_and_busy_workers_answer_more():
    takers = draw_takers(500, 20, 4, seed=2)
    assert all(len(set(row)) == 4 for row in takers.tolist())
    counts = np.sort(np.bincount(takers.ravel(), minlength=20))
    assert counts[-5:].sum() > 2 * counts[:5].sum()
    np.testing.assert_array_equal(draw_takers(500, 20, 2, seed=2), takers[:, :2])


def test_more_answers_than_workers_and_unknown_mixes_are_refused():
    with pytest.raises(ValueError, match="as many workers"):
        simulate_boxes(3, 2, 3, "clean", 1)
    with pytest.raises(ValueError, match="spam-heavy"):
        hire("sleepy", 3, 1)


def test_no_images_and_no_answers_are_no_trouble():
    assert simulate_boxes(0, 5, 3, "mixed", 1) == ([], [])
    images, truth = simulate_boxes(2, 5, 0, "mixed", 1)
    assert [len(image.answers) for image in images] == [0, 0]
    assert len(truth) == 2


def test_a_half_hidden_object_is_missed_by_as_many_as_it_says():
    replies = answers(misled(missed=np.array([0.7, 0.0])), 1500)
    n = [len(reply.boxes_xywh) for reply in replies]
    assert set(n) == {1, 2}
    assert np.mean(np.array(n) == 1) == pytest.approx(0.7, abs=0.04)


def test_a_decoy_is_boxed_at_the_same_place_by_a_share():
    decoy = np.array([[500.0, 400.0, 100.0, 80.0]])
    replies = answers(misled(decoys_xywh=decoy, boxed=np.array([0.3])), 1500)
    fell = [reply.boxes_xywh for reply in replies if len(reply.boxes_xywh) == 3]
    assert len(fell) / len(replies) == pytest.approx(0.3, abs=0.04)
    for boxes in fell[:20]:
        assert max(iou(box, decoy[0]) for box in boxes) == 1


def test_two_objects_that_look_like_one_get_one_box_around_both():
    replies = answers(misled(pairs=np.array([[0, 1]]), merged=np.array([0.4])), 1500)
    merged = [reply.boxes_xywh for reply in replies if len(reply.boxes_xywh) == 1]
    assert len(merged) / len(replies) == pytest.approx(0.4, abs=0.04)
    np.testing.assert_array_equal(merged[0], [[100, 100, 350, 200]])


def test_who_overlooks_one_of_a_pair_does_not_box_both():
    scene = misled(pairs=np.array([[0, 1]]), merged=np.ones(1), missed=np.array([1.0, 0.0]))
    (reply,) = answers(scene, 1)
    np.testing.assert_array_equal(reply.boxes_xywh, TWO.boxes_xywh[1:])


def test_an_unclear_edge_is_seen_in_two_places():
    shift = np.zeros((2, 4))
    shift[0, 2] = -0.25
    replies = answers(misled(shift=shift, taken=np.array([0.5, 0.0])), 1500)
    widths = [reply.boxes_xywh[0, 2] for reply in replies]
    assert set(widths) == {200.0, 150.0}
    assert np.mean(np.array(widths) == 150) == pytest.approx(0.5, abs=0.04)


def test_shared_mistakes_do_not_go_away_with_more_workers():
    """Objects that three of three workers miss: chance alone makes them rare."""

    def all_miss(confusions):
        work = work_boxes(1500, hire("clean", 20, 1), 3, 1, confusions=confusions)
        missed = [
            not any(len(answer.boxes_xywh) for answer in image.answers)
            for image, truth in zip(work.images, work.truth, strict=True)
            if len(truth) == 1
        ]
        return np.mean(missed)

    assert all_miss(None) > 5 * all_miss(CLEAR) + 0.001


def test_confusions_happen_as_often_as_they_say():
    rng = np.random.default_rng(3)
    herds = LayoutParameters(empty=0, group=1, herd=1)
    layouts = [draw_layout(rng, herds) for _ in range(1500)]
    drawn = [draw_confusion(rng, layout) for layout in layouts]
    hard = np.concatenate([each.missed > 0 for each in drawn]).mean()
    unclear = np.concatenate([each.taken > 0 for each in drawn]).mean()
    assert hard == pytest.approx(0.05, abs=0.01)
    assert unclear == pytest.approx(0.10, abs=0.015)
    assert 0.02 < np.mean([len(each.decoys_xywh) for each in drawn]) < 0.06
    assert 0.1 < np.mean([len(each.pairs) > 0 for each in drawn]) < 0.5
    for layout, each in zip(layouts, drawn, strict=True):
        if len(each.decoys_xywh):
            corner = each.decoys_xywh[:, :2] + each.decoys_xywh[:, 2:]
            assert (corner <= (layout.width, layout.height)).all()


def test_a_crowd_answers_as_its_workers_do_one_by_one():
    """The answers of many at once follow the same law as those of one at a time."""
    profile = WorkerProfile("hasty", 0.04, miss=0.2, false_box=0.1, gross=0.05, cant_tell=0)
    scene = Scene(TWO, Confusion.none(2))
    together = answers(scene, 2000, profile)
    rng = np.random.default_rng(8)
    alone = [
        answer_boxes(profile, TWO.boxes_xywh, width=800, height=600, rng=rng) for _ in range(2000)
    ]
    for figure in (
        lambda replies: np.mean([len(r.boxes_xywh) for r in replies]),
        lambda replies: np.mean([score_boxes([r.boxes_xywh], [TWO.boxes_xywh]).errors
                                 for r in replies]),
    ):  # fmt: skip
        assert figure(together) == pytest.approx(figure(alone), abs=0.06)


def test_every_answer_takes_time():
    work = work_boxes(50, hire("mixed", 10, 1), 3, 1)
    assert work.seconds.shape == (50, 3)
    assert work.seconds.min() >= 0.2
    assert 2 < np.median(work.seconds) < 20
