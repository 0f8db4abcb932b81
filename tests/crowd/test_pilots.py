"""Pilot tasks: first for those nobody has been compared with yet."""

from __future__ import annotations

import pytest

from crowd import claiming, leases
from crowd.models import Campaign, Enrolment, SkillEstimate, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db):
    return make.campaign(100, stopping=Campaign.Stopping.ADAPTIVE, workers_per_task=1)


def positions(worker, count=24):
    held, _ = leases.claim(worker, "birds", count=count, now=NOON)
    of = dict(Task.objects.values_list("pk", "position"))
    return sorted(of[lease.task_id] for lease in held)


def know(worker, n_answers, kind=Campaign.Kind.BOX):
    SkillEstimate.objects.create(
        worker=worker, kind=kind, method="any", values={}, n_answers=n_answers, fitted_at=NOON
    )


PILOTS = [12, 24, 37, 49, 62, 74, 87, 99]


def test_a_newcomer_gets_the_pilots_first_and_then_the_order(campaign, ada):
    assert positions(ada, count=11) == sorted([*PILOTS, 0, 1, 2])
    place = Enrolment.objects.get()
    assert (place.cursor, place.n_claimed) == (2, 11)


def test_a_proven_worker_walks_in_order(campaign, ada):
    know(ada, claiming.PROVEN)
    assert positions(ada, count=11) == list(range(11))


def test_being_known_in_another_kind_does_not_count(campaign, ada):
    know(ada, claiming.PROVEN - 1)
    know(ada, 1000, kind=Campaign.Kind.VERIFY)
    assert positions(ada, count=8) == PILOTS


def test_pilots_go_to_three_workers_each(campaign, ada, ben):
    for worker in (ada, ben, make.worker("eve")):
        assert positions(worker, count=8) == PILOTS
    assert positions(make.worker("ida"), count=8) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_after_forty_tasks_the_order_is_for_everybody(campaign, ada):
    Enrolment.objects.create(campaign=campaign, worker=ada, n_claimed=claiming.MOST_PILOTS)
    assert positions(ada, count=8) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_a_campaign_without_pilots_gives_everybody_the_order(ada):
    make.campaign(20)
    assert positions(ada, count=8) == [0, 1, 2, 3, 4, 5, 6, 7]
