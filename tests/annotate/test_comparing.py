"""Answers against the consensus they went into: which have a row, what it says, and since when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, transaction

from annotate import aggregation, comparing
from annotate.models import Annotation, Box, Comparison, Consensus, ConsensusBox
from crowd import refitting, workers
from crowd.models import Campaign, Task, Worker
from tests import make
from tests.annotate.crowds import Clock
from tests.annotate.test_killed import ROOT
from tests.make import NOON
from tests.tallies import drawn

# Dies by its own hand when the rows are written and the tasks are about to be ticked off.
DIE = """
import os, signal
import django
django.setup()
from django.db import connection
from annotate import comparing

def die(execute, sql, *rest):
    if sql.startswith('UPDATE "annotate_consensus"'):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, *rest)

with connection.execute_wrapper(die):
    comparing.compare_due()
"""


def two_birds(*answers: list[list[float]]) -> tuple[Campaign, list[Worker]]:
    """A task with these boxes, one list a worker."""
    campaign = make.campaign(1, workers_per_task=len(answers), max_workers=len(answers))
    hands = drawn.workers(len(answers))
    drawn.boxes(campaign, hands, [answers])
    return campaign, hands


def agree(*boxes: tuple[float, float, float, float]) -> None:
    """Let the consensus of the only task have these boxes, from left to right."""
    for box, (x, y, w, h) in zip(ConsensusBox.objects.order_by("x"), boxes, strict=True):
        ConsensusBox.objects.filter(pk=box.pk).update(x=x, y=y, w=w, h=h)


@pytest.mark.django_db
def test_a_comparison_says_what_was_met_missed_and_added_and_how_far_off_each_edge_is():
    left, right = [100.0, 100, 200, 200], [500.0, 100, 200, 200]
    campaign, (ada, _, ben) = two_birds([left, right], [left, right], [right, [10.0, 500, 20, 20]])
    agree((110, 100, 180, 200), (500, 100, 200, 100))
    assert comparing.compare_due() == 1
    found = Comparison.objects.get(worker=ada)
    assert (found.n_boxes, found.n_objects, found.n_matched) == (2, 2, 2)
    assert (found.n_missed, found.n_extra, found.n_loose) == (0, 0, 1)
    assert sorted(found.ious) == pytest.approx([0.5, 0.9])
    assert found.edges_px == pytest.approx([10, 0, 10, 100])
    assert found.edges_share == pytest.approx([10 / 180, 0, 10 / 180, 1])
    assert found.edges_square == pytest.approx([(10 / 180) ** 2, 0, (10 / 180) ** 2, 1])
    sloppy = Comparison.objects.get(worker=ben)
    assert (sloppy.n_matched, sloppy.n_missed, sloppy.n_extra, sloppy.n_loose) == (1, 1, 1, 1)
    assert sloppy.campaign == campaign
    assert sloppy.received_at == sloppy.annotation.received_at


@pytest.mark.django_db
def test_nobody_is_compared_with_their_own_answer_alone():
    two_birds([[100.0, 100, 200, 200]])
    assert comparing.compare_all() == 1
    assert not Comparison.objects.exists()
    assert not Consensus.objects.filter(is_current=True, is_compared=False).exists()


@pytest.mark.django_db
def test_who_could_not_tell_is_not_compared_and_who_saw_nothing_is():
    bird = [[100.0, 100, 200, 200]]
    _, hands = two_birds(bird, bird, [], bird)
    Annotation.objects.filter(worker=hands[3]).update(outcome="cant_tell")
    comparing.compare_all()
    assert set(Comparison.objects.values_list("worker", "n_missed")) == {
        (hands[0].pk, 0),
        (hands[1].pk, 0),
        (hands[2].pk, 1),
    }


@pytest.mark.django_db
def test_a_row_goes_with_its_answer_and_comes_back_with_it(olga):
    campaign, clock = drawn.box_campaign(8, n_hands=3), Clock(NOON)
    comparing.compare_all()
    before = rows()
    ben = Worker.objects.get(pseudonym="hand-1")

    workers.exclude(ben, by=olga, now=clock())
    refitting.refit(aggregation.BOXES, clock=clock)
    assert comparing.compare_all() == 8
    assert not Comparison.objects.filter(worker=ben).exists()
    assert Comparison.objects.count() == 16

    workers.include(ben, by=olga, now=clock())
    refitting.refit(aggregation.BOXES, clock=clock)
    # what comes back is a copy of the earlier consensus, and is compared like any other
    assert comparing.compare_all() == 8
    assert len(rows()) == len(before)

    task = campaign.tasks.order_by("pk")[0]
    Annotation.objects.filter(task=task).update(outcome="problem")
    Task.objects.filter(pk=task.pk).update(aggregate_due_at=NOON)
    aggregation.aggregate_due(now=clock())
    Consensus.objects.filter(task=task, is_current=True).update(n_looked=0, is_compared=False)
    assert comparing.compare_all() == 1
    assert not Comparison.objects.filter(task=task).exists()


def rows() -> list[dict[str, object]]:
    return [dict(row) for row in Comparison.objects.order_by("pk").values()]


@pytest.mark.django_db
def test_small_batches_say_what_one_large_one_says():
    drawn.box_campaign(9, n_hands=3)
    while comparing.compare_due(limit=2):
        pass
    by_two = rows()
    Consensus.objects.update(is_compared=False)
    assert comparing.compare_due() == 9
    assert rows() == by_two
    assert comparing.compare_due() == 0


@pytest.mark.django_db
def test_a_batch_takes_as_many_queries_as_a_single_task(django_assert_max_num_queries):
    drawn.box_campaign(20, n_hands=4)
    with django_assert_max_num_queries(9):
        assert comparing.compare_due() == 20


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_is_killed_has_left_nothing_and_is_done_again():
    drawn.box_campaign(6)
    at = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "quadrat.settings",
        "DATABASE_URL": f"postgres://{at['USER']}@{quote(str(at['HOST']), safe='')}/{at['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
    }
    done = subprocess.run(
        [sys.executable, "-c", DIE], cwd=ROOT, env=environment, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert not Comparison.objects.exists()
    assert comparing.compare_all() == 6
    assert Comparison.objects.count() == 18


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_do_not_wait_for_each_other_and_do_everything_once():
    drawn.box_campaign(10)
    counts: list[int] = []

    def other() -> None:
        counts.append(comparing.compare_all())
        connection.close()

    with transaction.atomic():
        assert comparing.compare_due(limit=4) == 4
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=20)
        assert counts == [6]
    assert Comparison.objects.count() == 30
    assert not Box.objects.filter(annotation__comparison=None).exists()
