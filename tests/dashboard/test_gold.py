"""The page of a campaign's gold, and what it says of a worker."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from annotate import submission
from crowd import gold_making
from crowd.models import Assignment, Campaign, Enrolment, GoldStandard
from tests import make
from tests.make import NOON
from verify import submission as verify_submission

pytestmark = pytest.mark.django_db
BOX = [100.0, 100.0, 200.0, 200.0]
ELSEWHERE = [500.0, 300.0, 50.0, 50.0]


@pytest.fixture
def client(olga) -> Client:
    made = Client()
    made.force_login(olga)
    return made


@pytest.fixture
def birds(db) -> Campaign:
    """Ten photos with a bird, five of them gold."""
    campaign = make.campaign(10, boxes_xywh=[BOX])
    gold_making.add(campaign, count=5, now=NOON)
    return campaign


def said(client: Client, name: str, *args) -> str:
    reply = client.get(reverse(f"dashboard:{name}", args=args))
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))


def answer(worker, gold: GoldStandard, reply: dict) -> None:
    lease = Assignment.objects.create(
        task=gold.task, worker=worker, claimed_at=NOON, lease_until=NOON
    )
    data = {"timing": {}, "comment": "", **reply, "idempotency_key": uuid.uuid4()}
    is_box = gold.campaign.kind == Campaign.Kind.BOX
    accept = submission.accept if is_box else verify_submission.accept
    accept(worker, lease.pk, data, now=NOON)


def test_a_campaign_without_gold_offers_to_use_what_is_known(client, olga):
    campaign = make.campaign(4, boxes_xywh=[BOX])
    assert "No gold yet" in said(client, "gold", "birds")
    reply = client.post(reverse("dashboard:gold_add", args=["birds"]), {"count": 3}, follow=True)
    assert "3 photos are gold now" in reply.content.decode()
    assert campaign.gold.filter(created_by=olga).count() == 3


def test_where_nothing_is_known_the_page_says_how_to_change_that(client):
    make.campaign(2)
    words = said(client, "gold", "birds")
    assert "Of no photo of Aves in of-birds is it known where the boxes are" in words
    assert "Use as gold" not in words


@pytest.mark.parametrize("count", ["0", "11", "many", ""])
def test_a_number_that_will_not_do_is_refused(client, birds, count):
    url = reverse("dashboard:gold_add", args=["birds"])
    reply = client.post(url, {"count": count}, follow=True)
    assert "Nothing has become gold" in reply.content.decode()
    assert birds.gold.count() == 5


def test_the_page_shows_what_is_failed_most_first(client, birds, ada, ben):
    first, second, *_ = birds.gold.order_by("pk")
    for worker in (ada, ben):
        answer(worker, second, make.annotation([ELSEWHERE]))
        answer(worker, first, make.annotation([BOX]))
    words = said(client, "gold", "birds")
    assert "50 % of the answers to gold are good" in words
    assert words.index("failed 2 of 2 times") < words.index("failed 0 of 2 times")
    assert "in doubt" not in words


def test_gold_that_good_workers_fail_is_in_doubt(client, birds, ada, ben):
    *others, wrong = birds.gold.order_by("pk")
    for worker in (ada, ben):
        for gold in others:
            answer(worker, gold, make.annotation([BOX]))
        answer(worker, wrong, make.annotation([ELSEWHERE]))
    words = said(client, "gold", "birds")
    assert "Failed by 2 of 2 who do well on the rest" in words
    assert words.count("in doubt") == 1
    reply = client.post(reverse("dashboard:gold_withdraw", args=["birds", wrong.pk]), follow=True)
    assert "counts neither for nor against them" in reply.content.decode()
    assert "100 % of the answers to gold are good" in said(client, "gold", "birds")


def test_withdrawn_gold_does_not_tell_who_does_well(client, birds, ada, ben):
    """Wrong gold came in a bundle: with most of it withdrawn, the last of it shows as well."""
    *right, _, wrong = birds.gold.order_by("pk")
    for worker in (ada, ben):
        for gold in right:
            answer(worker, gold, make.annotation([BOX]))
        answer(worker, wrong, make.annotation([ELSEWHERE]))
    for gold in GoldStandard.objects.filter(pk__in=_more_gold(birds, 6)):
        for worker in (ada, ben):
            answer(worker, gold, make.annotation([ELSEWHERE]))
        gold_making.withdraw(gold, now=NOON)
    assert "Failed by 2 of 2 who do well on the rest" in said(client, "gold", "birds")


def _more_gold(campaign: Campaign, n: int) -> list[int]:
    before = set(campaign.gold.values_list("pk", flat=True))
    make.images(n, of=campaign.dataset, prefix="more", boxes_xywh=[BOX])
    gold_making.add(campaign, count=n, now=NOON)
    return [pk for pk in campaign.gold.values_list("pk", flat=True) if pk not in before]


def test_gold_of_another_campaign_is_not_found(client, birds):
    make.campaign(1, slug="other")
    gold = birds.gold.first()
    url = reverse("dashboard:gold_withdraw", args=["other", gold.pk])
    assert client.post(url).status_code == 404


def test_the_photo_shows_what_is_known_and_who_was_right(client, birds, ada, ben):
    gold = birds.gold.first()
    answer(ada, gold, make.annotation([BOX]))
    answer(ben, gold, make.annotation([ELSEWHERE]))
    words = said(client, "task", gold.task_id)
    assert "Gold: 1 box" in words
    assert "Known answer, 1 box" in words
    assert "IoU with what is known" in words
    # who failed comes first
    assert words.index("not good") < words.index("good ", words.index("not good") + 9)


def test_a_workers_page_tells_the_gold_history(client, birds, ada):
    Enrolment.objects.create(worker=ada, campaign=birds)
    first, second, third, *_ = birds.gold.order_by("pk")
    answer(ada, first, make.annotation([BOX]))
    answer(ada, second, make.annotation([BOX, ELSEWHERE]))
    answer(ada, third, make.annotation(outcome="cant_tell"))
    words = said(client, "worker", "birds", ada.pk)
    assert "Gold photos answered 2" in words
    assert "Good answers 50 % (9 % to 91 %)" in words
    assert "Animals missed 0 of 2" in words
    assert "Boxes without an animal 1" in words
    assert "1 more could not be told" in words


def test_a_verification_tells_what_was_let_through(client, ada):
    deer = make.campaign(4, slug="deer", kind=Campaign.Kind.VERIFY, boxes_xywh=[BOX])
    gold_making.add(deer, count=2, now=NOON)
    for gold in deer.gold.all():
        type(gold.reference).objects.filter(pk=gold.reference_id).update(status="non_instance")
        answer(ada, gold, make.verdict("animal"))
    make.answer_everything(ada, deer)
    words = said(client, "worker", "deer", ada.pk)
    assert "Photos without the animal let through 2 of 2" in words
    assert "Gold: no animal" in said(client, "task", deer.gold.first().task_id)
    assert "no animal, of whatever reason" in said(client, "gold", "deer")


def test_answers_to_gold_are_no_progress(client, birds, ada):
    for gold in birds.gold.all():
        answer(ada, gold, make.annotation([BOX]))
    words = said(client, "campaign", "birds")
    assert "0 of 5 photos finished" in words
    assert "Answers 0" in words
