"""Tasks whose photographs arrive after their campaign was made."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Image
from catalog.superclasses import SuperClass
from crowd import arrivals, campaigns, leases
from crowd.models import Campaign, Task
from dashboard.queries import campaigns as pages
from tests import make
from tests.make import NOON


def come(*images: Image) -> None:
    pks = [image.pk for image in images]
    size = {"width": 800, "height": 600, "display_width": 800, "display_height": 600}
    Image.objects.filter(pk__in=pks).update(state="here", fetch_due_at=None, **size)


@pytest.fixture
def birds(db) -> Campaign:
    """Two photographs are here, four are awaited and one will not come."""
    of = make.dataset()
    make.images(2, of=of)
    make.not_here(4, of=of)
    make.not_here(1, of=of, state="failed")
    return campaigns.create(
        slug="birds", kind=Campaign.Kind.BOX, dataset=of, super_class=SuperClass.AVES, now=NOON
    )


def states(campaign: Campaign) -> list[str]:
    return list(campaign.tasks.order_by("position").values_list("state", flat=True))


def test_a_task_opens_in_its_place_when_its_photograph_has_arrived(birds):
    assert sorted(states(birds)) == ["awaited"] * 5 + ["open"] * 2
    places = dict(birds.tasks.values_list("image_id", "position"))
    first, second = Image.objects.filter(state="awaited").order_by("pk")[:2]
    come(first, second)
    assert arrivals.open_arrived(now=NOON) == 2
    assert arrivals.open_arrived(now=NOON) == 0
    assert dict(birds.tasks.values_list("image_id", "position")) == places
    opened = Task.objects.get(image=first)
    assert (opened.state, opened.state_changed_at, opened.n_wanted) == ("open", NOON, 3)


def test_what_had_failed_when_its_campaign_was_made_opens_when_it_comes(birds):
    image = Image.objects.get(state="failed")
    come(image)
    assert arrivals.open_arrived(now=NOON) == 1
    assert birds.tasks.get(image=image).state == "open"


def test_what_failed_stays_awaited_and_opens_when_it_comes_after_all(birds):
    (image,) = Image.objects.filter(state="awaited").order_by("pk")[:1]
    Image.objects.filter(pk=image.pk).update(state="failed", fetch_due_at=None)
    assert arrivals.open_arrived(now=NOON) == 0
    assert Task.objects.get(image=image).state == "awaited"
    come(image)
    assert arrivals.open_arrived(now=NOON) == 1


def test_workers_get_what_has_arrived_even_behind_where_they_are(birds, ada):
    assert len(leases.claim(ada, "birds", count=24, now=NOON)[0]) == 2
    come(*Image.objects.filter(state="awaited"))
    arrivals.open_arrived(now=NOON)
    later = NOON + timedelta(minutes=1)
    assert len(leases.claim(ada, "birds", count=24, now=later)[0]) == 6


def test_the_campaigns_counts_follow(birds):
    come(*Image.objects.filter(state="awaited")[:1])
    arrivals.open_arrived(now=NOON)
    progress = pages.overview()[0].progress
    assert (progress.n_open, progress.n_awaited, progress.n_tasks) == (3, 4, 7)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_it_once():
    of = make.dataset()
    images = make.not_here(3, of=of)
    campaigns.create(
        slug="birds", kind=Campaign.Kind.BOX, dataset=of, super_class=SuperClass.AVES, now=NOON
    )
    come(*images)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(arrivals._LOCK)
        assert arrivals.open_arrived(now=NOON) == 0
        cursor.execute("ROLLBACK")
    other.close()
    assert arrivals.open_arrived(now=NOON) == 3
