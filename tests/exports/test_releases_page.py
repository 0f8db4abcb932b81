"""The organizers' page of releases."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from exports.models import Release
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

ADDRESS = "/dashboard/releases/"


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def test_a_release_is_asked_for_with_a_button(desk, olga):
    make.images(2, split="train")
    wish = {"dataset": "field", "split": "train", "profile": "inat2017"}
    reply = desk.post(reverse("exports:releases_page"), wish)
    release = Release.objects.get()
    assert reply.headers["Location"] == ADDRESS
    assert (release.split, release.profile, release.created_by) == ("train", "inat2017", olga)
    assert not release.is_allowing_undecided


def test_what_cannot_be_released_is_said_beside_its_field(desk):
    make.images(2, split="train")
    reply = desk.post(ADDRESS, {"dataset": "field", "split": "val", "profile": "coco"})
    assert reply.status_code == 422
    assert reply.content.decode().count("no images in the val split of field") == 2
    assert not Release.objects.exists()


def test_a_waiting_release_is_followed_and_a_failed_one_says_why(desk):
    make.images(1)
    Release.objects.create(dataset=make.dataset(), number=1, created_at=NOON)
    Release.objects.create(
        dataset=make.dataset(), number=2, created_at=NOON, state="failed", error="The disk is full."
    )
    html = desk.get(ADDRESS).content.decode()
    assert html.count("data-watch=") == 1
    assert "The disk is full." in html


def test_an_empty_page_says_what_to_do_first(desk):
    assert "manage.py import_images" in desk.get(ADDRESS).content.decode()


def test_workers_are_kept_out(ada):
    client = Client()
    client.force_login(ada.user)
    assert client.get(ADDRESS).status_code == 403
    assert client.post(ADDRESS, {}).status_code == 403


def test_counts_come_in_a_fixed_order(desk):
    make.images(1)
    counts = {"test_kept": 3, "boxed": 2, "images": 5}
    Release.objects.create(
        dataset=make.dataset(), number=1, created_at=NOON, state="ready", counts=counts
    )
    html = desk.get(ADDRESS).content.decode()
    places = [html.index(f">{name} <") for name in ("images", "boxed", "test kept")]
    assert places == sorted(places)
