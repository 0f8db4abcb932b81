"""Forecasts: more answers cost more and err less, and adaptive asking lies in between."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from consensus.boxes import merge_images
from consensus.skill import fit_boxes
from consensus.types import BoxSkill
from consensus.vote_types import VoteSkill
from simulation.answering import answer_boxes
from simulation.layouts import LayoutParameters
from simulation.mixes import hire, work_boxes
from simulation.pilot import boxer_like, layouts_like, paced, voter_like
from simulation.power import (
    Interval,
    Plan,
    Price,
    choices,
    expect,
    main,
    simulate_once,
    summarize,
    table,
)
from simulation.workers import WorkerProfile

ROOT = Path(__file__).resolve().parents[2]
SMALL = Plan(n_images=120, answers=(1, 3), taus=(0.1,), n_workers=15)


@pytest.fixture(scope="module")
def boxes():
    return expect(SMALL, seeds=(1, 2))


def test_more_answers_err_less_and_take_more(boxes):
    one, three, adaptive = boxes
    assert one.figures["errors"].mean > three.figures["errors"].mean
    assert one.figures["f75"].mean < three.figures["f75"].mean
    assert one.figures["seconds"].mean < three.figures["seconds"].mean
    assert (one.figures["answers"].mean, three.figures["answers"].mean) == (1, 3)
    assert 2 <= adaptive.figures["answers"].mean < 4
    assert [(row.n_answers, row.tau) for row in boxes] == choices(SMALL)
    assert [row.is_adaptive for row in boxes] == [False, False, True]


def test_a_forecast_is_the_same_every_time(boxes):
    assert summarize(SMALL, [simulate_once(SMALL, seed) for seed in (1, 2)]) == boxes


def test_an_interval_spans_the_simulated_campaigns(boxes):
    for row in boxes:
        for interval in row.figures.values():
            assert interval.low <= interval.mean <= interval.high
    assert boxes[0].figures["errors"].low < boxes[0].figures["errors"].high


def test_a_spam_heavy_crowd_is_worse_than_a_clean_one():
    def errors(mix):
        return simulate_once(Plan(crowd=mix, n_images=120, answers=(2,), taus=()), 1)[0]["errors"]

    assert errors("spam-heavy") > errors("clean")


def test_where_experts_disagree_more_answers_cannot_mend_it():
    clear, arguable = (
        simulate_once(Plan(clarity=name, n_images=150, answers=(7,), taus=()), 1)[0]
        for name in ("clear", "arguable")
    )
    assert arguable["errors"] > 2 * clear["errors"] + 0.05
    assert arguable["f90"] < clear["f90"] - 0.2


def test_where_a_miss_is_dear_more_is_found_and_more_workers_look():
    plain, dear = (
        simulate_once(Plan("verify", n_images=400, answers=(3,), taus=(0.05,), missed_cost=cost), 1)
        for cost in (1, 20)
    )
    assert dear[0]["false_alarms"] > plain[0]["false_alarms"]
    assert dear[1]["recall"] > plain[1]["recall"]
    assert dear[1]["answers"] > plain[1]["answers"]
    assert plain[0]["loss"] == pytest.approx(plain[0]["errors"])
    assert dear[0]["loss"] > dear[0]["errors"]


def test_a_forecast_from_a_pilot_is_close_to_what_its_crowd_does():
    crowd = hire("mixed", 20, 3)
    pilot = work_boxes(150, crowd, 3, 3)
    fit = fit_boxes(pilot.images)
    merged = merge_images(pilot.images, skills=fit.skills, parameters=fit.parameters)
    like = tuple(boxer_like(skill) for skill in fit.skills.values())
    layouts = layouts_like([len(found.boxes) for found in merged])
    forecast, done = (
        simulate_once(Plan(crowd=who, layouts=what, n_images=250, answers=(3,), taus=(0.1,)), 9)
        for who, what in ((like, layouts), (tuple(crowd), LayoutParameters()))
    )
    assert forecast[0]["errors"] == pytest.approx(done[0]["errors"], abs=0.04)
    assert forecast[0]["f75"] == pytest.approx(done[0]["f75"], abs=0.04)
    assert forecast[1]["answers"] == pytest.approx(done[1]["answers"], abs=0.25)


def test_verification_finds_more_of_the_rare_with_more_answers():
    plan = Plan(kind="verify", n_images=1500, answers=(2, 7), taus=(0.05,))
    two, seven, adaptive = expect(plan, seeds=(1, 2))
    assert seven.figures["errors"].mean < two.figures["errors"].mean
    assert seven.figures["recall"].mean >= two.figures["recall"].mean
    assert 0 < two.figures["false_alarms"].mean < 0.1
    assert 2 <= adaptive.figures["answers"].mean < 3


def test_a_price_is_for_answers_for_hours_or_for_both():
    figures = {"answers": Interval(2, 2, 2), "seconds": Interval(30, 20, 40)}
    assert Price(per_answer=0.04).of(500, figures).mean == 40
    assert Price(per_hour=12).of(600, figures) == Interval(60, 40, 80)
    assert Price(0.04, 12).of(600, figures).mean == 48 + 60


def test_a_crowd_of_one_s_own_is_forecast(boxes):
    steady = WorkerProfile("careful", 0.001, miss=0, false_box=0, gross=0, cant_tell=0)
    plan = Plan(crowd=(steady,) * 3, n_images=80, answers=(3,), taus=())
    (row,) = expect(plan, seeds=(1,))
    assert row.figures["f90"].mean > boxes[1].figures["f90"].mean + 0.05


def test_a_small_crowd_stands_for_a_larger_one_like_it():
    plan = Plan(crowd=tuple(WorkerProfile("hasty", 0.04) for _ in range(3)), answers=(7,))
    assert len(plan.workers(1)) == 9


@pytest.mark.parametrize(
    "wrong",
    [
        {"crowd": "sleepy"},
        {"crowd": ()},
        {"clarity": "foggy"},
        {"answers": (0,)},
        {"answers": (8,)},
        {"taus": (0.0,)},
        {"minimum": 0},
        {"minimum": 5, "maximum": 3},
        {"n_images": 0},
        {"kind": "verify", "super_class": "Fungi"},
    ],
)
def test_what_cannot_be_forecast_is_refused(wrong):
    with pytest.raises(ValueError, match=r"unknown mix|unknown clarity|between|needs|verify"):
        Plan(**wrong)


def test_the_table_has_a_line_for_every_choice(boxes):
    lines = table(SMALL, boxes, 500, Price(0.04)).splitlines()
    assert len(lines) == 4
    assert lines[2].split()[:2] == ["3", "fixed"]
    assert lines[2].endswith(" 60.00")
    assert len({len(line) for line in lines}) == 1


def test_the_program_prints_a_forecast_without_the_site():
    words = ["--images", "500", "--answers", "2", "--tau", "--seeds", "1", "--price", "0.04"]
    done = subprocess.run(
        [sys.executable, "-m", "simulation.power", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "2 fixed" in done.stdout
    assert "40.00" in done.stdout
    assert "A simulation" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--answers", "9"], "between 1 and 7"),
        (["--answers", "--tau"], "needs a number of answers or a tau"),
        (["--tau", "nan"], "needs a finite tau > 0"),
        (["--seeds", "0"], "argument --seeds: must be at least 1, not 0"),
        (["--images", "-5"], "argument --images: must be at least 1, not -5"),
        (["--workers", "many"], "argument --workers: invalid count value: 'many'"),
        (["--price", "nan"], "argument --price: must be a number of at least 0, not nan"),
        (["--hourly", "-1"], "argument --hourly: must be a number of at least 0, not -1"),
    ],
)
def test_the_program_refuses_what_makes_no_sense(words, said, capsys):
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert said in capsys.readouterr().err


def test_nobody_pays_less_than_nothing():
    for paid in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="price of an hour must be a number of at least 0"):
            Price(per_hour=paid)


def test_a_simulated_worker_boxes_as_the_skill_says():
    skill = BoxSkill(miss=0.3, false_box=0.1, scale=0.03, habit=(0.05, 0.0, -0.02, 0.0))
    profile, rng = boxer_like(skill), np.random.default_rng(1)
    truth = np.array([[400.0, 300.0, 400.0, 400.0]])
    replies = [answer_boxes(profile, truth, width=1600, height=1200, rng=rng) for _ in range(3000)]
    assert np.mean([len(r.boxes_xywh) == 0 for r in replies]) == pytest.approx(0.27, abs=0.03)
    alone = np.vstack([r.boxes_xywh for r in replies if len(r.boxes_xywh) == 1])
    near = alone[np.abs(alone - truth).max(axis=1) < 100]
    offset = (near[:, 0] - 400) / 400
    assert np.median(offset) == pytest.approx(-0.05, abs=0.01)
    expected = 0.03 * np.hypot(400, 0.2 * 1600) / 400
    assert 0.8 * expected < np.subtract(*np.percentile(offset, [84, 16])) / 2 < 1.25 * expected


def test_a_worker_of_no_quality_is_taken_for_a_spammer():
    skill = BoxSkill(0.8, 0.9, 0.25, (0.0,) * 4, quality=0.08)
    assert boxer_like(skill).kind == "spamming"


def test_a_simulated_voter_errs_as_the_confusion_says():
    profile = voter_like(VoteSkill(0.9, 40, ((0.96, 0.04), (0.45, 0.45))))
    assert (profile.accuracy, profile.lean) == (pytest.approx(0.96), pytest.approx(0.5))
    assert voter_like(VoteSkill(0.85)).accuracy == 0.85


def test_images_are_as_full_as_those_of_the_pilot():
    crowded = layouts_like([0] * 100 + [1] * 400 + [4] * 500)
    assert crowded.empty == pytest.approx(0.1, abs=0.01)
    assert crowded.group == pytest.approx(5 / 9, abs=0.02)
    assert crowded.another == pytest.approx(2 / 3, abs=0.02)
    usual = layouts_like([])
    assert usual.empty == pytest.approx(0.15)
    assert usual.group == pytest.approx(0.1)


def test_slower_workers_take_longer():
    (slow,) = paced([WorkerProfile("hasty", 0.04, seconds_per_image=2, seconds_per_box=3)], 2)
    assert (slow.seconds_per_image, slow.seconds_per_box) == (4, 6)
