"""A simulated crowd of known quality comes out of the workers' figures as it is."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import spearmanr

from annotate import aggregation, comparing
from annotate.gold_scoring import score_boxes
from crowd import refitting
from dashboard.queries import one_worker, workers
from quadrat.simulated_crowd import SimulatedWorker, Simulation
from simulation.answering import answer_boxes
from simulation.workers import WorkerProfile
from tallies import counting
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

TRUTH = [[60.0, 80.0, 180.0, 140.0], [320.0, 90.0, 160.0, 220.0], [560.0, 300.0, 150.0, 160.0]]
LEAST_HABIT = 0.04


@pytest.fixture
def worked() -> tuple[list[SimulatedWorker], dict[int, workers.WorkerRow]]:
    """The crowd, and by worker what the page reads."""
    campaign = make.campaign(36, slug="sim", workers_per_task=4, boxes_xywh=TRUTH)

    def aggregate() -> None:
        aggregation.aggregate_due(now=NOON)

    simulation = Simulation(campaign, n_workers=9, seed=11, clock=lambda: NOON, wait=aggregate)
    simulation.run(lambda _ended, _tasks: None)
    later = NOON + timedelta(hours=1)
    refitting.refit(aggregation.BOXES, clock=lambda: later, is_forced=True)
    while comparing.compare_due():
        pass
    counting.count_all(campaign, now=later)
    return simulation.crowd, {row.worker.pk: row for row in workers.workers(campaign)}


def true_quality(profile: WorkerProfile) -> float:
    """Mean IoU with the truth over many answers, missed and false boxes as 0."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(80):
        reply = answer_boxes(profile, np.array(TRUTH), width=800, height=600, rng=rng)
        score = score_boxes(reply.boxes_xywh, TRUTH)
        n = len(score.fits) + len(score.missed) + len(score.extra)
        found.append(sum(fit.iou for fit in score.fits) / n)
    return float(np.mean(found))


def test_workers_come_out_in_their_true_order_and_with_their_habits(worked):
    crowd, rows = worked
    true = [true_quality(somebody.profile) for somebody in crowd]
    seen = [rows[somebody.worker.pk].quality for somebody in crowd]
    assert spearmanr(true, seen).statistic >= 0.8, list(zip(true, seen, strict=True))
    n_habits = 0
    for somebody in crowd:
        row = rows[somebody.worker.pk]
        left, top, right, bottom = somebody.profile.habit
        outwards = (-left, -top, right, bottom)
        for wanted, habit in zip(outwards, one_worker.habits(row.tally), strict=False):
            if abs(wanted) >= LEAST_HABIT:
                n_habits += 1
                assert habit.share * wanted > 0, (somebody.profile.habit, habit)
    assert n_habits >= 2, "the crowd has somebody with a habit"
