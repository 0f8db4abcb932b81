"""The page of one photograph: skills, versions with what changed, decisions, neighbours."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from annotate import aggregation
from annotate.adjudication import BOXES
from annotate.models import Consensus
from crowd.adjudication import Wish
from crowd.models import SkillEstimate, Task
from dashboard.queries import one_photo
from tests import make
from tests.dashboard.conftest import LEFT, RIGHT
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def test_each_version_says_what_it_changed_and_how_many_answers_were_new(ada, ben):
    campaign = make.campaign(1, workers_per_task=2)
    make.answer_everything(ada, campaign, make.annotation([LEFT]))
    aggregation.aggregate_due(now=NOON)
    make.answer_everything(ben, campaign, make.annotation([LEFT, RIGHT]))
    aggregation.aggregate_due(now=NOON)
    task = Task.objects.select_related("campaign").get(campaign=campaign)
    newest, first = one_photo.versions(task)
    assert (first.change, first.n_new, first.n_boxes) == ("first consensus", 1, 1)
    assert newest.n_new == 1
    assert "boxes added" in newest.change
    assert newest.n_boxes == Consensus.objects.get(task=task, is_current=True).boxes.count()


def test_verdicts_have_versions_as_well(mammals):
    task = Task.objects.select_related("campaign").filter(campaign=mammals).first()
    (only,) = one_photo.versions(task)
    assert (only.change, only.n_boxes, only.n_new) == ("first consensus", None, 2)


def test_the_page_shows_skills_decisions_and_the_neighbours_of_the_choice(office, birds, ada, olga):
    first, second = Task.objects.filter(campaign=birds).order_by("pk")
    Task.objects.filter(pk=first.pk).update(risk=0.1)
    Task.objects.filter(pk=second.pk).update(risk=0.2)
    values = {"values": {}, "n_answers": 9, "quality": 0.83, "quality_sd": 0.01}
    SkillEstimate.objects.create(worker=ada, kind="box", method="m", fitted_at=NOON, **values)
    BOXES.edit(Wish(first.pk, olga, 0, "two wrens"), [LEFT], now=NOON)
    address = reverse("dashboard:task", args=[first.pk])
    html = office.get(address).content.decode()
    assert "0.83" in html
    assert "two wrens" in html
    before = reverse("dashboard:task", args=[second.pk])
    assert f'rel="prev" data-key="ArrowLeft" href="{before}"' in html
    assert 'rel="next"' not in html
    # among the decided ones it is alone
    alone = office.get(address, {"state": "decided"}).content.decode()
    assert 'rel="prev"' not in alone
