"""One process at a time, wherever it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """A transaction that yields True if nobody else holds the lock of that name now.

    It is the database that holds the lock, so a killed process gives it back.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"quadrat-{name}"])
            (is_ours,) = cursor.fetchone()
        yield is_ours
