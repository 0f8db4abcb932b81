"""Campaigns that ask for practice first hand out nothing before."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from catalog.superclasses import SuperClass
from crowd import campaigns, leases, qualification
from crowd.errors import Conflict, Invalid, Unqualified
from crowd.models import AuditEntry, Campaign, Enrolment
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def practise(worker, campaign, *went):
    for number, is_good in enumerate(went):
        qualification.record(worker, campaign, number, is_good=is_good, now=NOON)


@pytest.fixture
def strict() -> Campaign:
    return make.campaign(2, slug="strict", has_qualification=True)


def test_a_newcomer_is_sent_to_practice(api, ada, strict):
    with pytest.raises(Unqualified):
        leases.claim(ada, "strict", count=1, now=NOON)
    reply = api(ada).post("/api/campaigns/strict/assignments/", {"count": 1})
    assert reply.status_code == 409
    assert "Practise" in reply.json()["detail"]
    assert strict.tasks.filter(n_taken=0).count() == 2


def test_the_box_page_leads_to_practice_and_back(client, ada, strict):
    client.force_login(ada.user)
    assert client.get("/box/strict/")["Location"] == "/box/strict/practice/"
    assert client.get("/box/strict/practice/").status_code == 200
    practise(ada, strict, True, True, True, True)
    assert client.get("/box/strict/").status_code == 200


def test_who_has_passed_gets_photos(ada, strict):
    practise(ada, strict, True, False, True, True, True)
    held, _ = leases.claim(ada, "strict", count=2, now=NOON)
    assert len(held) == 2


def test_too_few_good_ones_are_not_enough(ada, strict):
    practise(ada, strict, True, False, True, False, True)
    with pytest.raises(Unqualified):
        leases.claim(ada, "strict", count=1, now=NOON)


def test_practice_in_one_campaign_opens_no_other(ada, strict):
    other = make.campaign(1, slug="other", has_qualification=True)
    practise(ada, other, True, True, True, True)
    with pytest.raises(Unqualified):
        leases.claim(ada, "strict", count=1, now=NOON)


def test_photos_skipped_ahead_do_not_count(ada, strict):
    for number in (3, 4, 5, 6):
        found = qualification.record(ada, strict, number, is_good=True, now=NOON)
    assert found == qualification.Practice(0, (), is_qualified=False)


def test_a_campaign_that_does_not_ask_takes_everybody(ada):
    make.campaign(1, slug="open")
    assert len(leases.claim(ada, "open", count=1, now=NOON)[0]) == 1


def test_simulated_workers_have_nothing_to_learn(ada, strict):
    ada.is_simulated = True
    ada.save()
    assert len(leases.claim(ada, "strict", count=1, now=NOON)[0]) == 1


def test_the_command_asks_for_it():
    make.images(1, of=make.dataset("shore"))
    call_command(
        "create_campaign", "gulls", kind="box", dataset="shore", super_class="Aves",
        has_qualification=True,
    )  # fmt: skip
    assert Campaign.objects.get(slug="gulls").has_qualification


def verify(super_class: SuperClass) -> Campaign:
    make.images(1, of=make.dataset("wood"), super_class=super_class)
    return campaigns.create(
        slug="wood", kind=Campaign.Kind.VERIFY, dataset=make.dataset("wood"),
        super_class=super_class, has_qualification=True, now=NOON,
    )  # fmt: skip


def test_verification_leads_to_practice_and_back(client, ada):
    campaign = verify(SuperClass.MAMMALIA)
    client.force_login(ada.user)
    assert client.get("/verify/wood/")["Location"] == "/verify/wood/practice/"
    assert client.get("/verify/wood/practice/").status_code == 200
    with pytest.raises(Unqualified):
        leases.claim(ada, "wood", count=1, now=NOON)
    practise(ada, campaign, True, True, True, True)
    assert client.get("/verify/wood/").status_code == 200


def test_verification_of_what_leaves_no_traces_has_no_practice():
    with pytest.raises(Invalid) as refused:
        verify(SuperClass.PLANTAE)
    assert "has_qualification" in refused.value.errors


def test_who_is_sent_back_practises_before_the_next_photo(client, ada, olga):
    free = make.campaign(2, slug="free")
    qualification.send_back(enrolled(ada, free), free, by=olga, now=NOON)
    with pytest.raises(Unqualified):
        leases.claim(ada, "free", count=1, now=NOON)
    client.force_login(ada.user)
    assert client.get("/box/free/")["Location"] == "/box/free/practice/"
    assert "Begins with a short practice" in client.get("/").content.decode()
    assert '"is_required": true' in client.get("/box/free/practice/").content.decode()
    practise(ada, free, True, True, True, True)
    assert len(leases.claim(ada, "free", count=1, now=NOON)[0]) == 1
    assert not Enrolment.objects.get(worker=ada, campaign=free).is_to_practise


def test_what_was_passed_before_does_not_count_again(ada, olga, strict):
    practise(ada, strict, True, True, True, True)
    qualification.send_back(ada, strict, by=olga, now=NOON)
    found = qualification.record(ada, strict, 4, is_good=True, now=NOON)
    assert (found.latest, found.is_qualified, found.n_practised) == ((True,), False, 5)
    with pytest.raises(Unqualified):
        leases.claim(ada, "strict", count=1, now=NOON)


@pytest.mark.parametrize("has_qualification", [True, False])
def test_being_sent_back_can_be_called_off(ada, olga, has_qualification):
    campaign = make.campaign(1, slug="some", has_qualification=has_qualification)
    practise(enrolled(ada, campaign), campaign, True, True, True, True)
    for _ in range(2):
        qualification.send_back(ada, campaign, by=olga, now=NOON)
    for _ in range(2):
        qualification.call_off(ada, campaign, by=olga, now=NOON)
    assert len(leases.claim(ada, "some", count=1, now=NOON)[0]) == 1
    entries = AuditEntry.objects.filter(subject=f"worker {ada.pseudonym}").order_by("pk")
    assert [(row.action, row.campaign) for row in entries] == [
        ("send to practice", campaign),
        ("call off practice", campaign),
    ]


def test_nobody_is_sent_to_a_practice_that_there_is_not(ada, olga):
    make.images(1, of=make.dataset("wood"), super_class=SuperClass.PLANTAE)
    plants = campaigns.create(
        slug="plants", kind=Campaign.Kind.VERIFY, dataset=make.dataset("wood"),
        super_class=SuperClass.PLANTAE, now=NOON,
    )  # fmt: skip
    with pytest.raises(Conflict, match="no practice for Plantae"):
        qualification.send_back(enrolled(ada, plants), plants, by=olga, now=NOON)


def test_who_has_not_passed_yet_cannot_be_sent_back(ada, olga, strict):
    practise(ada, strict, True)
    with pytest.raises(Conflict, match="at practice already"):
        qualification.send_back(ada, strict, by=olga, now=NOON)


def enrolled(worker, campaign):
    Enrolment.objects.get_or_create(worker=worker, campaign=campaign)
    return worker
