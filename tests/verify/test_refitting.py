"""Verdicts merged again with other skills, and without a worker."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from crowd import refitting, workers
from crowd.models import Campaign, ConsensusVersion, Fit, Task
from tests import make
from tests.make import NOON
from verify import aggregation
from verify.aggregation import VERDICTS
from verify.models import ConsensusVerdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    seconds = count(1)
    return lambda: NOON + timedelta(seconds=next(seconds))


def aggregate(clock):
    while aggregation.aggregate_due(now=clock()):
        pass


def results():
    rows = ConsensusVerdict.objects.filter(is_current=True).order_by("task_id")
    return list(rows.values("task", "label", "probabilities", "votes", "risk", "evidence"))


@pytest.fixture
def finished(ada, ben, clock, settings):
    """40 photos: two who see the animal in each, one who never looks; nobody is judged."""
    settings.SKILL_FLOORS = {"verify": 0.0}
    campaign = make.campaign(40, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    for worker, label in ((ada, "animal"), (make.worker("eve"), "animal"), (ben, "scat")):
        make.answer_everything(worker, campaign, make.verdict(label))
    aggregate(clock)
    return campaign


def test_a_fit_learns_how_frequent_a_label_is_in_a_super_class(finished, clock):
    refitting.refit(VERDICTS, clock=clock)
    parameters = Fit.objects.get().parameters
    shares = parameters["prevalence"]["Mammalia"]
    assert shares["animal"] > 0.5
    assert sum(shares.values()) == pytest.approx(1)
    assert VERDICTS.fitted().parameters == parameters


def test_better_skills_settle_what_was_open(finished, clock):
    assert set(finished.tasks.values_list("state", "n_wanted")) == {("open", 4)}
    refitting.refit(VERDICTS, clock=clock)
    assert set(finished.tasks.values_list("state", "n_wanted")) == {("retired", 3)}
    version = finished.versions.get()
    assert (version.n_retired, version.n_reopened) == (40, 0)


def test_leaving_a_worker_out_and_taking_back_in_gives_exactly_what_was(finished, ada, olga, clock):
    refitting.refit(VERDICTS, clock=clock)
    before = results()
    workers.exclude(ada, by=olga, now=clock())
    refitting.refit(VERDICTS, clock=clock)
    assert set(finished.tasks.values_list("state", "n_excluded")) == {("open", 1)}
    assert results() != before
    workers.reinstate(ada, by=olga, now=clock())
    refitting.refit(VERDICTS, clock=clock)
    assert results() == before
    assert set(Task.objects.values_list("state", "n_wanted")) == {("retired", 3)}
    numbers = list(ConsensusVersion.objects.order_by("number").values_list("number", "reason"))
    assert numbers == [(1, "refit"), (2, "exclusion"), (3, "exclusion")]


def test_fitting_twice_writes_nothing(finished, clock):
    refitting.refit(VERDICTS, clock=clock)
    before = ConsensusVerdict.objects.count()
    assert refitting.refit(VERDICTS, clock=clock, is_forced=True) == []
    assert (ConsensusVerdict.objects.count(), Fit.objects.count()) == (before, 1)


def test_who_never_looks_is_left_out(finished, ada, ben, clock, settings):
    settings.SKILL_FLOORS = {"verify": 0.5}
    more = make.campaign(
        40, slug="more", kind=Campaign.Kind.VERIFY, super_class="Mammalia", workers_per_task=3
    )
    make.answer_everything(ben, more, make.verdict("scat"))
    for worker in (make.worker("ida"), ada):
        make.answer_everything(worker, finished, make.verdict("animal"))
        make.answer_everything(worker, more, make.verdict("animal"))
    aggregate(clock)
    refitting.refit(VERDICTS, clock=clock)
    version = finished.versions.get()
    ben.refresh_from_db()
    assert (ben.status_reason, ben.is_excluded) == ("automatic", True)
    assert version.reason == "exclusion"
    assert Fit.objects.count() == 2
    assert Fit.objects.first().n_workers == 3
    left = ConsensusVerdict.objects.filter(is_current=True)
    assert (
        left.filter(votes={"animal": 3}).count() == 40 == left.filter(votes={"animal": 2}).count()
    )
