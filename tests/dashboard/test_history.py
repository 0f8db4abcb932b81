"""The versions of a campaign's consensus, and two of them compared."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Max
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotate.models import Annotation, Consensus, ConsensusBox
from crowd.models import Campaign, ConsensusVersion, Task
from tests import make
from tests.dashboard.conftest import LEFT
from tests.make import NOON
from verify.models import ConsensusVerdict, Label

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(olga):
    """Loads a page as the organizer; returns its HTML."""
    client = Client()
    client.force_login(olga)

    def html_of(name: str, slug: str, query: str = "", status: int = 200) -> str:
        reply = client.get(reverse(f"dashboard:{name}", args=[slug]) + query)
        assert reply.status_code == status
        return str(reply.content.decode())

    return html_of


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def boxed(campaign: Campaign, *drawn, number: int, risk=0.05) -> None:
    """A new consensus of every task with these boxes, computed `number` minutes past noon."""
    for task in Task.objects.filter(campaign=campaign).order_by("pk"):
        Consensus.objects.filter(task=task).update(is_current=False)
        row = Consensus.objects.create(
            task=task,
            version=number + 1,
            status="boxed" if drawn else "empty",
            method="boxes-2",
            n_looked=2,
            n_unusable=0,
            expected_unseen=0.0,
            risk=risk,
            evidence=list(Annotation.objects.filter(task=task).values_list("pk", flat=True)),
            computed_at=NOON + timedelta(minutes=number),
        )
        ConsensusBox.objects.bulk_create(
            ConsensusBox(
                consensus=row,
                number=place,
                **dict(zip("xywh", box, strict=True)),
                score=0.9,
                n_workers=2,
                n_looked=2,
                spread=[1, 1, 1, 1],
                sources=[],
            )
            for place, box in enumerate(drawn, start=1)
        )


def version(campaign: Campaign, number: int, **figures) -> ConsensusVersion:
    """The campaign's consensus as it is now, as a version begun `number` minutes past noon."""
    model = Consensus if campaign.kind == Campaign.Kind.BOX else ConsensusVerdict
    at = NOON + timedelta(minutes=number)
    return ConsensusVersion.objects.create(
        campaign=campaign,
        number=number,
        reason="refit",
        method="boxes-2",
        last_row=model.objects.aggregate(at=Max("pk"))["at"] or 0,
        started_at=at,
        made_at=at,
        **figures,
    )


@pytest.fixture
def remade(birds: Campaign) -> Campaign:
    """Version 1: one bird in both photos. Version 2: it moved by 20 px. Version 3: nothing new."""
    boxed(birds, LEFT, number=1)
    version(birds, 1, n_tasks=2, n_changed=2)
    boxed(birds, [LEFT[0] + 20, *LEFT[1:]], number=2, risk=0.5)
    version(birds, 2, n_tasks=2, n_changed=2, n_reopened=1)
    version(birds, 3, n_tasks=2)
    return birds


def test_a_campaign_without_versions_says_when_one_comes(load):
    make.campaign(1)
    said = words(load("history", "birds"))
    assert "The first version is still to come" in said
    assert "once enough answers have come in" in said


def test_the_history_tells_what_each_version_changed(load, remade):
    said = words(load("history", "birds"))
    assert "Version 3: 0 photos changed" in said
    assert re.search(r"2 \S+ \S+ ago Skills estimated again 2 2 1 0 boxes-2", said)


def test_a_version_under_way_shows_how_far_it_is(load, birds):
    first = Task.objects.filter(campaign=birds).order_by("pk")[0]
    ConsensusVersion.objects.create(
        campaign=birds, number=1, reason="refit", method="m", started_at=NOON, cursor=first.pk
    )
    assert "Version 1 is being made: 1 of 2 photos gone over" in words(load("history", "birds"))


def test_two_versions_are_compared_photo_by_photo(load, remade):
    html = load("compare", "birds", "?old=1&new=2")
    said = words(html)
    assert "2 photos differ" in said
    assert "Boxes moved by more than 1 px" in said
    assert "Boxes moved by up to 20.0 px, IoU 0.82" in said
    assert "before 1 box, doubt 0.05 after 1 box, doubt 0.50" in said
    assert html.count('class="before"><rect') == 2
    assert html.count('class="consensus"><rect') == 2


def test_the_order_in_which_two_versions_are_named_does_not_matter(load, remade):
    there, back = (load("compare", "birds", f"?{q}") for q in ("old=1&new=2", "old=2&new=1"))
    assert words(there) == words(back)


def test_a_version_is_compared_with_what_was_before_it(load, remade):
    # before version 1: what the first two answers gave, the right bird in doubt
    said = words(load("compare", "birds", "?old=before-1&new=1"))
    assert "Before version 1 beside version 1" in said
    assert "2 photos differ" in said
    said = words(load("compare", "birds", "?old=2&new=now"))
    assert "No photo differs" in said


def test_differences_can_be_narrowed_to_one_kind(load, remade):
    html = load("compare", "birds", "?old=1&new=2&reason=doubt")
    assert "2 photos differ" in words(html)
    assert len(re.findall(r"/dashboard/tasks/\d+/", html)) == 2
    html = load("compare", "birds", "?old=1&new=2&reason=nonsense")
    assert len(re.findall(r"/dashboard/tasks/\d+/", html)) == 2


@pytest.mark.parametrize(
    "query", ["?old=9", "?old=x", "?old=1&new=before-", "?old=1&new=" + "9" * 30]
)
def test_a_version_that_is_none_is_not_found(load, remade, query):
    load("compare", "birds", query, status=404)


def test_without_a_choice_there_is_nothing_to_compare(load, remade):
    load("compare", "birds", status=302)


def test_verdicts_are_compared_too(load, mammals):
    version(mammals, 1)
    for row in list(ConsensusVerdict.objects.filter(is_current=True)):
        ConsensusVerdict.objects.filter(pk=row.pk).update(is_current=False)
        row.pk, row.version, row.label, row.probability = None, 9, Label.SCAT, 0.75
        row.computed_at = NOON + timedelta(minutes=2)
        row.save()
    version(mammals, 2)
    said = words(load("compare", "mammals", "?old=1&new=2"))
    assert "2 photos differ" in said
    assert "Label changed" in said
    assert "after scat 0.75, doubt" in said


def crowded(slug: str, *, n_tasks: int, ada, ben) -> Campaign:
    campaign = make.campaign(n_tasks, slug=slug, workers_per_task=2)
    for worker in (ada, ben):
        make.answer_everything(worker, campaign, make.annotation([LEFT]))
    for number in (1, 2):
        boxed(campaign, [LEFT[0] + 20 * number, *LEFT[1:]], number=number)
        version(campaign, number, n_tasks=n_tasks, n_changed=n_tasks)
    return campaign


@pytest.mark.parametrize(("name", "query"), [("history", ""), ("compare", "?old=1&new=2")])
def test_a_page_takes_as_many_queries_for_many_photos_as_for_few(load, ada, ben, name, query):
    found = []
    for slug, n_tasks in (("few", 2), ("many", 30)):
        crowded(slug, n_tasks=n_tasks, ada=ada, ben=ben)
        with CaptureQueriesContext(connection) as caught:
            html = load(name, slug, query)
        found.append(len(caught))
    assert found[0] == found[1]
    if name == "compare":
        assert "Page 1 of 2" in html


def test_versions_of_checks_lead_to_what_checkers_found_and_not_to_boxes(load, birds):
    checks = make.check_campaign(birds)
    version(checks, 1, n_tasks=2, n_changed=2)
    html = load("history", checks.slug)
    assert "Version 1: 2 photos changed" in words(html)
    assert reverse("dashboard:checks", args=[birds.slug]) in html
    assert reverse("dashboard:compare", args=[checks.slug]) not in html


@pytest.mark.parametrize("query", ["", "?old=before-1&new=1"])
def test_checks_have_no_boxes_to_compare(client, olga, birds, query):
    checks = make.check_campaign(birds)
    version(checks, 1)
    client.force_login(olga)
    answer = client.get(reverse("dashboard:compare", args=[checks.slug]) + query)
    assert answer.status_code == 302
    assert answer.url == reverse("dashboard:checks", args=[birds.slug])
