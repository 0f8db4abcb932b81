"""Gold as a witness: who fails it clearly is suspended, whoever else there is, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotate.aggregation import BOXES
from catalog.models import Reference
from crowd import gold_making, refitting, workers
from crowd.models import Assignment, AuditEntry, Campaign, GoldScore, Worker
from tests import make
from tests.annotate.crowds import BIRD, Clock, aggregate, answer, anywhere, near
from tests.make import NOON
from verify.aggregation import VERDICTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    return Clock(NOON)


@pytest.fixture
def birds(db) -> Campaign:
    """40 photos with the same bird, 15 of them gold."""
    campaign = make.campaign(40, boxes_xywh=[list(BIRD)])
    gold_making.add(campaign, count=15, now=NOON)
    return campaign


def judged(clock, of=BOXES) -> set[str]:
    aggregate(clock)
    refitting.refit(of, clock=clock, is_forced=True)
    excluded = Worker.objects.filter(is_excluded=True)
    return set(excluded.values_list("user__username", flat=True))


def hand_gold(worker, campaign, n: int) -> None:
    """Every gold task comes up sooner or later; here the first ones do at once."""
    for gold in campaign.gold.order_by("reference__status", "pk")[:n]:
        Assignment.objects.create(
            task=gold.task, worker=worker, claimed_at=NOON, lease_until=NOON + timedelta(hours=1)
        )


def work(worker, campaign, reply, n_gold: int) -> None:
    """The worker answers so much gold, and some ordinary tasks."""
    hand_gold(worker, campaign, n_gold)
    campaign.gold.exclude(task__assignments__worker=worker).update(withdrawn_at=NOON)
    assert answer(worker, campaign, reply, at_most=n_gold + 5) == n_gold + 5
    campaign.gold.update(withdrawn_at=None)
    assert GoldScore.objects.filter(worker=worker).count() == n_gold


def test_who_fails_gold_is_suspended_though_nobody_else_is_there(birds, clock, ada, ben):
    work(ada, birds, near(BIRD, seed=1), 12)
    work(ben, birds, anywhere(seed=2), 12)
    assert judged(clock) == {"ben"}
    detail = AuditEntry.objects.get(action="suspend automatically").detail
    assert detail["n_gold"] == 12
    assert detail["quality"] + 2 * detail["quality_sd"] < detail["floor"]


def test_a_few_failures_suspend_nobody(birds, clock, ben):
    work(ben, birds, anywhere(seed=2), 4)
    assert judged(clock) == set()


def test_whoever_fails_gold_is_not_let_back_in_by_friends(birds, clock, ben):
    """Two who do the same nonsense agree with each other, fit after fit."""
    pip, pop = make.worker("pip"), make.worker("pop")
    for worker in (ben, pip, pop):
        work(worker, birds, lambda _: [(0.0, 0.0, 800.0, 600.0)], 12)
    for _ in range(3):
        assert judged(clock) == {"ben", "pip", "pop"}
    assert AuditEntry.objects.filter(action="suspend automatically").count() == 3
    assert not AuditEntry.objects.filter(action="reinstate automatically").exists()


def test_gold_that_was_wrong_is_withdrawn_and_takes_its_word_back(birds, clock, olga, ada):
    work(ada, birds, anywhere(seed=2), 12)
    assert judged(clock) == {"ada"}
    for gold in birds.gold.filter(scores__isnull=False):
        gold_making.withdraw(gold, by=olga, now=clock())
    assert judged(clock) == set()
    ada.refresh_from_db()
    assert (ada.status, ada.is_excluded) == ("active", False)


def test_wrong_gold_takes_its_word_back_from_whoever_answered_nothing_else(birds, clock, olga, ben):
    hand_gold(ben, birds, 12)
    birds.gold.exclude(task__assignments__worker=ben).update(withdrawn_at=NOON)
    assert answer(ben, birds, anywhere(seed=2), at_most=12) == 12
    assert judged(clock) == {"ben"}
    for gold in birds.gold.filter(scores__isnull=False):
        gold_making.withdraw(gold, by=olga, now=clock())
    assert judged(clock) == set()


def test_an_organizers_word_goes_before_gold(birds, clock, olga, ben):
    work(ben, birds, anywhere(seed=2), 12)
    assert judged(clock) == {"ben"}
    workers.reinstate(ben, by=olga, now=clock())
    assert judged(clock) == set()


def test_always_the_frequent_answer_is_found_out(clock, ben):
    deer = make.campaign(20, slug="deer", kind=Campaign.Kind.VERIFY, boxes_xywh=[list(BIRD)])
    some = Reference.objects.order_by("pk")[:6].values("pk")
    Reference.objects.filter(pk__in=some).update(status="non_instance", reason="scat")
    gold_making.add(deer, count=12, now=NOON)
    hand_gold(ben, deer, 12)
    make.answer_everything(ben, deer)
    scores = GoldScore.objects.filter(worker=ben)
    assert scores.filter(is_good=True).exists()
    assert scores.filter(is_missed=True).count() == 6
    assert judged(clock, VERDICTS) == {"ben"}


def test_one_kind_of_task_does_not_forgive_the_other(birds, clock, ben):
    work(ben, birds, anywhere(seed=2), 12)
    assert judged(clock) == {"ben"}
    refitting.refit(VERDICTS, clock=clock, is_forced=True)
    assert Worker.objects.get(pk=ben.pk).is_excluded
