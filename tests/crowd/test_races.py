"""What crosses on its way: late answers and claims, expiry and aggregation, errors in one task."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections, transaction

from annotate import aggregation, submission
from annotate.models import Consensus
from crowd import aggregating, leases, refitting, remerging, retirement, workers
from crowd.models import Assignment, Task
from tests import make
from tests.annotate.crowds import Clock
from tests.make import NOON

BIRD = [100, 100, 300, 200]


def at_once(*works: Callable[[], object]) -> list[Exception]:
    """Run them in threads of their own; what went wrong in any."""
    errors: list[Exception] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - a thread's errors would vanish
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def unaccounted() -> dict[int, int]:
    """Slots that are neither leased nor answered, by task."""
    found = {}
    for task in Task.objects.all():
        n_live = task.assignments.filter(state=Assignment.State.LEASED).count()
        if task.n_taken != n_live + task.n_answers:
            found[task.pk] = task.n_taken - n_live - task.n_answers
    return found


def answer(worker, lease, now):
    data = make.annotation([BIRD]) | {"timing": {}, "comment": ""}
    submission.accept(worker, lease.id, data, now=now)


@pytest.mark.django_db(transaction=True)
def test_late_answers_crossing_claims_of_the_same_worker_lose_no_slot():
    make.campaign(24, workers_per_task=20)
    for number in range(12):
        worker = make.worker(f"worker-{number}")
        claimed = NOON + timedelta(days=number)
        held, _ = leases.claim(worker, "birds", count=24, now=claimed)
        late = claimed + timedelta(hours=1)
        leases.expire(now=late)

        def answer_all(worker=worker, held=held, late=late):
            for lease in reversed(held):
                answer(worker, lease, late)

        def claim_all(worker=worker, late=late):
            leases.claim(worker, "birds", count=24, now=late)

        assert at_once(answer_all, claim_all) == []
    assert unaccounted() == {}


@pytest.mark.django_db(transaction=True)
def test_expiry_and_aggregation_do_not_block_each_other(ada, ben):
    make.campaign(24, workers_per_task=2)
    held, _ = leases.claim(ada, "birds", count=24, now=NOON)
    for number, lease in enumerate(reversed(held)):
        answer(ada, lease, NOON + timedelta(seconds=number))
    leases.claim(ben, "birds", count=24, now=NOON)
    later = NOON + timedelta(hours=1)
    errors = at_once(lambda: aggregation.aggregate_due(now=later), lambda: leases.expire(now=later))
    assert errors == []
    assert unaccounted() == {}
    assert Consensus.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_answers_that_cross_a_refit_are_all_in_the_consensus_afterwards(monkeypatch, ada, olga):
    monkeypatch.setattr(remerging, "CHUNK", 4)
    make.campaign(24, workers_per_task=3)
    crowd = [make.worker(f"worker-{number}") for number in range(4)]
    clock = Clock(NOON)
    for worker, n_tasks in ((ada, 12), (crowd[0], 24), (crowd[1], 24)):
        held, _ = leases.claim(worker, "birds", count=n_tasks, now=NOON)
        for lease in held:
            answer(worker, lease, NOON)
    while aggregation.aggregate_due(now=clock()):
        pass
    refitting.refit(aggregation.BOXES, clock=clock)
    workers.exclude(crowd[0], by=olga, now=clock())

    def answer_on(worker):
        held, _ = leases.claim(worker, "birds", count=24, now=clock())
        for lease in held:
            answer(worker, lease, clock())

    errors = at_once(
        lambda: refitting.refit(aggregation.BOXES, clock=clock),
        lambda: answer_on(crowd[2]),
        lambda: answer_on(crowd[3]),
    )
    assert errors == []
    while aggregation.aggregate_due(now=clock() + timedelta(hours=1)):
        pass
    assert unaccounted() == {}
    assert not Task.objects.filter(aggregate_due_at__isnull=False).exists()
    for row in Consensus.objects.filter(is_current=True):
        counting = row.task.annotations.exclude(worker=crowd[0]).values_list("pk", flat=True)
        assert sorted(row.evidence) == sorted(counting)
    excluded = Task.objects.filter(annotations__worker=crowd[0])
    assert set(excluded.values_list("n_excluded", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_one_answer_sent_eight_times_at_once_is_stored_once(ada):
    make.campaign(1)
    (lease,), _ = leases.claim(ada, "birds", count=1, now=NOON)
    data = make.annotation([BIRD]) | {"timing": {}, "comment": ""}
    errors = at_once(*[lambda: submission.accept(ada, lease.id, dict(data), now=NOON)] * 8)
    assert errors == []
    assert ada.annotations.count() == 1
    assert Task.objects.get().n_answers == 1


@pytest.mark.django_db
def test_a_task_that_cannot_be_aggregated_does_not_hold_up_the_others(ada):
    campaign = make.campaign(3)
    make.answer_everything(ada, campaign)
    broken = Task.objects.order_by("pk").first()

    class Fragile(aggregation.BoxAggregator):
        def find(self, tasks, fitted, *, now):
            if broken in tasks:
                raise ZeroDivisionError
            return super().find(tasks, fitted, now=now)

    def aggregate(now):
        return aggregating.aggregate(Fragile(), now=now, limit=9)

    assert aggregate(NOON) == 3
    assert aggregate(NOON) == 0
    due = Task.objects.filter(aggregate_due_at__isnull=False)
    assert [task.pk for task in due] == [broken.pk]
    assert Consensus.objects.count() == 2
    assert aggregate(NOON + retirement.PUT_OFF) == 1


@pytest.mark.django_db(transaction=True)
def test_suspending_several_takes_tasks_in_the_order_of_aggregations(ada, ben):
    """The first to be suspended holds the later task, while an aggregation waits for both."""
    campaign = make.campaign(2, workers_per_task=1, max_workers=1)
    tasks = [task.pk for task in campaign.tasks.order_by("pk")]
    first, second = sorted((ada, ben), key=lambda worker: worker.pk)
    for worker, task in ((first, tasks[1]), (second, tasks[0])):
        Assignment.objects.create(task_id=task, worker=worker, claimed_at=NOON, lease_until=NOON)
    Task.objects.update(n_taken=1)
    has_begun, is_held = threading.Event(), threading.Event()

    def aggregate():
        with transaction.atomic():
            retirement.lock(tasks[:1])
            is_held.set()
            has_begun.wait(5)
            time.sleep(0.5)
            retirement.lock(tasks)

    def suspend():
        is_held.wait(5)
        has_begun.set()
        workers.suspend_automatically({ada: {}, ben: {}}, now=NOON)

    assert at_once(aggregate, suspend) == []
    assert set(Task.objects.values_list("n_taken", flat=True)) == {0}
