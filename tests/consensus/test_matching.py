"""Which boxes belong together."""

from __future__ import annotations

import numpy as np

from consensus.geometry import edges_of, iou_matrix
from consensus.matching import match
from tests.consensus.crowd import boxes


def matched(rows, workers):
    edges = edges_of(rows)
    return match(iou_matrix(edges, edges), np.array(workers), link=0.3).tolist()


def test_two_boxes_of_one_worker_are_never_one_object():
    assert matched(boxes([0, 0, 10, 10], [1, 0, 10, 10]), [0, 0]) == [0, 1]


def test_a_worker_with_two_boxes_lends_the_closer_one():
    assert matched(boxes([0, 0, 10, 10], [0, 0, 10, 9], [3, 0, 10, 10]), [0, 1, 1]) == [0, 0, 1]


def test_average_linkage_stops_a_chain():
    chain = boxes(*([5 * step, 0, 10, 10] for step in range(5)))
    assert len(set(matched(chain, [0, 1, 2, 3, 4]))) > 1


def test_no_boxes_no_objects():
    assert matched(boxes(), []) == []
