"""The pages of workers: who answers well, what is off, and what can be done."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from annotate import aggregation as box_aggregation
from annotate.models import Annotation, Comparison
from crowd import gold_making, messages, refitting, workers
from crowd.models import Assignment, Campaign, GoldScore, Message
from dashboard.queries import workers as queries
from tests import make
from tests.dashboard.conftest import LEFT
from tests.dashboard.counted import day, skill, tally
from tests.make import NOON

pytestmark = pytest.mark.django_db
MATCHED = {"n_compared": 10, "n_objects": 9, "n_matched": 8, "n_missed": 1, "iou_sum": 6.8}


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def free(ada, ben) -> Campaign:
    """A campaign without pay in which ada is good and ben is not; their answers are counted."""
    campaign = make.campaign(2, slug="free")
    tally(ada, campaign, **MATCHED, n_timed=10, seconds=140.0, median_s=13.0, median_box_s=9.0)
    tally(
        ben, campaign, n_answers=30, n_objects=30, n_matched=15, n_missed=15, n_extra=5,
        n_loose=3, iou_sum=9.0, n_gold=4, n_gold_good=1, median_s=2.0, median_box_s=1.5,
    )  # fmt: skip
    skill(ada, "box", 0.9)
    skill(ben, "box", 0.4)
    return campaign


def page(desk: Client, name: str, *args, query: str = "") -> str:
    reply = desk.get(reverse(f"dashboard:{name}", args=args) + query)
    assert reply.status_code == 200
    return str(reply.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def names(html: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>(w-[0-9a-f]{10})<', html)


def spec(html: str, slug: str) -> dict:
    found = re.search(rf'id="{slug}-spec"[^>]*>(.+?)</script>', html)
    assert found is not None
    return dict(json.loads(found.group(1)))


def test_the_table_tells_all_figures_of_each_worker(desk, free, ben):
    said = words(page(desk, "workers", "free"))
    assert "2 workers gave 40 answers" in said
    line = said[said.index(f"{ben.pseudonym} Active") :]
    assert "0.40 0.33 to 0.47 30 0.60 50 % 25 % 20 % 0 % 0 % 25 %" in line
    assert "2.0 s 1.5 s" in line


def test_the_table_can_be_sorted_filtered_and_searched(desk, free, ada, ben, olga):
    assert names(page(desk, "workers", "free", query="?sort=skill")) == [
        ada.pseudonym,
        ben.pseudonym,
    ]
    workers.suspend(ben, by=olga, now=NOON)
    assert names(page(desk, "workers", "free", query="?state=paused")) == [ben.pseudonym]
    query = f"?name={ada.pseudonym.upper()}"
    assert names(page(desk, "workers", "free", query=query)) == [ada.pseudonym]
    assert "No worker is like that" in page(desk, "workers", "free", query="?name=zebra")


@pytest.mark.parametrize("sort", sorted(queries.SORTS))
def test_what_is_unknown_comes_last_in_every_order(desk, free, sort):
    stranger = make.worker("stranger")
    tally(stranger, free)
    for order in ("asc", "desc"):
        html = page(desk, "workers", "free", query=f"?sort={sort}&order={order}")
        assert len(names(html)) == 3
        if sort in {"skill", "agreement", "missed", "extra", "loose", "gold", "seconds"}:
            assert names(html)[-1] == stranger.pseudonym


def test_each_worker_is_a_mark_that_leads_to_the_page(desk, free, ada):
    values = spec(page(desk, "workers", "free"), "skill-and-speed")["data"]["values"]
    (mark,) = (value for value in values if value["worker"] == ada.pseudonym)
    assert (mark["pace"], mark["skill"], mark["n"]) == (9.0, 0.9, 10)
    assert mark["url"] == reverse("dashboard:worker", args=["free", ada.pk])


def test_all_workers_come_as_csv(desk, free, ada):
    reply = desk.get(reverse("dashboard:workers_csv", args=["free"]))
    rows = list(csv.DictReader(io.StringIO(b"".join(reply.streaming_content).decode())))
    (own,) = (row for row in rows if row["worker"] == ada.pseudonym)
    assert len(rows) == 2
    assert (own["skill"], own["answers"], own["agreement"]) == ("0.9", "10", "0.85")


def test_unfair_pay_is_said_with_what_would_be_fair(desk, free, ada):
    assert "an hour" not in words(page(desk, "workers", "free"))
    Campaign.objects.filter(pk=free.pk).update(pay_per_answer=0.02)
    for said in (
        words(page(desk, "workers", "free")),
        words(page(desk, "worker", "free", ada.pk)),
    ):
        assert "At 0.02 USD an answer and 14.0 s of attention that is 5.14 USD an hour" in said
        assert "0.05 USD an answer would be" in said
    Campaign.objects.filter(pk=free.pk).update(pay_per_answer=0.0, pay_per_hour=15.0)
    said = words(page(desk, "workers", "free"))
    assert "15.00 USD for an hour of attention" in said
    assert "not fair" not in said


def test_a_rate_from_few_answers_is_told_with_its_range(desk, ada):
    campaign = make.campaign(9, slug="few")
    Campaign.objects.filter(pk=campaign.pk).update(pay_per_answer=0.05)
    make.answer_everything(ada, campaign)
    for number, answer in enumerate(Annotation.objects.order_by("pk")):
        Annotation.objects.filter(pk=answer.pk).update(timing={"active_ms": 1000 * (number + 6)})
    tally(ada, campaign, n_timed=9, seconds=90.0)
    # of 6 to 14 s the second and the second last
    assert "between 13.85 and 25.71" in words(page(desk, "worker", "few", ada.pk))


def test_a_workers_page_tells_habits_and_what_is_off(desk, free, ada):
    free_tally = {"habits_px": [4.1, 0.2, -3.0, 1.0], "habits_share": [0.041, 0.002, -0.03, 0.01]}
    tally_of = ada.tallies.get(campaign=free)
    for name, value in (free_tally | {"habits_sd": [0.05, 0.05, 0.05, 0.05]}).items():
        setattr(tally_of, name, value)
    tally_of.methods = {"drag": 8, "": 1}
    tally_of.save()
    html = page(desk, "worker", "free", ada.pk)
    said = words(html)
    assert f"{ada.pseudonym}: skill 0.90, between 0.83 and 0.97" in said
    assert "A clear habit: left 4.1 % too far out, right 3.0 % too far in." in said
    assert "The box this worker would draw" in said
    assert re.search(r"Drawn by drag\w* 8", said)
    split = {row["part"]: row["words"] for row in spec(html, "split")["data"]["values"]}
    assert split["missed"] == "1 (11 %)"
    assert f"/dashboard/campaigns/free/tasks/?worker={ada.pk}&amp;pattern=missed" in html


def test_a_worker_who_gets_worse_is_told_of_in_words(desk, free, ada, ben):
    for number in range(30):
        at = (NOON + timedelta(days=number)).date()
        good = 18 if number < 24 else 8
        day(ada, free, at, n_answers=20, n_matched=20, iou_sum=18.0 + number % 2 * 0.2)
        day(ben, free, at, n_answers=20, n_matched=20, iou_sum=good + number % 2 * 0.2)
    assert "Getting worse" not in page(desk, "worker", "free", ada.pk)
    html = page(desk, "worker", "free", ben.pk)
    assert "Getting worse" in html
    assert spec(html, "drift")["data"]["values"][-1]["value"] == pytest.approx(0.41)


def test_the_latest_disagreements_lead_to_their_photos(desk, birds, ben):
    tally(ben, birds, **MATCHED)
    for answer in Annotation.objects.filter(worker=ben):
        Comparison.objects.create(
            annotation=answer, campaign=birds, task=answer.task, worker=ben,
            received_at=answer.received_at, n_boxes=1, n_objects=2, n_matched=1, n_missed=1,
            n_extra=0, n_loose=1, ious=[0.6], edges_px=[0] * 4, edges_share=[0] * 4,
            edges_square=[0] * 4,
        )  # fmt: skip
    html = page(desk, "worker", "birds", ben.pk)
    assert words(html).count("1 missed, 1 loose") == 2
    assert (
        f'{reverse("dashboard:task", args=[answer.task_id])}">{answer.task.position + 1}</a>'
        in html
    )


def test_a_verdict_that_differs_is_told_beside_the_consensus(desk, mammals, ada, ben):
    said = words(page(desk, "worker", "mammals", ada.pk)) + words(
        page(desk, "worker", "mammals", ben.pk)
    )
    assert "the consensus: " in said


def test_gold_that_was_failed_is_listed(desk, ada):
    campaign = make.campaign(2, slug="known", boxes_xywh=[LEFT])
    (known,) = make.images(1, of=campaign.dataset, prefix="known", boxes_xywh=[LEFT])
    gold_making.add_named(campaign, [known.file_name], now=NOON)
    met = {"state": "submitted", "claimed_at": NOON, "lease_until": NOON}
    held = Assignment.objects.create(task=campaign.gold.get().task, worker=ada, **met)
    GoldScore.objects.create(
        gold=campaign.gold.get(), assignment=held, worker=ada, version=1, is_good=False,
        is_missed=True, is_grid=False, quality=0.0, scored_at=NOON,
        details={"n_true": 1, "n_missed": 1, "n_extra": 0, "mean_iou": None},
    )  # fmt: skip
    tally(ada, campaign)
    said = words(page(desk, "worker", "known", ada.pk))
    assert "Not good in this campaign" in said
    assert "1 missed" in said


def test_a_worker_is_sent_to_practice_and_back(desk, free, ada):
    url = reverse("dashboard:worker_practice", args=["free", ada.pk])
    said = words(desk.post(url, {"action": "send"}, follow=True).content.decode())
    assert "at practice" in said
    assert "Call off the practice" in said
    assert "At practice 1" in words(page(desk, "workers", "free"))
    said = words(desk.post(url, {"action": "call_off"}, follow=True).content.decode())
    assert "Send to practice" in said
    assert "Practice called off olga" in said
    assert desk.post(url, {"action": "expel"}).status_code == 404


def test_the_page_says_why_nobody_can_be_sent_or_written_to(desk, free):
    robot = make.worker("robot")
    robot.is_simulated, robot.user = True, None
    robot.save()
    tally(robot, free)
    said = words(page(desk, "worker", "free", robot.pk))
    assert "A simulated worker has nothing to learn." in said
    assert "A simulated worker reads nothing." in said


def test_a_message_is_sent_and_shown_as_read(desk, free, ada):
    url = reverse("dashboard:worker_message", args=["free", ada.pk])
    said = words(desk.post(url, {"text": "Tails, <b>too</b>."}, follow=True).content.decode())
    assert "Tails, &lt;b&gt;too&lt;/b&gt;." in said
    assert "not read yet" in said
    messages.mark_read(ada, Message.objects.get().pk, now=datetime.now(UTC))
    assert "read just now" in words(page(desk, "worker", "free", ada.pk))


def test_a_refused_message_keeps_its_words(desk, free, ada):
    url = reverse("dashboard:worker_message", args=["free", ada.pk])
    reply = desk.post(url, {"text": "word " * 500})
    assert reply.status_code == 422
    assert "word word" in reply.content.decode()
    assert "A message has 1 to 2,000 characters" in reply.content.decode()


def test_leaving_answers_out_is_followed_until_everything_is_merged_again(desk, birds, ben, olga):
    url = reverse("dashboard:worker_merging", args=["birds", ben.pk])
    refitting.refit(box_aggregation.BOXES, clock=lambda: NOON, is_forced=True)
    assert desk.get(url).json() == {"html": "Merged again: nothing in this campaign changed.",
                                    "is_over": True}  # fmt: skip
    workers.exclude(ben, by=olga, now=NOON)
    said = desk.get(url).json()
    assert not said["is_over"]
    assert "as soon as skills are estimated again" in said["html"]
    assert said["html"] in page(desk, "worker", "birds", ben.pk)
    later = NOON + timedelta(hours=1)
    refitting.refit(box_aggregation.BOXES, clock=lambda: later)
    said = desk.get(url).json()
    assert said["is_over"]
    assert "of 2 photographs changed" in words(said["html"])
    assert reverse("dashboard:compare", args=["birds"]) in said["html"]


def test_merging_tells_how_far_it_is(desk, birds, ben, olga):
    fit = refitting.fit(box_aggregation.BOXES, clock=lambda: NOON, is_forced=True)
    assert fit is not None
    workers.exclude(ben, by=olga, now=NOON)
    said = desk.get(reverse("dashboard:worker_merging", args=["birds", ben.pk])).json()
    assert said == {"html": "Merging again: 0 of 2 photographs.", "is_over": False}


def test_many_workers_take_as_many_queries_as_few(desk, free):
    def n_queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            page(desk, "workers", "free")
        return len(caught)

    few = n_queries()
    for number in range(8):
        one = make.worker(f"many-{number}")
        tally(one, free, **MATCHED)
        skill(one, "box", 0.5)
    assert n_queries() == few
    assert few <= 13


def test_who_checks_boxes_has_a_page_too(desk, birds):
    checks, checker = make.check_campaign(birds), make.worker("checker")
    tally(checker, checks, n_answers=7, n_compared=5, n_same=4, n_timed=7, seconds=21.0)
    assert "1 worker gave 7 answers" in words(page(desk, "workers", checks.slug))
    said = words(page(desk, "worker", checks.slug, checker.pk))
    assert "Same as the consensus 80 %" in said
    assert "Sending to practice: There is no practice for checks." in said


def test_before_the_first_count_the_page_says_what_will_come(desk, birds, ada):
    assert "counted within minutes" in words(page(desk, "workers", "birds"))
    assert "No answer has been counted yet" in words(page(desk, "worker", "birds", ada.pk))
