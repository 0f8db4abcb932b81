"""What a task may ask for, and what may stand, however exclusions, leases and closing cross."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotate.aggregation import BOXES
from annotate.models import Consensus
from crowd import campaigns, leases, refitting, workers
from crowd.models import Campaign, Task
from tests import make
from tests.annotate.crowds import BIRD, Clock, aggregate, answer, anywhere, near
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


def refit(clock: Clock) -> None:
    refitting.refit(BOXES, clock=clock, is_forced=True)


def figures(campaign: Campaign) -> tuple[str, int, int, int, int]:
    task = campaign.tasks.get()
    return (task.state, task.n_wanted, task.n_taken, task.n_answers, task.n_excluded)


def again(campaign: Campaign, clock: Clock) -> tuple[str, int, int, int, int]:
    campaign.tasks.update(aggregate_due_at=clock())
    aggregate(clock)
    return figures(campaign)


def disputed_at_two(clock, olga):
    """A task that two have answered and two others hold, while the first two were left out."""
    crowd = [make.worker(f"w{number}") for number in range(4)]
    campaign = make.campaign(
        1, stopping=Campaign.Stopping.ADAPTIVE, workers_per_task=2, max_workers=2, tau=0.02
    )
    for worker in crowd[:2]:
        answer(worker, campaign, anywhere(seed=worker.pk))
    aggregate(clock)
    assert figures(campaign) == ("disputed", 2, 2, 2, 0)
    for worker in crowd[:2]:
        workers.exclude(worker, by=olga, now=clock())
    refit(clock)
    assert figures(campaign) == ("open", 4, 2, 2, 2)
    for worker in crowd[2:]:
        leases.claim(worker, campaign.slug, count=1, now=clock())
    return crowd, campaign


def take_back(crowd, olga, clock) -> None:
    for worker in crowd[:2]:
        workers.reinstate(worker, by=olga, now=clock())


def test_a_disputed_task_at_its_limit_is_not_opened_by_leases_that_end(clock, olga):
    crowd, campaign = disputed_at_two(clock, olga)
    take_back(crowd, olga, clock)
    refit(clock)
    assert figures(campaign) == ("disputed", 4, 4, 2, 0)
    clock.now += timedelta(hours=1)
    leases.expire(now=clock())
    assert figures(campaign) == ("disputed", 2, 2, 2, 0)
    assert again(campaign, clock) == ("disputed", 2, 2, 2, 0)


def test_an_open_task_takes_no_more_than_the_limit_once_leases_have_ended(clock, olga):
    crowd = [make.worker(f"w{number}") for number in range(5)]
    campaign = make.campaign(1, workers_per_task=1, max_workers=2)
    answer(crowd[0], campaign, near(BIRD, seed=1), at_most=1)
    workers.exclude(crowd[0], by=olga, now=clock())
    campaign.tasks.update(state=Task.State.OPEN, n_wanted=3, n_excluded=1)
    for worker in crowd[1:3]:
        leases.claim(worker, campaign.slug, count=1, now=clock())
    workers.reinstate(crowd[0], by=olga, now=clock())
    campaign.tasks.update(n_excluded=0, aggregate_due_at=None)
    clock.now += timedelta(hours=1)
    leases.expire(now=clock())
    assert figures(campaign) == ("open", 2, 1, 1, 0)


def test_leases_on_answers_left_out_keep_their_slots_until_they_end(clock, olga):
    crowd, campaign = disputed_at_two(clock, olga)
    held, _ = leases.claim(crowd[2], campaign.slug, count=1, now=clock())
    leases.release(crowd[2], held[0].id)
    assert figures(campaign) == ("open", 4, 3, 2, 2)
    assert again(campaign, clock) == ("open", 4, 3, 2, 2)


def test_what_nobody_stands_behind_is_not_finished_in_a_closed_campaign_either(clock, olga):
    ada = make.worker("ada")
    campaign = make.campaign(1, workers_per_task=1, max_workers=1)
    answer(ada, campaign, near(BIRD, seed=1))
    aggregate(clock)
    campaigns.set_status(campaign, Campaign.Status.CLOSED, by=olga, now=clock())
    workers.exclude(ada, by=olga, now=clock())
    refit(clock)
    left = Consensus.objects.get(is_current=True)
    assert (left.n_looked, left.is_settled) == (0, False)
    assert figures(campaign)[0] == "open"
    workers.reinstate(ada, by=olga, now=clock())
    refit(clock)
    back = Consensus.objects.get(is_current=True)
    assert (back.n_looked, back.is_settled, figures(campaign)[0]) == (1, True, "retired")
