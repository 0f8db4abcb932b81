"""What organizers can do from the dashboard."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from crowd import workers
from crowd.models import AuditEntry, Campaign, Invitation, Task, User
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


def test_an_adaptive_campaign_is_created_in_the_browser(desk):
    make.images(4)
    changes = {"stopping": "adaptive", "care": "thrifty", "least": "1", "most": "6", "pilots": ""}
    desk.post(reverse("dashboard:campaign_new"), wish(**changes))
    campaign = Campaign.objects.get()
    assert (campaign.stopping, campaign.tau) == ("adaptive", 0.2)
    assert (campaign.workers_per_task, campaign.max_workers) == (1, 6)
    assert campaign.pilot_share == pytest.approx(0.08)


def test_an_adaptive_campaign_has_defaults_for_all_its_numbers(desk):
    make.images(4)
    desk.post(reverse("dashboard:campaign_new"), wish(stopping="adaptive"))
    campaign = Campaign.objects.get()
    assert (campaign.tau, campaign.workers_per_task, campaign.max_workers) == (0.14, 2, 7)
    assert campaign.pilot_share == 0


def test_what_a_miss_costs_is_said_for_verification_alone(desk):
    make.images(4)
    new = reverse("dashboard:campaign_new")
    desk.post(new, wish(slug="checks", kind="verify", missed_cost="10"))
    desk.post(new, wish(slug="plain", kind="verify", missed_cost=""))
    desk.post(new, wish(slug="boxes", missed_cost="never mind"))
    costs = dict(Campaign.objects.values_list("slug", "missed_cost"))
    assert costs == {"checks": 10, "plain": 1, "boxes": 1}
    page = desk.get(reverse("dashboard:campaign", args=["checks"])).content.decode()
    assert "counts as 10 times as bad" in page


def test_a_miss_that_costs_less_than_a_false_alarm_is_refused(desk):
    make.images(4)
    reply = desk.post(reverse("dashboard:campaign_new"), wish(kind="verify", missed_cost="0.5"))
    assert reply.status_code == 422
    assert reply.content.decode().count("greater than or equal to 1") == 2


def test_a_grid_is_for_verdicts_and_practice_for_both(desk):
    make.images(4)
    new, both = reverse("dashboard:campaign_new"), {"has_grid": "on", "has_qualification": "on"}
    desk.post(new, wish(slug="checks", kind="verify", **both))
    desk.post(new, wish(slug="boxes", **both))
    desk.post(new, wish(slug="plain"))
    found = {row.slug: (row.has_grid, row.has_qualification) for row in Campaign.objects.all()}
    assert found == {"checks": (True, True), "boxes": (False, True), "plain": (False, False)}


def test_photos_whose_answer_is_known_become_gold_with_the_campaign(desk):
    make.images(5, boxes_xywh=[[10, 10, 50, 50]])
    desk.post(reverse("dashboard:campaign_new"), wish(n_gold="2"))
    states = Task.objects.filter(campaign__slug="sparrows").values_list("state", flat=True)
    assert sorted(states) == ["gold", "gold", "open", "open", "open"]


@pytest.mark.parametrize(
    ("known", "n_gold", "said"),
    [
        (True, "5", "That would leave no photo to ask about"),
        (False, "2", "is it known where the boxes are"),
        (True, "-1", "greater than or equal to 0"),
    ],
)
def test_gold_that_there_cannot_be_is_refused_beside_its_field(desk, known, n_gold, said):
    make.images(5, boxes_xywh=[[10, 10, 50, 50]] if known else None)
    reply = desk.post(reverse("dashboard:campaign_new"), wish(n_gold=n_gold))
    html = reply.content.decode()
    assert reply.status_code == 422
    assert html.count(said) == 2, "beside the field and in the summary"
    assert 'id="id_n_gold_error"' in html
    assert not Campaign.objects.exists()


def test_what_belongs_to_the_other_choice_is_ignored(desk):
    make.images(4)
    desk.post(reverse("dashboard:campaign_new"), wish(least="99", pilots="none", care="wild"))
    campaign = Campaign.objects.get()
    assert (campaign.stopping, campaign.workers_per_task, campaign.max_workers) == ("fixed", 3, 5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"least": "4", "most": "3"}, "At least 4, the number of workers who see every photo."),
        ({"care": "wild"}, "Select a valid choice"),
        ({"pilots": "101"}, "less than or equal to 100"),
        ({"least": "1", "most": "2", "pilots": "8"}, "Pilot tasks need an upper limit"),
    ],
)
def test_a_refused_adaptive_campaign_says_why_beside_the_field(desk, changes, said):
    make.images(4)
    reply = desk.post(reverse("dashboard:campaign_new"), wish(stopping="adaptive", **changes))
    assert reply.status_code == 422
    assert reply.content.decode().count(said) == 2, "beside the field and in the summary"


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
    desk.post(reverse("dashboard:invite", args=[campaign.slug]), {"max_uses": "7"})
    invitation = Invitation.objects.get(campaign=campaign)
    page = reverse("dashboard:campaign", args=[campaign.slug])
    assert invitation.token in desk.get(page).content.decode()
    desk.post(reverse("dashboard:revoke_invitation", args=[campaign.slug, invitation.pk]))
    assert invitation.token not in desk.get(page).content.decode()
    assert Client().get(reverse("crowd:join", args=[invitation.token])).status_code == 410


def test_a_link_says_how_many_can_still_join_and_goes_when_it_is_used_up(desk):
    campaign = make.campaign(1)
    page = reverse("dashboard:campaign", args=[campaign.slug])
    assert 'name="max_uses" value="50"' in desk.get(page).content.decode()
    desk.post(reverse("dashboard:invite", args=[campaign.slug]), {"max_uses": "2"})
    join = reverse("crowd:join", args=[Invitation.objects.get().token])
    for said in ("1 of 2 can still join", "New link"):
        Client().post(join)
        assert said in desk.get(page).content.decode()
    assert "can still join" not in desk.get(page).content.decode()
    assert Client().post(join).status_code == 410
    assert User.objects.filter(username__startswith="guest").count() == 2


@pytest.mark.parametrize("n", ["0", "", "many"])
def test_a_link_for_nobody_or_everybody_is_refused(desk, n):
    campaign = make.campaign(1)
    address = reverse("dashboard:invite", args=[campaign.slug])
    reply = desk.post(address, {"max_uses": n}, follow=True)
    assert "There is no new link. How many may join" in reply.content.decode()
    assert not Invitation.objects.exists()


def test_what_is_done_about_a_worker_is_audited_once_each(desk, ada, olga):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    url = reverse("dashboard:worker_status", args=[campaign.slug, ada.pk])
    for action, status, is_excluded in [
        ("suspend", "suspended", False),
        ("suspend", "suspended", False),
        ("exclude", "suspended", True),
        ("include", "suspended", False),
        ("reinstate", "active", False),
        ("exclude", "suspended", True),
        ("reinstate", "active", False),
    ]:
        reply = desk.post(url, {"action": action}, follow=True)
        ada.refresh_from_db()
        assert (ada.status, ada.is_excluded) == (status, is_excluded), action
        assert ada.pseudonym in reply.content.decode()
    entries = AuditEntry.objects.filter(subject=f"worker {ada.pseudonym}").order_by("id")
    actions = ["suspend", "exclude", "include", "reinstate", "exclude", "reinstate"]
    assert [entry.action for entry in entries] == actions
    assert {entry.actor for entry in entries} == {olga}


def test_a_worker_who_was_let_back_in_can_be_watched_again(desk, ada):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    workers.suspend_automatically({ada: {}}, now=make.NOON)
    url = reverse("dashboard:worker_status", args=[campaign.slug, ada.pk])
    page = desk.post(url, {"action": "reinstate"}, follow=True).content.decode()
    assert 'value="watch"' in page
    page = desk.post(url, {"action": "watch"}, follow=True).content.decode()
    assert 'value="watch"' not in page
    ada.refresh_from_db()
    assert (ada.status, ada.is_exempt) == ("active", False)


def test_an_unknown_action_and_a_worker_of_another_campaign_are_not_found(desk, ada):
    campaign = make.campaign(1)
    url = reverse("dashboard:worker_status", args=[campaign.slug, ada.pk])
    assert desk.post(url, {"action": "suspend"}).status_code == 404
    make.answer_everything(ada, campaign)
    assert desk.post(url, {"action": "delete"}).status_code == 404


def test_a_form_from_elsewhere_changes_nothing(ada, olga):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    client = Client(enforce_csrf_checks=True)
    client.force_login(olga)
    url = reverse("dashboard:worker_status", args=[campaign.slug, ada.pk])
    assert client.post(url, {"action": "exclude"}).status_code == 403
    ada.refresh_from_db()
    assert ada.status == "active"


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
