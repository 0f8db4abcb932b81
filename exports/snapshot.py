"""One consistent view of the database for as long as a release is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_SET_UP = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    # every row will be fetched: without this the planner favours plans that start quickly and
    # take long (nested loops over half a million images)
    "SET LOCAL cursor_tuple_fraction = 1.0",
    "SET LOCAL work_mem = '64MB'",
)


@contextmanager
def open_snapshot() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own, in one REPEATABLE READ, read-only transaction.

    The caller's connection stays free to store the progress where others can see it. Rows that are
    not committed yet are not in the snapshot.
    """
    reader = connections[DEFAULT_DB_ALIAS].copy()
    try:
        reader.set_autocommit(False)
        with reader.cursor() as cursor:
            for statement in _SET_UP:
                cursor.execute(statement)
        yield reader
    finally:
        reader.close()
