"""What makes the jobs count again, how often, and what does not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from annotate import aggregation, comparing
from annotate.adjudication import BOXES as SETTLING
from annotate.models import Annotation
from crowd import locks
from crowd.adjudication import Wish
from crowd.models import Campaign, Worker
from tallies import changes, counting
from tallies.counting import TOPICS, Last, Topic
from tallies.models import Tally, WorkerTally
from tests import make
from tests.make import NOON
from tests.tallies import drawn
from tests.tallies.test_counting import score

SECOND = timedelta(seconds=1)
LONG = timedelta(minutes=20)


class Hands:
    """A clock that somebody turns."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, by: timedelta = 2 * changes.WINDOW) -> datetime:
        self.now += by
        return self.now


def still(clock: Hands) -> None:
    """Look until nothing that happened before is new any more."""
    for _ in range(3):
        changes.look(now=clock.later())


def is_noticed(campaign: Campaign, clock: Hands, deed: Callable[[], object]) -> bool:
    before = changes.numbers()[campaign.pk]
    assert changes.look(now=clock.later(SECOND))[campaign.pk] == before
    deed()
    return changes.look(now=clock.later(SECOND))[campaign.pk] > before


@pytest.mark.django_db
def test_whatever_changes_the_figures_is_noticed(olga):
    campaign, clock = drawn.box_campaign(6), Hands()
    verdicts = drawn.verdict_campaign(4)
    comparing.compare_all()
    ada = Worker.objects.earliest("pk")
    tasks = list(campaign.tasks.order_by("pk"))
    wish = Wish(tasks[0].pk, olga, seen=0)

    def answer() -> None:
        (row,) = drawn.answers(Annotation, [tasks[1]], drawn_late, at=clock())
        row.save()

    def aggregate() -> None:
        campaign.tasks.filter(pk=tasks[1].pk).update(aggregate_due_at=NOON)
        assert aggregation.aggregate_due(now=NOON) == 1

    drawn_late = [Worker.objects.create(pseudonym="late")]
    for deed in (
        answer,
        aggregate,
        lambda: SETTLING.exclude(wish, "broken", now=clock()),
        lambda: score(campaign, ada, is_good=True),
    ):
        still(clock)
        assert is_noticed(campaign, clock, deed)
        comparing.compare_all()
    other = changes.numbers()[verdicts.pk]
    still(clock)
    assert changes.numbers()[verdicts.pk] == other, "nothing has happened in it"


@pytest.mark.django_db
def test_a_campaign_at_rest_is_not_counted_again():
    campaign, clock = drawn.verdict_campaign(4), Hands()
    still(clock)
    assert counting.count_due(clock=clock) == len(counting.of_kind("verify"))
    campaign.status = Campaign.Status.CLOSED
    campaign.save()
    for _ in range(3):
        clock.later(LONG)
        assert counting.count_due(clock=clock) == 0
    assert Tally.objects.filter(topic=changes.TOPIC).count() == 1


@pytest.mark.django_db
def test_a_task_whose_answers_wait_to_be_compared_is_looked_at_until_they_are():
    campaign, clock = drawn.box_campaign(4), Hands()
    still(clock)
    before = changes.numbers()[campaign.pk]
    still(clock)
    assert changes.numbers()[campaign.pk] == before + 3
    comparing.compare_all()
    still(clock)
    still(clock)
    after = changes.numbers()[campaign.pk]
    still(clock)
    assert changes.numbers()[campaign.pk] == after


@pytest.mark.django_db
def test_what_is_committed_late_is_not_overlooked():
    campaign, clock = drawn.verdict_campaign(3), Hands()
    late = campaign.tasks.latest("pk").verdicts.latest("pk")
    still(clock)
    # others with higher ids have been seen already when this one appears
    new = type(late)(
        **{
            field.attname: getattr(late, field.attname)
            for field in late._meta.concrete_fields
            if not field.primary_key
        }
    )
    new.pk, new.is_current, new.version = late.pk + 1, False, 9
    new.idempotency_key = make.verdict()["idempotency_key"]
    higher = drawn.answers(
        type(late), [late.task], [Worker.objects.create(pseudonym="x")], at=NOON, label="animal"
    )[0]
    higher.pk = late.pk + 2
    higher.save()
    changes.look(now=clock.later())
    seen = changes.look(now=clock.later(SECOND))[campaign.pk]
    new.save(force_insert=True)
    assert changes.look(now=clock.later(SECOND))[campaign.pk] > seen


def lateness(last: Last, number: int = 2, *, age_s: float = 100, n_busy: int = 1) -> float:
    topic = Topic("t", (Campaign.Kind.BOX,), lambda _: {})
    now = last.counted_at + age_s * SECOND
    return counting.lateness(topic, Campaign(), number, last, n_busy=n_busy, now=now)


def test_counting_takes_at_most_a_twentieth_of_the_time():
    assert lateness(Last(2, 0.1, NOON)) == 0, "nothing has changed"
    assert lateness(Last(1, 0.1, NOON), age_s=9) < 1
    assert lateness(Last(1, 0.1, NOON), age_s=10) == 1
    assert lateness(Last(1, 5.1, NOON)) < 1
    assert lateness(Last(1, 4.9, NOON)) > 1
    assert lateness(Last(1, 4.9, NOON), n_busy=2) < 1


@pytest.mark.django_db
def test_a_topic_that_fails_is_told_and_does_not_hold_up_the_others(caplog):
    campaign = drawn.verdict_campaign(3)

    def fail(_: Campaign) -> dict[str, int]:
        raise ZeroDivisionError

    broken, clock = Topic("broken", (Campaign.Kind.VERIFY,), fail), Hands()
    TOPICS.insert(0, broken)
    n_told = []
    try:
        with caplog.at_level(logging.ERROR):
            n_counted = counting.count_due(clock=clock)
            for pause in (SECOND, 2 * counting.LEAST):
                clock.later(pause)
                counting.count_due(clock=clock)
                n_told.append(caplog.text.count("broken of seen cannot be counted"))
    finally:
        TOPICS.remove(broken)
    assert n_counted == len(counting.of_kind("verify"))
    assert n_told == [1, 2], "it is tried again, but not at once"
    assert WorkerTally.objects.filter(campaign=campaign).count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_processes_do_not_count_at_once():
    drawn.verdict_campaign(3)
    counts: list[int] = []

    def other() -> None:
        counts.append(counting.count_due(clock=Hands()))
        connection.close()

    with locks.only_one_meanwhile("tallies") as is_ours:
        assert is_ours
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=20)
    assert counts == [0]
    other()
    assert counts == [0, len(counting.of_kind("verify"))]
