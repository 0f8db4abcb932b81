"""The pages of agreement."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from annotate import comparing
from crowd.models import Campaign
from tallies import agreement, store
from tests import make
from tests.make import NOON
from tests.tallies import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def look(olga):
    """What an organizer gets at an address of the dashboard."""
    client = Client()
    client.force_login(olga)
    return lambda address: client.get(f"/dashboard/{address}")


def counted(campaign: Campaign) -> Campaign:
    comparing.compare_due()
    content = agreement.count(campaign)
    store.keep(campaign, agreement.TOPIC, content, mark=1, took_s=0.1, counted_at=NOON)
    return campaign


def test_the_page_says_how_good_agreement_is_and_leads_to_the_photos(look):
    counted(drawn.box_campaign(40))
    reply = look("campaigns/drawn/agreement/")
    said = reply.content.decode()
    assert reply.status_code == 200
    assert "Workers agree" in said
    assert "alpha 0." in said
    assert "All 40 photos with answers of at least two workers, of 3 workers" in said
    assert 'href="/dashboard/campaigns/drawn/tasks/?pattern=' in said
    assert 'href="/dashboard/campaigns/drawn/tasks/?taxon=' in said
    slugs = {figure.slug for figure in reply.context["figures"]}
    assert slugs == {
        "overall",
        "votes-to-decision",
        "photos-by-matched-iou",
        "photos-by-count",
        "overlap-with-consensus",
        "numbers-of-boxes",
        "by-size",
        "by-taxon",
        "by-week",
        "by-pair",
    }


def test_the_page_of_verdicts_names_what_is_taken_for_what(look):
    counted(drawn.verdict_campaign(60))
    reply = look("campaigns/seen/agreement/")
    said = reply.content.decode()
    assert "Fleiss&#x27; kappa of labels" in said
    assert "Most often “" in said
    assert "is said where the crowd finds" in said
    labels = next(one.table for one in reply.context["figures"] if one.slug == "labels")
    assert labels.heads[1:] == ("animal", "tracks", "scat", "habitat", "remains")
    assert [row[0] for row in labels.rows] == list(labels.heads[1:])
    table = next(one.table for one in reply.context["figures"] if one.slug == "disagreements")
    assert all(link.startswith("/dashboard/campaigns/seen/tasks/?pattern=") for link in table.links)


def test_every_figure_can_be_taken_as_numbers(look):
    counted(drawn.box_campaign(30))
    for figure in look("campaigns/drawn/agreement/").context["figures"]:
        reply = look(f"campaigns/drawn/agreement/?figure={figure.slug}&as=csv")
        rows = list(csv.reader(io.StringIO(reply.content.decode())))
        assert rows[0] == list(figure.table.heads)
        assert len(rows) == len(figure.table.rows) + 1
        assert {len(row) for row in rows} == {len(rows[0])}, figure.slug


def test_a_page_without_figures_says_when_there_will_be_some(look):
    campaign = make.campaign(2)
    assert "has not been counted yet" in look("campaigns/birds/agreement/").content.decode()
    counted(campaign)
    assert "Nothing can be compared yet" in look("campaigns/birds/agreement/").content.decode()
    assert look("campaigns/birds/agreement/?figure=overall&as=csv").status_code == 404
    assert "Nothing can be compared yet" in look("agreement/").content.decode()


def test_campaigns_stand_side_by_side(look):
    counted(drawn.box_campaign(30))
    counted(drawn.verdict_campaign(30))
    make.campaign(1, slug="new")
    reply = look("agreement/")
    said = reply.content.decode()
    assert "2 of 3 campaigns have photos with two answers" in said
    assert [figure.slug for figure in reply.context["figures"]] == ["boxes", "verdicts"]
    assert 'href="/dashboard/campaigns/drawn/agreement/"' in said
    numbers = look("agreement/?figure=boxes&as=csv").content.decode()
    assert numbers.splitlines()[1].startswith("drawn,Aves,0.")


def test_pages_ask_as_often_whatever_there_is(look, django_assert_max_num_queries):
    counted(drawn.box_campaign(60, n_hands=4))
    look("campaigns/drawn/agreement/")
    with django_assert_max_num_queries(8):
        look("campaigns/drawn/agreement/")
    with django_assert_max_num_queries(5):
        look("agreement/")
