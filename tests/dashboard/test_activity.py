"""The log of what organizers did: its pages and its file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from crowd import audit, campaign_life, gold_making, people, workers
from crowd.models import AuditEntry, User
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LOG = reverse("dashboard:activity")


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


@pytest.fixture
def history(olga, root, ada):
    """Two campaigns; olga and root did something on three days, a command before them."""
    birds, deer = make.campaign(2), make.campaign(2, slug="deer", super_class="Mammalia")
    days = [NOON + timedelta(days=n) for n in (1, 2, 3)]
    campaign_life.edit_instructions(birds, "Nests not.", knowing=1, by=olga, now=days[0])
    people.invite(by=root, role=User.Role.WORKER, campaign=deer, now=days[1])
    workers.suspend(ada, by=olga, now=days[2])
    return birds


def lines(client: Client, url: str = LOG, **wish: str) -> list[str]:
    """What the page shows, a word for each line."""
    reply = client.get(url, wish)
    return [deed.entry.action for deed in reply.context["page"].deeds]


def test_the_newest_deed_comes_first_and_says_who_did_what_to_what(desk, history):
    assert lines(desk) == ["suspend", "invite", "edit instructions", "create", "create"]
    html = desk.get(LOG).content.decode()
    assert f'<a href="{reverse("dashboard:campaign", args=["birds"])}">campaign birds</a>' in html
    assert "letters 10, version 2" in html


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"who": "olga"}, ["suspend", "edit instructions"]),
        ({"who": "nobody"}, ["create", "create"]),
        ({"what": "invite"}, ["invite"]),
        ({"campaign": "deer"}, ["invite", "create"]),
        ({"since": "2026-05-03"}, ["suspend", "invite"]),
        ({"until": "2026-05-02"}, ["edit instructions", "create", "create"]),
        ({"since": "2026-05-02", "until": "2026-05-02"}, ["edit instructions"]),
        ({"who": "root", "campaign": "birds"}, []),
    ],
)
def test_the_log_is_narrowed_down(desk, history, wish, found):
    users = {user.username: str(user.pk) for user in User.objects.all()}
    asked = {name: users.get(value, value) for name, value in wish.items()}
    assert lines(desk, **asked) == found
    reply = desk.get(reverse("dashboard:activity_csv"), asked)
    rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode())))
    assert [row[2] for row in rows[1:]] == found


def test_a_wish_that_makes_no_sense_is_told_beside_its_field(desk, history):
    for wish in ({"since": "soon"}, {"who": "0"}, {"campaign": "x"}, {"what": "sing"}):
        reply = desk.get(LOG, wish)
        assert reply.status_code == 422
        assert 'class="error"' in reply.content.decode()
    reply = desk.get(LOG, {"since": "2026-05-03", "until": "2026-05-02"})
    assert "before the first one" in reply.content.decode()
    assert desk.get(LOG, {"after": "x" * 30}).status_code == 200


def test_a_campaigns_log_holds_what_was_done_to_it_alone(desk, history, olga):
    images = make.images(2, of=history.dataset, prefix="known", boxes_xywh=[[1, 1, 9, 9]])
    gold_making.add_named(history, [images[0].file_name], by=olga, now=NOON + timedelta(days=4))
    url = reverse("dashboard:campaign_activity", args=["birds"])
    assert lines(desk, url) == ["add gold", "edit instructions", "create"]
    assert lines(desk, url, campaign="deer") == ["add gold", "edit instructions", "create"]


def test_pages_go_on_where_the_one_before_ended_even_within_one_moment(desk, olga):
    campaign = make.campaign(1)
    audit.record_all(
        olga, "wave", [f"task {n}" for n in range(120)], {}, now=NOON, campaign=campaign
    )
    seen, after = [], ""
    while True:
        page = desk.get(LOG, {"after": after}).context["page"]
        seen += [deed.entry.pk for deed in page.deeds]
        after = page.after
        if not after:
            break
        # what comes in between does not move what follows
        audit.record(olga, "wave", "task 999", {}, now=NOON + timedelta(days=1))
    assert seen == list(
        AuditEntry.objects.filter(pk__in=seen).order_by("-at", "-id").values_list("pk", flat=True)
    )
    assert len(seen) == len(set(seen)) == 121


def test_the_pages_ask_the_database_as_often_however_long_the_log(
    desk, history, olga, django_assert_max_num_queries
):
    urls = [LOG, reverse("dashboard:campaign_activity", args=["birds"])]
    for _ in range(2):
        for url in urls:
            with django_assert_max_num_queries(9):
                assert desk.get(url).status_code == 200
        for n in range(3):
            user = make.user(f"organizer-{n}-{len(urls)}", role=User.Role.ORGANIZER)
            audit.record_all(
                user, f"wave {n}", ["task 1", "data set x"], {}, now=NOON, campaign=history
            )
        urls.pop()


def test_a_spreadsheet_takes_nothing_in_the_log_for_a_formula(desk, olga):
    audit.record(olga, "wave", "=1+1", {}, now=NOON)
    reply = desk.get(reverse("dashboard:activity_csv"))
    assert b",'=1+1," in b"".join(reply.streaming_content)
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
