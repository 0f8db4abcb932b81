"""Small crowds whose answers are known: careful workers, and some who do not look."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import numpy as np

from annotate import aggregation, submission
from crowd import leases
from crowd.models import Campaign, Worker
from tests import make
from tests.make import NOON

BIRD = (200.0, 150.0, 300.0, 200.0)
Reply = Callable[[int], Sequence[Sequence[float]]]


class Clock:
    """A second later each time somebody looks, so that what comes later is later."""

    def __init__(self, start: datetime = NOON) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def near(box: Sequence[float], *, seed: int, sd: float = 4.0) -> Reply:
    """Draws the box with edges off by `sd` pixels."""

    def reply(position: int) -> Sequence[Sequence[float]]:
        x, y, w, h = box
        left, top, right, bottom = np.random.default_rng([seed, position]).normal(0, sd, 4)
        return [(x + left, y + top, w + right - left, h + bottom - top)]

    return reply


def anywhere(*, seed: int) -> Reply:
    """Draws something somewhere."""

    def reply(position: int) -> Sequence[Sequence[float]]:
        rng = np.random.default_rng([seed, position])
        w, h = rng.uniform(40, 200, 2)
        return [(rng.uniform(0, 800 - w), rng.uniform(0, 600 - h), w, h)]

    return reply


def answer(
    worker: Worker, campaign: Campaign, reply: Reply, *, now: datetime = NOON, at_most: int = 9999
) -> int:
    """The worker boxes up to so many tasks, each as `reply` says for its position."""
    position = dict(campaign.tasks.values_list("pk", "position"))
    n_answers = 0
    while n_answers < at_most:
        held, _ = leases.claim(worker, campaign.slug, count=min(24, at_most - n_answers), now=now)
        if not held:
            break
        for lease in held:
            data = make.annotation(reply(position[lease.task_id]))
            data |= {"timing": {}, "comment": "", "idempotency_key": uuid.uuid4()}
            submission.accept(worker, lease.id, data, now=now)
            n_answers += 1
    return n_answers


def aggregate(clock: Clock) -> None:
    while aggregation.aggregate_due(now=clock()):
        pass


def known_crowd(
    careful: Iterable[Worker], spamming: Iterable[Worker], n_tasks: int = 40
) -> Campaign:
    """A finished campaign in which everybody has been compared with everybody."""
    workers = [
        *((worker, near(BIRD, seed=worker.pk)) for worker in careful),
        *((worker, anywhere(seed=worker.pk)) for worker in spamming),
    ]
    campaign = make.campaign(
        n_tasks, slug="known", workers_per_task=len(workers), max_workers=len(workers)
    )
    for worker, reply in workers:
        assert answer(worker, campaign, reply) == n_tasks
    return campaign
