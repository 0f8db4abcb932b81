"""Asking about risky boxes, and what the answers do to them."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate import aggregation, checking, followup
from annotate.models import Check, Consensus, ConsensusCheck
from crowd import refitting, versions, workers
from crowd.models import Campaign, SkillEstimate, Task, User, Worker
from tests import make
from tests.annotate.crowds import BIRD, Clock, answer, near
from tests.make import NOON

NEXT = (520.0, 300.0, 150.0, 150.0)


def draws(*boxes):
    """Draws the same boxes on every photo."""
    return lambda _position: boxes


def settle(clock: Clock) -> None:
    """Everything that is due is done: boxes, questions, checks, and boxes again."""
    for _ in range(3):
        while aggregation.aggregate_due(now=clock()):
            pass
        while followup.ask_due(now=clock()):
            pass
        while checking.aggregate_due(now=clock()):
            pass


def disputed_campaign(clock: Clock, n_tasks: int = 1, **options) -> Campaign:
    """Two workers draw a bird, and one of them another one; no third is asked."""
    usual = {"workers_per_task": 2, "max_workers": 2}
    campaign = make.campaign(n_tasks, **(usual | options))
    answer(make.worker("ida"), campaign, draws(BIRD, NEXT))
    answer(make.worker("eve"), campaign, draws(BIRD))
    settle(clock)
    return campaign


def check(campaign: Campaign, clock: Clock, says, *, names=("ada", "ben")) -> None:
    """Workers answer every check: `says` gives (are_tight, is_all) of the number of boxes."""
    for name in names:
        worker = make.worker(name)
        for task in campaign.tasks.filter(state="open").select_related("check_question"):
            are_tight, is_all = says(len(task.check_question.boxes))
            make.inspect(worker, campaign, are_tight, is_all=is_all, now=clock())
    settle(clock)


@pytest.mark.django_db
def test_a_risky_photo_is_asked_about_once_with_the_boxes_it_has():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=3)
    calm = make.campaign(2, slug="calm", workers_per_task=2)
    for name in ("uma", "ute"):
        answer(make.worker(name), calm, near(BIRD, seed=1, sd=0.5))
    settle(clock)
    checks = make.check_campaign(campaign)
    make.check_campaign(calm)
    assert followup.ask_due(now=clock()) == 3
    assert followup.ask_due(now=clock()) == 0
    assert sorted(checks.tasks.values_list("position", flat=True)) == [0, 1, 2]
    drawn = Consensus.objects.filter(task__campaign=campaign, is_current=True).first()
    asked = Check.objects.get(consensus=drawn)
    assert asked.boxes == [[b.x, b.y, b.w, b.h] for b in drawn.boxes.all()]
    assert asked.risk == drawn.risk


@pytest.mark.django_db
def test_what_is_asked_later_comes_behind_what_was_asked_before():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=3)
    checks = make.check_campaign(campaign)
    while followup.ask_due(now=clock(), limit=1):
        pass
    assert sorted(checks.tasks.values_list("position", flat=True)) == [0, 1, 2]
    again = Campaign.objects.filter(pk=checks.pk)
    again.update(status="closed")
    make.check_campaign(campaign, slug="again")
    assert followup.ask_due(now=clock()) == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"state": "open"},
        {"risk": 0.05},
        {"state": "retired", "is_adjudicated": True},
        {"state": "excluded", "is_adjudicated": True},
    ],
)
def test_what_is_calm_or_decided_or_not_at_rest_is_not_asked_about(changes):
    clock = Clock()
    campaign = disputed_campaign(clock)
    make.check_campaign(campaign)
    Task.objects.filter(campaign=campaign).update(**changes)
    assert followup.ask_due(now=clock()) == 0


@pytest.mark.django_db
def test_a_paused_check_asks_nothing():
    clock = Clock()
    campaign = disputed_campaign(clock)
    checks = make.check_campaign(campaign)
    Campaign.objects.filter(pk=checks.pk).update(status="paused")
    assert followup.ask_due(now=clock()) == 0


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_ask_at_once_ask_once():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=5)
    checks = make.check_campaign(campaign)

    def ask():
        try:
            followup.ask_due(now=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    followup.ask_due(now=NOON)
    assert checks.tasks.count() == Check.objects.count() == 5


@pytest.mark.django_db
def test_confirmed_boxes_let_a_disputed_photo_stand():
    clock = Clock()
    campaign = disputed_campaign(clock)
    task = campaign.tasks.get()
    before = Consensus.objects.get(task=task, is_current=True)
    assert task.state == "disputed"
    checks = make.check_campaign(campaign)
    settle(clock)
    check(checks, clock, lambda n: ([True] * n, True))
    task.refresh_from_db()
    after = Consensus.objects.get(task=task, is_current=True)
    assert (checks.tasks.get().state, task.state) == ("retired", "retired")
    assert after.risk < before.risk
    assert after.fingerprint != before.fingerprint
    assert after.boxes.count() == before.boxes.count() == 2


@pytest.mark.django_db
def test_denied_boxes_stay_with_the_organizers_where_no_more_may_draw():
    clock = Clock()
    campaign = disputed_campaign(clock)
    checks = make.check_campaign(campaign)
    settle(clock)
    before = Consensus.objects.get(task__campaign=campaign, is_current=True).risk
    check(checks, clock, lambda n: ([False] * n, True))
    task = campaign.tasks.get()
    assert task.state == "disputed"
    assert task.risk > before


@pytest.mark.django_db
def test_denied_boxes_of_a_finished_photo_ask_for_one_more_drawing():
    clock = Clock()
    campaign = make.campaign(1, workers_per_task=2, max_workers=3)
    for number, name in enumerate(("ida", "eve")):
        answer(make.worker(name), campaign, near(BIRD, seed=number, sd=20))
    settle(clock)
    assert campaign.tasks.get().state == "retired"
    checks = make.check_campaign(campaign, check_risk=0.001)
    settle(clock)
    check(checks, clock, lambda n: ([False] * n, True))
    task = campaign.tasks.get()
    assert (task.state, task.n_wanted) == ("open", 3)


@pytest.mark.django_db
def test_an_animal_that_was_left_out_raises_the_risk_of_an_empty_photo():
    clock = Clock()
    campaign = make.campaign(1, workers_per_task=2, max_workers=2)
    for name in ("ida", "eve"):
        make.answer_everything(make.worker(name), campaign)
    settle(clock)
    checks = make.check_campaign(campaign, check_risk=0.001)
    settle(clock)
    assert Check.objects.get().boxes == []
    check(checks, clock, lambda _n: ([], False))
    task = campaign.tasks.get()
    assert task.state == "disputed"


@pytest.mark.django_db
def test_a_check_in_doubt_asks_more_and_then_just_ends():
    clock = Clock()
    campaign = disputed_campaign(clock)
    checks = make.check_campaign(campaign, workers_per_task=2, max_workers=3)
    settle(clock)
    n = len(Check.objects.get().boxes)
    for name, is_all in (("ada", True), ("ben", False)):
        make.inspect(make.worker(name), checks, [True] * n, is_all=is_all, now=clock())
    settle(clock)
    task = checks.tasks.get()
    assert (task.state, task.n_wanted) == ("open", 3)
    make.inspect(make.worker("uma"), checks, outcome="cant_tell", is_all=None, now=clock())
    settle(clock)
    assert checks.tasks.get().state == "retired"
    assert not Task.objects.filter(campaign=checks, state="disputed").exists()


@pytest.mark.django_db
def test_two_who_cannot_tell_change_nothing_about_the_boxes():
    clock = Clock()
    campaign = disputed_campaign(clock)
    before = Consensus.objects.get(task__campaign=campaign, is_current=True)
    checks = make.check_campaign(campaign)
    settle(clock)
    for name in ("ada", "ben"):
        make.inspect(make.worker(name), checks, outcome="problem", is_all=None, now=clock())
    settle(clock)
    assert checks.tasks.get().state == "retired"
    assert Consensus.objects.get(task__campaign=campaign, is_current=True) == before


@pytest.mark.django_db
def test_running_everything_twice_writes_nothing_more():
    clock = Clock()
    campaign = disputed_campaign(clock)
    checks = make.check_campaign(campaign)
    settle(clock)
    check(checks, clock, lambda n: ([True] * n, True))
    counted = [model.objects.count() for model in (Consensus, ConsensusCheck, Check)]
    Task.objects.exclude(state="gold").update(aggregate_due_at=clock())
    settle(clock)
    assert [model.objects.count() for model in (Consensus, ConsensusCheck, Check)] == counted


@pytest.mark.django_db
def test_skills_of_checkers_are_learned_and_an_exclusion_takes_the_check_back():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=20)
    checks = make.check_campaign(campaign)
    settle(clock)
    check(checks, clock, lambda n: ([True] * n, True), names=("ada", "ben"))
    assert set(campaign.tasks.values_list("state", flat=True)) == {"retired"}
    refitting.refit(checking.CHECKS, clock=clock, is_forced=True)
    assert SkillEstimate.objects.filter(kind="check").count() == 2
    olga = make.user("olga", role=User.Role.ORGANIZER)
    for worker in Worker.objects.filter(user__username__in=("ada", "ben")):
        workers.exclude(worker, by=olga, now=clock())
    refitting.refit(checking.CHECKS, clock=clock)
    settle(clock)
    assert set(checks.tasks.values_list("state", flat=True)) == {"open"}
    assert set(campaign.tasks.values_list("state", flat=True)) == {"disputed"}


@pytest.mark.django_db
def test_without_checks_the_mark_of_a_consensus_is_of_answers_skills_and_method_alone():
    clock = Clock()
    campaign = disputed_campaign(clock)
    row = Consensus.objects.get(task__campaign=campaign, is_current=True)
    fitted = aggregation.BOXES.fitted()
    mark = versions.fingerprint(
        method=row.method, evidence=row.evidence, skills={}, parameters=fitted.parameters
    )
    assert row.fingerprint == mark


@pytest.mark.django_db
def test_a_batch_of_boxes_reads_its_checks_with_one_query():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=6)
    checks = make.check_campaign(campaign)
    settle(clock)
    check(checks, clock, lambda n: ([True] * n, True))
    Task.objects.filter(campaign=campaign).update(aggregate_due_at=clock())
    with CaptureQueriesContext(connection) as asked:
        assert aggregation.aggregate_due(now=clock()) == 6
    of_checks = [query for query in asked if "annotate_consensuscheck" in query["sql"]]
    assert len(of_checks) == 1


@pytest.mark.django_db
def test_checks_that_were_begun_again_come_to_the_same():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=2)
    checks = make.check_campaign(campaign)
    settle(clock)
    check(checks, clock, lambda n: ([True] * n, True))
    found = []
    for _ in range(2):
        refitting.refit(checking.CHECKS, clock=clock, is_forced=True)
        settle(clock)
        current = Consensus.objects.filter(is_current=True).order_by("task")
        found.append(list(current.values_list("task", "risk", "version", "fingerprint")))
    assert found[0] == found[1]


@pytest.mark.django_db(transaction=True)
def test_two_aggregations_at_once_write_each_check_once():
    clock = Clock()
    campaign = disputed_campaign(clock, n_tasks=4)
    checks = make.check_campaign(campaign)
    settle(clock)
    for name in ("ada", "ben"):
        worker = make.worker(name)
        for task in checks.tasks.select_related("check_question"):
            n = len(task.check_question.boxes)
            make.inspect(worker, checks, [True] * n, now=clock())
    now = clock()

    def work():
        try:
            checking.aggregate_due(now=now)
            aggregation.aggregate_due(now=now)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle(clock)
    assert ConsensusCheck.objects.count() == 4
    assert set(campaign.tasks.values_list("state", flat=True)) == {"retired"}
