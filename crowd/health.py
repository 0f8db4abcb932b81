"""Is everything there that serving needs? Read by `/readyz`."""

from __future__ import annotations

from datetime import datetime, timedelta

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from crowd import hints

HEARTBEAT = "quadrat:heartbeat"
HEARTBEAT_MAX_AGE = timedelta(seconds=45)


def beat(*, now: datetime) -> None:
    """Leave the sign of life that `check` looks for."""
    hints.broker().set(HEARTBEAT, now.isoformat(), ex=3600)


def check(*, now: datetime) -> dict[str, str]:
    """What is wrong, by part: database, migrations, broker, worker. Empty when all is well."""
    return _database() | processes(now=now)


def _database() -> dict[str, str]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return {"database": "cannot be reached"}
    return {"migrations": f"{len(plan)} not applied; run manage.py migrate"} if plan else {}


def processes(*, now: datetime) -> dict[str, str]:
    """What is wrong with the broker, or with the process that does jobs; empty when all is well."""
    try:
        sign = hints.broker().get(HEARTBEAT)
    except redis.RedisError:
        return {"broker": "cannot be reached"}
    if not isinstance(sign, str):
        return {"worker": "has not been heard of yet"}
    age = now - datetime.fromisoformat(sign)
    if age > HEARTBEAT_MAX_AGE:
        return {"worker": f"was last heard of {age.total_seconds():.0f} s ago"}
    return {}
