"""The page of a data set's statistics: counted when somebody looks, then shown until it changes."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from crowd.hints import broker
from exports import jobs, statistics_store
from tests.exports import make_rows
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = "celery"


@pytest.fixture(autouse=True)
def forgotten():
    """Every test begins without counts, and with nobody waiting for any."""

    def forget():
        broker().delete(QUEUE, *broker().scan_iter("quadrat:statistics:*"))

    forget()
    yield
    forget()


@pytest.fixture
def desk(olga) -> Client:
    client = Client()
    client.force_login(olga)
    return client


def n_waiting() -> int:
    """Jobs in the broker's queue that count a data set."""
    messages = [json.loads(said) for said in broker().lrange(QUEUE, 0, -1)]
    return sum(message["headers"]["task"] == jobs.count_statistics.name for message in messages)


def test_it_is_counted_when_somebody_looks_and_then_shown(desk):
    of = make_rows.dataset()
    birds = make_rows.campaign(of, "birds")
    make_rows.boxing(make_rows.image(of, "1.jpg", split="train"), birds, [[0, 0, 100, 100]])
    page = f"/dashboard/data-sets/{of.slug}/statistics/"

    reply = desk.get(page)
    assert (reply.status_code, n_waiting()) == (202, 1)
    assert "The data set is being counted" in reply.content.decode()
    assert desk.get(page.rstrip("/") + ".json").status_code == 202

    jobs.count_statistics(dataset_id=of.pk)
    reply = desk.get(page)
    said = re.sub(r"\s+", " ", reply.content.decode())
    assert reply.status_code == 200
    assert "field: 1 image of 1 class" in said
    assert 'role="img" aria-label="more than 1: 0.0%, iNat2017 12.0%' in said
    found = desk.get(page.rstrip("/") + ".json").json()
    assert (found["n_images"], found["super_classes"][0]["n_boxes"]) == (1, 1)
    table = desk.get(page, {"figure": "sizes", "as": "csv"})
    assert table["Content-Disposition"] == 'attachment; filename="field-sizes.csv"'
    assert "medium (< 96²),1,100.0,23.59" in table.content.decode()
    assert desk.get(page, {"figure": "sizes", "as": "exe"}).status_code == 404


def test_what_is_kept_is_what_was_counted(db):
    of = make_rows.dataset()
    make_rows.image(of, "1.jpg", split="test")
    statistics_store.refresh(of, clock=lambda: NOON)
    counted = statistics_store.look(of)
    assert counted is not None
    assert counted.counted_at == NOON
    assert counted.statistics.super_classes[0].images == {"test": 1}
    assert counted.statistics.sizes == (0, 0, 0)


def test_it_is_counted_again_once_something_is_new(db):
    of = make_rows.dataset()
    make_rows.image(of, "1.jpg")
    statistics_store.refresh(of, clock=lambda: NOON)
    make_rows.image(of, "2.jpg")

    def n_images_at(minutes: float) -> int:
        statistics_store.refresh(of, clock=lambda: NOON + timedelta(minutes=minutes))
        found = statistics_store.look(of)
        assert found is not None
        return found.statistics.n_images

    assert n_images_at(0.1) == 1
    assert n_images_at(1) == 2


def test_nothing_new_is_counted_again_after_a_while_only(db):
    of = make_rows.dataset()
    statistics_store.refresh(of, clock=lambda: NOON)
    counted = statistics_store.look(of)
    assert counted is not None
    assert not counted.is_stale(counted.newest, NOON + timedelta(minutes=5))
    assert counted.is_stale(counted.newest, NOON + timedelta(minutes=11))


def test_a_data_set_without_photographs_says_so(desk):
    of = make_rows.dataset()
    jobs.count_statistics(dataset_id=of.pk)
    reply = desk.get(f"/dashboard/data-sets/{of.slug}/statistics/")
    assert "No photograph of this data set is here yet" in reply.content.decode()
