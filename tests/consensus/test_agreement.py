"""Agreement, against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from consensus import BoxImage, agreement
from consensus.agreement import (
    fleiss_kappa,
    krippendorff_alpha_boxes,
    krippendorff_alpha_nominal,
    pairwise_iou,
)
from consensus.geometry import edges_of, iou_matrix
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, answers_to, boxes, jittered

# Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011, section C: four observers,
# twelve units, nominal data; "." is missing. Published: alpha = .743.
FOUR_OBSERVERS = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")

# The example of three observers and fifteen units of the Wikipedia article "Krippendorff's alpha"
# ("A computational example", after Krippendorff). Published: nominal alpha = .691.
THREE_OBSERVERS = (".....34121133.3", "1.213343.......", "..21344.21133.4")

# Ten subjects, fourteen raters, five categories: the worked example of the Wikipedia article
# "Fleiss' kappa". Published: kappa = .210, mean share of equal pairs = .378.
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

# Rosebrock, "Intersection over Union (IoU) for object detection", PyImageSearch, 2016: five pairs
# of boxes, first and last pixel, and their published IoU.
PIXEL_PAIRS = (
    ((39, 63, 203, 112), (54, 66, 198, 114), 0.7980),
    ((49, 75, 203, 125), (42, 78, 186, 126), 0.7899),
    ((31, 69, 201, 125), (18, 63, 235, 135), 0.6125),
    ((50, 72, 197, 121), (54, 72, 198, 120), 0.9472),
    ((35, 51, 196, 110), (36, 60, 180, 108), 0.7310),
)

HERE, THERE = boxes([0, 0, 10, 10]), boxes([50, 50, 10, 10])


def units(rows):
    return [[label for label in column if label != "."] for column in zip(*rows, strict=True)]


def rated(table=FLEISS_TABLE):
    return [[str(c) for c, n in enumerate(row) for _ in range(n)] for row in table]


def image(*drawn, width=WIDTH, height=HEIGHT):
    """One image; the workers' names are numbers."""
    answers = [agreement.BoxAnswer(str(worker), rows) for worker, rows in enumerate(drawn)]
    return BoxImage(answers, width, height)


def pixels(left, top, right, bottom):
    return boxes([left, top, right + 1 - left, bottom + 1 - top])


def a_crowd(n_images, rng, *, share=0.05):
    """Images with one or two objects and three workers, each of whom misses some."""
    for _ in range(n_images):
        truth = rng.uniform((0, 0, 60, 60), (500, 400, 200, 150), (int(rng.integers(1, 3)), 4))
        drawn = (jittered(truth[rng.random(len(truth)) < 0.8], rng, share) for _ in range(3))
        yield image(*drawn)


@pytest.mark.parametrize(("rows", "alpha"), [(FOUR_OBSERVERS, 0.743), (THREE_OBSERVERS, 0.691)])
def test_nominal_alpha_matches_krippendorffs_examples(rows, alpha):
    assert krippendorff_alpha_nominal(units(rows)) == pytest.approx(alpha, abs=0.0005)
    assert agreement.votes(units(rows)).alpha.value == pytest.approx(alpha, abs=0.0005)


def test_fleiss_kappa_matches_the_published_example():
    found = agreement.votes(rated())
    assert found.kappa.value == fleiss_kappa(rated()) == pytest.approx(0.210, abs=0.0005)
    assert found.share.value == pytest.approx(0.378, abs=0.0005)


@pytest.mark.parametrize(("first", "second", "iou"), PIXEL_PAIRS)
def test_pairwise_iou_matches_the_published_example(first, second, iou):
    assert pairwise_iou([pixels(*first), pixels(*second)]) == pytest.approx(iou, abs=0.00005)


@pytest.mark.parametrize("statistic", [krippendorff_alpha_nominal, fleiss_kappa])
def test_nothing_to_compare_is_none(statistic):
    assert statistic([]) is None
    assert statistic([["a"], ["b"]]) is None
    assert statistic([["a", "a"], ["a", "a"]]) is None


def test_labels_of_different_types_are_different_labels():
    mixed = [["1", "1"], [(False, 1), (False, 1)], ["1", (False, 1)]]
    assert agreement.votes(mixed).alpha.value < 1


def test_pairwise_iou_counts_what_the_other_did_not_draw_as_zero():
    both = np.vstack((HERE, THERE))
    assert pairwise_iou([both, HERE]) == 0.5
    assert pairwise_iou([HERE, boxes([5, 0, 10, 10])]) == pytest.approx(1 / 3)
    assert pairwise_iou([HERE, HERE, NOTHING]) == pytest.approx(1 / 3)
    assert pairwise_iou([HERE]) is None


def test_count_agreement_is_the_share_of_pairs_with_equally_many_boxes():
    both = np.vstack((HERE, THERE))
    found = agreement.boxes([image(both, both, HERE, NOTHING)])
    assert found.count.value == pytest.approx(1 / 6)
    assert found.count_difference.value == pytest.approx((0 + 1 + 2 + 1 + 2 + 1) / 6)


def test_images_weigh_the_same_however_many_workers_answered_them():
    found = agreement.boxes([image(HERE, HERE), image(HERE, HERE, HERE, HERE, NOTHING)])
    assert found.count.value == pytest.approx((1 + 0.6) / 2)
    assert found.pairwise_iou.value == pytest.approx((1 + 0.6) / 2)


def test_images_with_one_worker_are_left_out():
    twice = agreement.BoxAnswer("ada", HERE)
    lone = [image(HERE), image(), BoxImage([twice, twice], WIDTH, HEIGHT)]
    assert agreement.boxes(lone).count.n_units == 0
    assert agreement.boxes(lone).count.value is None
    assert agreement.boxes([*lone, image(HERE, HERE)]).count.n_units == 1


def test_alpha_for_boxes_in_a_case_worked_by_hand():
    """Two images, one object each. First: two equal boxes. Second: a box and nothing.

    Observed: two values at distance 0 and two at 1, mean 1/2. Pool: three boxes (two equal, at
    distance 0, and one that touches neither: 0 + 1 + 1) and one nothing (three times 1): 5 of 6.
    """
    found = agreement.boxes([image(HERE, HERE), image(THERE, NOTHING)])
    assert found.alpha.value == pytest.approx(1 - (1 / 2) / (5 / 6))


def general_alpha(values_of_units):
    """Alpha by its definition from all pairs; None is nothing, two of which are not compared."""

    def distances(values):
        pairs = [(a, b) for i, a in enumerate(values) for b in values[i + 1 :]]
        for a, b in pairs:
            if a is not None and b is not None:
                yield 1 - iou_matrix(edges_of(a), edges_of(b))[0, 0]
            elif a is not b:
                yield 1.0

    observed = sum(len(v) * np.mean(list(distances(v))) for v in values_of_units)
    pool = [value for values in values_of_units for value in values]
    return 1 - observed / len(pool) / np.mean(list(distances(pool)))


def test_alpha_for_boxes_is_the_general_one_over_all_pairs():
    rng = np.random.default_rng(3)
    values = []
    for _ in range(40):
        truth = rng.uniform((100, 100, 60, 60), (400, 300, 200, 150), (1, 4))
        drawn = [jittered(truth, rng, 0.05) for _ in range(int(rng.integers(1, 4)))]
        values.append([*drawn, *[None] * (4 - len(drawn))])
    images = [image(*(NOTHING if v is None else v for v in unit)) for unit in values]
    assert agreement.boxes(images).alpha.value == pytest.approx(general_alpha(values), abs=1e-9)


def test_a_photograph_at_another_size_agrees_the_same():
    rng = np.random.default_rng(4)
    small = list(a_crowd(30, rng))
    large = [
        image(
            *(answer.boxes_xywh * 3 for answer in one.answers), width=3 * WIDTH, height=3 * HEIGHT
        )
        for one in small[:15]
    ]
    mixed = agreement.boxes([*large, *small[15:]])
    assert mixed.alpha.value == pytest.approx(agreement.boxes(small).alpha.value)
    assert mixed.pairwise_iou.value == pytest.approx(agreement.boxes(small).pairwise_iou.value)


def test_the_order_of_answers_and_the_names_of_workers_do_not_matter():
    rng = np.random.default_rng(5)
    straight = list(a_crowd(20, rng))
    turned = [
        image(*(answer.boxes_xywh[::-1] for answer in reversed(one.answers))) for one in straight
    ]
    found, again = agreement.boxes(straight), agreement.boxes(turned)
    assert again.alpha.value == pytest.approx(found.alpha.value)
    assert again.alpha.low == pytest.approx(found.alpha.low)
    assert again.count == found.count


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


def test_a_worker_who_drew_as_many_as_the_page_allows_has_missed_nothing_more():
    ten = boxes(*([60 * column, 0, 40, 40] for column in range(10)))
    eleven = np.vstack((ten, boxes([0, 300, 40, 40])))
    assert agreement.boxes([image(ten, eleven, eleven)]).alpha.value == 1


def test_a_crowd_that_draws_the_same_agrees_fully():
    truth = boxes([10, 10, 80, 60], [300, 200, 90, 90])
    rng = np.random.default_rng(6)
    exact = answers_to(truth, rng, workers=["ada", "ben", "cyd"], share=0)
    found = agreement.boxes([BoxImage(exact, WIDTH, HEIGHT)] * 5)
    assert found.alpha.value == found.pairwise_iou.value == found.count.value == 1
    assert found.count_difference.value == 0
