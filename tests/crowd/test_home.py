"""The home page: what waits for this worker, and how far they have come."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crowd import gold_making, leases, queries
from crowd.models import Assignment, Campaign, Worker
from tests import make

pytestmark = pytest.mark.django_db


def cards(worker: Worker) -> list[str]:
    """Each card as one line of text."""
    client = Client()
    assert worker.user is not None
    client.force_login(worker.user)
    html = client.get("/").content.decode()
    found = re.findall(r'<li class="card.*?</li>', html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", card).split()) for card in found]


def test_a_card_says_what_waits_and_what_was_done(ada):
    campaign = make.campaign(3)
    assert cards(ada) == [
        "Box all birds Draw a tight box around each one. Photos waiting 3 Start : Box all birds"
    ]
    make.answer_everything(ada, campaign)
    assert cards(ada) == [
        "Box all birds You have seen all there is. Look in again later. Answered by you 3"
    ]


def test_what_one_holds_waits_for_one_and_for_nobody_else(ada, ben):
    make.campaign(1, workers_per_task=1, max_workers=1)
    leases.claim(ada, "birds", count=1, now=make.NOON)
    assert "Photos waiting 1" in cards(ada)[0]
    assert cards(ben) == ["Box all birds Nothing waiting just now. Look in again later."]


def test_what_waits_does_not_tell_which_photo_is_gold(ada):
    campaign = make.campaign(8, boxes_xywh=[[10, 10, 50, 50]])
    gold_making.add(campaign, count=3, now=make.NOON)
    counts = [queries.campaigns_to_work_on(ada).get().n_waiting]
    for task in (campaign.gold.first().task, campaign.tasks.filter(state="open").first()):
        Assignment.objects.create(
            task=task, worker=ada, claimed_at=make.NOON, lease_until=make.NOON
        )
        counts.append(queries.campaigns_to_work_on(ada).get().n_waiting)
    assert counts == [5, 5, 5]


def test_nobody_counts_to_a_million(ada):
    make.campaign(queries.MANY + 5)
    assert f"more than {queries.MANY}" in cards(ada)[0]


def test_equal_questions_are_told_apart_and_what_waits_comes_first(ada):
    first = make.campaign(1, slug="a")
    make.campaign(1, slug="b")
    make.answer_everything(ada, first)
    found = cards(ada)
    assert "Of-B" in found[0]
    assert "Of-A" in found[1]


def test_practice_is_announced(ada):
    make.campaign(1, has_qualification=True)
    assert "Begins with a short practice." in cards(ada)[0]


def test_a_paused_worker_is_told_and_sent_nowhere(cyd):
    make.campaign(1)
    assert "Start" not in cards(cyd)[0]
    client = Client()
    client.force_login(cyd.user)
    assert "Your account is paused" in client.get("/").content.decode()


def test_the_number_of_queries_does_not_grow(ada):
    client = Client()
    client.force_login(ada.user)

    def n_queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/").status_code == 200
        return len(seen)

    make.campaign(1, slug="first")
    before = n_queries()
    for number in range(4):
        make.campaign(3, slug=f"more-{number}")
    make.answer_everything(ada, Campaign.objects.get(slug="more-1"))
    assert n_queries() == before
