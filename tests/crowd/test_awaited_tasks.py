"""Photographs that are not here yet: tasks are there, and nobody sees any of them."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from catalog.models import Image, Reference
from crowd import campaigns, gold_making, leases
from crowd.models import Campaign, Task
from dashboard.queries.campaigns import row_of, stock
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def pond():
    """A data set with 3 photographs here, 4 on their way and 2 that could not be fetched."""
    pond = make.dataset("pond")
    make.images(3, of=pond, boxes_xywh=[[10.0, 10.0, 50.0, 50.0]])
    make.not_here(4, of=pond)
    make.not_here(2, of=pond, state="failed")
    return pond


@pytest.fixture
def birds(pond):
    return campaigns.create(
        slug="birds", kind=Campaign.Kind.BOX, dataset=pond, super_class="Aves", now=NOON
    )


def test_tasks_of_photographs_that_are_not_here_wait(birds):
    states = sorted(birds.tasks.values_list("state", "image__state", "n_wanted"))
    awaited = [("awaited", "awaited", 3)] * 4 + [("awaited", "failed", 3)] * 2
    assert states == [*awaited, *[("open", "here", 3)] * 3]


def test_a_campaign_may_begin_before_any_photograph_is_here(ada):
    sea = make.dataset("sea")
    make.not_here(2, of=sea)
    campaign = campaigns.create(
        slug="gulls", kind=Campaign.Kind.BOX, dataset=sea, super_class="Aves", now=NOON
    )
    assert leases.claim(ada, campaign.slug, count=5, now=NOON)[0] == []


def test_only_photographs_that_are_here_are_handed_out(birds, ada):
    held, _ = leases.claim(ada, birds.slug, count=20, now=NOON)
    assert len(held) == 3
    assert all(lease.image.width == 800 for lease in held)


def test_the_database_lets_nobody_take_an_awaited_task(birds):
    with pytest.raises(IntegrityError, match="task_awaited_is_not_taken"), transaction.atomic():
        birds.tasks.filter(state=Task.State.AWAITED).update(n_taken=1)


def test_the_database_keeps_a_size_for_what_is_here_alone(pond):
    awaited = Image.objects.filter(state=Image.State.AWAITED)
    with pytest.raises(IntegrityError, match="image_has_a_size"), transaction.atomic():
        awaited.update(state=Image.State.HERE)
    with pytest.raises(IntegrityError, match="image_awaited_has_an_address"), transaction.atomic():
        awaited.update(source_url="")


def test_a_photograph_that_is_not_here_does_not_become_gold(birds):
    for image in Image.objects.exclude(state=Image.State.HERE):
        Reference.objects.create(image=image, super_class="Aves", boxes_xywh=[])
    assert gold_making.available(birds).count() == 3


def test_progress_counts_what_is_on_its_way(birds):
    progress = row_of(birds).progress
    assert (progress.n_open, progress.n_awaited, progress.n_tasks) == (3, 6, 9)


def test_a_campaign_could_be_made_of_all_but_what_failed(pond):
    assert [(row.super_class, row.n_images) for row in stock()] == [("Aves", 7)]


def test_organizers_see_how_many_are_on_their_way_and_no_page_of_one(client, birds, olga):
    client.force_login(olga)
    page = client.get(reverse("dashboard:campaign", args=[birds.slug])).content.decode()
    assert re.search(r"Photographs on their way</dt><dd[^>]*>6</dd>", page)
    overview = client.get(reverse("dashboard:overview")).content.decode()
    assert "6 on their way" in overview
    awaited = birds.tasks.filter(state=Task.State.AWAITED).first()
    assert client.get(reverse("dashboard:task", args=[awaited.pk])).status_code == 404
    assert client.get(reverse("dashboard:gallery", args=[birds.slug])).status_code == 200


def test_images_held_in_reserve_are_asked_about_only_where_that_is_wanted():
    pond = make.dataset("pond")
    make.images(2, of=pond, split="test")
    make.images(5, of=pond, split="reserve", boxes_xywh=[])
    wish = {"kind": Campaign.Kind.VERIFY, "dataset": pond, "super_class": "Aves", "now": NOON}
    assert campaigns.create(slug="all", **wish).tasks.count() == 2
    assert campaigns.create(slug="kept", split="reserve", **wish).tasks.count() == 5


def test_what_is_held_in_reserve_is_fetched_once_a_campaign_asks_about_it():
    pond = make.dataset("pond")
    make.images(2, of=pond, split="test")
    make.not_here(3, of=pond, split="reserve", state="held")
    wish = {"kind": Campaign.Kind.VERIFY, "dataset": pond, "super_class": "Aves", "now": NOON}
    campaigns.create(slug="all", **wish)
    assert Image.objects.filter(state=Image.State.HELD).count() == 3
    campaign = campaigns.create(slug="kept", split="reserve", **wish)
    assert Image.objects.filter(state=Image.State.AWAITED, fetch_due_at=NOON).count() == 3
    assert set(campaign.tasks.values_list("state", flat=True)) == {"awaited"}


def test_a_reserved_photo_that_was_gold_leaves_again(olga):
    pond = make.dataset("pond")
    make.images(2, of=pond, split="test")
    make.images(1, of=pond, split="reserve", boxes_xywh=[])
    campaign = campaigns.create(
        slug="all", kind=Campaign.Kind.BOX, dataset=pond, super_class="Aves", now=NOON
    )
    gold_making.add(campaign, count=1, now=NOON)
    gold_making.withdraw(campaign.gold.get(), by=olga, now=NOON)
    assert sorted(campaign.tasks.values_list("image__split", "state")) == [("test", "open")] * 2
