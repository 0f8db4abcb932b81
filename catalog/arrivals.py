"""Fetch what is due: one round at a time in the whole site, several photographs at once.

A round takes some seconds and ends by itself, so that other jobs get their turn; the next goes on.
The threads only read from the network and write files; the database belongs to the thread that
began the round. A photograph is here when its renditions are stored and its row says so; killed
anywhere before, it is fetched again.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from catalog import awaited, fetch_lock, pictures, renditions
from catalog.awaited import Claimed, Turn
from catalog.fetching import NotFetched, Terms, fetch

ROUND = timedelta(seconds=15)
AT_ONCE = 8
# where there are several servers, a slow one must not keep the others waiting
_AT_ONCE_FROM_EACH = 4
_MOST_A_ROUND = 400
# for one photograph; much longer would keep the round from ending
_TOTAL_S = 60.0
_LONGEST_WAIT_S = 0.5
_TROUBLES_IN_A_ROW = 4
_REST_AFTER_TROUBLES = timedelta(minutes=5)
_REST_AFTER_TOO_MANY = timedelta(minutes=1)
_OWN_TROUBLE_PAUSE = timedelta(minutes=5)
_TOO_MANY_REQUESTS = 429
# what is decoded at once takes memory, and more than there are cores wins nothing
_decoding = threading.BoundedSemaphore(os.cpu_count() or 1)


class OwnTrouble(OSError):
    """The photograph was fetched and cannot be stored: the disk is full, or not ours."""


@dataclass
class Round:
    """What a round did. `n_again` will be tried again, `n_left` were not begun.

    `is_elsewhere`: another process has the round, and nothing was done. `is_idle`: nothing is due.
    """

    n_arrived: int = 0
    n_failed: int = 0
    n_again: int = 0
    n_left: int = 0
    trouble: str = ""
    is_elsewhere: bool = False
    is_idle: bool = False

    @property
    def is_worth_another(self) -> bool:
        """Whether there may be more to do right away."""
        return not (self.is_elsewhere or self.is_idle or self.trouble)


@dataclass(frozen=True, slots=True)
class Stored:
    """A photograph whose files are stored; sizes are (width, height) in pixels, upright."""

    size: tuple[int, int]
    display_size: tuple[int, int]
    sha256: str


def terms() -> Terms:
    """On what terms the settings have photographs fetched."""
    return Terms(
        private_hosts=settings.FETCH_PRIVATE_HOSTS,
        max_bytes=settings.FETCH_MAX_BYTES,
        total_s=_TOTAL_S,
    )


def fetch_due(
    *, clock: Callable[[], datetime], on_done: Callable[[int], None] = lambda _: None
) -> Round:
    """Fetch photographs that are due, for about `ROUND`; `on_done` is told of each that is through.

    Where another process is at it, nothing is done; nor where the settings allow no photograph.
    """
    report = Round(is_idle=settings.FETCH_PER_SECOND <= 0)
    if report.is_idle:
        return report
    with fetch_lock.alone() as is_alone:
        if not is_alone:
            report.is_elsewhere = True
            return report
        now = clock()
        interval = timedelta(seconds=1 / settings.FETCH_PER_SECOND)
        turns = awaited.claim(now=now, until=now + ROUND, interval=interval, most=_MOST_A_ROUND)
        report.is_idle = not turns
        if turns:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                _Fetching(turns, interval, clock, report, on_done).run(pool, now + ROUND)
    return report


def bring(claimed: Claimed, terms: Terms) -> Stored:
    """Fetch one photograph and store its renditions; nothing is written to the database.

    Raises `NotFetched`, `pictures.Unreadable` and `OwnTrouble`.
    """
    data = fetch(claimed.url, terms)
    with _decoding:
        rendered = renditions.render(data)
    try:
        renditions.store(claimed.uid, rendered)
    except OSError as error:
        raise OwnTrouble(f"cannot be stored here ({error.strerror or error})") from error
    return Stored(rendered.size, rendered.display_size, hashlib.sha256(data).hexdigest())


class _Host:
    """One server in a round: what is still to be asked of it, and from when on."""

    def __init__(self, turn: Turn, most_running: int) -> None:
        self.name = turn.host
        self.waiting = deque(turn.claimed)
        self.next_at = turn.first_at
        self.n_running = 0
        self._most_running = most_running
        self.n_troubles = 0

    @property
    def has_more(self) -> bool:
        """Whether it may be asked for another photograph, now or soon."""
        return bool(self.waiting) and self.n_running < self._most_running


class _Fetching:
    """A round under way."""

    def __init__(
        self,
        turns: list[Turn],
        interval: timedelta,
        clock: Callable[[], datetime],
        report: Round,
        on_done: Callable[[int], None],
    ) -> None:
        share = AT_ONCE if len(turns) == 1 else _AT_ONCE_FROM_EACH
        self._hosts = [_Host(turn, share) for turn in turns]
        self._interval = interval
        self._clock = clock
        self._report = report
        self._on_done = on_done
        self._terms = terms()
        self._running: dict[Future[Stored], tuple[_Host, Claimed]] = {}

    def run(self, pool: ThreadPoolExecutor, until: datetime) -> None:
        """Begin what may begin until then, and see all of that to its end."""
        try:
            while self._running or any(host.waiting for host in self._hosts):
                if self._clock() < until:
                    self._begin(pool)
                else:
                    self._leave_all()
                self._settle()
        finally:
            self._leave_all()
            for host in self._hosts:
                awaited.rest(host.name, until=host.next_at)

    def _leave_all(self) -> None:
        now = self._clock()
        for host in self._hosts:
            self._leave(host, due_at=now)

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        for host in self._hosts:
            now = self._clock()
            if len(self._running) < AT_ONCE and host.has_more and host.next_at <= now:
                claimed = host.waiting.popleft()
                host.n_running += 1
                host.next_at = now + self._interval
                self._running[pool.submit(bring, claimed, self._terms)] = (host, claimed)

    def _settle(self) -> None:
        """Wait until something is through or may begin, and write down what is through."""
        pause_s = self._pause_s()
        if not self._running:
            time.sleep(pause_s)
            return
        done, _ = wait(self._running, timeout=pause_s, return_when=FIRST_COMPLETED)
        for future in done:
            host, claimed = self._running.pop(future)
            host.n_running -= 1
            self._record(host, claimed, future)
            self._on_done(1)

    def _pause_s(self) -> float:
        """Until the next photograph may begin, where there is room for it."""
        now = self._clock()
        has_room = len(self._running) < AT_ONCE
        ready = [host.next_at for host in self._hosts if has_room and host.has_more]
        left_s = (min(ready) - now).total_seconds() if ready else _LONGEST_WAIT_S
        return min(max(left_s, 0.0), _LONGEST_WAIT_S)

    def _record(self, host: _Host, claimed: Claimed, future: Future[Stored]) -> None:
        try:
            stored = future.result()
        except NotFetched as error:
            self._missed(host, claimed, error)
        except pictures.Unreadable as error:
            host.n_troubles = 0
            awaited.fail(claimed, str(error))
            self._report.n_failed += 1
        except OwnTrouble as error:
            self._stop(claimed, str(error))
        else:
            host.n_troubles = 0
            awaited.arrived(
                claimed,
                size=stored.size,
                display_size=stored.display_size,
                sha256=stored.sha256,
            )
            self._report.n_arrived += 1

    def _missed(self, host: _Host, claimed: Claimed, error: NotFetched) -> None:
        now = self._clock()
        if error.is_final:
            host.n_troubles = 0
            awaited.fail(claimed, str(error))
            self._report.n_failed += 1
            return
        pause = timedelta(seconds=error.pause_s)
        if awaited.try_again(claimed, str(error), pause=pause, now=now):
            self._report.n_again += 1
        else:
            self._report.n_failed += 1
        host.n_troubles += 1
        if pause or error.status == _TOO_MANY_REQUESTS:
            self._rest(host, now + max(pause, _REST_AFTER_TOO_MANY), str(error))
        elif host.n_troubles >= _TROUBLES_IN_A_ROW:
            self._rest(host, now + _REST_AFTER_TROUBLES, str(error))

    def _rest(self, host: _Host, until: datetime, reason: str) -> None:
        host.next_at = max(host.next_at, min(until, self._clock() + awaited.LONGEST_PAUSE))
        self._leave(host, due_at=host.next_at, reason=reason)

    def _stop(self, claimed: Claimed, reason: str) -> None:
        """Trouble of our own: no photograph is to blame, and the next would fare alike."""
        due_at = self._clock() + _OWN_TROUBLE_PAUSE
        awaited.give_back([claimed], due_at=due_at, reason=reason)
        self._report.n_again += 1
        self._report.trouble = reason
        for host in self._hosts:
            self._leave(host, due_at=due_at, reason=reason)

    def _leave(self, host: _Host, *, due_at: datetime, reason: str = "") -> None:
        if host.waiting:
            awaited.give_back(host.waiting, due_at=due_at, reason=reason)
            self._report.n_left += len(host.waiting)
            host.waiting.clear()
