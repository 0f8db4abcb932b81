"""The page of a campaign's gold, and what it says of a worker."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from annotate import submission
from annotate.adjudication import BOXES
from crowd import gold_making
from crowd.adjudication import Wish
from crowd.models import Assignment, AuditEntry, Campaign, Enrolment, GoldStandard
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
    assert "2 of 2 who do well on the rest fail it" in words
    html = client.get(reverse("dashboard:gold", args=["birds"])).content.decode()
    assert html.count('<span class="badge warn">in doubt</span>') == 1
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
    assert "2 of 2 who do well on the rest fail it" in said(client, "gold", "birds")


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


def drawn(boxes: list[list[float]], **more) -> dict:
    return {"action": "edit", "seen": 0, "boxes": [{"bbox": box} for box in boxes], **more}


def send(client: Client, name: str, *args, data: dict):
    url = reverse(f"dashboard:{name}", args=args)
    return client.post(url, json.dumps(data), content_type="application/json")


def test_correcting_gold_scores_its_answers_anew_and_keeps_what_was_known(client, birds, ada, olga):
    gold = birds.gold.order_by("pk").first()
    answer(ada, gold, make.annotation([ELSEWHERE]))
    assert gold.scores.get().is_good is False
    reply = send(client, "gold_boxes", "birds", gold.pk, data=drawn([ELSEWHERE], reason="a wren"))
    assert reply.status_code == 201
    assert gold.scores.get().is_good is True
    assert gold.scores.get().details["mean_iou"] == 1.0
    gold.reference.refresh_from_db()
    assert gold.reference.boxes_xywh == [ELSEWHERE]
    entry = AuditEntry.objects.get(action="correct gold")
    assert entry.actor == olga
    assert entry.detail["before"] == {"boxes_xywh": [BOX]}
    assert entry.detail["reason"] == "a wren"


def test_a_correction_stands_in_the_log_of_every_campaign_that_it_scores_anew(client, birds, ada):
    twin = make.campaign(0, slug="twin", dataset=birds.dataset)
    gold_making.add(twin, count=5, now=NOON)
    gold = birds.gold.order_by("pk").first()
    other = twin.gold.get(reference=gold.reference_id)
    answer(ada, other, make.annotation([ELSEWHERE]))
    send(client, "gold_boxes", "birds", gold.pk, data=drawn([ELSEWHERE]))
    assert other.scores.get().is_good is True
    entries = AuditEntry.objects.filter(action="correct gold")
    assert {entry.campaign for entry in entries} == {birds, twin}


def test_a_label_that_was_known_wrongly_is_corrected(client, ada, db):
    deer = make.campaign(4, slug="deer", kind="verify", super_class="Mammalia", boxes_xywh=[])
    gold_making.add(deer, count=1, now=NOON)
    gold = deer.gold.get()
    answer(ada, gold, make.verdict("scat"))
    assert gold.scores.get().is_good is False
    url = reverse("dashboard:gold_label", args=["deer", gold.pk])
    assert (
        "1 answer was scored anew"
        in client.post(url, {"label": "scat"}, follow=True).content.decode()
    )
    assert gold.scores.get().is_good is True
    assert "choose what the photo shows" in client.post(url, follow=True).content.decode()
    gold_making.withdraw(gold, now=NOON)
    assert client.post(url, {"label": "scat"}).status_code == 404


def test_boxes_that_do_not_fit_correct_nothing(client, birds):
    gold = birds.gold.order_by("pk").first()
    reply = send(client, "gold_boxes", "birds", gold.pk, data=drawn([[790.0, 10.0, 90.0, 20.0]]))
    assert reply.status_code == 422
    assert reply.json()["errors"]["boxes"]
    gold.reference.refresh_from_db()
    assert gold.reference.boxes_xywh == [BOX]


def test_an_organizer_draws_gold_where_nobody_has_looked(client, ada):
    campaign = make.campaign(3)
    make.answer_everything(ada, campaign)
    assert (
        "no other photo"
        in client.get(
            reverse("dashboard:gold_draw_next", args=["birds"]), follow=True
        ).content.decode()
    )
    other = make.campaign(2, slug="wrens", dataset=make.dataset("new"))
    first = other.tasks.order_by("position")[0]
    led = client.get(reverse("dashboard:gold_draw_next", args=["wrens"]))
    assert led["Location"] == reverse("dashboard:gold_draw", args=["wrens", first.pk])
    assert "Make it gold" in client.get(led["Location"]).content.decode()
    assert send(client, "gold_draw", "wrens", first.pk, data=drawn([BOX])).status_code == 201
    gold = other.gold.get()
    assert gold.reference.boxes_xywh == [BOX]
    first.refresh_from_db()
    assert first.is_adjudicated
    assert send(client, "gold_draw", "wrens", first.pk, data=drawn([BOX])).status_code == 409


def test_gold_can_be_looked_at_by_what_became_of_it(client, birds, ada):
    gold = birds.gold.order_by("pk").first()
    answer(ada, gold, make.annotation([BOX]))
    assert said(client, "gold", "birds").count("failed 0 of 1 time") == 1
    counts = {
        show: client.get(reverse("dashboard:gold", args=["birds"]), {"show": show})
        .content.decode()
        .count('class="gold-card"')
        for show in ("", "doubtful", "unmet", "withdrawn")
    }
    assert counts == {"": 5, "doubtful": 0, "unmet": 4, "withdrawn": 0}
    gold_making.withdraw(gold, now=NOON)
    url = reverse("dashboard:gold", args=["birds"])
    assert "Withdrawn" in client.get(url, {"show": "withdrawn"}).content.decode()


def test_the_figure_tells_who_fails_which_photo(client, birds, ada, ben):
    for gold in birds.gold.order_by("pk"):
        answer(ada, gold, make.annotation([BOX]))
        answer(ben, gold, make.annotation([ELSEWHERE]))
    url = reverse("dashboard:gold", args=["birds"])
    csv = client.get(url, {"figure": "gold-failures", "as": "csv"}).content.decode()
    assert csv.splitlines()[1] == "1,2,1,1,0,no"
    called = {row.split(",")[0] for row in csv.splitlines()[1:]}
    assert called == {str(gold.task.position + 1) for gold in birds.gold.all()}
    assert "Who fails which gold photo" in said(client, "gold", "birds")


def test_gold_made_of_a_decision_is_corrected_with_the_next_one(client, ada, olga):
    campaign = make.campaign(2)
    task = campaign.tasks.order_by("pk")[0]
    BOXES.edit(Wish(task.pk, olga, 0), [BOX], now=NOON)
    gold = BOXES.make_gold(task.pk, by=olga, now=NOON)
    answer(ada, gold, make.annotation([ELSEWHERE]))
    page = reverse("dashboard:adjudicate", args=["birds"]) + f"?task={task.pk}"
    assert "Correct gold, too" not in client.get(page).content.decode()
    BOXES.edit(Wish(task.pk, olga, 1), [ELSEWHERE], now=NOON)
    assert "Correct gold, too" in client.get(page).content.decode()
    reply = client.post(reverse("dashboard:adjudicate_gold", args=["birds", task.pk]), follow=True)
    assert "scored anew: 1" in reply.content.decode()
    assert gold.scores.get().is_good is True
    assert "Correct gold, too" not in client.get(page).content.decode()
