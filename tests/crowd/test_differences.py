"""What counts as another consensus, and how differences add up."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from annotate import differences as boxes
from consensus.geometry import edges_of, iou_matrix
from crowd.differences import Difference, Reason, Summary
from verify import differences as verdicts

CAT = (100.0, 100.0, 200.0, 150.0)
DOG = (500.0, 300.0, 100.0, 200.0)


def seen(*drawn, status="boxed", scores=None, is_settled=True) -> boxes.Seen:
    return boxes.Seen(status, drawn, scores or [0.9] * len(drawn), is_settled)


def moved(box, dx):
    return (box[0] + dx, *box[1:])


def test_the_same_is_no_difference():
    assert boxes.difference(seen(CAT, DOG), seen(DOG, CAT)) == Difference()
    assert boxes.difference(None, None) == Difference()


@pytest.mark.parametrize(
    ("old", "new", "reasons"),
    [
        (seen(CAT), seen(moved(CAT, 1.0)), set()),
        (seen(CAT), seen(moved(CAT, 1.1)), {Reason.MOVED}),
        (seen(CAT), seen(CAT, DOG), {Reason.ADDED}),
        (seen(CAT, DOG), seen(DOG), {Reason.REMOVED}),
        (seen(CAT), seen(moved(CAT, 190)), {Reason.ADDED, Reason.REMOVED}),
        (seen(CAT), seen(CAT, scores=[0.84]), {Reason.SCORE}),
        (seen(CAT), seen(CAT, is_settled=False), {Reason.DOUBT}),
        (seen(CAT), seen(status="empty"), {Reason.STATUS, Reason.REMOVED}),
        (None, seen(CAT), {Reason.FIRST}),
        (seen(CAT), None, {Reason.GONE}),
    ],
)
def test_a_difference_says_why(old, new, reasons):
    assert boxes.difference(old, new).reasons == reasons


def test_neighbours_are_paired_so_that_all_overlap_most():
    left, right = (0, 0, 100, 100), (60, 0, 100, 100)
    found = boxes.pair([left, right], [moved(left, 30), moved(right, 30)])
    assert [(a, b) for a, b, _, _ in found.both] == [(0, 0), (1, 1)]
    assert [px for *_, px in found.both] == [30, 30]


def test_boxes_are_paired_as_a_complete_search_would():
    rng = np.random.default_rng(11)
    for _ in range(200):
        old, new = (
            [(*rng.uniform(0, 60, 2), *rng.uniform(40, 90, 2)) for _ in range(n)]
            for n in rng.integers(0, 5, 2)
        )
        found = boxes.pair(old, new)
        assert sum(iou for *_, iou, _ in found.both) == pytest.approx(best(old, new))
        assert len(found.both) + len(found.removed) == len(old)
        assert len(found.both) + len(found.added) == len(new)


def best(old, new) -> float:
    """The largest sum of overlaps over all ways to pair, by trying them all."""
    if len(old) > len(new):
        old, new = new, old
    iou = iou_matrix(edges_of(np.array(old)), edges_of(np.array(new)))
    iou = np.where(iou >= boxes.SAME_OBJECT_IOU, iou, 0.0)
    ways = permutations(range(len(new)), len(old))
    return max(float(sum(iou[a, b] for a, b in enumerate(way))) for way in ways)


def test_another_label_is_a_difference():
    old = verdicts.Seen("animal", 0.9, 0.9, is_settled=True)
    new = verdicts.Seen("tracks", 0.9, 0.1, is_settled=True)
    near = verdicts.Seen("animal", 0.94, 0.94, is_settled=True)
    assert verdicts.difference(old, new).reasons == {Reason.LABEL, Reason.SCORE}
    assert verdicts.difference(old, near).reasons == set()
    assert verdicts.difference(None, new).reasons == {Reason.FIRST}


def test_another_probability_of_the_animal_is_a_difference_under_the_same_label():
    old = verdicts.Seen("tracks", 0.5, 0.0, is_settled=True)
    new = verdicts.Seen("tracks", 0.5, 0.4, is_settled=True)
    found = verdicts.difference(old, new)
    assert (found.reasons, found.shift) == ({Reason.SCORE}, 0.4)


def test_differences_add_up():
    summary = Summary()
    for number in range(20):
        change = boxes.difference(seen(CAT, DOG), seen(moved(CAT, number), DOG))
        summary.add(change, task_id=number, name=f"{number}.jpg")
    assert (summary.n_tasks, summary.n_changed, summary.n_unchanged) == (20, 18, 2)
    assert summary.reasons == {Reason.MOVED: 18}
    px, iou = summary.moved_px(), summary.ious()
    assert (px.median, px.worst, summary.n_moved) == (10.5, 19, 18)
    assert px.p90 == pytest.approx(17.3)
    assert iou.median > iou.p90 > iou.worst == pytest.approx(181 / 219)
    assert [name for name, _ in summary.largest()] == [f"{n}.jpg" for n in range(19, 9, -1)]


def test_another_result_comes_before_a_moved_box():
    summary = Summary()
    summary.add(boxes.difference(seen(CAT), seen(moved(CAT, 90))), task_id=1, name="moved.jpg")
    summary.add(boxes.difference(seen(), seen(DOG)), task_id=2, name="found.jpg")
    assert [name for name, _ in summary.largest()] == ["found.jpg", "moved.jpg"]


def test_a_comparison_of_nothing_has_no_figures():
    assert Summary().moved_px() is None
    assert Summary().ious() is None
    assert list(Summary().largest()) == []
