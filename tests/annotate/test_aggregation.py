"""From annotations to a consensus: versions, retirement, disputes, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from annotate import aggregation, skill_fitting, submission
from annotate.models import Consensus, ConsensusBox
from consensus import BoxSkill
from crowd import leases, refitting, retirement
from crowd.models import Fit, SkillEstimate, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

BIRD = [100, 100, 300, 200]
NEARLY = [104, 97, 296, 206]


def aggregate(now=NOON):
    return aggregation.aggregate_due(now=now)


def test_three_like_answers_make_one_box_and_retire_the_task(ada, ben):
    campaign = make.campaign(1)
    eve = make.worker("eve")
    for worker, box in ((ada, BIRD), (ben, NEARLY), (eve, BIRD)):
        make.answer_everything(worker, campaign, make.annotation([box]))
    assert aggregate() == 1
    task = Task.objects.get()
    assert (task.state, task.aggregate_due_at) == (Task.State.RETIRED, None)
    assert task.agreement > 0.9
    consensus = Consensus.objects.get()
    assert (consensus.status, consensus.n_looked, consensus.version) == ("boxed", 3, 1)
    box = ConsensusBox.objects.get()
    assert (box.n_workers, box.n_looked, len(box.sources)) == (3, 3, 3)
    assert box.score > 0.9
    assert abs(box.x - 101) < 3


def test_nothing_to_box_is_a_result(ada, ben):
    campaign = make.campaign(1, workers_per_task=2)
    for worker in (ada, ben):
        make.answer_everything(worker, campaign)
    aggregate()
    assert Consensus.objects.get().status == "empty"
    assert Task.objects.get().state == Task.State.RETIRED


def test_running_twice_changes_nothing(ada, ben):
    campaign = make.campaign(2, workers_per_task=2)
    for worker in (ada, ben):
        make.answer_everything(worker, campaign, make.annotation([BIRD]))
    aggregate()
    Task.objects.update(aggregate_due_at=NOON)
    assert aggregate() == 2
    assert aggregate() == 0
    assert list(Consensus.objects.values_list("version", flat=True)) == [1, 1]


def test_each_new_answer_makes_a_new_version_and_keeps_the_old(ada, ben):
    campaign = make.campaign(1)
    for worker in (ada, ben):
        make.answer_everything(worker, campaign, make.annotation([BIRD]))
        aggregate()
    versions = Consensus.objects.order_by("version").values_list("version", "is_current")
    assert list(versions) == [(1, False), (2, True)]


def test_disagreement_asks_one_more_worker_and_then_an_organizer(ada, ben):
    campaign = make.campaign(1, workers_per_task=2, max_workers=3)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    make.answer_everything(ben, campaign, make.annotation([[500, 350, 200, 200]]))
    aggregate()
    task = Task.objects.get()
    assert (task.state, task.n_wanted) == (Task.State.OPEN, 3)
    make.answer_everything(make.worker("eve"), campaign, make.annotation([[10, 400, 90, 90]]))
    aggregate()
    assert Task.objects.get().state == Task.State.DISPUTED


def test_one_box_against_two_empty_answers_asks_one_more(ada, ben):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    for worker in (ben, make.worker("eve")):
        make.answer_everything(worker, campaign)
    aggregate()
    task = Task.objects.get()
    assert (task.state, task.n_wanted) == (Task.State.OPEN, 4)
    make.answer_everything(make.worker("ida"), campaign)
    aggregate()
    assert Task.objects.get().state == Task.State.RETIRED


def test_a_single_answer_is_enough_where_no_more_are_wanted(ada):
    campaign = make.campaign(1, workers_per_task=1, max_workers=1)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    aggregate()
    assert Task.objects.get().state == Task.State.RETIRED


def test_an_adaptive_campaign_stops_as_soon_as_it_may(ada, ben):
    campaign = make.campaign(1, stopping="adaptive", max_workers=3)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    aggregate()
    assert Task.objects.get().state == Task.State.OPEN
    make.answer_everything(ben, campaign, make.annotation([BIRD]))
    aggregate()
    task = Task.objects.get()
    assert (task.state, task.n_wanted) == (Task.State.RETIRED, 2)
    assert task.risk <= campaign.tau
    assert Consensus.objects.get(is_current=True).is_settled


def test_an_adaptive_campaign_asks_up_to_its_limit_and_then_an_organizer(ada, ben):
    campaign = make.campaign(1, stopping="adaptive", max_workers=3)
    wanted = []
    for worker, x in ((ada, 0), (ben, 300), (make.worker("eve"), 600)):
        make.answer_everything(worker, campaign, make.annotation([[x, 100, 150, 150]]))
        aggregate()
        wanted.append(Task.objects.values_list("state", "n_wanted").get())
    assert wanted == [("open", 2), ("open", 3), ("disputed", 3)]
    assert not Consensus.objects.filter(is_settled=True).exists()


def test_one_answer_of_a_proven_worker_may_be_enough(ada, ben):
    make.campaign(2, stopping="adaptive", workers_per_task=1, pilot_share=0)
    skill = BoxSkill(miss=0.005, false_box=0.005, scale=0.01, habit=(0, 0, 0, 0), n_answers=500)
    values = skill_fitting.estimate_of(skill).values
    for worker, n_answers in ((ada, 500), (ben, 5)):
        SkillEstimate.objects.create(
            worker=worker,
            kind="box",
            method=aggregation.BOXES.method,
            values=values,
            n_answers=n_answers,
            fitted_at=NOON,
        )
    for worker in (ben, ada):
        (lease,), _ = leases.claim(worker, "birds", count=1, now=NOON)
        data = make.annotation([BIRD]) | {"timing": {}, "comment": ""}
        submission.accept(worker, lease.id, data, now=NOON)
    aggregate()
    states = Task.objects.order_by("position").values_list("state", "n_wanted")
    assert list(states) == [("open", 2), ("retired", 1)]


def test_two_who_could_not_answer_send_the_task_to_an_organizer(ada, ben):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign, make.annotation(outcome="cant_tell"))
    make.answer_everything(ben, campaign, make.annotation(outcome="problem"))
    aggregate()
    assert Task.objects.get().state == Task.State.DISPUTED
    assert Consensus.objects.get().status == "not_looked"


def test_cant_tell_is_no_empty_answer(ada, ben):
    campaign = make.campaign(1, workers_per_task=2)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    make.answer_everything(ben, campaign, make.annotation(outcome="cant_tell"))
    aggregate()
    consensus = Consensus.objects.get()
    assert (consensus.n_looked, consensus.n_unusable, consensus.status) == (1, 1, "boxed")


def test_an_answer_that_comes_in_meanwhile_leaves_its_task_due(ada, ben):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    seen = Task.objects.select_related("campaign").get()
    make.answer_everything(ben, campaign, make.annotation([BIRD]), now=NOON + timedelta(seconds=1))
    outlook = retirement.Outlook(risk=0, n_looked=1)
    retirement.apply([(seen, outlook, retirement.decide(seen, outlook))], now=NOON)
    assert Task.objects.get().aggregate_due_at == NOON + timedelta(seconds=1)
    assert aggregate(NOON + timedelta(seconds=2)) == 1
    assert Consensus.objects.get().n_looked == 2


def test_skills_are_fitted_and_used(ada, ben):
    campaign = make.campaign(30)
    eve = make.worker("eve")
    for worker, box in ((ada, BIRD), (eve, [101, 100, 299, 201]), (ben, [75, 75, 360, 260])):
        make.answer_everything(worker, campaign, make.annotation([box]))
    refitting.refit(aggregation.BOXES, clock=lambda: NOON)
    skills = aggregation.BOXES.fitted([ada.pk, ben.pk, eve.pk]).skills
    assert skills[ben.pk].values["scale"] > skills[ada.pk].values["scale"]
    assert all(skill.quality_sd > 0 for skill in skills.values())
    assert SkillEstimate.objects.filter(fit=Fit.objects.get()).count() == 3


def test_a_batch_takes_as_many_reads_for_many_tasks_as_for_few(ada, django_assert_max_num_queries):
    campaign = make.campaign(40)
    make.answer_everything(ada, campaign, make.annotation([BIRD]))
    with django_assert_max_num_queries(16):
        aggregate()
