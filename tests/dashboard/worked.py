"""Rows of what jobs have counted, as far as a test says them; the rest is 0."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from crowd.models import Campaign, Worker
from dashboard.queries.campaigns import CampaignRow, Progress
from dashboard.queries.standing import Standing, standings
from tallies import days, store
from tallies.models import Figures, WorkerDay, WorkerTally
from tests.make import NOON

TODAY = NOON.date()
NAMES = [one.name for one in Figures._meta.get_fields()]


def days_ago(n: int) -> date:
    return TODAY - timedelta(days=n)


def day(campaign: Campaign, worker: Worker, on: date, n_answers: int, **figures: Any) -> WorkerDay:
    """A worker's answers of a day, each of 10 s and like the consensus unless told otherwise."""
    said = {"n_answers": n_answers, "n_timed": n_answers, "seconds": 10.0 * n_answers}
    said |= {"n_compared": n_answers, "n_same": n_answers} | figures
    row = WorkerDay.objects.create(
        campaign=campaign, worker=worker, day=on, **(dict.fromkeys(NAMES, 0) | said)
    )
    content = {"days": days.sums(campaign)}
    store.keep(campaign, days.TOPIC, content, mark=0, took_s=0, counted_at=NOON)
    return row


def tally(campaign: Campaign, worker: Worker, n_answers: int, **figures: Any) -> WorkerTally:
    """All that a worker has done."""
    said = {"n_answers": n_answers} | figures
    times = {"first_at": NOON - timedelta(days=9), "last_at": NOON - timedelta(days=1)}
    habits = dict.fromkeys(("habits_px", "habits_share", "habits_sd"), [0.0] * 4)
    return WorkerTally.objects.create(
        campaign=campaign,
        worker=worker,
        **(dict.fromkeys(NAMES, 0) | times | habits | said),
    )


def standing_of(campaign: Campaign, **progress: int) -> Standing:
    """Where it stands at noon, with these numbers of tasks."""
    row = CampaignRow(campaign, Progress(**progress), 1, NOON - timedelta(days=1))
    (found,) = standings([row], now=NOON)
    return found
