"""Agreement, against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from consensus.agreement import (
    bootstrap_interval,
    fleiss_kappa,
    krippendorff_alpha_boxes,
    krippendorff_alpha_nominal,
    pairwise_iou,
)
from tests.consensus.crowd import NOTHING, boxes, jittered

# Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C: four observers,
# twelve units, nominal data; "." is missing. Published: alpha = .743.
FOUR_OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# The example of three observers and fifteen units of the Wikipedia article "Krippendorff's alpha"
# ("A computational example", after Krippendorff). Published: nominal alpha = .691.
THREE_OBSERVERS = (".....34121133.3", "1.213343.......", "..21344.21133.4")

# Ten subjects, fourteen raters, five categories: the worked example of the Wikipedia article
# "Fleiss' kappa". Published: kappa = .210.
FLEISS_TABLE = (
    (0, 0, 0, 0, 14),
    (0, 2, 6, 4, 2),
    (0, 0, 3, 5, 6),
    (0, 3, 9, 2, 0),
    (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0),
    (3, 2, 6, 3, 0),
    (2, 5, 3, 2, 2),
    (6, 5, 2, 1, 0),
    (0, 2, 2, 3, 7),
)

HERE, THERE = boxes([0, 0, 10, 10]), boxes([50, 50, 10, 10])


def units(rows):
    return [[label for label in column if label != "."] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(("rows", "alpha"), [(FOUR_OBSERVERS, 0.743), (THREE_OBSERVERS, 0.691)])
def test_nominal_alpha_matches_krippendorffs_examples(rows, alpha):
    assert krippendorff_alpha_nominal(units(rows)) == pytest.approx(alpha, abs=0.0005)


def test_fleiss_kappa_matches_the_published_example():
    rated = [[str(c) for c, n in enumerate(row) for _ in range(n)] for row in FLEISS_TABLE]
    assert fleiss_kappa(rated) == pytest.approx(0.210, abs=0.0005)


@pytest.mark.parametrize("statistic", [krippendorff_alpha_nominal, fleiss_kappa])
def test_nothing_to_compare_is_none(statistic):
    assert statistic([]) is None
    assert statistic([["a"], ["b"]]) is None
    assert statistic([["a", "a"], ["a", "a"]]) is None


def test_pairwise_iou_counts_what_the_other_did_not_draw_as_zero():
    both = np.vstack((HERE, THERE))
    assert pairwise_iou([both, HERE]) == 0.5
    assert pairwise_iou([HERE, boxes([5, 0, 10, 10])]) == pytest.approx(1 / 3)
    assert pairwise_iou([HERE, HERE, NOTHING]) == pytest.approx(1 / 3)
    assert pairwise_iou([HERE]) is None


def test_alpha_for_boxes_is_one_for_equal_boxes_and_low_for_strangers():
    assert krippendorff_alpha_boxes([[HERE, HERE], [THERE, THERE]]) == 1
    rng = np.random.default_rng(1)
    random = [
        [np.hstack((rng.uniform(0, 500, (1, 2)), rng.uniform(20, 90, (1, 2)))) for _ in range(3)]
        for _ in range(40)
    ]
    assert krippendorff_alpha_boxes(random) == pytest.approx(0, abs=0.1)


def test_alpha_for_boxes_falls_with_jitter_and_with_missing_boxes():
    rng = np.random.default_rng(2)
    truths = [np.hstack((rng.uniform(0, 500, (1, 2)), np.full((1, 2), 80.0))) for _ in range(30)]

    def alpha(share, n_empty):
        return krippendorff_alpha_boxes(
            [*(jittered(t, rng, share) for _ in range(4 - n_empty)), *[NOTHING] * n_empty]
            for t in truths
        )

    assert 1 > alpha(0.02, 0) > alpha(0.08, 0) > alpha(0.08, 1) > 0


def test_alpha_for_boxes_needs_two_workers_and_a_box():
    assert krippendorff_alpha_boxes([]) is None
    assert krippendorff_alpha_boxes([[HERE]]) is None
    assert krippendorff_alpha_boxes([[NOTHING, NOTHING]]) is None


def test_the_bootstrap_interval_is_seeded_and_surrounds_the_statistic():
    labels = units(FOUR_OBSERVERS)
    found = bootstrap_interval(labels, krippendorff_alpha_nominal, seed=5)
    assert found is not None
    assert found[0] < 0.743 < found[1]
    assert bootstrap_interval(labels, krippendorff_alpha_nominal, seed=5) == found
    assert bootstrap_interval(labels, krippendorff_alpha_nominal, seed=6) != found


def test_the_bootstrap_of_nothing_is_none():
    assert bootstrap_interval([], krippendorff_alpha_nominal, seed=1) is None
    assert bootstrap_interval([["a"]], krippendorff_alpha_nominal, seed=1) is None
