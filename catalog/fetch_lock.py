"""The lock of fetching: one round at a time in the whole site, and none while files come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from django.db import connection

# any number that no other session lock uses
LOCK = 0x51494D60


@contextmanager
def alone() -> Iterator[bool]:
    """Whether this is the only round of fetching in the whole site, as long as the `with` lasts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        is_alone = cursor.fetchone() == (True,)
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


class Pause:
    """Keeps photographs from being fetched in the whole site, from `begin` to the end of the
    `with`: for whoever stores the files of awaited photographs too, as row and files must be of
    the same source."""

    def __init__(self) -> None:
        self._has_begun = False

    def __enter__(self) -> Self:
        return self

    def begin(self) -> None:
        """Wait for the end of a round that is under way; nothing more where it has begun.

        Shared, so that several imports do not wait for each other.
        """
        if not self._has_begun:
            self._ask("SELECT pg_advisory_lock_shared(%s)")
            self._has_begun = True

    def __exit__(self, *_: object) -> None:
        if self._has_begun:
            self._ask("SELECT pg_advisory_unlock_shared(%s)")

    def _ask(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, [LOCK])
