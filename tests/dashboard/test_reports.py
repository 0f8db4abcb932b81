"""What workers could not answer reaches organizers, who can say that they have looked."""

from __future__ import annotations

import csv
import re

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from annotate import aggregation as box_aggregation
from annotate.models import Annotation
from crowd import reports, workers
from crowd.models import AuditEntry, Campaign, Task, Worker
from crowd.reports import Reason
from dashboard.queries import reports as queries
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def problem(comment: str = "person"):
    return make.annotation(outcome="problem") | {"comment": comment}


def unsure():
    return make.annotation(outcome="cant_tell")


@pytest.fixture
def birds(ada, ben) -> Campaign:
    """Three photos: ada finds a person in each, ben cannot tell about any."""
    campaign = make.campaign(3, slug="birds", workers_per_task=3)
    make.answer_everything(ada, campaign, problem())
    make.answer_everything(ben, campaign, unsure())
    return campaign


def read(client: Client, campaign: Campaign, **query: str) -> str:
    reply = client.get(reverse("dashboard:reports", args=[campaign.slug]), query)
    assert reply.status_code == 200
    return str(reply.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def photos(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="photo-(\d+)"', html)]


def mark(client: Client, campaign: Campaign, **data: str):
    address = reverse("dashboard:see_reports", args=[campaign.slug])
    return client.post(address, {"as_of": timezone.now().isoformat(), **data}, follow=True)


def test_an_organizer_reads_who_could_not_answer_and_why(desk, birds, ada, ben):
    said = words(read(desk, birds))
    assert "3 photos to look at" in said
    assert said.count("A person or something private") == 3 + 1, "a card each, and the filter"
    assert f"{ada.pseudonym} , " in said
    assert f"{ben.pseudonym} , " in said
    assert "Other workers are asked" in said


def test_every_line_of_the_problem_menu_has_words_here():
    codes = set(re.findall(r'data-reason="(\w+)"', render_to_string("crowd/problem_menu.html")))
    assert codes == reports.MENU
    assert codes < set(Reason.values)


@pytest.mark.parametrize(
    ("outcome", "comment", "reason", "rest"),
    [
        ("cant_tell", "", Reason.CANT_TELL, ""),
        ("cant_tell", "person", Reason.CANT_TELL, ""),
        ("problem", "unusable", Reason.UNUSABLE, ""),
        ("problem", "did not load: HTTP 404", Reason.BROKEN, "did not load: HTTP 404"),
        ("problem", "size mismatch: 3 by 4", Reason.BROKEN, "size mismatch: 3 by 4"),
        ("problem", "my cat sat on it", Reason.OTHER, "my cat sat on it"),
        ("problem", "", Reason.OTHER, ""),
    ],
)
def test_the_database_and_the_page_read_a_reason_alike(desk, ada, outcome, comment, reason, rest):
    campaign = make.campaign(1)
    answer = make.annotation(outcome=outcome) | {"comment": comment}
    make.answer_everything(ada, campaign, answer)
    found = queries.counts(queries.pointers(campaign), "new").by_reason
    assert [one for one, n in found.items() if n] == [reason]
    said = words(read(desk, campaign, reason=reason.value))
    assert reason.label.replace("'", "&#x27;") in said.split("Newest first")[1]
    assert rest in said


def test_a_photo_that_two_could_not_answer_says_that_it_waits_for_a_decision(desk, birds):
    box_aggregation.aggregate_due(now=NOON)
    assert "It gets no more workers: it waits for an organizer" in words(read(desk, birds))


def test_other_answers_are_no_reports(desk, ada):
    campaign = make.campaign(2)
    make.answer_everything(ada, campaign)
    said = words(read(desk, campaign))
    assert "No worker has reported a photo" in said
    assert "CSV" not in said


def test_an_answer_that_was_changed_and_one_that_is_left_out_are_not_shown(desk, birds, ada, olga):
    birds.tasks.get(position=0).annotations.filter(worker=ada).update(is_current=False)
    assert words(read(desk, birds)).count("A person") == 2 + 1
    workers.exclude(ada, by=olga, now=NOON)
    assert "A person" not in read(desk, birds)
    assert "3 photos to look at" in words(read(desk, birds))


def test_reports_can_be_narrowed_to_a_reason(desk, birds, cyd):
    other = make.campaign(1, slug="more", workers_per_task=3)
    Worker.objects.filter(pk=cyd.pk).update(status="active")
    make.answer_everything(cyd, other, problem("disturbing"))
    assert photos(read(desk, other, reason="disturbing")) == [other.tasks.get().pk]
    assert photos(read(desk, other, reason="person")) == []
    assert len(photos(read(desk, birds, reason="cant_tell"))) == 3
    assert len(photos(read(desk, birds, reason="nonsense"))) == 3, "as if nothing had been asked"


def test_the_newest_report_or_the_most_reported_photo_comes_first(desk, ada, ben):
    campaign = make.campaign(2, workers_per_task=3)
    make.answer_everything(ada, campaign, unsure())
    make.answer_everything(ben, campaign, problem())
    early, late = (answer.task for answer in Annotation.objects.filter(worker=ben).order_by("id"))
    late.annotations.filter(worker=ada).update(outcome="nothing")
    assert photos(read(desk, campaign)) == [late.pk, early.pk]
    assert photos(read(desk, campaign, order="most")) == [early.pk, late.pk]


@pytest.mark.parametrize("order", ["newest", "most"])
def test_pages_show_every_photo_once_whatever_is_marked_meanwhile(desk, ada, ben, order):
    campaign = make.campaign(53, workers_per_task=3)
    make.answer_everything(ada, campaign, unsure())
    make.answer_everything(ben, campaign, unsure())
    Annotation.objects.filter(worker=ben, task__position__gte=7).update(outcome="nothing")
    shown: list[int] = []
    query: dict[str, str] = {"order": order, "show": "all"}
    for expected in (24, 24, 5):
        html = read(desk, campaign, **query)
        assert len(photos(html)) == expected
        shown += photos(html)
        mark(desk, campaign, seen=",".join(map(str, photos(html))))
        following = re.search(r'rel="next" href="\?([^"]+)"', html)
        query = dict(pair.split("=") for pair in following[1].split("&amp;")) if following else {}
    assert query == {}
    assert sorted(shown) == sorted(campaign.tasks.values_list("pk", flat=True))


def test_marking_as_seen_settles_nothing_and_is_audited(desk, birds, olga):
    box_aggregation.aggregate_due(now=NOON)
    task = birds.tasks.get(position=1)
    before = (task.state, task.n_wanted, task.n_taken, task.aggregate_due_at)
    said = words(mark(desk, birds, seen=str(task.pk)).content.decode())
    assert "1 photo marked as seen. Nothing changes for workers." in said
    assert "2 photos to look at" in said
    task.refresh_from_db()
    assert (task.state, task.n_wanted, task.n_taken, task.aggregate_due_at) == before
    entry = AuditEntry.objects.get(subject=f"task {task.pk}")
    assert (entry.actor, entry.action) == (olga, "see reports")
    seen = words(read(desk, birds, show="seen"))
    assert "Seen by olga, just now" in seen
    mark(desk, birds, seen=str(task.pk))
    assert AuditEntry.objects.filter(action="see reports").count() == 2, "looked once more"


def test_a_look_can_be_taken_back(desk, birds):
    task = birds.tasks.get(position=1)
    mark(desk, birds, seen=str(task.pk))
    said = words(mark(desk, birds, again=str(task.pk), show="seen").content.decode())
    assert "1 photo to look at again." in said
    assert "3 photos to look at" in said
    assert list(AuditEntry.objects.filter(subject=f"task {task.pk}").values_list("action")) == [
        ("see reports again",), ("see reports",),
    ]  # fmt: skip


def test_a_report_that_comes_after_the_look_is_new(desk, birds, cyd):
    task = birds.tasks.get(position=1)
    Worker.objects.filter(pk=cyd.pk).update(status="active")
    page_was_read = timezone.now()
    make.answer_everything(cyd, birds, problem("other"), now=timezone.now())
    mark(desk, birds, seen=str(task.pk), as_of=page_was_read.isoformat())
    html = read(desk, birds)
    assert task.pk in photos(html)
    assert words(html).count(" new ") == 1


def test_all_photos_of_a_page_are_marked_at_once_and_the_filters_stay(desk, birds):
    button = re.search(r'name="seen" value="(\d+,\d+,\d+)"', read(desk, birds))
    assert button is not None
    reply = mark(desk, birds, seen=button[1], reason="person", order="most", show="new")
    address = reply.redirect_chain[0][0]
    assert address.endswith("/reports/?show=new&reason=person&order=most")
    assert "All reported photos are looked at" in words(reply.content.decode())
    assert "Nothing new. 3 photos were looked at before." in words(read(desk, birds))


def test_an_address_puts_nothing_into_the_form_but_the_filters(desk, birds):
    html = read(desk, birds, order="most", again="1,2", as_of="2999-01-01", csrfmiddlewaretoken="x")
    address = reverse("dashboard:see_reports", args=["birds"])
    (form,) = re.findall(rf'<form method="post" action="{address}">(.*?)</form>', html, re.DOTALL)
    hidden = re.findall(r'<input type="hidden" name="(\w+)"', form)
    assert hidden == ["csrfmiddlewaretoken", "as_of", "order"]


def test_a_photo_of_another_campaign_cannot_be_marked(desk, birds, ada):
    other = make.campaign(1, slug="other")
    make.answer_everything(ada, other, problem())
    mark(desk, birds, seen=str(other.tasks.get().pk))
    assert other.tasks.get().reports_seen_at is None
    assert not AuditEntry.objects.filter(action="see reports").exists()


@pytest.mark.parametrize(
    "data",
    [
        {"seen": "1,x"},
        {"again": "-"},
        {"seen": str(2**63)},
        {"seen": "1", "as_of": "2026-13-40"},
        {"seen": "1", "as_of": "2026-05-01T12:00:00"},
    ],
)
def test_what_no_form_of_ours_sends_is_not_found(desk, birds, data):
    assert mark(desk, birds, **data).status_code == 404


def test_workers_cannot_read_or_mark_reports(birds, ada):
    client = Client()
    client.force_login(ada.user)
    for name in ("reports", "reports_csv"):
        assert client.get(reverse(f"dashboard:{name}", args=["birds"])).status_code == 403
    task = birds.tasks.get(position=0)
    reply = client.post(reverse("dashboard:see_reports", args=["birds"]), {"seen": str(task.pk)})
    assert reply.status_code == 403
    assert not Task.objects.filter(reports_seen_at__isnull=False).exists()


def test_all_reports_can_be_taken_to_a_spreadsheet(desk, ada, ben):
    campaign = make.campaign(1, slug="birds", workers_per_task=3)
    make.answer_everything(ada, campaign, problem('=HYPERLINK("x"), "quoted"\nand more'))
    make.answer_everything(ben, campaign, unsure())
    task = campaign.tasks.get()
    reply = desk.get(reverse("dashboard:reports_csv", args=["birds"]))
    assert reply["Content-Disposition"] == 'attachment; filename="birds-reports.csv"'
    first, second = csv.DictReader(reply.getvalue().decode().splitlines(keepends=True))
    assert first == {
        "file_name": task.image.file_name,
        "photo": "1",
        "state": "open",
        "reason": "other",
        "comment": '\'=HYPERLINK("x"), "quoted"\nand more',
        "worker": ada.pseudonym,
        "received_at": "2026-05-01T12:00:00+00:00",
        "is_new": "1",
    }
    assert (second["reason"], second["worker"]) == ("cant_tell", ben.pseudonym)


def test_verification_reports_arrive_as_well(desk, ada):
    campaign = make.campaign(2, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    make.answer_everything(
        ada, campaign, make.verdict(outcome="problem") | {"comment": "disturbing"}
    )
    said = words(read(desk, campaign))
    assert "2 photos to look at" in said
    assert "Disturbing 2" in said


def test_the_campaign_and_the_overview_say_what_waits(desk, birds):
    make.campaign(1, slug="quiet")
    overview = words(desk.get(reverse("dashboard:overview")).content.decode())
    assert "Workers reported 3 photos that nobody has looked at." in overview
    assert overview.count("3 reported photos to look at") == 1
    campaign = reverse("dashboard:campaign", args=["birds"])
    assert "3 reported photos to look at" in words(desk.get(campaign).content.decode())
    mark(desk, birds, seen=",".join(str(pk) for pk in birds.tasks.values_list("pk", flat=True)))
    assert "reported photo" not in words(desk.get(campaign).content.decode())
    assert "reported" not in words(desk.get(reverse("dashboard:overview")).content.decode())


def test_the_page_takes_as_many_queries_for_many_reports_as_for_few(desk, ada, ben):
    few = make.campaign(2, slug="few")
    many = make.campaign(20, slug="many")
    make.answer_everything(ada, few, problem())
    for worker in (ada, ben):
        make.answer_everything(worker, many, problem())
    counted = []
    for campaign in (few, many):
        with CaptureQueriesContext(connection) as caught:
            read(desk, campaign)
        counted.append(len(caught))
    assert counted[0] == counted[1]


def test_reports_are_found_by_their_index(desk, birds):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = on")
    plan = queries.by_task(birds).explain()
    assert "annotation_reported" in plan
