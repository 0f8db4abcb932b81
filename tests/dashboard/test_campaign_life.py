"""Instructions and their versions, clones, the archive and live figures in the browser's hands."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from annotate import aggregation
from crowd import campaign_life
from crowd.models import Campaign, Instructions
from tests import make
from tests.dashboard.conftest import LEFT
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def at(name: str, slug: str = "birds") -> str:
    return reverse(f"dashboard:{name}", args=[slug])


def test_instructions_are_edited_and_the_difference_is_shown(desk, olga):
    make.campaign(1, instructions="Box every bird.\nNests too.")
    page = at("instructions")
    assert "have never been changed" in desk.get(page).content.decode()
    reply = desk.post(page, {"text": "Box each bird.\nNests too.", "knowing": "1"}, follow=True)
    html = reply.content.decode()
    assert "<del>every </del><ins>each </ins>" in html
    assert "Version 2 is what workers are told now" in html
    assert Instructions.objects.get(number=2).written_by == olga
    assert (
        "<del>" not in desk.get(page, {"version": "1"}).content.decode().split('id="difference')[1]
    )
    reply = desk.post(page, {"text": "Box each bird.\nNests too.", "knowing": "2"}, follow=True)
    assert "Nothing was changed." in reply.content.decode()


def test_who_was_slower_sees_the_newer_text_and_loses_nothing(desk, root):
    campaign = make.campaign(1, instructions="Box every bird.")
    campaign_life.edit_instructions(campaign, "Theirs.", knowing=1, by=root, now=NOON)
    reply = desk.post(at("instructions"), {"text": "Mine.", "knowing": "1"})
    html = reply.content.decode()
    assert reply.status_code == 409
    assert "Mine.</textarea>" in html
    assert "<ins>Theirs.</ins>" in html
    desk.post(at("instructions"), {"text": "Mine.", "knowing": "2"})
    assert Campaign.objects.get().instructions == "Mine."


def test_instructions_that_are_too_long_are_refused_beside_the_field(desk):
    make.campaign(1)
    reply = desk.post(at("instructions"), {"text": "x" * 5001, "knowing": "1"})
    assert (reply.status_code, Instructions.objects.count()) == (422, 1)
    assert 'id="id_text_error"' in reply.content.decode()


def test_a_clone_is_made_in_the_browser(desk):
    source = make.campaign(2, max_workers=9, instructions="Nests not.")
    marsh = make.dataset("marsh")
    make.images(3, of=marsh, split="val")
    assert 'value="birds-2"' in desk.get(at("campaign_clone")).content.decode()
    wish = {"slug": "birds-2", "dataset": "marsh", "split": "val"}
    reply = desk.post(at("campaign_clone"), wish)
    made = Campaign.objects.get(slug="birds-2")
    assert reply.headers["Location"] == at("campaign", "birds-2")
    assert (made.max_workers, made.instructions, made.tasks.count()) == (9, "Nests not.", 3)
    assert made.instructions_versions.get().number == 1
    for change, field in (({"slug": "birds"}, "slug"), ({"slug": "b", "split": "test"}, "split")):
        reply = desk.post(at("campaign_clone"), wish | change)
        assert reply.status_code == 422
        assert f'id="id_{field}_error"' in reply.content.decode()
    assert Campaign.objects.count() == 2
    assert source.tasks.count() == 2


def test_an_archived_campaign_is_in_no_list_but_the_archives(desk):
    campaign = make.campaign(2, dataset=make.dataset("field"))
    overview, data_set = reverse("dashboard:overview"), at("data_set", "field")
    row = f'href="{at("campaign")}">birds</a>'
    assert row in desk.get(overview).content.decode()
    reply = desk.post(at("campaign_archive"), {"archive": "yes"}, follow=True)
    html = reply.content.decode()
    assert "The campaign is in the archive" in html
    assert "Bring back" in html
    assert "Pause</button>" not in html
    for url in (overview, data_set):
        assert row not in desk.get(url).content.decode()
    assert "1 archived campaign" in desk.get(overview).content.decode()
    assert row in desk.get(overview, {"archived": ""}).content.decode()
    desk.post(at("campaign_archive"), {"archive": "no"})
    assert row in desk.get(overview).content.decode()
    assert row not in desk.get(overview, {"archived": ""}).content.decode()
    assert desk.post(at("campaign_archive"), {"archive": "perhaps"}).status_code == 404
    campaign.refresh_from_db()
    assert campaign.status == "paused"


def test_live_figures_are_those_of_the_page(desk, ada, ben):
    campaign = make.campaign(2, workers_per_task=2)
    make.answer_everything(ada, campaign, make.annotation([LEFT]))
    make.answer_everything(ben, campaign, make.annotation([LEFT]))
    aggregation.aggregate_due(now=NOON)
    body = desk.get(at("campaign_figures")).json()
    assert body["texts"]["words"] == "2 of 2 photos finished"
    assert body["bar"] == {"retired": 100.0, "disputed": 0.0}
    assert body["last_answer"]["at"] == "2026-05-01 12:00:00 UTC"
    html = desk.get(at("campaign")).content.decode()
    for name in ("words", "retired", "disputed", "open", "answers", "workers"):
        shown = html.split(f'data-figure="{name}">')[1].split("<")[0].strip()
        assert shown == body["texts"][name], name


def test_the_pages_ask_the_database_as_often_however_many_versions(
    desk, olga, django_assert_max_num_queries
):
    campaign = make.campaign(1)
    for n in range(1, 13):
        with django_assert_max_num_queries(6):
            assert desk.get(at("instructions")).status_code == 200
        campaign_life.edit_instructions(campaign, f"Text {n}.", knowing=n, by=olga, now=NOON)
        campaign.refresh_from_db()
    with django_assert_max_num_queries(7):
        desk.get(at("campaign_figures"))
