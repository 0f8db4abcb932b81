"""The overview, super-classes, taxa and quality over time, from what jobs have counted."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crowd import audit, campaign_life
from crowd.models import Campaign, Task
from dashboard.queries import costs, days, present, standing
from dashboard.queries.completion import Left
from dashboard.queries.days import Work
from tallies import counting
from tests import make
from tests.dashboard import worked
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def shown(desk: Client, name: str, *args: object, query: str = "") -> str:
    """The page's words."""
    reply = desk.get(reverse(f"dashboard:{name}", args=args) + query)
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))


def test_paid_work_costs_by_the_answer_with_gold():
    campaign = Campaign(pay_per_answer=0.1)
    work = Work(n_answers=90, n_gold=10, n_timed=90, seconds=900.0)
    found = costs.cost(campaign, work, Left(90, 9))
    assert found.so_far == pytest.approx(10)
    # as much gold comes from now on as until now
    assert found.mean == pytest.approx(20)
    assert found.low < 20 < found.high
    assert found.hours_so_far == pytest.approx(1000 / 3600)


def test_hours_are_paid_by_the_attention_that_they_took():
    found = costs.cost(
        Campaign(pay_per_hour=12.0), Work(n_answers=100, n_timed=50, seconds=900.0), Left(0, 0)
    )
    assert found.so_far == found.mean == pytest.approx(12 * 0.5)
    assert found.is_over


def test_volunteers_give_hours_and_no_money():
    work = Work(n_answers=100, n_timed=100, seconds=3600.0)
    one = costs.cost(Campaign(), work, Left(100, 20))
    both = costs.together([one, costs.cost(Campaign(pay_per_answer=1.0), work, Left(100, 20))])
    assert (one.so_far, one.n_paid, one.hours) == (0, 0, 2.0)
    assert (both.so_far, both.n_paid, both.n_volunteer, both.hours) == (100, 1, 1, 4.0)
    assert both.hours_sd == pytest.approx(one.hours_sd * 2**0.5)


def test_the_pace_is_that_of_a_week(ada):
    campaign = make.campaign(9)
    for n in range(12):
        worked.day(campaign, ada, worked.days_ago(n), 7 if n else 3)
    rows = standing.per_day([worked.standing_of(campaign, n_open=9)], now=NOON)
    assert [row.day for row in rows] == [worked.days_ago(n) for n in range(11, -1, -1)]
    assert [row.n_answers for row in rows] == [7] * 11 + [3]
    assert [row.pace for row in rows] == [None] * 6 + [7.0] * 5 + [None]


def test_a_campaign_that_rests_has_no_date(ada):
    campaign = make.campaign(9)
    for n in range(1, 9):
        worked.day(campaign, ada, worked.days_ago(n), 30)
    running = worked.standing_of(campaign, n_open=100).completion
    assert running.likely is not None
    assert running.likely >= worked.TODAY
    campaign.status = Campaign.Status.PAUSED
    assert worked.standing_of(campaign, n_open=100).completion.words == "paused"
    campaign.status = Campaign.Status.CLOSED
    assert worked.standing_of(campaign, n_open=100).completion.words == "closed"
    assert worked.standing_of(campaign, n_retired=100).completion.words == "closed"


def test_all_together_assumes_that_workers_go_on_with_another(ada):
    busy = make.campaign(9, max_workers=3)
    waiting = make.campaign(9, slug="waiting", max_workers=3)
    for n in range(1, 15):
        worked.day(busy, ada, worked.days_ago(n), 100)
    both = [worked.standing_of(busy, n_open=10), worked.standing_of(waiting, n_open=300)]
    assert both[1].completion.state == "unknown"
    assert standing.all_together(both, now=NOON).likely == worked.TODAY + timedelta(days=9)


def test_who_is_at_work(ada, ben):
    campaign = make.campaign(9)
    worked.day(campaign, ben, worked.TODAY, 5)
    everywhere = list(Campaign.objects.values_list("pk", flat=True))
    assert present.present(everywhere, now=NOON) == present.Present(n_now=0, n_today=1)
    worked.tally(campaign, ben, 5, last_at=NOON - timedelta(minutes=3))
    make.answer_everything(ada, make.campaign(1, slug="other"))
    task = Task.objects.filter(campaign=campaign).first()
    task.assignments.create(
        worker=ada,
        claimed_at=NOON - timedelta(hours=1),
        lease_until=NOON + timedelta(seconds=campaign.lease_s - 60),  # renewed a minute ago
    )
    assert present.present(everywhere, now=NOON).n_now == 2
    other = Campaign.objects.get(slug="other")
    assert present.present([other.pk], now=NOON).n_now == 0


def test_the_overview_tells_of_cost_time_and_trouble(desk, birds, ada):
    Campaign.objects.update(pay_per_answer=0.02)
    counting.count_all(birds, now=timezone.now())
    audit.record(None, "suspend automatically", "worker a", {}, now=timezone.now())
    said = shown(desk, "overview")
    assert "Cost so far 0.08 USD" in said
    assert "photos finished" in said
    assert "1 worker was suspended automatically since yesterday" in said
    reply = desk.get(reverse("dashboard:overview"), {"figure": "progress", "as": "csv"})
    assert reply.content.decode().splitlines()[1].startswith('"Aves, box",2,')


def test_tasks_of_small_campaigns_are_counted_as_they_are_now(desk, birds):
    Task.objects.filter(campaign=birds).update(state=Task.State.RETIRED)
    counting.count_all(birds, now=timezone.now())
    Task.objects.filter(campaign=birds).update(state=Task.State.DISPUTED)
    assert "0 of 2 photos finished, 2 disputed" in shown(desk, "overview")


def test_quality_has_a_point_for_each_day_and_a_number_for_each_change(desk, ada, olga):
    now = timezone.now()
    campaign = make.campaign(3)
    for n in range(1, 12):
        on = now.date() - timedelta(days=n)
        worked.day(campaign, ada, on, 40, n_matched=40, iou_sum=32, n_gold=5, n_gold_good=4)
    at = now - timedelta(days=3)
    campaign_life.edit_instructions(campaign, "Nests not.", knowing=1, by=olga, now=at)
    audit.record(olga, "create", f"release {campaign.dataset.slug}/1", {}, now=now)
    said = shown(desk, "quality", "birds")
    assert "Agreement holds" in said
    assert re.search(r"Instructions, version 2 .* Release of-birds/1", said)
    page = reverse("dashboard:quality", args=["birds"])
    lines = desk.get(page, {"figure": "gold", "as": "csv"}).content.decode().splitlines()
    assert lines[0] == "From,Good,95 % from,to,Answers to gold"
    assert len(lines) == 12
    assert lines[1].startswith(f"{now.date() - timedelta(days=1)},0.8,")
    by_week = desk.get(page, {"figure": "gold", "as": "csv", "by": "week"})
    assert 3 <= len(by_week.content.decode().splitlines()) <= 4


def test_quality_before_the_first_answer_says_what_will_come(desk):
    make.campaign(1)
    assert "a point for each day appears here" in shown(desk, "quality", "birds")


def test_super_classes_and_taxa_come_from_the_counts(desk, birds, mammals):
    assert "Nothing is counted yet" in shown(desk, "super_classes")
    assert "being counted" in shown(desk, "campaign_taxa", "birds")
    for campaign in (birds, mammals):
        counting.count_all(campaign, now=timezone.now())
    assert re.search(r"Aves birds 2 ", shown(desk, "super_classes"))
    assert re.search(r"Mammalia mammals 2 ", shown(desk, "super_classes", query="?kind=verify"))
    html = desk.get(reverse("dashboard:campaign_taxa", args=["birds"])).content.decode()
    taxon = Task.objects.filter(campaign=birds)[0].image.taxon
    assert f'href="/dashboard/campaigns/birds/tasks/?taxon={taxon.pk}"><i>Aves exempli</i>' in html
    assert "No taxon here is called" in shown(desk, "campaign_taxa", "birds", query="?name=xyz")
    page = reverse("dashboard:campaign_taxa", args=["birds"])
    lines = desk.get(page, {"figure": "taxa", "as": "csv"}).content.decode().splitlines()
    assert lines[1].startswith(f"Aves exempli,,{taxon.pk},2,")
    for sort in ("iou", "name", "nonsense"):
        assert "Aves exempli" in shown(desk, "campaign_taxa", "birds", query=f"?sort={sort}")


@pytest.mark.parametrize("name", ["overview", "super_classes"])
def test_pages_of_all_campaigns_take_as_many_queries_for_many(desk, ada, name):
    def n_queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert desk.get(reverse(f"dashboard:{name}")).status_code == 200
        return len(queries)

    def add(slug: str) -> None:
        campaign = make.campaign(2, slug=slug)
        worked.day(campaign, ada, worked.TODAY, 5)
        worked.tally(campaign, ada, 5)
        counting.count_all(campaign, now=timezone.now())

    add("first")
    few = n_queries()
    for n in range(3):
        add(f"more-{n}")
    assert n_queries() == few
    assert few <= 26


def test_a_campaigns_days_take_one_query(ada, django_assert_num_queries):
    campaign = make.campaign(2)
    for n in range(20):
        worked.day(campaign, ada, worked.days_ago(n), 5)
    with django_assert_num_queries(1):
        found = days.counted([campaign.pk])
    assert len(found[campaign.pk].days) == 20
    assert found[campaign.pk].in_all.n_answers == 100
