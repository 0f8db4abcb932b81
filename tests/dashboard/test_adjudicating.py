"""Organizers decide on one photo after the other."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotate import aggregation
from annotate.models import Adjudication
from crowd.models import Campaign, Task
from dashboard.queries.adjudications import Queue, counts
from dashboard.queries.campaigns import row_of
from tests import make
from tests.make import NOON
from verify import aggregation as verdict_aggregation
from verify.models import Adjudication as VerdictAdjudication

pytestmark = pytest.mark.django_db
LEFT, RIGHT = [100.0, 100.0, 200.0, 200.0], [500.0, 100.0, 200.0, 200.0]


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def birds(ada, ben) -> Campaign:
    """Three photos on which two workers disagree, and more are not asked."""
    campaign = make.campaign(3, slug="birds", workers_per_task=2, max_workers=2, tau=0.001)
    make.answer_everything(ada, campaign, make.annotation([LEFT]))
    make.answer_everything(ben, campaign, make.annotation([RIGHT]))
    aggregation.aggregate_due(now=NOON)
    return campaign


def read(client: Client, campaign: Campaign, **query: str) -> str:
    reply = client.get(reverse("dashboard:adjudicate", args=[campaign.slug]), query)
    assert reply.status_code == 200
    return str(reply.content.decode())


def hidden(html: str, name: str) -> str:
    found = re.search(rf'data-decide.*?name="{name}" value="(\d*)"', html, re.S)
    assert found
    return found[1]


def decide(client: Client, campaign: Campaign, task: Task, **data: str):
    address = reverse("dashboard:adjudicate_decide", args=[campaign.slug, task.pk])
    return client.post(address, {"seen": "0", **data}, follow=True)


def test_the_riskiest_disputed_photo_comes_first_and_the_next_after_each_decision(desk, birds):
    queue = Queue(birds, "")
    first = queue.first()
    html = read(desk, birds)
    assert "3 photos wait for you" in html
    shown = {name: hidden(html, name) for name in ("seen", "consensus_seen", "next")}
    assert shown["next"] == str(queue.next(first).pk)
    after = decide(desk, birds, first, action="accept", **shown).content.decode()
    assert "2 photos wait for you" in after
    assert f"Photo {first.position + 1}: consensus accepted." in after
    assert f"/adjudicate/{shown['next']}/" in after
    back = decide(desk, birds, first, action="undo", seen="1").content.decode()
    assert "Taken back" in back
    assert "3 photos wait for you" in back
    assert [row.action for row in Adjudication.objects.order_by("version")] == ["accept", "undo"]


def test_the_queue_goes_forth_and_back_through_all_groups(birds, ada, ben):
    reported = make.campaign(2, slug="more", workers_per_task=2, max_workers=3, tau=0.9)
    make.answer_everything(ada, reported, make.annotation([LEFT]))
    make.answer_everything(ben, reported, make.annotation([LEFT]))
    aggregation.aggregate_due(now=NOON)
    extra = reported.tasks.first()
    assert set(reported.tasks.values_list("state", flat=True)) == {"retired"}
    Task.objects.filter(pk=extra.pk).update(state="disputed")
    walk = [Queue(reported, "").first()]
    while (after := Queue(reported, "").next(walk[-1])) is not None:
        walk.append(after)
    assert [task.state for task in walk] == ["disputed", "retired"]
    assert Queue(reported, "").previous(walk[-1]) == walk[0]
    assert Queue(reported, "disputed").next(walk[0]) is None


def test_what_workers_report_waits_until_somebody_has_decided(desk, ada, olga):
    campaign = make.campaign(2, slug="odd", workers_per_task=3)
    make.answer_everything(ada, campaign, make.annotation(outcome="problem") | {"comment": "dark"})
    aggregation.aggregate_due(now=NOON)
    assert counts(campaign)["reported"] == 2
    task = Queue(campaign, "reported").first()
    reply = decide(desk, campaign, task, action="exclude", ground="people", reason="a face")
    assert "1 photo waits for you" in reply.content.decode()
    html = read(desk, campaign, show="decided")
    assert "Shows people, or breaks a right" in html
    assert "a face" in html
    other = Queue(campaign, "reported").first()
    decide(desk, campaign, other, action="ask")
    assert counts(campaign) == {"disputed": 0, "reported": 0, "decided": 1}
    progress = row_of(campaign).progress
    assert (progress.n_excluded, progress.n_tasks, progress.n_answers) == (1, 1, 2)


def test_the_second_organizer_reads_who_was_quicker(desk, birds, root):
    task = Queue(birds, "").first()
    other = Client()
    other.force_login(root)
    decide(other, birds, task, action="exclude", ground="broken")
    html = decide(desk, birds, task, action="accept", consensus_seen="1").content.decode()
    assert f"Nothing was changed: {root.username} was quicker (photo excluded)" in html
    assert Adjudication.objects.count() == 1


def test_the_editor_starts_from_what_stands_and_the_api_lets_the_new_boxes_stand(desk, birds):
    task = Queue(birds, "").first()
    page = desk.get(reverse("dashboard:adjudicate_edit", args=[birds.slug, task.pk]))
    data = page.context["page"]
    assert data["seen"] == 0
    assert len(data["boxes"]) == len(task.consensuses.get().boxes.all())
    wish = {"action": "edit", "seen": 0, "boxes": [{"bbox": [1, 2, 30, 40]}], "reason": "tight"}
    reply = desk.post(data["urls"]["save"], json.dumps(wish), content_type="application/json")
    assert (reply.status_code, reply.json()["result"]) == (201, "boxed")
    again = desk.post(data["urls"]["save"], json.dumps(wish), content_type="application/json")
    assert again.status_code == 409
    (step,) = desk.get(data["urls"]["save"]).json()
    assert (step["action"], step["reason"], step["by"]) == ("edit", "tight", "olga")
    after = desk.get(data["urls"]["next"]).content.decode()
    assert "answered by an organizer" in after
    shown = desk.get(reverse("dashboard:task", args=[task.pk])).content.decode()
    assert "Decided, 1 box" in re.sub(r"<[^>]+>", "", shown)


def test_verdicts_are_chosen_from_the_answers(desk, ada, ben):
    campaign = make.campaign(
        1,
        slug="deer",
        kind=Campaign.Kind.VERIFY,
        super_class="Mammalia",
        workers_per_task=2,
        max_workers=2,
        tau=0.001,
    )
    make.answer_everything(ada, campaign, make.verdict("animal"))
    make.answer_everything(ben, campaign, make.verdict("scat"))
    verdict_aggregation.aggregate_due(now=NOON)
    html = read(desk, campaign)
    assert 'value="edit:tracks"' in html
    decide(desk, campaign, campaign.tasks.get(), action="edit:tracks")
    assert VerdictAdjudication.objects.get().result == "tracks"
    assert "tracks" in read(desk, campaign, show="decided").lower()


def test_nonsense_changes_nothing(desk, birds):
    task = Queue(birds, "").first()
    for data in ({"action": "bless"}, {"action": "exclude", "ground": ""}, {"seen": "x"}):
        assert decide(desk, birds, task, **data).status_code == 200
    assert desk.get("/dashboard/campaigns/birds/adjudicate/?task=x").status_code == 404
    assert desk.get("/dashboard/campaigns/birds/adjudicate/?task=999999").status_code == 404
    assert Adjudication.objects.count() == 0


@pytest.mark.parametrize("show", ["", "disputed", "reported", "risk", "decided"])
def test_the_page_takes_as_many_queries_for_many_photos_as_for_few(desk, birds, ada, ben, show):
    first = str(birds.tasks.values_list("pk", flat=True)[0])

    def n_queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            read(desk, birds, show=show, task=first)
        return len(caught)

    few = n_queries()
    more = make.images(8, of=birds.dataset, prefix="more")
    Task.objects.bulk_create(
        Task(campaign=birds, image=image, position=10 + place, n_wanted=2)
        for place, image in enumerate(more)
    )
    make.answer_everything(ada, birds, make.annotation([LEFT]))
    make.answer_everything(ben, birds, make.annotation([RIGHT]))
    aggregation.aggregate_due(now=NOON)
    assert n_queries() <= few <= 26
