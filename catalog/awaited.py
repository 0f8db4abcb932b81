"""Photographs that are not here yet: which are due, whose turn it is, and what became of a try.

All of it is rows: `Image.fetch_due_at` says when the next try is due, `PhotoHost.next_at` when a
server may be asked again, by whichever process. Claiming moves an image's due time past the time
that any try can take, so one whose process was killed is due again by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, QuerySet

from catalog.models import Dataset, Image, PhotoHost

LEASE = timedelta(minutes=10)
MOST_ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)
_REASON_CHARACTERS = 500
_MOST_HOSTS = 64
_KILLED = "was given up: the process that fetched it ended each time"

# must read like the index image_awaited_by_host
_HOST = "lower(split_part(source_url, '/', 3))"
# a loose index scan: one step for each server, however many photographs wait for it
_HOSTS_DUE = f"""
WITH RECURSIVE host(name) AS (
    SELECT min({_HOST}) FROM catalog_image WHERE state = 'awaited'
    UNION ALL
    SELECT (
        SELECT min({_HOST}) FROM catalog_image WHERE state = 'awaited' AND {_HOST} > host.name
    ) FROM host WHERE host.name IS NOT NULL
)
SELECT host.name, photohost.next_at
FROM host LEFT JOIN catalog_photohost photohost ON photohost.name = host.name
WHERE host.name IS NOT NULL AND coalesce(photohost.next_at < %(until)s, true)
  AND EXISTS (
    SELECT FROM catalog_image
    WHERE state = 'awaited' AND {_HOST} = host.name AND fetch_due_at <= %(now)s
  )
ORDER BY photohost.next_at NULLS FIRST, host.name
LIMIT {_MOST_HOSTS}
"""  # noqa: S608 - names of ours
_CLAIM = f"""
WITH due AS MATERIALIZED (
    SELECT id FROM catalog_image
    WHERE state = 'awaited' AND {_HOST} = %(host)s AND fetch_due_at <= %(now)s
    ORDER BY fetch_due_at LIMIT %(count)s FOR UPDATE SKIP LOCKED
)
UPDATE catalog_image SET fetch_due_at = %(lease)s, n_attempts = n_attempts + 1
FROM due WHERE catalog_image.id = due.id
RETURNING catalog_image.id, uid, source_url, n_attempts
"""  # noqa: S608 - names of ours


class Claimed(NamedTuple):
    """A photograph to be fetched now; `n_attempts` counts this try."""

    pk: int
    uid: UUID
    url: str
    n_attempts: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What one server may be asked for, and from when on."""

    host: str
    first_at: datetime
    claimed: list[Claimed]


class Reason(NamedTuple):
    """Why photographs are not here, and how many."""

    state: str
    text: str
    n_images: int


@transaction.atomic
def claim(*, now: datetime, until: datetime, interval: timedelta, most: int) -> list[Turn]:
    """Photographs that are due, for asking each server once in `interval` between now and `until`.

    At most `most` of them, from as many servers as possible, those first that have not been asked
    for longest. Nobody else is given a turn at these servers before `until`, or until `rest`.
    """
    hosts = _hosts_due(now, until)
    share = max(1, most // max(1, len(hosts)))
    turns = []
    for name, next_at in hosts:
        first_at = max(now, next_at) if next_at else now
        n_slots = int((until - first_at) / interval) + 1
        claimed = _claim(name, min(share, n_slots, most), now=now)
        most -= len(claimed)
        if claimed:
            turns.append(Turn(name, first_at, claimed))
            PhotoHost.objects.update_or_create(name=name, defaults={"next_at": until})
        if not most:
            break
    return turns


def _hosts_due(now: datetime, until: datetime) -> list[tuple[str, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_HOSTS_DUE, {"now": now, "until": until})
        return [(name, next_at) for name, next_at in cursor.fetchall()]


def _claim(host: str, count: int, *, now: datetime) -> list[Claimed]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"host": host, "count": count, "now": now, "lease": now + LEASE})
        claimed = [Claimed(*row) for row in cursor.fetchall()]
    # more tries than are allowed were begun, and none came to an end
    lost = [each.pk for each in claimed if each.n_attempts > MOST_ATTEMPTS]
    if lost:
        _give_up(lost, _KILLED)
    return [each for each in claimed if each.n_attempts <= MOST_ATTEMPTS]


def rest(host: str, *, until: datetime) -> None:
    """Leave a server alone until then."""
    PhotoHost.objects.update_or_create(name=host, defaults={"next_at": until})


def arrived(
    claimed: Claimed, *, size: tuple[int, int], display_size: tuple[int, int], sha256: str
) -> bool:
    """The photograph's files are stored; sizes are (width, height) in pixels, upright.

    False where it has come another way meanwhile.
    """
    return bool(
        Image.objects.filter(pk=claimed.pk, state=Image.State.AWAITED).update(
            state=Image.State.HERE,
            width=size[0],
            height=size[1],
            display_width=display_size[0],
            display_height=display_size[1],
            sha256=sha256,
            fetch_due_at=None,
            fetch_error="",
        )
    )


def fail(claimed: Claimed, reason: str) -> None:
    """Asking for it again is no use."""
    _give_up([claimed.pk], reason)


def try_again(claimed: Claimed, reason: str, *, pause: timedelta, now: datetime) -> bool:
    """It did not come this time: due again after a pause that grows, and is at least `pause`.

    False where that was the last try.
    """
    if claimed.n_attempts >= MOST_ATTEMPTS:
        _give_up([claimed.pk], f"was given up after {MOST_ATTEMPTS} tries: {reason}")
        return False
    due_at = now + max(pause_after(claimed.n_attempts), min(pause, LONGEST_PAUSE))
    _awaited([claimed.pk]).update(fetch_due_at=due_at, fetch_error=reason[:_REASON_CHARACTERS])
    return True


def pause_after(n_attempts: int) -> timedelta:
    """How long after that many tries the next one is due.

    >>> [str(pause_after(n)) for n in (1, 2, 3, 6, 7)]
    ['0:01:00', '0:04:00', '0:16:00', '17:04:00', '1 day, 0:00:00']
    """
    factor: int = 4 ** (n_attempts - 1)
    return min(FIRST_PAUSE * factor, LONGEST_PAUSE)


def give_back(claimed: Iterable[Claimed], *, due_at: datetime, reason: str = "") -> None:
    """These were not tried after all, or not for their own fault: the try does not count."""
    changed = {"fetch_error": reason[:_REASON_CHARACTERS]} if reason else {}
    _awaited(each.pk for each in claimed).update(
        fetch_due_at=due_at, n_attempts=F("n_attempts") - 1, **changed
    )


def ask_now(dataset: Dataset, *, now: datetime) -> int:
    """Make everything that a data set still waits for due; returns how many photographs that is."""
    waiting = Image.objects.filter(dataset=dataset, state=Image.State.AWAITED)
    return waiting.update(fetch_due_at=now, fetch_error="")


def want_held(dataset: Dataset, *, super_class: str = "", now: datetime) -> int:
    """Fetch what is held in reserve as well, of one super-class or ('') all; returns how many
    photographs that is."""
    held = Image.objects.filter(dataset=dataset, state=Image.State.HELD)
    if super_class:
        held = held.filter(super_class=super_class)
    return held.update(state=Image.State.AWAITED, fetch_due_at=now)


def retry_failed(dataset: Dataset, *, now: datetime) -> int:
    """Wait again for what could not be fetched, with as many tries as at first; returns how many
    photographs that is."""
    failed = Image.objects.filter(dataset=dataset, state=Image.State.FAILED)
    return failed.update(state=Image.State.AWAITED, n_attempts=0, fetch_due_at=now, fetch_error="")


def reasons(dataset: Dataset) -> list[Reason]:
    """Why photographs of a data set that are wanted are not here, the most frequent first; the
    reason is empty for those that have not been tried."""
    missing = Image.objects.filter(
        dataset=dataset, state__in=[Image.State.AWAITED, Image.State.FAILED]
    )
    rows = missing.values_list("state", "fetch_error").annotate(n=Count("pk"))
    return [Reason(*row) for row in rows.order_by("-n", "state", "fetch_error")]


def _awaited(pks: Iterable[int]) -> QuerySet[Image]:
    return Image.objects.filter(pk__in=list(pks), state=Image.State.AWAITED)


def _give_up(pks: list[int], reason: str) -> None:
    _awaited(pks).update(
        state=Image.State.FAILED, fetch_due_at=None, fetch_error=reason[:_REASON_CHARACTERS]
    )
