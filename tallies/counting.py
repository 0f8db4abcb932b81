"""Counting what has changed since it was counted last, topic by topic and campaign by campaign.

A topic is due when its campaign has changed (`tallies/changes.py`), but not more often than every
`LEAST`, nor so often that counting it takes more than a twentieth of the time. A process counts a
campaign at a time, and another one passes over it; a topic that fails is logged and tried again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from crowd import locks
from crowd.models import Campaign
from tallies import agreement, changes, days, progress, store, taxa, workers
from tallies.models import Tally

logger = logging.getLogger(__name__)

LEAST = timedelta(seconds=10)
PAUSE = 20  # times as long as counting took

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Topic:
    """What is counted: for which kinds of campaign, and how. While a campaign runs it is counted
    again after `old_after` in any case, where something may change without a new row."""

    name: str
    kinds: tuple[Campaign.Kind, ...]
    count: Callable[[Campaign], dict[str, Any]]
    old_after: timedelta | None = None


# in this order: the progress reads the workers' rows
TOPICS = [
    Topic(workers.TOPIC, workers.KINDS, workers.count),
    # photographs that arrive open tasks, leases begin and end
    Topic(progress.TOPIC, progress.KINDS, progress.count, old_after=timedelta(minutes=5)),
    Topic(days.TOPIC, days.KINDS, days.count),
    Topic(taxa.TOPIC, taxa.KINDS, taxa.count),
    Topic(agreement.TOPIC, agreement.KINDS, agreement.count),
]


@dataclass(frozen=True, slots=True)
class Last:
    """When a topic was counted last, at which number of changes, and how long it took."""

    mark: int
    took_s: float
    counted_at: datetime


def count_due(*, clock: Clock) -> int:
    """Count whatever is due; returns how many topics were counted."""
    numbers = changes.look(now=clock())
    last = _last()
    n_counted = 0
    for campaign in Campaign.objects.order_by("pk"):
        due = [
            topic
            for topic in of_kind(campaign.kind)
            if is_due(
                topic,
                campaign,
                numbers.get(campaign.pk, 0),
                last.get((campaign.pk, topic.name)),
                clock(),
            )
        ]
        if due:
            n_counted += _count(campaign, due, numbers.get(campaign.pk, 0), clock=clock)
    return n_counted


def count_all(
    campaign: Campaign, *, now: datetime, told: Callable[[Topic, float], None] | None = None
) -> None:
    """Count every topic of a campaign at once, due or not; `told` hears of each with the
    seconds that it took. Raises what counting raises."""
    number = changes.numbers().get(campaign.pk, 0)
    with locks.one_after_another(_lock(campaign)):
        for topic in of_kind(campaign.kind):
            took_s = _count_one(campaign, topic, number, now=now)
            if told:
                told(topic, took_s)


def of_kind(kind: str) -> list[Topic]:
    """The topics that a kind of campaign has."""
    return [topic for topic in TOPICS if kind in topic.kinds]


def is_due(topic: Topic, campaign: Campaign, number: int, last: Last | None, now: datetime) -> bool:
    """Whether counting may give something else, and has paused long enough."""
    if last is None:
        return True
    age = now - last.counted_at
    if age < max(LEAST, timedelta(seconds=PAUSE * last.took_s)):
        return False
    is_old = (
        topic.old_after is not None
        and age > topic.old_after
        and campaign.status == Campaign.Status.RUNNING
    )
    return last.mark != number or is_old


def _last() -> Mapping[tuple[int, str], Last]:
    rows = Tally.objects.order_by("pk").values_list(
        "campaign_id", "topic", "mark", "took_s", "counted_at"
    )
    return {(campaign, topic): Last(*rest) for campaign, topic, *rest in rows}


def _count(campaign: Campaign, due: list[Topic], number: int, *, clock: Clock) -> int:
    n_counted = 0
    with locks.only_one_meanwhile(_lock(campaign)) as is_ours:
        for topic in due if is_ours else []:
            try:
                _count_one(campaign, topic, number, now=clock())
            except Exception:
                # whatever it is, it is this topic's alone
                logger.exception("%s of %s cannot be counted", topic.name, campaign.slug)
            else:
                n_counted += 1
    return n_counted


def _lock(campaign: Campaign) -> str:
    return f"tallies-{campaign.pk}"


def _count_one(campaign: Campaign, topic: Topic, number: int, *, now: datetime) -> float:
    began = time.perf_counter()
    with _snapshot():
        content = topic.count(campaign)
        took_s = time.perf_counter() - began
        store.keep(campaign, topic.name, content, mark=number, took_s=took_s, counted_at=now)
    return took_s


@contextmanager
def _snapshot() -> Iterator[None]:
    """A transaction in which all statements see the same rows, and may use some memory."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield
