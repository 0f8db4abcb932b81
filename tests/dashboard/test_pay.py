"""What workers get: in the forms, on the command line, and in the log."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from crowd import campaign_life, pay
from crowd.errors import Conflict, Invalid
from crowd.models import AuditEntry, Campaign
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def paid() -> tuple[float, float]:
    found = Campaign.objects.get(slug="birds")
    return found.pay_per_answer, found.pay_per_hour


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.mark.parametrize(
    ("per_answer", "per_hour", "field"),
    [
        (-0.01, 0, "pay_per_answer"),
        (float("nan"), 0, "pay_per_answer"),
        (0, 1e9, "pay_per_hour"),
        (0.1, 12, "pay_per_hour"),
    ],
)
def test_a_pay_that_makes_no_sense_is_refused_by_name(olga, per_answer, per_hour, field):
    campaign = make.campaign(1)
    amounts = {"per_answer": per_answer, "per_hour": per_hour}
    with pytest.raises(Invalid) as refusal:
        pay.set_pay(campaign, **amounts, by=olga, now=NOON)
    assert list(refusal.value.errors) == [field]
    with pytest.raises(Invalid) as refusal:
        make.campaign(
            1, slug="others", **{f"pay_{name}": amount for name, amount in amounts.items()}
        )
    assert list(refusal.value.errors) == [field]


def test_setting_the_pay_is_in_the_log_once(olga):
    campaign = make.campaign(1)
    for expected in (True, False):
        assert pay.set_pay(campaign, per_answer=0.05, per_hour=0, by=olga, now=NOON) is expected
    (entry,) = AuditEntry.objects.filter(action="set pay", campaign=campaign)
    assert entry.detail["was"] == {"per answer": 0, "per hour": 0}
    assert paid() == (0.05, 0)
    campaign_life.archive(campaign, by=olga, now=NOON)
    with pytest.raises(Conflict):
        pay.set_pay(campaign, per_answer=1, per_hour=0, by=olga, now=NOON)


def test_a_new_campaign_and_its_clone_are_paid(desk, olga):
    make.images(1, of=make.dataset("field"))
    wish = {
        "kind": "box",
        "slug": "birds",
        "dataset": "field",
        "super_class": "Aves",
        "stopping": "fixed",
        "workers_per_task": 3,
        "pay": "12.5",
        "pay_per": "hour",
    }
    assert desk.post(reverse("dashboard:campaign_new"), wish).status_code == 302
    assert paid() == (0, 12.5)
    birds = Campaign.objects.get()
    html = desk.get(reverse("dashboard:campaign_clone", args=["birds"])).content.decode()
    assert "12.5 USD an hour" in html
    made = campaign_life.clone(
        birds, slug="again", dataset=birds.dataset, split="", by=olga, now=NOON
    )
    assert made.pay_per_hour == 12.5
    reply = desk.post(reverse("dashboard:campaign_new"), wish | {"slug": "b", "pay": "-1"})
    assert reply.status_code == 422
    assert 'id="id_pay_error"' in reply.content.decode()


def test_the_pay_is_changed_on_the_campaigns_page(desk):
    make.campaign(1)
    page = reverse("dashboard:campaign_pay", args=["birds"])
    html = desk.post(page, {"pay": "0.04", "pay_per": "answer"}, follow=True).content.decode()
    assert "The pay is set" in html
    assert "0.04 USD an answer" in html
    assert paid() == (0.04, 0)
    html = desk.post(page, {"pay": "-4", "pay_per": "answer"}, follow=True).content.decode()
    assert "The pay stays as it is" in html
    desk.post(page, {"pay": "", "pay_per": "hour"})
    assert paid() == (0, 0)


def test_the_command_says_the_pay():
    make.images(1, of=make.dataset("field"))
    options = ("--kind=box", "--dataset=field", "--super-class=Aves", "--pay-per-answer=0.03")
    call_command("create_campaign", "birds", *options, stdout=io.StringIO())
    assert paid() == (0.03, 0)
