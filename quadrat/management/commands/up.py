"""``manage.py up``: the whole site with one command, until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from crowd.models import Campaign
from quadrat import bring_up, collected_static, embedded, env, programs
from quadrat.embedded.locks import open_lock, prepare_directories, run_directory, try_lock
from quadrat.greeting import address_of_site, greeting, short
from quadrat.supervisor import Supervisor

# a web server that dies so often before its first answer will not recover by itself
MOST_EARLY_DEATHS = 3
GUARDIAN_CHECK_S = 1.0
# who asks again after this long is in a hurry
IMPATIENCE_S = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
T = TypeVar("T")

COLOURS = {"web": 36, "worker": 33, "beat": 35, "demo": 32, "services": 34}


class Command(BaseCommand):
    help = "Start the site: services, web server, Celery worker and beat. Ctrl-C stops it."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        """Run until a signal asks to stop; then stop everything within seconds."""
        self._is_told_to_stop = False
        self._told_at = 0.0
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler)
        try:
            lock = self._lock_out_others()
            self._check_port()
            self._prepare()
            self._run()
            os.close(lock)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped while starting; the next start goes on from here.")
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            complaint = f"The database cannot be used; see DATABASE_URL.\n{error}"
            raise CommandError(complaint) from error

    def _prepare(self) -> None:
        self._services = self._step("PostgreSQL and Valkey", bring_up.attach_services)
        if bring_up.has_migrations_to_apply():
            self._step("tables", bring_up.migrate)
        if collected_static.is_stale():
            now = timezone.now()
            self._step("static files", lambda: collected_static.collect(now=now))
        self._is_empty = not Campaign.objects.exists()
        connection.close()

    def _run(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._stop)
        supervisor = Supervisor(self._say)
        try:
            self._serve(supervisor)
        finally:
            self.stdout.write("\nStopping ...")
            supervisor.stop()
            self.stdout.write(f"Stopped. The data stays in {short(settings.DATA_DIR)}/.")

    def _serve(self, supervisor: Supervisor) -> None:
        supervisor.start(programs.web(env.PORT))
        if self._is_empty:
            supervisor.start(programs.demo())
            self._wait_while(lambda: supervisor.exit_code("demo") is None, supervisor)
            if supervisor.exit_code("demo") and not self._is_told_to_stop:
                raise CommandError("The demo could not be made; see above.")
        # the page first: on two cores the others would slow it down
        self._wait_while(lambda: not _answers(supervisor), supervisor)
        if self._is_told_to_stop:
            return
        supervisor.start(programs.worker())
        supervisor.start(programs.beat(settings.DATA_DIR))
        self.stdout.write(greeting(env.PORT, settings.DATA_DIR))
        self.stdout.flush()
        self._wait_while(lambda: True, supervisor)

    def _wait_while(self, is_true: Callable[[], bool], supervisor: Supervisor) -> None:
        next_check_at = 0.0
        while not self._is_told_to_stop and is_true():
            supervisor.tick()
            if self._services and time.monotonic() > next_check_at:
                next_check_at = time.monotonic() + GUARDIAN_CHECK_S
                if self._services.ensure_guardian():
                    self._say("services", "their guardian had ended; started another one")

    def _lock_out_others(self) -> int:
        prepare_directories(settings.DATA_DIR)
        lock = open_lock(settings.DATA_DIR, "up.lock")
        if not try_lock(lock):
            address = (run_directory(settings.DATA_DIR) / "up.lock").read_text()
            raise CommandError(
                f"Quadrat already runs with the data in {short(settings.DATA_DIR)}/: {address}\n"
                "Stop it with Ctrl-C in its terminal, or start a second one beside it:\n"
                "    QUADRAT_DATA=elsewhere PORT=8001 make run"
            )
        os.ftruncate(lock, 0)
        os.write(lock, address_of_site(env.PORT).encode())
        return lock

    def _check_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", env.PORT))
            except (OSError, OverflowError) as error:
                raise CommandError(
                    f"Port {env.PORT} cannot be used ({error}). Choose another one:\n"
                    "    PORT=8001 make run"
                ) from error

    def _step(self, name: str, work: Callable[[], T]) -> T:
        began = time.monotonic()
        result = work()
        self.stdout.write(f"  {name:<24}{time.monotonic() - began:5.1f} s")
        self.stdout.flush()
        return result

    def _say(self, name: str, line: str) -> None:
        if not line:
            return
        label = f"{name:>8} |"
        if self.stdout.isatty() and not os.environ.get("NO_COLOR"):
            label = f"\033[{COLOURS.get(name, 37)}m{label}\033[0m"
        self.stdout.write(f"{label} {line}")
        self.stdout.flush()

    def _stop(self, *_: object) -> None:
        # make passes a signal on that the terminal has already sent: the same one, twice at once
        if self._is_told_to_stop and time.monotonic() - self._told_at > IMPATIENCE_S:
            sys.exit(1)
        if not self._is_told_to_stop:
            self._told_at = time.monotonic()
        self._is_told_to_stop = True


def _answers(supervisor: Supervisor) -> bool:
    """Whether the web server serves. Raises CommandError where it keeps dying instead."""
    if supervisor.n_deaths("web") >= MOST_EARLY_DEATHS:
        raise CommandError("The web server does not start; see above.")
    probe = http.client.HTTPConnection("127.0.0.1", env.PORT, timeout=2)
    try:
        probe.request("GET", "/healthz")
        return probe.getresponse().status == 200
    except OSError:
        return False
    finally:
        probe.close()
