"""A refit of everything: skills from a stream of all answers, then the walk over all tasks.

    python -m benchmarks.refitting --tasks 20000

Three answers a task by sixty workers, one of whom never looks. The rows: the first aggregation of
everything; the first refit, which finds that worker out and opens the tasks again; a forced refit
without anything new. Memory is this process's highest so far, without the database.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable

from django.db import connection
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from benchmarks import site  # isort: skip - it sets Django up
from annotate import aggregation
from annotate.aggregation import BOXES
from annotate.models import Consensus
from crowd import refitting
from crowd.models import Task, Worker

# ru_maxrss counts kilobytes on Linux, bytes on macOS
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
N_WORKERS = 60
N_ANSWERS = 3

ANSWER = """
INSERT INTO crowd_assignment
    (id, task_id, worker_id, state, is_extra, claimed_at, lease_until, submitted_at)
SELECT gen_random_uuid(), task.id, %(first)s + (task.id * 7 + number * 19) %% %(workers)s,
    'submitted', false, now(), now(), now()
FROM crowd_task task, generate_series(1, %(answers)s) number;
INSERT INTO annotate_annotation (assignment_id, task_id, worker_id, version, is_current, is_extra,
    outcome, idempotency_key, timing, comment, received_at)
SELECT id, task_id, worker_id, 1, true, false, 'answered', gen_random_uuid(), '{}', '', now()
FROM crowd_assignment;
INSERT INTO annotate_box (annotation_id, number, x, y, w, h, method, pointer, n_edits)
SELECT annotation.id, number,
    CASE WHEN worker_id = %(first)s THEN random() * 500
         ELSE 60 + 350 * (number - 1) + task_id %% 50 + 4 * random() END,
    CASE WHEN worker_id = %(first)s THEN random() * 300 ELSE 120 + 4 * random() END,
    250 + 4 * random(), 260 + 4 * random(), 'drag', 'mouse', 0
FROM annotate_annotation annotation, generate_series(1, 2) number
WHERE number = 1 OR task_id %% 4 = 0;
UPDATE crowd_task SET n_taken = %(answers)s, n_answers = %(answers)s, aggregate_due_at = now();
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=20_000)
    arguments = parser.parse_args()
    site.fill(arguments.tasks)
    _answer()
    table = Table(title=f"{arguments.tasks:,} tasks, {N_ANSWERS} answers each")
    for name in ("what", "s", "tasks/s", "rows written", "opened again", "peak MiB"):
        table.add_column(name, justify="right")
    for what, work in (
        ("aggregation", _aggregate),
        ("first refit", lambda: refitting.refit(BOXES, clock=timezone.now)),
        ("refit, forced", lambda: refitting.refit(BOXES, clock=timezone.now, is_forced=True)),
    ):
        table.add_row(what, *_measured(work, arguments.tasks))
    Console(width=90).print(table)


def _answer() -> None:
    workers = Worker.objects.bulk_create(Worker() for _ in range(N_WORKERS))
    values = {"first": workers[0].pk, "workers": N_WORKERS, "answers": N_ANSWERS}
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, values)
    site.vacuum()


def _aggregate() -> None:
    while aggregation.aggregate_due(now=timezone.now()):
        pass


def _measured(work: Callable[[], object], n_tasks: int) -> list[str]:
    n_rows, start = Consensus.objects.count(), time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 2**20
    n_written = Consensus.objects.count() - n_rows
    n_opened = Task.objects.filter(state=Task.State.OPEN).count()
    return [
        f"{seconds:.1f}",
        f"{n_tasks / seconds:,.0f}",
        f"{n_written:,}",
        f"{n_opened:,}",
        f"{peak:.0f}",
    ]


if __name__ == "__main__":
    main()
