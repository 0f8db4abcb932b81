"""Claiming: never too many workers on a task, never the same one twice, nothing lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from crowd import leases
from crowd.errors import Conflict, NotFound
from crowd.models import Assignment, Campaign, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def claim(worker, slug="birds", count=1, now=NOON):
    return leases.claim(worker, slug, count=count, now=now)[0]


def test_a_worker_never_gets_the_same_image_twice(ada):
    make.campaign(5)
    assert make.answer_everything(ada, Campaign.objects.get()) == 5
    assert claim(ada) == []


def test_leases_held_already_come_first(ada):
    make.campaign(5)
    first = claim(ada, count=2)
    again = claim(ada, count=3)
    assert [held.id for held in again[:2]] == [held.id for held in first]
    assert len(again) == 3


def test_a_task_has_no_more_takers_than_wanted(ada, ben, db):
    make.campaign(1, workers_per_task=2)
    eve = make.worker("eve")
    assert claim(ada)
    assert claim(ben)
    assert claim(eve) == []


def test_two_workers_in_a_row_finish_the_same_task_first(ada, ben):
    make.campaign(50)
    assert claim(ada)[0].task_id == claim(ben)[0].task_id


def test_an_expired_lease_gives_the_task_to_somebody_else(ada, ben):
    make.campaign(1, workers_per_task=1)
    claim(ada)
    assert claim(ben) == []
    later = NOON + timedelta(minutes=11)
    assert leases.expire(now=later) == 1
    assert len(claim(ben, now=later)) == 1
    assert Task.objects.get().n_taken == 1


def test_claiming_an_expired_task_again_leases_the_same_assignment(ada):
    make.campaign(1)
    (first,) = claim(ada)
    later = NOON + timedelta(hours=1)
    leases.expire(now=later)
    (again,) = claim(ada, now=later)
    assert again.id == first.id
    assert Assignment.objects.get().state == Assignment.State.LEASED
    assert again.lease_until > later


def test_a_renewed_lease_does_not_expire(ada):
    make.campaign(1)
    (held,) = claim(ada)
    soon = NOON + timedelta(minutes=9)
    leases.renew(ada, held.id, now=soon)
    assert leases.expire(now=NOON + timedelta(minutes=11)) == 0


def test_renewing_what_is_gone_says_so(ada):
    make.campaign(1)
    (held,) = claim(ada)
    leases.expire(now=NOON + timedelta(hours=1))
    with pytest.raises(Conflict):
        leases.renew(ada, held.id, now=NOON + timedelta(hours=1))


def test_a_released_task_is_free_again_at_once_and_only_once(ada, ben):
    make.campaign(1, workers_per_task=1)
    (held,) = claim(ada)
    leases.release(ada, held.id)
    leases.release(ada, held.id)
    assert Task.objects.get().n_taken == 0
    assert len(claim(ben)) == 1


def test_somebody_elses_assignment_looks_like_none(ada, ben):
    make.campaign(1)
    (held,) = claim(ada)
    with pytest.raises(NotFound):
        leases.renew(ben, held.id, now=NOON)
    with pytest.raises(NotFound):
        leases.release(ben, held.id)


def test_a_paused_campaign_hands_nothing_out(ada):
    campaign = make.campaign(1)
    Campaign.objects.filter(pk=campaign.pk).update(status=Campaign.Status.PAUSED)
    with pytest.raises(Conflict):
        claim(ada)


def test_claiming_takes_as_many_statements_late_as_early(ada):
    make.campaign(120, workers_per_task=1)
    claim(ada)
    with CaptureQueriesContext(connection) as early:
        assert len(claim(ada, count=2)) == 2
    for lease in claim(ada, count=24):
        leases.release(ada, lease.id)
    Assignment.objects.update(state=Assignment.State.SUBMITTED)
    claim(ada)
    with CaptureQueriesContext(connection) as late:
        assert len(claim(ada, count=2)) == 2
    assert len(late) == len(early) <= 7


@pytest.mark.django_db(transaction=True)
def test_sixteen_workers_at_once_break_no_limit():
    campaign = make.campaign(40, workers_per_task=3)
    workers = [make.worker(f"worker-{number}") for number in range(16)]

    def work(worker):
        try:
            return make.answer_everything(worker, campaign)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=16) as pool:
        answered = list(pool.map(work, workers))

    assert sum(answered) == 120
    tasks = Task.objects.filter(campaign=campaign)
    assert {(task.n_taken, task.n_answers) for task in tasks} == {(3, 3)}
    pairs = list(Assignment.objects.values_list("task", "worker"))
    assert len(pairs) == len(set(pairs)) == 120


@pytest.mark.django_db(transaction=True)
def test_one_worker_in_eight_tabs_gets_no_task_twice():
    make.campaign(30, workers_per_task=1)
    worker = make.worker("tabs")

    def open_tab(_):
        try:
            return [held.id for held in claim(worker, count=3)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=8) as pool:
        tabs = list(pool.map(open_tab, range(8)))

    assert {len(set(tab)) for tab in tabs} == {3}
    assert sum(task.n_taken for task in Task.objects.all()) == Assignment.objects.count()
