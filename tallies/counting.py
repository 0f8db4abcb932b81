"""Counting what has changed since it was counted last, topic by topic and campaign by campaign.

A topic is due when its campaign has changed (`tallies/changes.py`), but not more often than every
`LEAST`, nor so often that counting it takes more than a twentieth of the time; where more campaigns
than one are busy, they share that. What is overdue the most comes first. One process counts at a
time; a topic that fails is logged and tried again, with the same pauses.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from crowd import locks
from crowd.models import Campaign
from tallies import agreement, changes, days, labels, progress, store, taxa, workers
from tallies.models import Tally

logger = logging.getLogger(__name__)

LEAST = timedelta(seconds=10)
PAUSE = 20  # times as long as counting took
RUN = timedelta(seconds=30)
# in front of a topic: counting it has failed, at no number of changes
FAILED = "!"
NO_NUMBER = -1

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
    Topic(labels.TOPIC, labels.KINDS, labels.count),
    Topic(agreement.TOPIC, agreement.KINDS, agreement.count),
]


@dataclass(frozen=True, slots=True)
class Last:
    """When a topic was counted last, at which number of changes, and how long it took."""

    mark: int
    took_s: float
    counted_at: datetime


def count_due(*, clock: Clock) -> int:
    """Count what is due, as far as one run goes; returns how many topics were counted."""
    with locks.only_one_meanwhile("tallies") as is_ours:
        if not is_ours:
            return 0
        ends = clock() + RUN
        n_counted = 0
        for campaign, topic, number in _due(clock()):
            if clock() > ends:
                break  # the next run goes on
            n_counted += _count(campaign, topic, number, clock=clock)
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


def lateness(
    topic: Topic, campaign: Campaign, number: int, last: Last | None, *, n_busy: int, now: datetime
) -> float:
    """How long ago the topic was counted, in times of the pause that it keeps: from 1 on it is due.
    0 where counting would give the same again.

    `number`: of the campaign's changes. `n_busy` campaigns have changed.
    """
    if last is None:
        return math.inf
    age = now - last.counted_at
    is_old = topic.old_after is not None and age > topic.old_after
    if last.mark == number and not (is_old and campaign.status == Campaign.Status.RUNNING):
        return 0.0
    return age / max(LEAST, timedelta(seconds=PAUSE * last.took_s * n_busy))


def _due(now: datetime) -> list[tuple[Campaign, Topic, int]]:
    """What is due, with the number of the campaign's changes, the latest first."""
    numbers, last = changes.look(now=now), _last()
    busy = {campaign for (campaign, _), one in last.items() if one.mark != numbers.get(campaign, 0)}
    late = [
        (
            lateness(
                topic,
                campaign,
                numbers.get(campaign.pk, 0),
                last.get((campaign.pk, topic.name)),
                n_busy=max(len(busy), 1),
                now=now,
            ),
            campaign,
            topic,
        )
        for campaign in Campaign.objects.order_by("pk")
        for topic in of_kind(campaign.kind)
    ]
    late.sort(key=lambda row: (-row[0], TOPICS.index(row[2])))
    return [
        (campaign, topic, numbers.get(campaign.pk, 0))
        for lateness, campaign, topic in late
        if lateness >= 1
    ]


def _last() -> Mapping[tuple[int, str], Last]:
    rows = Tally.objects.exclude(topic=changes.TOPIC).values_list(
        "campaign_id", "topic", "mark", "took_s", "counted_at"
    )
    # of a success and a failure the later one
    in_order = rows.order_by("counted_at", "pk")
    return {
        (campaign, topic.removeprefix(FAILED)): Last(*rest) for campaign, topic, *rest in in_order
    }


def _count(campaign: Campaign, topic: Topic, number: int, *, clock: Clock) -> bool:
    with locks.only_one_meanwhile(_lock(campaign)) as is_ours:
        if not is_ours:
            return False  # somebody counts it by hand
        now, began = clock(), time.perf_counter()
        try:
            _count_one(campaign, topic, number, now=now)
        except Exception:
            # whatever it is, it is this topic's alone
            logger.exception("%s of %s cannot be counted", topic.name, campaign.slug)
            took_s = time.perf_counter() - began
            name = FAILED + topic.name
            store.keep(campaign, name, {}, mark=NO_NUMBER, took_s=took_s, counted_at=now)
            return False
    return True


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
