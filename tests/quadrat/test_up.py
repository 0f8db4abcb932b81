"""``manage.py up`` as a user meets it: real processes in a data directory of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from quadrat.greeting import greeting
from quadrat.job_worker import celery_worker_alive_or_own, is_worker_alive

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 90.0
A_CAMPAIGN = (
    "from catalog.models import Dataset; from crowd.models import Campaign;"
    "data = Dataset.objects.create(slug='ponds');"
    "Campaign.objects.create(slug='birds', kind='box', dataset=data, super_class='Aves',"
    " workers_per_task=3)"
)

pytestmark = pytest.mark.services


class Site:
    """One ``up`` process and what it prints."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.text += line

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while words not in self.text:
            assert self.process.poll() is None, self.text
            assert time.monotonic() < deadline, self.text
            time.sleep(0.1)

    def get(self, path: str) -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.environment['PORT']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A data directory that holds a campaign already, so that no demo is made."""
    own = os.environ | {
        "QUADRAT_DATA": str(tmp_path_factory.mktemp("up") / "var"),
        "QUADRAT_HASHED_STATIC": "0",
        "PORT": str(free_port()),
    }
    own = {name: value for name, value in own.items() if not name.endswith("_URL")}
    manage(own, "shell", "-v0", "-c", A_CAMPAIGN)
    return own


@pytest.fixture
def site(environment: dict[str, str]) -> Iterator[Site]:
    started = Site(environment)
    try:
        started.wait_for("Quadrat is ready.")
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def test_it_serves_refuses_a_second_one_and_stops_cleanly(site: Site) -> None:
    assert site.get("/healthz")[0] == 200
    second = manage(site.environment, "up", is_allowed_to_fail=True)
    assert second.returncode == 1
    assert "already runs" in second.stderr
    wait_until_ready(site)  # the worker has done a job that beat sent
    began = time.monotonic()
    assert site.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 12
    assert "Traceback" not in site.text


def test_what_was_stored_is_there_again_after_a_kill(site: Site) -> None:
    site.process.kill()
    site.process.wait()
    count = "from crowd.models import Campaign; print(Campaign.objects.count())"
    assert manage(site.environment, "shell", "-v0", "-c", count).stdout.split() == ["1"]


def test_a_busy_port_is_named(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = manage(environment | {"PORT": port}, "up", is_allowed_to_fail=True)
    assert refused.returncode == 1
    assert f"Port {port} cannot be used" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_command_gets_a_worker_of_its_own_and_stops_it() -> None:
    assert not is_worker_alive()
    with celery_worker_alive_or_own():
        assert is_worker_alive()
        with celery_worker_alive_or_own():  # uses the one that is there
            pass
        assert is_worker_alive()
    assert not is_worker_alive()


def test_the_greeting_shows_the_ways_in(tmp_path: Path) -> None:
    way_in = {"organizer": {"username": "olga", "password": "s3cret"}, "worker_link": "/join/abc/"}
    (tmp_path / "demo.json").write_text(json.dumps(way_in))
    text = greeting(8001, tmp_path)
    assert "http://127.0.0.1:8001/join/abc/" in text
    assert "olga / s3cret" in text


def manage(
    environment: dict[str, str], *arguments: str, is_allowed_to_fail: bool = False
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert is_allowed_to_fail or done.returncode == 0, done.stderr
    return done


def wait_until_ready(site: Site) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while (answer := site.get("/readyz"))[0] != 200:
        assert time.monotonic() < deadline, (answer, site.text)
        time.sleep(0.5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
