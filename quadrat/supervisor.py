"""Keeps a handful of programs running, and passes on what they say.

One thread: it reads the programs' output, restarts what has died after a pause that doubles, and
stops everything within ``STOP_TIMEOUT_S``. Each program leads a session of its own, so that a
Ctrl-C typed at the terminal reaches the supervisor alone, and dies with the supervisor (Linux).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from quadrat.embedded.identity import die_with_parent

STOP_TIMEOUT_S = 8.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
CALM_AFTER_S = 30.0
TICK_S = 0.2
# of a line that never ends, as much is kept
LONGEST_LINE_BYTES = 64_000


@dataclass(frozen=True)
class Program:
    """What to run; ``is_once`` programs are not started again when they end."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    is_once: bool = False


class Supervisor:
    """Starts programs, restarts them, stops them. ``say(name, line)`` receives their output."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self.say = say
        self._running: dict[str, _Running] = {}
        self._selector = selectors.DefaultSelector()

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        running = _Running(program)
        self._running[program.name] = running
        self._launch(running)

    def exit_code(self, name: str) -> int | None:
        """How a program ended; None while it runs or waits to be started again."""
        running = self._running[name]
        return running.exit_code if running.program.is_once else None

    def n_deaths(self, name: str) -> int:
        """How often a program has ended on its own."""
        return self._running[name].n_deaths

    def tick(self) -> None:
        """Pass output on for up to ``TICK_S``, then start again what has ended."""
        self._read(TICK_S)
        for running in self._running.values():
            self._look_after(running, time.monotonic())

    def stop(self) -> None:
        """Ask all programs to end, pass on their last words, use force after the time-out."""
        for running in self._running.values():
            running.send(signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline and any(r.is_alive() for r in self._running.values()):
            self._read(TICK_S / 4)
        for running in self._running.values():
            running.end_group()
            self._drain(running)
        self._selector.close()

    def _launch(self, running: _Running) -> None:
        running.launch()
        self._selector.register(running.output, selectors.EVENT_READ, running)

    def _look_after(self, running: _Running, now: float) -> None:
        if running.is_waiting:
            if now >= running.next_start_at:
                self._launch(running)
        elif not running.is_alive() and running.exit_code is None:
            running.end_group()  # workers of a killed main process would keep its port
            self._drain(running)
            running.note_death(now)
            if not running.program.is_once:
                self.say(running.program.name, running.obituary(now))

    def _read(self, timeout_s: float) -> None:
        for key, _ in self._selector.select(timeout_s):
            running: _Running = key.data
            chunk = os.read(running.output, LONGEST_LINE_BYTES)
            if chunk:
                self._pass_on(running, chunk)
            else:
                self._end_output(running)

    def _drain(self, running: _Running) -> None:
        if running.output < 0:
            return
        os.set_blocking(running.output, False)
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(running.output, LONGEST_LINE_BYTES):
                self._pass_on(running, chunk)
        self._end_output(running)

    def _end_output(self, running: _Running) -> None:
        if running.rest:
            self._pass_on(running, b"\n")
        self._selector.unregister(running.output)
        running.close_output()

    def _pass_on(self, running: _Running, chunk: bytes) -> None:
        *lines, running.rest = (running.rest + chunk).split(b"\n")
        if len(running.rest) > LONGEST_LINE_BYTES:
            lines, running.rest = [*lines, running.rest], b""
        for line in lines:
            self.say(running.program.name, line.decode(errors="replace").rstrip())


class _Running:
    """One program and its present process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: subprocess.Popen[bytes] | None = None
        self.output = -1
        self.rest = b""
        self.exit_code: int | None = None
        self.n_deaths = 0
        self.is_waiting = False
        self.next_start_at = 0.0
        self._started_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    def launch(self) -> None:
        parent = os.getpid()
        read_end, write_end = os.pipe()
        try:
            # preexec_fn is safe here: `up` has one thread
            self.process = subprocess.Popen(  # noqa: S603
                list(self.program.command),
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                env={**os.environ, **self.program.environment},
                start_new_session=True,
                preexec_fn=lambda: die_with_parent(signal.SIGTERM, parent),  # noqa: PLW1509
            )
        finally:
            os.close(write_end)
        self.output, self.rest = read_end, b""
        self.is_waiting = False
        self._started_at = time.monotonic()

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        if self.process is not None and self.is_alive():
            self.process.send_signal(number)

    def end_group(self) -> None:
        """Kill what is left of the process and its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def close_output(self) -> None:
        os.close(self.output)
        self.output = -1

    def note_death(self, now: float) -> None:
        self.n_deaths += 1
        if self.program.is_once:
            self.exit_code = self.process.returncode if self.process else None
            return
        if now - self._started_at > CALM_AFTER_S:
            self._pause_s = FIRST_PAUSE_S
        self.is_waiting = True
        self.next_start_at = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    def obituary(self, now: float) -> str:
        code = self.process.returncode if self.process else None
        how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
        return f"ended ({how}); starting it again in {self.next_start_at - now:.1f} s"
