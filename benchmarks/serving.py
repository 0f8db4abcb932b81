"""Claim and answer through HTTP, beside the same loop in bare SQL.

    python -m benchmarks.serving --tasks 100000 --seconds 20

It builds a campaign of that many tasks in a data directory of its own, starts the whole product on
it (web server, Celery worker, beat), lets 16 workers claim and answer box tasks as fast as they
can, with a vacuum in the middle, then waits until the Celery worker has caught up. The bare SQL
loop runs in the same database: lock a free task, write a lease, write an answer. An empty request
says what the machine lets Python serve at all.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import site
from benchmarks.loops import Timings, empty_loop, http_loop, sql_loop
from crowd.models import Task

N_WORKERS = 16
T = TypeVar("T")


@dataclass
class Crowd:
    """Runs one function per worker at once and gathers the timings."""

    timings: Timings = field(default_factory=Timings)

    def run(self, whos: Sequence[T], work: Callable[[T, Timings], None]) -> Timings:
        each = [Timings() for _ in whos]
        threads = [
            threading.Thread(target=work, args=pair) for pair in zip(whos, each, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for timings in each:
            self.timings.add(timings)
        return self.timings


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=20)
    arguments = parser.parse_args()
    campaign = site.fill(arguments.tasks)
    cookies = site.sign_in(N_WORKERS)
    with site.running() as port:
        Crowd().run(cookies, lambda cookie, into: http_loop(port, cookie, into, seconds=3))
        vacuum = threading.Timer(arguments.seconds / 2, site.vacuum)
        vacuum.start()
        http = Crowd().run(
            cookies, lambda cookie, into: http_loop(port, cookie, into, seconds=arguments.seconds)
        )
        vacuum.join()
        drain_s = _drain()
        empty = Crowd().run(cookies, lambda _, into: empty_loop(port, into, seconds=5))
        untouched = site.furthest_cursor()
        sql = Crowd().run(
            site.worker_ids(),
            lambda worker, into: sql_loop(
                campaign.pk, worker, untouched, into, seconds=arguments.seconds / 2
            ),
        )
    _print(arguments.tasks, arguments.seconds, http, sql, drain_s)
    print(f"An empty request to the same server: {len(empty.claim_ms) / 5:.0f} a second.")


def _drain() -> float:
    """Seconds until the Celery worker has aggregated everything."""
    start = time.perf_counter()
    while Task.objects.filter(aggregate_due_at__isnull=False).exists():
        time.sleep(0.1)
    return time.perf_counter() - start


def _print(n_tasks: int, seconds: float, http: Timings, sql: Timings, drain_s: float) -> None:
    table = Table(title=f"{N_WORKERS} workers claiming and answering, {n_tasks:,} tasks")
    columns = ("", "loops/s", "claim p50 ms", "claim p99", "answer p50 ms", "answer p99", "failed")
    for name in columns:
        table.add_column(name, justify="right")
    http_rate, sql_rate = len(http.answer_ms) / seconds, len(sql.answer_ms) / (seconds / 2)
    for name, rate, timings in (("HTTP", http_rate, http), ("bare SQL", sql_rate, sql)):
        table.add_row(name, f"{rate:.0f}", *_percentiles(timings), str(len(timings.failures)))
    console = Console(width=110)
    console.print(table)
    console.print(
        f"HTTP reaches {http_rate / sql_rate:.2f} of bare SQL; the Celery worker, running all the "
        f"while, had caught up {drain_s:.1f} s after the last answer."
    )
    for failure in sorted(set(http.failures))[:5]:
        console.print(f"failed: {failure}")


def _percentiles(timings: Timings) -> list[str]:
    return [
        f"{np.percentile(times, percent):.1f}"
        for times in (timings.claim_ms, timings.answer_ms)
        for percent in (50, 99)
    ]


if __name__ == "__main__":
    main()
