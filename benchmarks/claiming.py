"""One claim in a campaign of iNat2017's size, for a newcomer and for a worker who has done a third.

    python -m benchmarks.claiming --tasks 450000 --done 150000

Times `leases.claim` in this process, without HTTP, before and after a vacuum. The last row is a
lap: at the end of the order, the worker looks from the start for what has been given back.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from benchmarks import site
from crowd import leases
from crowd.models import Campaign, Enrolment, Worker

N_CLAIMS = 300

DO_A_THIRD = """
INSERT INTO crowd_assignment
    (id, task_id, worker_id, state, is_extra, claimed_at, lease_until, submitted_at)
SELECT gen_random_uuid(), id, %(worker)s, 'submitted', false, now(), now(), now()
FROM crowd_task WHERE position < %(done)s;
UPDATE crowd_task SET n_taken = 1, n_answers = 1 WHERE position < %(done)s;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=450_000)
    parser.add_argument("--done", type=int, default=150_000)
    arguments = parser.parse_args()
    campaign = site.fill(arguments.tasks)
    newcomer = Worker.objects.create()
    veteran = _veteran(campaign, arguments.done)
    table = Table(title=f"One claim, {arguments.tasks:,} tasks, {N_CLAIMS} claims a row")
    for name in ("worker", "median ms", "p99 ms", "longest ms"):
        table.add_column(name, justify="right")
    who = f"{arguments.done:,} done"
    table.add_row("newcomer", *_claims(newcomer))
    table.add_row(f"{who}, statistics stale", *_claims(veteran))
    site.vacuum()
    table.add_row(f"{who}, vacuumed", *_claims(veteran))
    table.add_row("newcomer, vacuumed", *_claims(newcomer))
    table.add_row(f"{who}, a lap", *_lap(veteran, arguments.tasks))
    Console(width=90).print(table)


def _veteran(campaign: Campaign, n_done: int) -> Worker:
    worker = Worker.objects.create()
    Enrolment.objects.create(campaign=campaign, worker=worker, cursor=n_done - 1, n_claimed=n_done)
    with connection.cursor() as cursor:
        cursor.execute(DO_A_THIRD, {"worker": worker.pk, "done": n_done})
    return worker


def _claims(worker: Worker) -> list[str]:
    """Each claim asks for one task more than the worker holds, at most 24, then they are freed."""
    times = []
    for number in range(N_CLAIMS):
        start = time.perf_counter()
        held, _ = leases.claim(worker, "bench", count=number % 24 + 1, now=timezone.now())
        times.append((time.perf_counter() - start) * 1000)
        assert len(held) == number % 24 + 1
        if len(held) == 24:
            _finish(worker)
    _finish(worker)
    return _row(times)


def _lap(worker: Worker, n_tasks: int) -> list[str]:
    """The cursor at the very end: forward there is nothing, from the start there is a long way."""
    times = []
    for _ in range(5):
        Enrolment.objects.filter(worker=worker).update(cursor=n_tasks, next_lap_at=None)
        start = time.perf_counter()
        leases.claim(worker, "bench", count=1, now=timezone.now())
        times.append((time.perf_counter() - start) * 1000)
        _finish(worker)
    return _row(times)


def _finish(worker: Worker) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crowd_assignment SET state = 'submitted' "
            "WHERE worker_id = %s AND state = 'leased'",
            [worker.pk],
        )


def _row(times: list[float]) -> list[str]:
    return [f"{value:.2f}" for value in (np.median(times), np.percentile(times, 99), max(times))]


if __name__ == "__main__":
    main()
