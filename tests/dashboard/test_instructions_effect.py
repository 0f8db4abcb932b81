"""What answers were like before and after the instructions changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from crowd import campaign_life
from crowd.models import Campaign
from dashboard import instructions_effect
from dashboard.queries.days import Work
from tests import make
from tests.dashboard import worked
from tests.make import NOON

pytestmark = pytest.mark.django_db

DAY = NOON.date() + timedelta(days=30)


def changed(campaign: Campaign, text: str, *, by, now: datetime) -> None:
    campaign.refresh_from_db()
    knowing = campaign.n_instructions
    campaign_life.edit_instructions(campaign, text, knowing=knowing, by=by, now=now)


def test_the_days_on_either_side_of_a_version_are_compared(ada, olga):
    birds = make.campaign(2)
    changed(birds, "Box each bird.", by=olga, now=NOON + timedelta(days=30))
    for days_off, iou, n in ((-20, 0.1, 40), (-3, 0.6, 40), (0, 0.0, 99), (2, 0.9, 30)):
        day = DAY + timedelta(days=days_off)
        more = {"n_matched": n, "iou_sum": n * iou, "n_timed": n, "seconds": 10.0 * n}
        worked.day(birds, ada, day, n, n_unusable=3, **more)
    (row,) = instructions_effect.figure(birds, list(birds.instructions_versions.all()))[
        0
    ].table.rows
    assert row[:4] == ("version 2", DAY.isoformat(), 40, 30)
    assert row[4:6] == (pytest.approx(0.6), pytest.approx(0.9))
    assert row[6:8] == (10.0, 10.0)
    assert row[8:] == (pytest.approx(7.5), pytest.approx(10.0))


def test_no_day_is_counted_beyond_a_neighbouring_version():
    at = [datetime(2026, 5, day, 12, tzinfo=UTC) for day in (9, 5, 1)]
    versions = [
        campaign_life.Instructions(number=number, written_at=when)
        for number, when in zip((3, 2, 1), at, strict=True)
    ]
    days = {date(2026, 5, day): Work(n_answers=1) for day in range(1, 31)}
    third, second = instructions_effect.effects(versions, days)
    # a day on which the instructions changed belongs to neither side of that change
    assert (second.before.n_answers, second.after.n_answers) == (4, 3)
    assert (third.before.n_answers, third.after.n_answers) == (3, 14)


def test_the_page_tells_the_effect_and_says_what_it_is_not(olga):
    birds = make.campaign(2)
    client = Client()
    client.force_login(olga)
    url = reverse("dashboard:instructions", args=["birds"])
    assert "Once there is a second version" in client.get(url).content.decode()
    changed(birds, "Box each bird.", by=olga, now=NOON)
    html = client.get(url).content.decode()
    assert "Answers before and after each version" in html
    assert "A comparison of times, not a trial" in html
    csv = client.get(url, {"figure": "instructions-effect", "as": "csv"}).content.decode()
    assert csv.splitlines()[1].startswith("version 2,2026-05-01,0,0,")
