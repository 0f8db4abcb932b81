"""A Celery worker for commands that need jobs done, where the site is not up."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from quadrat import programs
from quadrat.celery import app
from quadrat.embedded.identity import die_with_parent

PING_TIMEOUT_S = 1.0
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


class NoJobWorker(RuntimeError):
    """No Celery worker answers, and one of our own does not start."""


@contextmanager
def celery_worker_alive_or_own() -> Iterator[None]:
    """While the body runs, a Celery worker does jobs: one that is alive, or else one of our own.

    Ours logs to ``<data>/log/command-worker.log``. Raises NoJobWorker where it does not answer.
    """
    if is_worker_alive():
        yield
        return
    process = _start()
    try:
        _wait_until_alive(process)
        yield
    finally:
        _stop(process)


def is_worker_alive() -> bool:
    """Whether any Celery worker answers a ping on our broker."""
    return bool(app.control.inspect(timeout=PING_TIMEOUT_S, limit=1).ping())


def _start() -> subprocess.Popen[bytes]:
    program = programs.worker(name=f"command-{os.getpid()}")
    parent = os.getpid()
    with _log().open("ab") as log:
        return subprocess.Popen(  # noqa: S603
            list(program.command),
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),  # noqa: PLW1509
        )


def _wait_until_alive(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not is_worker_alive():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoJobWorker(f"The Celery worker does not start; see {_log()}.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _log() -> Path:
    path = Path(settings.DATA_DIR) / "log" / "command-worker.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
