"""One process at a time, wherever it runs. The database holds the locks, so a killed process gives
them back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def only_one(name: str) -> Iterator[bool]:
    """A transaction that yields True if nobody else holds the lock of that name now."""
    with transaction.atomic():
        yield _ask("SELECT pg_try_advisory_xact_lock(hashtext(%s))", name)


@contextmanager
def only_one_meanwhile(name: str) -> Iterator[bool]:
    """As `only_one`, for work of several transactions: the connection holds the lock."""
    is_ours = _ask("SELECT pg_try_advisory_lock(hashtext(%s))", name)
    try:
        yield is_ours
    finally:
        if is_ours:
            _ask("SELECT pg_advisory_unlock(hashtext(%s))", name)


@contextmanager
def one_after_another(name: str) -> Iterator[None]:
    """As `only_one_meanwhile`, but waits for whoever has the lock."""
    _ask("SELECT true FROM pg_advisory_lock(hashtext(%s))", name)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock(hashtext(%s))", name)


def wait_for(name: str) -> None:
    """Take the lock of that name until the end of the transaction, waiting for who has it."""
    _ask("SELECT pg_advisory_xact_lock(hashtext(%s))", name)


def _ask(statement: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"quadrat-{name}"])
        (answer,) = cursor.fetchone()
    return bool(answer)
