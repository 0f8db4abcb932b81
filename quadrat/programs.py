"""The command lines of the programs that make up a running site."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from quadrat.env import BASE_DIR
from quadrat.supervisor import Program

MOST_WEB_PROCESSES = 8
# each thread keeps a database connection: 8 x 4 and the worker's stay far below the 100 allowed
WEB_THREADS = 4
# one may estimate skills and one may count tallies for a minute; answers are never kept waiting
JOB_PROCESSES = 3
PYTHON = {
    "PYTHONUNBUFFERED": "1",
    # the message is serialized as JSON; Celery warns root about pickle at every start
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser",
}


def web(port: int) -> Program:
    """The web server, on the loopback interface."""
    options = {
        "--interface": "wsgi",
        "--host": "127.0.0.1",
        "--port": str(port),
        "--workers": str(min(_n_cores(), MOST_WEB_PROCESSES)),
        "--blocking-threads": str(WEB_THREADS),
        "--workers-kill-timeout": "5",
        "--log-level": "warning",
    }
    words = [word for pair in options.items() for word in pair]
    flags = ["--no-ws", "--respawn-failed-workers", "--working-dir", str(BASE_DIR)]
    command = [sys.executable, "-m", "granian", *words, *flags, "quadrat.wsgi:application"]
    return Program("web", command, PYTHON)


def worker(*, name: str = "worker") -> Program:
    """The Celery worker that does the jobs."""
    options = ["--concurrency", str(JOB_PROCESSES), "--loglevel", "WARNING"]
    flags = ["--without-gossip", "--without-mingle", "--hostname", f"{name}@%h"]
    return Program("worker", [*_celery(), "worker", *options, *flags], PYTHON)


def beat(data_dir: Path) -> Program:
    """Celery's clock, for the jobs that recur."""
    schedule = data_dir / "run" / "beat-schedule"
    options = ["--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile="]
    return Program("beat", [*_celery(), "beat", *options], PYTHON)


def demo() -> Program:
    """Makes the demo campaigns, once."""
    command = [sys.executable, str(BASE_DIR / "manage.py"), "seed_demo"]
    return Program("demo", command, PYTHON, is_once=True)


def _celery() -> list[str]:
    workdir = ["--workdir", str(BASE_DIR)]
    return [sys.executable, "-m", "celery", "--app", "quadrat", "--quiet", *workdir]


def _n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
