"""The supervisor with real, small programs."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from quadrat import supervisor as supervisor_module
from quadrat.supervisor import Program, Supervisor

PATIENCE_S = 10.0


class Heard:
    """What the programs said."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, line: str) -> None:
        self.lines.append((name, line))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def supervisor(heard: Heard) -> Iterator[Supervisor]:
    started = Supervisor(heard)
    yield started
    started.stop()


def test_what_a_program_says_is_passed_on_line_by_line(
    supervisor: Supervisor, heard: Heard
) -> None:
    supervisor.start(python("talker", "print('one'); print('two', end='')", is_once=True))
    tick_until(supervisor, lambda: supervisor.exit_code("talker") is not None)
    assert heard.lines == [("talker", "one"), ("talker", "two")]


def test_a_program_that_dies_is_started_again(supervisor: Supervisor, heard: Heard) -> None:
    supervisor.start(python("mortal", "print('born', flush=True); raise SystemExit(3)"))
    tick_until(supervisor, lambda: heard.lines.count(("mortal", "born")) == 2)
    assert any("exit code 3" in line for _, line in heard.lines)


def test_a_program_that_runs_once_is_not(supervisor: Supervisor) -> None:
    supervisor.start(python("once", "raise SystemExit(7)", is_once=True))
    tick_until(supervisor, lambda: supervisor.exit_code("once") == 7)
    assert supervisor.n_deaths("once") == 1


def test_stopping_does_not_wait_for_a_program_that_will_not_end(
    heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "STOP_TIMEOUT_S", 0.5)
    stubborn = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(os.getpid(), flush=True); time.sleep(60)"
    )
    supervisor = Supervisor(heard)
    supervisor.start(python("stubborn", stubborn))
    tick_until(supervisor, lambda: bool(heard.lines))
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 3
    with pytest.raises(ProcessLookupError):
        os.kill(int(heard.lines[0][1]), 0)


def test_what_a_killed_program_started_goes_with_it(supervisor: Supervisor, heard: Heard) -> None:
    parent = (
        "import os, subprocess; child = subprocess.Popen(['sleep', '60']);"
        "print(os.getpid(), child.pid, flush=True); child.wait()"
    )
    supervisor.start(python("parent", parent))
    tick_until(supervisor, lambda: bool(heard.lines))
    pid, child = map(int, heard.lines[0][1].split())
    os.kill(pid, signal.SIGKILL)
    tick_until(supervisor, lambda: supervisor.n_deaths("parent") == 1)
    wait_until_gone(child)


def python(name: str, code: str, *, is_once: bool = False) -> Program:
    return Program(name, [sys.executable, "-c", code], is_once=is_once)


def tick_until(supervisor: Supervisor, is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_true():
        assert time.monotonic() < deadline
        supervisor.tick()


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                if stat.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
        except FileNotFoundError:
            return
        time.sleep(0.02)
    raise AssertionError(f"{pid} still runs")
