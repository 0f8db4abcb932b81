"""Verdicts: stored, merged, retired."""

from __future__ import annotations

import pytest
from django.utils import timezone

from crowd import leases, refitting
from crowd.models import Campaign, Task
from tests import make
from tests.make import NOON
from verify import aggregation
from verify.models import ConsensusVerdict, Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(db):
    return make.campaign(1, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")


def aggregate():
    return aggregation.aggregate_due(now=NOON)


@pytest.mark.parametrize("label", ["animal", "tracks", "scat", "habitat", "remains"])
def test_each_label_is_stored(api, ada, campaign, label):
    (held,), _ = leases.claim(ada, "deer", count=1, now=timezone.now())
    reply = api(ada).put(f"/api/assignments/{held.id}/verdict/", make.verdict(label))
    assert reply.status_code == 200
    assert Verdict.objects.get().label == label


@pytest.mark.parametrize(
    "body",
    [
        {"outcome": "answered", "label": None},
        {"outcome": "answered", "label": "unicorn"},
        {"outcome": "cant_tell", "label": "animal"},
        {"outcome": "nothing", "label": None},
        {"outcome": "answered", "label": "animal", "idempotency_key": "x"},
    ],
)
def test_what_is_no_verdict_is_refused(api, ada, campaign, body):
    (held,), _ = leases.claim(ada, "deer", count=1, now=timezone.now())
    reply = api(ada).put(f"/api/assignments/{held.id}/verdict/", make.verdict() | body)
    assert reply.status_code == 422
    assert Verdict.objects.count() == 0


def test_three_who_see_the_animal_retire_the_task(ada, ben, campaign):
    for worker in (ada, ben, make.worker("eve")):
        make.answer_everything(worker, campaign)
    aggregate()
    consensus = ConsensusVerdict.objects.get()
    assert (consensus.label, consensus.votes) == ("animal", {"animal": 3})
    assert consensus.p_instance > 0.95
    assert Task.objects.get().state == Task.State.RETIRED


def test_two_against_one_asks_for_one_more(ada, ben, campaign):
    for worker, label in ((ada, "animal"), (ben, "tracks"), (make.worker("eve"), "animal")):
        make.answer_everything(worker, campaign, make.verdict(label))
    aggregate()
    task = Task.objects.get()
    assert (task.state, task.n_wanted) == (Task.State.OPEN, 4)
    assert task.agreement == pytest.approx(1 / 3)


def test_two_who_cannot_tell_call_an_organizer(ada, ben, campaign):
    for worker in (ada, ben):
        make.answer_everything(worker, campaign, make.verdict(outcome="cant_tell"))
    aggregate()
    assert Task.objects.get().state == Task.State.DISPUTED


def test_running_twice_writes_one_version(ada, campaign):
    make.answer_everything(ada, campaign)
    aggregate()
    Task.objects.update(aggregate_due_at=NOON)
    aggregate()
    assert ConsensusVerdict.objects.count() == 1


def test_skills_are_fitted(ada, ben):
    campaign = make.campaign(20, slug="fox", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    for worker, label in ((ada, "animal"), (make.worker("eve"), "animal"), (ben, "scat")):
        make.answer_everything(worker, campaign, make.verdict(label))
    refitting.refit(aggregation.VERDICTS, clock=lambda: NOON)
    skills = aggregation.VERDICTS.fitted([ada.pk, ben.pk]).skills
    assert skills[ada.pk].quality > skills[ben.pk].quality
