"""What organizers can do from the dashboard."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crowd.models import AuditEntry, Campaign, Invitation, Task, Worker
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def wish(**changes: str) -> dict[str, str]:
    """A campaign as the form sends it."""
    return {
        "kind": "box",
        "slug": "sparrows",
        "dataset": "field",
        "super_class": "Aves",
        "split": "",
        "workers_per_task": "3",
        "max_workers": "",
        "instructions": "Look at the hedges.",
    } | changes


def test_a_campaign_is_created_in_the_browser(desk, olga):
    make.images(4)
    reply = desk.post(reverse("dashboard:campaign_new"), wish())
    campaign = Campaign.objects.get()
    assert reply.headers["Location"] == reverse("dashboard:campaign", args=["sparrows"])
    assert (campaign.created_by, campaign.instructions) == (olga, "Look at the hedges.")
    assert Task.objects.filter(campaign=campaign, n_wanted=3).count() == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"super_class": "Plantae"}, "Choose one of Actinopterygii"),
        ({"super_class": "Mammalia"}, "There is no image of Mammalia"),
        ({"slug": "new"}, "choose another"),
        ({"slug": ""}, "This field is required"),
        ({"max_workers": "2"}, "At least 3, the number of workers per photo."),
        ({"workers_per_task": "21"}, "less than or equal to 20"),
    ],
)
def test_a_refused_campaign_keeps_what_was_filled_in(desk, changes, said):
    make.images(4)
    reply = desk.post(reverse("dashboard:campaign_new"), wish(**changes))
    html = reply.content.decode()
    assert reply.status_code == 422
    assert html.count(said) == 2, "beside the field and in the summary"
    assert "Look at the hedges." in html
    assert not Campaign.objects.exists()


def test_a_taken_name_is_refused_beside_its_field(desk):
    make.campaign(1, slug="sparrows")
    make.images(1)
    html = desk.post(reverse("dashboard:campaign_new"), wish()).content.decode()
    assert 'id="id_slug_error"' in html


def test_pausing_resuming_and_closing(desk):
    campaign = make.campaign(1)
    url = reverse("dashboard:campaign_status", args=[campaign.slug])
    for status in ("paused", "running", "closed"):
        desk.post(url, {"status": status})
        campaign.refresh_from_db()
        assert campaign.status == status
    reply = desk.post(url, {"status": "running"}, follow=True)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.CLOSED
    assert "cannot be opened again" in reply.content.decode()


def test_an_invitation_is_shown_until_it_is_revoked(desk):
    campaign = make.campaign(1)
    desk.post(reverse("dashboard:invite", args=[campaign.slug]))
    invitation = Invitation.objects.get(campaign=campaign)
    page = reverse("dashboard:campaign", args=[campaign.slug])
    assert invitation.token in desk.get(page).content.decode()
    desk.post(reverse("dashboard:revoke_invitation", args=[campaign.slug, invitation.pk]))
    assert invitation.token not in desk.get(page).content.decode()
    assert Client().get(reverse("crowd:join", args=[invitation.token])).status_code == 410


def test_suspending_and_reinstating_a_worker_is_audited_once_each(desk, ada, olga):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    url = reverse("dashboard:worker_status", args=[campaign.slug, ada.pk])
    for action, status in [
        ("suspend", Worker.Status.SUSPENDED),
        ("suspend", Worker.Status.SUSPENDED),
        ("reinstate", Worker.Status.ACTIVE),
    ]:
        desk.post(url, {"action": action})
        ada.refresh_from_db()
        assert ada.status == status
    entries = AuditEntry.objects.filter(subject=f"worker {ada.pseudonym}").order_by("id")
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("suspend", olga),
        ("reinstate", olga),
    ]


def test_a_worker_cannot_act_as_an_organizer(ada):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    client = Client()
    client.force_login(ada.user)
    for url in (
        reverse("dashboard:campaign_status", args=[campaign.slug]),
        reverse("dashboard:invite", args=[campaign.slug]),
        reverse("dashboard:worker_status", args=[campaign.slug, ada.pk]),
        reverse("dashboard:campaign_new"),
    ):
        data = {"status": "closed", "action": "suspend"}
        assert client.post(url, data).status_code == 403, url
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.RUNNING


def test_looking_changes_nothing(desk, ada):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    for url in (
        reverse("dashboard:campaign_status", args=[campaign.slug]),
        reverse("dashboard:invite", args=[campaign.slug]),
        reverse("dashboard:worker_status", args=[campaign.slug, ada.pk]),
    ):
        assert desk.get(url).status_code == 405
