"""What all workers have in common shows in the skew of their errors."""

from __future__ import annotations

import numpy as np
import pytest

from consensus import BoxAnswer, BoxImage, fit_boxes, merge_campaign
from consensus.lean import BINS, MOST, Errors
from tests.consensus.crowd import HEIGHT, WIDTH, boxes

NAMES = [f"w{index}" for index in range(9)]


def drawn(truth, rng, errors):
    """One box drawn around `truth` with outward `errors` (4,) in pixels."""
    x, y, w, h = truth
    left, top, right, bottom = errors
    return boxes([x - left, y - top, w + left + right, h + top + bottom])


def campaign(noise, n_images=300, n_answers=4, seed=3):
    """Truths, and images answered by some of nine workers with errors from `noise(rng)`."""
    rng = np.random.default_rng(seed)
    truths, images = [], []
    for _ in range(n_images):
        truth = (*rng.uniform(60, 300, 2), *rng.uniform(100, 240, 2))
        takers = rng.choice(NAMES, n_answers, replace=False)
        answers = [BoxAnswer(str(name), drawn(truth, rng, noise(rng))) for name in takers]
        truths.append(truth)
        images.append(BoxImage(answers, WIDTH, HEIGHT))
    return truths, images


def outward(truths, found):
    """Mean outward error of all four edges of the consensus, in pixels."""
    errors = []
    for (x, y, w, h), image in zip(truths, found, strict=True):
        left, top, width, height = image.boxes[0].xywh
        errors.append([x - left, y - top, left + width - x - w, top + height - y - h])
    return float(np.mean(errors))


def test_a_margin_that_everybody_leaves_is_found_and_taken_off():
    # skewed outwards: the usual place is the edge itself, a few leave much more
    truths, images = campaign(lambda rng: rng.gamma(2.0, 4.0, 4) - 4.0)
    _, found = merge_campaign(images)
    plain = [
        np.mean([answer.boxes_xywh[0, 2] for answer in image.answers]) - truth[2]
        for truth, image in zip(truths, images, strict=True)
    ]
    assert np.mean(plain) / 2 == pytest.approx(4.0, abs=0.5)
    assert abs(outward(truths, found)) < 2.0


def test_errors_without_a_skew_move_nothing():
    truths, images = campaign(lambda rng: rng.normal(0.0, 5.0, 4))
    fit, found = merge_campaign(images)
    assert abs(np.mean([skill.habit for skill in fit.skills.values()])) < 0.005
    assert abs(outward(truths, found)) < 0.7


def test_two_answers_cannot_tell():
    _, images = campaign(lambda rng: rng.gamma(2.0, 4.0, 4) - 4.0, n_answers=2)
    fit = fit_boxes(images)
    assert abs(np.mean([skill.habit for skill in fit.skills.values()])) < 0.005


def test_the_mode_of_gamma_errors_is_found():
    # shape 4, scale .01: mean .04, mode .03
    rng = np.random.default_rng(1)
    n, m = 40_000, 6
    values = rng.gamma(4.0, 0.01, (n, m + 1, 4))
    against = values[:, 0] - values[:, 1:].mean(axis=1)
    errors = Errors.none()
    errors.add(against, np.ones((n, 4)), np.full(n, float(m)))
    assert errors.lean() == pytest.approx(0.01, abs=0.0025)


def test_errors_add_up_over_blocks_and_few_say_little():
    rng = np.random.default_rng(2)
    values = rng.gamma(2.0, 0.02, (300, 4)) - 0.04
    together, apart = Errors.none(), Errors.none()
    together.add(values, np.ones((300, 4)), np.full(300, 3.0))
    for part in np.split(values, 3):
        apart.add(part, np.ones((100, 4)), np.full(100, 3.0))
    assert together.lean().tolist() == apart.lean().tolist()
    few = Errors.none()
    few.add(values[:10], np.ones((10, 4)), np.full(10, 3.0))
    assert (np.abs(few.lean()) < np.abs(together.lean()).max()).all()


def test_what_lies_far_out_stays_within_bounds():
    errors = Errors.none()
    errors.add(np.full((50, 4), 9.0), np.ones((50, 4)), np.full(50, 2.0))
    assert (np.abs(errors.lean()) <= MOST).all()
    assert errors.counts[:, -1].tolist() == [50.0] * 4
    assert len(BINS) == errors.counts.shape[1] + 1


@pytest.mark.parametrize("share", [0.05, 0.1, 0.2, 0.3])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_few_gross_mistakes_are_no_lean(share, sign):
    # some boxes cut a part off, or take in a neighbour: 15 to 40 % of the side
    def noise(rng):
        errors = rng.normal(0.0, 3.0, 4)
        if rng.random() < share:
            errors[2] += sign * rng.uniform(25, 65)
        return errors

    truths, images = campaign(noise, n_answers=5)
    _, found = merge_campaign(images)
    right = [
        image.boxes[0].xywh[0] + image.boxes[0].xywh[2] - truth[0] - truth[2]
        for truth, image in zip(truths, found, strict=True)
    ]
    assert abs(np.median(right)) < 1.5
