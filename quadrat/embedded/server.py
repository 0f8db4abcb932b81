"""What the two servers have in common: files, a log, a process, and the way it starts and stops."""

from __future__ import annotations

import contextlib
import enum
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

from quadrat.embedded.addresses import Addresses
from quadrat.embedded.identity import Identity, die_with_parent
from quadrat.embedded.locks import give_to_owner, log_directory
from quadrat.embedded.trouble import EmbeddedError

STOP_TIMEOUT_S = 30.0
ANSWER_TIMEOUT_S = 2.0
POLL_S = 0.02
LARGEST_LOG_BYTES = 10_000_000


class State(enum.Enum):
    """What a server says when it is asked."""

    SILENT = "does not answer"
    STARTING = "is starting"
    READY = "is ready"


class Server(ABC):
    """One server program, its files ``<data>/<name>/`` and, while it runs, its process."""

    name: str
    stop_signal = signal.SIGTERM
    kill_signal = signal.SIGKILL

    def __init__(
        self, data_dir: Path, addresses: Addresses, identity: Identity, *, is_durable: bool
    ) -> None:
        self.data_dir = data_dir
        self.addresses = addresses
        self.identity = identity
        self.is_durable = is_durable
        self.files = data_dir / self.name
        self.log = log_directory(data_dir) / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @staticmethod
    @abstractmethod
    def program() -> Path:
        """The executable. Raises EmbeddedError where it is not installed."""

    @abstractmethod
    def state(self) -> State:
        """What it says when it is asked."""

    @abstractmethod
    def prepare(self) -> None:
        """Make its files where they do not exist yet."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that runs it in the foreground."""

    @abstractmethod
    def leftover_pid(self) -> int | None:
        """The process that its files say runs it."""

    def clear_the_way(self) -> None:
        """Stop what a guardian that was killed has left running on the same files."""
        pid = self.leftover_pid()
        for number in (self.stop_signal, self.kill_signal):
            if pid is None or not self.is_run_by(pid):
                return
            _send(pid, number)
            deadline = time.monotonic() + STOP_TIMEOUT_S
            while self.is_run_by(pid) and time.monotonic() < deadline:
                time.sleep(POLL_S)

    def is_run_by(self, pid: int) -> bool:
        """Whether process ``pid`` runs on these files: numbers are used again by others."""
        return f" {self.files} " in f"{_command_line_of(pid)} "

    def start(self) -> None:
        """Start it as a child of this process, with which it will die."""
        self.clear_the_way()
        self.process = self._spawn(self.identity, self.command(), self.stop_signal)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.send_signal(self.stop_signal)

    def wait_until_stopped(self) -> None:
        """Wait for the end of its process, in the end by force."""
        if self.process is None:
            return
        for number in (self.kill_signal, signal.SIGKILL):
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(number)
        self.process.wait()

    def log_tail(self, n_lines: int = 8) -> str:
        """The end of its log, for an error message."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"    {line}" for line in lines[-n_lines:])

    def run(self, identity: Identity, command: list[str], text: str = "") -> None:
        """Run a program under ``identity`` until it ends, with ``text`` as its input.

        Its output goes to the log. Raises EmbeddedError where it fails.
        """
        child = self._spawn(identity, command, signal.SIGKILL, stdin=subprocess.PIPE)
        child.communicate(text.encode())
        if child.returncode != 0:
            raise EmbeddedError(
                f"{Path(command[0]).name} failed ({child.returncode}). The end of {self.log}:\n"
                f"{self.log_tail()}"
            )

    def make_directory(self, path: Path, identity: Identity) -> None:
        """Make a directory that ``identity`` owns."""
        path.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(path, identity.uid, identity.gid)

    def take_over_files(self) -> None:
        """Let the identity own the files: root may have run as another one last time.

        Raises EmbeddedError where the files are another user's and we are not root.
        """
        owner = self.files.stat().st_uid
        if owner == self.identity.uid:
            return
        if os.geteuid() != 0:
            raise EmbeddedError(
                f"{self.files} belongs to user {owner}, this is user {os.geteuid()}: run the "
                "command as its owner, or choose another data directory with QUADRAT_DATA."
            )
        for directory, _, names in os.walk(self.files):
            for path in (directory, *(os.path.join(directory, name) for name in names)):
                os.chown(path, self.identity.uid, self.identity.gid, follow_symlinks=False)

    def _spawn(
        self,
        identity: Identity,
        command: list[str],
        death_signal: signal.Signals,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        parent = os.getpid()

        def become() -> None:
            identity.enter()
            die_with_parent(death_signal, parent)

        log = self._open_log()
        try:
            # preexec_fn is safe here: the guardian has one thread
            return subprocess.Popen(  # noqa: S603
                command,
                stdin=stdin,
                stdout=log,
                stderr=log,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=become,  # noqa: PLW1509
            )
        finally:
            os.close(log)

    def _open_log(self) -> int:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        give_to_owner(self.log, self.data_dir)
        return descriptor


def ask(socket_path: Path, question: bytes) -> bytes:
    """The first bytes that a server on a UNIX socket answers; empty where it says nothing."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        try:
            connection.connect(str(socket_path))
            connection.sendall(question)
            return connection.recv(1024)
        except OSError:
            return b""


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _command_line_of(pid: int) -> str:
    """The words of a process's command line; empty where there is no such process."""
    kernel = Path(f"/proc/{pid}/cmdline")
    try:
        return kernel.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    listing = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listing.stdout.strip()
