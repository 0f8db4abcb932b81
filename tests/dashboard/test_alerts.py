"""What organizers are warned of, one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog.models import Image
from crowd import audit, health
from crowd.models import Assignment, Campaign, Task
from dashboard.queries import alerts
from dashboard.queries.alerts import Alert
from tests import make
from tests.dashboard import worked
from tests.make import NOON

pytestmark = pytest.mark.django_db


def said(found: list[Alert]) -> str:
    """The words of the only one."""
    (alert,) = found
    return alert.words


def test_a_healthy_site_has_none(ada):
    make.answer_everything(ada, make.campaign(2))
    # what was answered just now is not late
    Task.objects.update(aggregate_due_at=NOON)
    quiet = [
        *alerts.waiting_consensus(now=NOON),
        *alerts.stuck_leases(now=NOON),
        *alerts.failed_photographs(),
        *alerts.suspended(now=NOON),
    ]
    assert quiet == []


def test_jobs_that_nobody_does():
    health.beat(now=NOON)
    assert alerts.processes(now=NOON) == []
    found = alerts.processes(now=NOON + timedelta(minutes=3))
    assert "worker was last heard of 180 s ago" in said(found)


def test_a_consensus_that_waits():
    make.campaign(3)
    Task.objects.update(aggregate_due_at=NOON - timedelta(minutes=25))
    assert "3 photos has waited for up to 25 minutes" in said(alerts.waiting_consensus(now=NOON))


def test_leases_that_are_not_taken_back(ada):
    campaign = make.campaign(1)
    task = campaign.tasks.get()
    Assignment.objects.create(
        task=task, worker=ada, claimed_at=NOON, lease_until=NOON + timedelta(minutes=10)
    )
    assert alerts.stuck_leases(now=NOON + timedelta(minutes=20)) == []
    assert "1 photo is still held" in said(alerts.stuck_leases(now=NOON + timedelta(minutes=30)))


def test_photographs_that_cannot_be_fetched():
    make.not_here(2, of=make.dataset("field"), state="failed")
    assert alerts.failed_photographs() == []  # nobody knows why: not tried yet
    Image.objects.update(fetch_error="404")
    (alert,) = alerts.failed_photographs()
    assert "2 photos of field could not be fetched" in alert.words
    assert alert.link == "/dashboard/data-sets/field/"


def test_workers_suspended_since_yesterday():
    for subject, hours in (("worker a", 2), ("worker b", 3), ("worker c", 30)):
        at = NOON - timedelta(hours=hours)
        audit.record(None, "suspend automatically", subject, {}, now=at)
    assert "2 workers were suspended" in said(alerts.suspended(now=NOON))


@pytest.mark.parametrize(("last", "is_told"), [(0.83, False), (0.55, True)])
def test_agreement_that_falls(ada, last, is_told):
    campaign = make.campaign(9)
    for n in range(1, 20):
        iou = last if n < 4 else 0.83 + 0.01 * (n % 2)
        worked.day(campaign, ada, worked.days_ago(n), 50, n_matched=50, iou_sum=50 * iou)
    one = worked.standing_of(campaign, n_open=9)
    found = alerts.falling(one)
    assert bool(found) is is_told
    if is_told:
        assert "birds: agreement is falling" in said(found)
        assert found[0].link == "/dashboard/campaigns/birds/quality/"


@pytest.mark.parametrize(("pay", "words"), [(0.01, "brings 3.60 USD"), (0.05, ""), (0.0, "")])
def test_pay_under_the_fair_one(ada, pay, words):
    campaign = make.campaign(9, pay_per_answer=pay)
    worked.day(campaign, ada, worked.days_ago(1), 50)
    found = alerts.unfair(worked.standing_of(campaign, n_open=9))
    assert (words in said(found)) if words else found == []


def test_pay_is_not_judged_by_a_handful_of_answers(ada):
    campaign = make.campaign(9, pay_per_answer=0.01)
    worked.day(campaign, ada, worked.days_ago(1), 5)
    assert alerts.unfair(worked.standing_of(campaign, n_open=9)) == []


def test_days_without_anybody():
    one = worked.standing_of(make.campaign(9), n_open=9)
    assert alerts.idle(one, now=NOON) == []
    found = alerts.idle(one, now=NOON + timedelta(days=4))
    assert "nobody has answered for 5 days, and 9 photos are open" in said(found)


def test_a_campaign_that_runs_out(ada):
    campaign = make.campaign(9)
    worked.day(campaign, ada, worked.days_ago(1), 200)
    assert alerts.nearly_out(worked.standing_of(campaign, n_open=100)) == []
    found = alerts.nearly_out(worked.standing_of(campaign, n_open=10, n_retired=90, n_spent=270))
    assert "birds is nearly out of photos: about 30 answers are left" in said(found)
    last = worked.standing_of(campaign, n_open=1, n_given=2, n_retired=99, n_spent=297)
    assert "about 1 answer is left, and" in said(alerts.nearly_out(last))
    assert "no open photo left" in said(
        alerts.nearly_out(worked.standing_of(campaign, n_retired=9))
    )


def test_only_running_campaigns_are_worried_about():
    campaign = make.campaign(1)
    one = worked.standing_of(campaign, n_open=9)
    later = NOON + timedelta(days=9)
    assert alerts.of_campaigns([one], now=later)
    campaign.status = Campaign.Status.PAUSED
    assert alerts.of_campaigns([one], now=later) == []
