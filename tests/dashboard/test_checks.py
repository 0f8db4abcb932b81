"""A campaign of checks on the organizers' pages."""

from __future__ import annotations

import pytest
from django.test import Client

from crowd.models import Campaign, Task
from tests import make
from tests.annotate.crowds import Clock
from tests.annotate.test_followup import check, disputed_campaign, settle

PAGES = (
    "",
    "activity/",
    "figures/",
    "instructions/",
    "clone/",
    "tasks/",
    "adjudicate/",
    "gold/",
    "consensus/",
    "reports/",
    "reports.csv",
    "quality/",
    "checks/",
    "workers/",
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drawn(db, clock) -> Campaign:
    return disputed_campaign(clock, n_tasks=3)


@pytest.fixture
def checks(drawn, clock) -> Campaign:
    """Three photos asked about, one box denied on each."""
    made = make.check_campaign(drawn)
    settle(clock)
    check(made, clock, lambda n: ([True, False][:n], True))
    return made


def get(api, olga, path: str) -> str:
    reply = api(olga).get(path, follow=True)
    assert reply.status_code == 200, path
    return b"".join(reply).decode()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_a_campaign_opens_for_checks(api, olga, checks, page):
    get(api, olga, f"/dashboard/campaigns/{checks.slug}/{page}")


def test_pages_about_everything_know_checks(api, olga, checks):
    for path in ("/dashboard/", "/dashboard/data-sets/of-birds/plan/", "/dashboard/plan/"):
        get(api, olga, path)
    for task in checks.tasks.all():
        get(api, olga, f"/dashboard/tasks/{task.pk}/")
    who = checks.enrolments.first().worker_id
    get(api, olga, f"/dashboard/campaigns/{checks.slug}/workers/{who}/")


def test_no_number_in_an_address_is_too_long(api, olga, drawn):
    long, of = "9" * 5000, f"/dashboard/campaigns/{drawn.slug}/"
    client = api(olga)
    make.check_campaign(drawn)
    assert client.get(f"{of}checks/", {"page": long}).status_code == 200
    assert client.get(f"{of}reports/", {"after": f"{long}-{long}"}).status_code == 200
    assert client.get(f"{of}adjudicate/", {"task": long}).status_code == 404


def test_the_page_of_a_box_campaign_asks_how_risky_a_photo_must_be(api, olga, drawn):
    page = get(api, olga, f"/dashboard/campaigns/{drawn.slug}/checks/")
    assert "3 photos at rest have risky boxes" in page
    assert 'value="birds-checks"' in page


def test_starting_a_check_from_the_page(api, olga, drawn, clock):
    path = f"/dashboard/campaigns/{drawn.slug}/checks/"
    wish = {"slug": "look", "check_risk": "0.1", "workers_per_task": "2"}
    client = Client()
    client.force_login(olga)
    reply = client.post(path, wish, follow=True)
    assert "look is running" in reply.content.decode()
    made = Campaign.objects.get(slug="look")
    assert (made.kind, made.follows, made.created_by) == ("check", drawn, olga)
    assert client.post(path, wish | {"slug": "again"}).status_code == 422
    assert client.post(path, wish | {"check_risk": "7"}).status_code == 422
    assert client.post(path).status_code == 422


def test_what_checkers_found_is_listed_with_the_photos(api, olga, checks, drawn):
    path = f"/dashboard/campaigns/{drawn.slug}/checks/"
    page = get(api, olga, path)
    assert "3 of 3 risky photos checked" in page
    assert "A box denied: 3." in page
    for task in drawn.tasks.all():
        assert f"/dashboard/tasks/{task.pk}/" in page
    assert "No photo was checked with that result" in get(api, olga, path + "?outcome=left_out")
    assert "No photo was checked" not in get(api, olga, path + "?outcome=denied&page=x")


def test_the_page_of_a_photo_says_what_checkers_say(api, olga, checks, drawn):
    task = drawn.tasks.first()
    for page in (f"/dashboard/tasks/{task.pk}/", f"/dashboard/campaigns/{drawn.slug}/adjudicate/"):
        found = get(api, olga, page)
        assert "2 of 2 checkers: a box that is gone by now is not tight" in found, page


def test_a_verify_campaign_has_no_checks(api, olga, db):
    seen = make.campaign(2, slug="seen", kind=Campaign.Kind.VERIFY)
    assert api(olga).get(f"/dashboard/campaigns/{seen.slug}/checks/").status_code == 404


def test_nobody_decides_on_a_check(api, olga, checks):
    task = checks.tasks.first()
    for deed in ("", "gold/"):
        path = f"/dashboard/campaigns/{checks.slug}/adjudicate/{task.pk}/{deed}"
        assert api(olga).post(path, {"action": "exclude", "seen": "0"}).status_code == 404
    assert Task.objects.get(pk=task.pk).state == "retired"


def test_the_page_reads_as_much_for_one_photo_as_for_many(
    api, olga, db, clock, django_assert_max_num_queries
):
    drawn = disputed_campaign(clock, n_tasks=12)
    made = make.check_campaign(drawn)
    settle(clock)
    check(made, clock, lambda n: ([True] * n, True))
    client = api(olga)
    with django_assert_max_num_queries(22):
        client.get(f"/dashboard/campaigns/{drawn.slug}/checks/")
