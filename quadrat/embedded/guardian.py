"""The guardian: parent of the two servers of a data directory, as long as somebody needs them.

``python -m quadrat.embedded.guardian DATA_DIR --lock=FD SERVICE...`` is started by
``attachment.py`` and by nobody else. It lives in a session of its own, where a Ctrl-C typed at a
terminal does not reach it. Where it cannot go on, its last words are in ``<data>/run/failed``.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from quadrat.embedded.addresses import addresses, make_socket_directory, owner_of
from quadrat.embedded.identity import choose_identity
from quadrat.embedded.locks import failure_note, give_to_owner, open_lock, try_lock
from quadrat.embedded.postgres import PostgresServer
from quadrat.embedded.server import Server, State
from quadrat.embedded.trouble import EmbeddedError
from quadrat.embedded.valkey import ValkeyServer

log = logging.getLogger("guardian")

KINDS: tuple[type[Server], ...] = (ValkeyServer, PostgresServer)

POLL_S = 0.1
FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 10.0
CALM_AFTER_S = 30.0
MOST_FAILED_STARTS = 6


@dataclass
class Watched:
    """A server, and what its restarts have been like."""

    server: Server
    started_at: float = 0.0
    next_start_at: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    n_failed: int = 0
    has_answered: bool = False

    def look_after(self, now: float) -> None:
        """Restart it where it died, each time after a longer pause. ``now`` is monotonic, in s.

        Raises EmbeddedError where it has died again and again without ever answering.
        """
        if self.server.is_running():
            self.has_answered = self.has_answered or self.server.state() is State.READY
            if now - self.started_at > CALM_AFTER_S:
                self.pause_s = FIRST_PAUSE_S
        elif self.started_at > self.next_start_at:
            self._note_death(now)
        elif now >= self.next_start_at:
            self.started_at = now
            self.server.start()

    def _note_death(self, now: float) -> None:
        process = self.server.process
        log.warning("%s ended (%s)", self.server.name, process.returncode if process else "?")
        self.n_failed += 1
        if not self.has_answered and self.n_failed >= MOST_FAILED_STARTS:
            raise EmbeddedError(
                f"{self.server.name} does not start. The end of {self.server.log}:\n"
                f"{self.server.log_tail()}"
            )
        self.next_start_at = now + self.pause_s
        self.pause_s = min(self.pause_s * 2, LONGEST_PAUSE_S)


class Guardian:
    """Keeps the servers of one data directory running."""

    def __init__(
        self, data_dir: Path, lock: int, wanted: Collection[str], *, is_durable: bool
    ) -> None:
        self.data_dir = data_dir
        self.lock = lock
        self.users = open_lock(data_dir, "users.lock")
        self.wanted = wanted
        self.is_durable = is_durable
        self.is_told_to_stop = False
        self.addresses = addresses(data_dir)
        self.watched: list[Watched] = []

    def run(self) -> None:
        """Prepare, start, watch; stop when nobody is attached or a signal asks for it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            self._prepare()
            while not self.is_told_to_stop and not try_lock(self.users):
                for watched in self.watched:
                    watched.look_after(time.monotonic())
                time.sleep(POLL_S)
        except EmbeddedError as error:
            self._note_failure(error)
            raise
        finally:
            self._leave()

    def _prepare(self) -> None:
        chosen = [kind for kind in KINDS if kind.name in self.wanted]
        identity = choose_identity(self.data_dir, [kind.program() for kind in chosen])
        log.info("the servers run as %s", identity)
        directory = self.addresses.postgres_host
        make_socket_directory(directory, {os.geteuid(), owner_of(self.data_dir), identity.uid})
        if os.geteuid() == 0:
            os.chown(directory, identity.uid, identity.gid)
        for kind in chosen:
            server = kind(self.data_dir, self.addresses, identity, is_durable=self.is_durable)
            self.watched.append(Watched(server))
            server.prepare()

    def _note_failure(self, error: EmbeddedError) -> None:
        # before the locks are free: whoever finds them free looks for the note
        note = failure_note(self.data_dir)
        note.write_text(str(error))
        give_to_owner(note, self.data_dir)

    def _leave(self) -> None:
        for watched in self.watched:
            watched.server.ask_to_stop()
        for watched in self.watched:
            watched.server.wait_until_stopped()
        log.info("leaving")
        shutil.rmtree(self.addresses.postgres_host, ignore_errors=True)
        # whoever waits for users.lock must find this one free
        os.close(self.lock)
        if not self.is_durable:
            shutil.rmtree(self.data_dir, ignore_errors=True)
        os.close(self.users)

    def _stop(self, *_: object) -> None:
        self.is_told_to_stop = True


def main() -> int:
    """Run the guardian of the data directory named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m quadrat.embedded.guardian")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--lock", type=int, required=True, help="open guardian.lock, already taken")
    parser.add_argument("wanted", nargs="+", choices=[kind.name for kind in KINDS])
    parser.add_argument("--not-durable", action="store_true", help="throw the data away at the end")
    given = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    os.set_inheritable(given.lock, False)
    os.ftruncate(given.lock, 0)
    os.write(given.lock, " ".join([str(os.getpid()), *given.wanted]).encode())
    try:
        Guardian(given.data_dir, given.lock, given.wanted, is_durable=not given.not_durable).run()
    except EmbeddedError as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
