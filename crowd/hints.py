"""Being quick: a hint to a Celery worker that something is due. Losing one is harmless.

What is due stands in `Task.aggregate_due_at` and a beat job sweeps it, so a broker that is down
only costs seconds of delay and never fails a request.
"""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any

import redis
from celery import Task
from django.conf import settings
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

PENDING_S = 30
GATHER_S = 0.1


@cache
def broker() -> redis.Redis:
    """A connection pool to the broker, for marks of our own."""
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, decode_responses=True
    )


def hint(job: Task[..., Any]) -> None:
    """Enqueue a job without arguments unless one is waiting already."""
    try:
        if broker().set(_mark(job), 1, nx=True, ex=PENDING_S):
            job.apply_async(retry=False)
    except (redis.RedisError, OperationalError) as error:
        logger.warning("the broker cannot be reached (%s); the sweep will catch up", error)


def taken(job: Task[..., Any]) -> None:
    """The job says that it has begun: what becomes due from now on is worth a new hint.

    It gathers for a moment first: when answers come in quick succession, a job for each costs more
    than the aggregation itself.
    """
    time.sleep(GATHER_S)
    try:
        broker().delete(_mark(job))
    except redis.RedisError as error:
        logger.warning("the broker cannot be reached (%s)", error)


def _mark(job: Task[..., Any]) -> str:
    return f"quadrat:waiting:{job.name}"
