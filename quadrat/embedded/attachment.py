"""Attaching: this process needs the services, so see that they run until it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from quadrat.embedded.addresses import LONGEST_SOCKET_PATH, Addresses, addresses
from quadrat.embedded.locks import (
    failure_note,
    give_to_owner,
    log_directory,
    open_lock,
    prepare_directories,
    run_directory,
    try_lock,
    wait_for_lock,
)
from quadrat.embedded.postgres import PostgresServer, postgres_state
from quadrat.embedded.server import State
from quadrat.embedded.trouble import EmbeddedError
from quadrat.embedded.valkey import ValkeyServer, valkey_state

SOURCE_ROOT = Path(__file__).resolve().parent.parent.parent
THROWAWAY = "throwaway"
SILENCE_TIMEOUT_S = 60.0
LEAVING_TIMEOUT_S = 90.0
POLL_S = 0.02

EVERYTHING = frozenset({PostgresServer.name, ValkeyServer.name})
ASK = {PostgresServer.name: postgres_state, ValkeyServer.name: valkey_state}

_attached: dict[Path, Services] = {}


@dataclass
class Services:
    """The services of a data directory, kept running while this process lives."""

    data_dir: Path
    addresses: Addresses
    is_durable: bool
    wanted: frozenset[str]
    _users_lock: int = field(repr=False)
    _guardian: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def database_url(self) -> str:
        return self.addresses.database_url

    @property
    def redis_url(self) -> str:
        return self.addresses.redis_url

    @property
    def celery_url(self) -> str:
        return self.addresses.celery_url

    def ensure_guardian(self) -> bool:
        """Start a guardian where none is alive; whether that was so. Does not wait for answers.

        Raises EmbeddedError where a guardian has given up and left its reason.
        """
        if self._guardian is not None and self._guardian.poll() is not None:
            self._guardian = None
        lock = open_lock(self.data_dir, "guardian.lock")
        try:
            if not try_lock(lock):
                return False
            note = failure_note(self.data_dir)
            if note.exists():
                raise EmbeddedError(note.read_text())
            self._guardian = _start_guardian(self, lock)
            return True
        finally:
            os.close(lock)

    def wait_until_ready(self) -> None:
        """Return when both services answer; restart the guardian if it dies meanwhile.

        Raises EmbeddedError, with the place of the logs, where they stay silent.
        """
        deadline = time.monotonic() + SILENCE_TIMEOUT_S
        while (states := set(self._states().values())) != {State.READY}:
            if not self.ensure_guardian():
                self._check_what_the_guardian_runs()
            if State.STARTING in states:  # it replays its log after a crash: let it
                deadline = time.monotonic() + SILENCE_TIMEOUT_S
            if time.monotonic() > deadline:
                raise EmbeddedError(self._silence())
            time.sleep(POLL_S)

    def detach(self) -> None:
        """Give the services up before this process ends."""
        if _attached.get(self.data_dir) is self:
            del _attached[self.data_dir]
        os.close(self._users_lock)

    def _states(self) -> dict[str, State]:
        return {name: ASK[name](self.addresses) for name in sorted(self.wanted)}

    def _check_what_the_guardian_runs(self) -> None:
        # its process number comes first; nothing there yet: it has only just been started
        running = (run_directory(self.data_dir) / "guardian.lock").read_text().split()[1:]
        missing = self.wanted - set(running) if running else None
        if missing:
            raise EmbeddedError(
                f"The services of {self.data_dir} were started by a command that did not need "
                f"{', '.join(sorted(missing))}: it had DATABASE_URL or REDIS_URL set. Stop it "
                "first, or set the same variables here."
            )

    def _silence(self) -> str:
        answers = ", ".join(f"{name} {state.value}" for name, state in self._states().items())
        return (
            f"The embedded services do not answer in {self.addresses.postgres_host}: {answers}.\n"
            f"See the logs in {log_directory(self.data_dir)}. Where the data directory is shared "
            "with another container or machine, only one of them can run its services."
        )


def missing_services(database_url: str, redis_url: str) -> frozenset[str]:
    """The names of the services that no URL replaces."""
    given = {PostgresServer.name: database_url, ValkeyServer.name: redis_url}
    return frozenset(name for name, url in given.items() if not url)


def attach(
    data_dir: Path, *, durable: bool = True, wanted: frozenset[str] = EVERYTHING
) -> Services:
    """Keep the services of ``data_dir`` running while this process lives; return when they answer.

    The first time a new PostgreSQL cluster is made, which takes about a second. With
    ``durable=False``, for tests, nothing is synced to the disk, the directory must be empty or not
    exist, and it is deleted when the last process has gone. ``wanted`` leaves out what a URL
    replaces (see ``missing_services``).

    Raises EmbeddedError, with what to do about it, where that is not possible.
    """
    data_dir = data_dir.resolve()
    if data_dir in _attached and wanted <= _attached[data_dir].wanted:
        return _attached[data_dir]
    where = addresses(data_dir)
    if len(os.fsencode(where.postgres_socket)) > LONGEST_SOCKET_PATH:
        raise EmbeddedError(f"{where.postgres_socket} is too long for a socket: set TMPDIR.")
    _check_kind(data_dir, durable=durable)
    services = Services(data_dir, where, durable, wanted, _join_users(data_dir))
    try:
        failure_note(data_dir).unlink(missing_ok=True)
        services.wait_until_ready()
    except BaseException:
        services.detach()
        raise
    _attached[data_dir] = services
    return services


def _check_kind(data_dir: Path, *, durable: bool) -> None:
    """Never throw away what somebody wants to keep, nor keep data in what is thrown away."""
    mark = data_dir / THROWAWAY
    is_empty = not data_dir.exists() or not any(data_dir.iterdir())
    if durable and mark.exists():
        raise EmbeddedError(f"{data_dir} is a throwaway directory of the tests.")
    if not durable and not is_empty and not mark.exists():
        raise EmbeddedError(f"{data_dir} holds data: durable=False needs an empty directory.")
    if not durable:
        data_dir.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _join_users(data_dir: Path) -> int:
    prepare_directories(data_dir)
    users = open_lock(data_dir, "users.lock")
    # the only one who ever has it alone is a guardian that is leaving
    if not wait_for_lock(users, shared=True, timeout_s=LEAVING_TIMEOUT_S):
        os.close(users)
        raise EmbeddedError(
            f"The services of {data_dir} are being stopped, and that takes longer than "
            f"{LEAVING_TIMEOUT_S:.0f} s. See {log_directory(data_dir) / 'guardian.log'}."
        )
    return users


def _start_guardian(services: Services, lock: int) -> subprocess.Popen[bytes]:
    path = log_directory(services.data_dir) / "guardian.log"
    command = [sys.executable, "-m", "quadrat.embedded.guardian", str(services.data_dir)]
    command += [f"--lock={lock}", *sorted(services.wanted)]
    with path.open("ab") as log:
        give_to_owner(path, services.data_dir)
        return subprocess.Popen(  # noqa: S603
            command if services.is_durable else [*command, "--not-durable"],
            cwd=SOURCE_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[lock],
        )
