"""A worker's own page: the whole history, agreement in words, and nothing of anybody else."""

from __future__ import annotations

import re
from datetime import UTC, date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate import jobs as box_jobs
from annotate.adjudication import BOXES
from annotate.models import Annotation
from crowd import own_work
from crowd.adjudication import Wish
from crowd.models import Campaign, Task, Worker
from crowd.own_work import LEAST, Place
from tests import make
from verify import jobs as verify_jobs
from verify.adjudication import VERDICTS

pytestmark = pytest.mark.django_db

BOX = [100.0, 100.0, 200.0, 150.0]


def client_of(worker: Worker) -> Client:
    client = Client()
    assert worker.user is not None
    client.force_login(worker.user)
    return client


def page(worker: Worker, query: str = "") -> str:
    reply = client_of(worker).get(f"/my-work/{query}")
    assert reply.status_code == 200
    return reply.content.decode()


def agreed(people: list[Worker], campaign: Campaign, replies: list[dict]) -> None:
    """Each answers everything in their own way, and the consensus is made."""
    for worker, reply in zip(people, replies, strict=True):
        make.answer_everything(worker, campaign, reply)
    jobs = box_jobs if campaign.kind == Campaign.Kind.BOX else verify_jobs
    jobs.aggregate_due()


def test_a_newcomer_is_shown_the_way(ada):
    assert "Nothing yet" in page(ada)


def test_answers_are_counted_by_day_and_campaign(ada):
    birds = make.campaign(3, slug="birds")
    deer = make.campaign(2, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    timing = {"timing": {"visible_ms": 20_000.0, "idle_ms": 5_000.0}}
    make.answer_everything(ada, birds, make.annotation([BOX]) | timing)
    make.answer_everything(ada, deer, now=make.NOON + timedelta(days=1))
    found = own_work.history(ada, zone=UTC)
    assert [(day, done.n) for day, done in found.by_day.items()] == [
        (date(2026, 5, 2), 2),
        (date(2026, 5, 1), 3),
    ]
    assert found.by_campaign[birds.pk].active_s == 45
    assert found.by_campaign[deer.pk].n == 2
    assert found.total.n == 5


def test_a_tab_left_open_is_not_working_time(ada):
    timing = {"timing": {"visible_ms": 9e9}}
    make.answer_everything(ada, make.campaign(1), make.annotation() | timing)
    assert own_work.history(ada, zone=UTC).total.active_s == 600


def test_days_begin_where_the_browser_is(ada):
    make.answer_everything(ada, make.campaign(1), now=make.NOON.replace(hour=20))
    client = client_of(ada)
    client.cookies["timezone"] = "Asia/Taipei"
    assert 'datetime="2026-05-02"' in client.get("/my-work/").content.decode()
    for strange in ("localtime", "Asia/Kathmandu", "America/St_Johns", "Nowhere/At_all"):
        client.cookies["timezone"] = strange
        assert client.get("/my-work/").status_code == 200, strange
    client.cookies["timezone"] = "../../etc/passwd"
    assert 'datetime="2026-05-01"' in client.get("/my-work/").content.decode()


def test_what_one_answered_is_shown_with_its_boxes(ada):
    make.answer_everything(ada, make.campaign(1), make.annotation([BOX, [5, 5, 50, 50]]))
    html = page(ada)
    assert "2 boxes" in html
    assert html.count('class="drawn"') == 2
    assert 'x="100.0" y="100.0" width="200.0" height="150.0"' in html
    assert "/thumbnail.jpg" in html


def test_nobody_sees_the_work_of_others(ada, ben):
    campaign = make.campaign(2)
    make.answer_everything(ada, campaign, make.annotation([BOX]))
    assert "Nothing yet" in page(ben)
    make.answer_everything(ben, campaign)
    html = page(ben)
    assert "drawn" not in html
    assert ada.pseudonym not in html
    assert "ada" not in re.sub(r"<[^>]*>", "", html)


def test_pages_follow_each_other_and_hold_every_answer_once(ada):
    birds = make.campaign(own_work.AT_ONCE + 3, slug="birds")
    deer = make.campaign(4, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    # all at the same moment, as a batch may be
    make.answer_everything(ada, birds)
    make.answer_everything(ada, deer)
    first = own_work.latest(ada, below=None)
    second = own_work.latest(ada, below=first.older)
    assert (len(first.entries), len(second.entries), second.older) == (own_work.AT_ONCE, 7, None)
    seen = {(entry.kind, entry.answer.pk) for entry in [*first.entries, *second.entries]}
    assert len(seen) == own_work.AT_ONCE + 7
    assert Place.read(str(first.older)) == first.older
    assert "Earlier answers" in page(ada, f"?before={first.older}")


@pytest.mark.parametrize("place", ["x", "1-box", "1-gold-1", "9" * 30 + "-box-1", "1-box-1-1"])
def test_a_place_that_is_none_is_not_found(ada, place):
    assert client_of(ada).get(f"/my-work/?before={place}").status_code == 404


def test_the_number_of_queries_does_not_grow(ada):
    client = client_of(ada)

    def n_queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/my-work/").status_code == 200
        return len(seen)

    make.answer_everything(ada, make.campaign(1, slug="first"), make.annotation([BOX]))
    before = n_queries()
    for number in range(3):
        more = make.campaign(6, slug=f"more-{number}")
        later = make.NOON + timedelta(days=number)
        make.answer_everything(ada, more, make.annotation([BOX]), now=later)
    assert n_queries() == before


def test_agreement_is_told_in_words_and_with_its_interval(ada, ben, db):
    third, campaign = make.worker("dan"), make.campaign(LEAST + 5)
    close = make.annotation([[102.0, 101.0, 199.0, 150.0]])
    agreed([ada, ben, third], campaign, [make.annotation([BOX]), close, close])
    html = page(ada)
    assert "Your boxes agree very well with those of others." in html
    assert "The same in 25 of your latest 25 photos: somewhere between 84 and 100 %." in html


def test_whoever_boxes_something_else_hears_it_kindly(ada, ben, db):
    third, campaign = make.worker("dan"), make.campaign(LEAST)
    close = make.annotation([BOX])
    agreed([ada, ben, third], campaign, [make.annotation([[500, 400, 90, 90]]), close, close])
    assert "Your boxes often differ from those of others." in page(ada)


def test_verdicts_agree_where_the_label_is_the_same(ada, ben, db):
    third = make.worker("dan")
    campaign = make.campaign(LEAST, kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    agreed([ada, ben, third], campaign, [make.verdict()] * 3)
    assert "Your answers agree very well with those of others." in page(ada)


def test_little_is_said_of_little(ada, ben, db):
    third, campaign = make.worker("dan"), make.campaign(3)
    agreed([ada, ben, third], campaign, [make.annotation([BOX])] * 3)
    html = page(ada)
    assert "Your boxes will be compared with those of others once there are more." in html
    assert "between" not in html


def test_two_opinions_are_no_consensus_to_agree_with(ada, ben):
    campaign = make.campaign(LEAST, workers_per_task=2, max_workers=2)
    agreed([ada, ben], campaign, [make.annotation([BOX])] * 2)
    assert own_work.agreement(ada, own_work.of_kind("box")).n_compared == 0


def test_the_end_of_a_session_says_what_it_came_to(ada, ben, db):
    third, campaign = make.worker("dan"), make.campaign(LEAST)
    agreed([ada, ben, third], campaign, [make.annotation([BOX])] * 3)
    n = Task.objects.filter(campaign=campaign, state=Task.State.RETIRED).count()
    assert n == LEAST
    assert client_of(ada).get("/api/me/box/").json() == {
        "sentences": [
            f"{n} photos are finished with your help.",
            "Your boxes agree very well with those of others.",
        ]
    }
    assert client_of(ada).get("/api/me/verify/").json() == {"sentences": []}


def test_a_browser_can_ask_whose_it_is(ada):
    assert client_of(ada).get("/api/me/").json() == {"worker": ada.pseudonym}
    assert Client().get("/api/me/").status_code == 401


def test_a_change_of_mind_counts_once(ada):
    campaign = make.campaign(1)
    make.answer_everything(ada, campaign)
    answer = Annotation.objects.get()
    Annotation.objects.filter(pk=answer.pk).update(is_current=False)
    answer.pk, answer.version, answer.idempotency_key = (
        None,
        2,
        make.annotation()["idempotency_key"],
    )
    answer.received_at = timezone.now()
    answer.save()
    assert own_work.history(ada, zone=UTC).total.n == 1
    assert len(own_work.latest(ada, below=None).entries) == 1


def test_a_page_of_one_worker_is_refused_for_another(ada, ben):
    make.campaign(1)
    client, named = client_of(ben), {"X-Quadrat-Worker": ada.pseudonym}
    claim = "/api/campaigns/birds/assignments/"
    assert client.post(claim, content_type="application/json", headers=named).status_code == 401
    assert client.get("/api/me/", headers=named).json() == {"worker": ben.pseudonym}
    assert not ben.assignments.exists()
    own = {"X-Quadrat-Worker": ben.pseudonym}
    assert client.post(claim, content_type="application/json", headers=own).status_code == 201


def test_where_an_organizer_has_decided_the_decision_is_what_counts(ada, ben, olga):
    third, campaign = make.worker("dan"), make.campaign(LEAST)
    others = make.annotation([[500.0, 400.0, 90.0, 90.0]])
    agreed([ada, ben, third], campaign, [make.annotation([BOX]), others, others])
    own = own_work.of_kind("box")
    assert own_work.agreement(ada, own).n_same == 0
    first, second = Task.objects.filter(campaign=campaign).order_by("pk")[:2]
    BOXES.edit(Wish(first.pk, olga, 0), [BOX], now=make.NOON)
    assert own_work.agreement(ada, own).n_same == 1
    assert own_work.agreement(ben, own).n_same == LEAST - 1
    BOXES.exclude(Wish(second.pk, olga, 0), "broken", now=make.NOON)
    assert own_work.agreement(ben, own) == own_work.Agreement(LEAST - 2, LEAST - 1)


def test_a_decided_label_is_what_verdicts_are_compared_with(ada, ben, olga):
    third = make.worker("dan")
    campaign = make.campaign(LEAST, kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    agreed([ada, ben, third], campaign, [make.verdict("tracks"), make.verdict(), make.verdict()])
    own = own_work.of_kind("verify")
    task = Task.objects.filter(campaign=campaign).first()
    assert own_work.agreement(ada, own).n_same == 0
    VERDICTS.edit(Wish(task.pk, olga, 0), "tracks", now=make.NOON)
    assert own_work.agreement(ada, own).n_same == 1
