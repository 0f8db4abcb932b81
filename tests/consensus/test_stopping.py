"""When a consensus may stand, and answers replayed under that rule."""

from __future__ import annotations

import pytest

from consensus import BoxAnswer, BoxImage
from consensus.online import replay_boxes
from consensus.stopping import StoppingRule
from simulation.mixes import simulate_boxes
from tests.consensus.crowd import HEIGHT, NOTHING, WIDTH, boxes

RULE = StoppingRule(tau=0.1, minimum=2, maximum=5)
CAT = boxes([100, 100, 200, 150])


def test_the_risk_decides_from_the_minimum_on():
    assert not RULE.is_finished(0.0, 1)
    assert RULE.is_finished(0.1, 2)
    assert not RULE.is_finished(0.11, 2)
    assert not RULE.is_finished(0.11, 5)


def test_what_was_finished_is_opened_again_only_by_a_clearly_greater_risk():
    assert RULE.is_finished(0.15, 3, was_finished=True)
    assert not RULE.is_finished(0.151, 3, was_finished=True)
    assert not RULE.is_finished(0.15, 3)


def test_one_answer_is_enough_only_from_a_proven_worker():
    rule = StoppingRule(tau=0.1, minimum=1)
    assert not rule.is_finished(0.01, 1, n_compared=11)
    assert rule.is_finished(0.01, 1, n_compared=12)
    assert rule.is_finished(0.01, 2, n_compared=0)


@pytest.mark.parametrize(
    "wrong", [{"tau": 0}, {"tau": float("nan")}, {"minimum": 0}, {"minimum": 8}, {"reopen": 0.9}]
)
def test_a_rule_without_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        StoppingRule(**wrong)


def test_agreement_takes_the_minimum_and_dispute_the_maximum():
    agreed = [BoxAnswer(name, CAT) for name in "abcdefg"]
    split = [BoxAnswer(name, CAT if index % 2 else NOTHING) for index, name in enumerate("abcdefg")]
    images = [BoxImage(agreed, WIDTH, HEIGHT)] * 10 + [BoxImage(split, WIDTH, HEIGHT)] * 10
    seen = list(replay_boxes(images, rule=RULE))
    assert [one.n_used for one in seen[:10]] == [2] * 10
    assert all(one.is_finished for one in seen[:10])
    assert all(one.n_used > 2 for one in seen[10:])
    assert all(one.n_used <= RULE.maximum for one in seen)
    assert all(one.consensus.n_looked == one.n_used for one in seen)


def test_a_worker_who_answers_twice_is_one_worker_online_too():
    answers = [BoxAnswer("ada", NOTHING), BoxAnswer("ada", CAT), BoxAnswer("ben", CAT)]
    (seen,) = replay_boxes([BoxImage(answers, WIDTH, HEIGHT)], rule=StoppingRule(tau=1.0))
    assert (seen.n_used, seen.consensus.n_looked) == (2, 2)
    assert len(seen.consensus.boxes) == 1


def test_a_smaller_tau_asks_more_and_errs_less():
    images, truth = simulate_boxes(250, 25, 7, "mixed", seed=2)
    used, wrong = [], []
    for tau in (0.5, 0.05):
        seen = list(replay_boxes(images, rule=StoppingRule(tau=tau)))
        used.append(sum(one.n_used for one in seen))
        counts = zip(seen, truth, strict=True)
        wrong.append(sum(len(one.consensus.boxes) != len(true) for one, true in counts))
    assert used[0] < used[1] < 7 * len(images)
    assert wrong[1] < wrong[0]


def test_where_answers_run_out_an_image_stays_unfinished():
    lone = [BoxImage([BoxAnswer("ada", CAT)], WIDTH, HEIGHT)]
    (seen,) = replay_boxes(lone, rule=RULE)
    assert (seen.n_used, seen.is_finished) == (1, False)
