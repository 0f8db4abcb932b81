"""What organizers are shown of data sets, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import DatasetCopy, Image, Observation, Observer
from crowd.models import Campaign, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(olga) -> Client:
    made = Client()
    made.force_login(olga)
    return made


def words(reply) -> str:
    """The page as a reader gets it."""
    html = reply.content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def page(client: Client, name: str = "data_set", query: str = "", status: int = 200) -> str:
    reply = client.get(reverse(f"dashboard:{name}", args=["field"]) + query)
    assert reply.status_code == status
    assert " style=" not in reply.content.decode()
    return words(reply)


def post(client: Client, name: str, **fields: object) -> str:
    """What the page says that a form leads to."""
    reply = client.post(reverse(f"dashboard:{name}", args=["field"]), fields, follow=True)
    assert reply.status_code == 200
    return words(reply)


def seen(observer: str, splits: list[str]) -> None:
    """An observer's photographs of one taxon, one in each of these splits."""
    images = [
        make.images(1, split=split, prefix=f"{observer}-{number}")[0]
        for number, split in enumerate(splits)
    ]
    who = Observer.objects.create(dataset=make.dataset(), key=observer)
    for number, image in enumerate(images):
        image.observation = Observation.objects.create(
            dataset=make.dataset(), key=f"{observer}-{number}", observer=who, taxon=image.taxon
        )
        image.save()


def missing(n: int, state: str, error: str = "") -> None:
    for number in range(n):
        Image.objects.create(
            dataset=make.dataset(),
            file_name=f"{state}-{error}-{number}.jpg",
            super_class="Aves",
            split="train",
            state=state,
            source_url="http://photos.example/1.jpg",
            fetch_error=error,
        )


def test_without_data_sets_the_list_says_what_to_do_first(client):
    said = words(client.get(reverse("dashboard:data_sets")))
    assert "No data set yet" in said
    assert "manage.py import_images" in said


def test_the_list_counts_photographs_by_split(client):
    make.images(3, split="train")
    make.images(2, super_class="Insecta", split="val")
    missing(1, "awaited")
    said = words(client.get(reverse("dashboard:data_sets")))
    assert "6 photographs in 1 data set" in said
    # photographs, on their way, failed, train, val, super-classes, campaigns
    assert re.search(r"field (Field )?6 1 0 4 2 2 0", said)


def test_a_data_set_shows_its_photographs_by_super_class_and_split(client):
    make.images(3, split="train")
    make.images(2, super_class="Insecta", split="val")
    said = page(client)
    assert "field: 5 photographs of 2 taxa" in said
    assert "All of them are here" in said
    assert "Aves 3 3 0" in said
    assert "Insecta 2 0 2" in said
    assert "Together 5 3 2" in said


def test_a_data_set_without_images_says_what_to_do(client):
    make.dataset()
    assert "manage.py import_images PATH --dataset field" in page(client)


def test_what_is_on_its_way_and_what_failed_is_told_with_reasons(client):
    make.images(1, split="train")
    missing(2, "awaited")
    missing(1, "awaited", "the server is busy (503)")
    missing(3, "failed", "the photograph is gone (404)")
    said = page(client)
    assert "3 are still on their way" in said
    assert "3 could not be fetched" in said
    assert "the photograph is gone (404) 3" in said
    assert "the server is busy (503) tried again later 1" in said


def test_what_is_held_in_reserve_is_told_and_not_followed(client):
    make.images(2, split="test")
    make.not_here(3, of=make.dataset(), split="reserve", state="held")
    said = page(client)
    assert "In reserve, not fetched 3" in said
    assert "All but those held in reserve are here" in said
    assert "On their way" not in said
    status = client.get(reverse("dashboard:data_set_status", args=["field"])).json()
    assert not status["is_moving"]


def test_failed_photographs_can_be_fetched_again(client):
    missing(2, "failed", "the photograph is gone (404)")
    assert "2 photographs are fetched again" in post(client, "data_set_retry")
    assert set(Image.objects.values_list("state", flat=True)) == {"awaited"}
    assert "No photograph has failed any more" in post(client, "data_set_retry")


def test_observers_that_are_kept_apart_are_proved_to_be(client):
    seen("ada", ["train", "train"])
    seen("ben", ["val"])
    assert "No leak: none of 2 pairs" in page(client)


def test_a_leak_is_shown(client):
    seen("ada", ["train", "test"])
    assert "LEAK: 1 of 1" in page(client)


def test_without_observers_nothing_is_claimed(client):
    make.images(1, split="train")
    assert "whether one of them is in two splits cannot be checked" in page(client)


def test_what_an_import_chose_is_told(client):
    make.images(1, split="train")
    dataset = make.dataset()
    dataset.recipe = {"policy": "inat2017", "parameters": {"n_observers": 20}, "seed": 0}
    dataset.save()
    said = page(client)
    assert "Taxa selected as inat2017" in said
    assert "Selection: n observers 20" in said
    assert "Seed 0" in said


def test_the_copy_is_asked_for_and_followed(client):
    make.images(3, split="train")
    assert "The copy at 800 px is being made" in post(client, "data_set_copy")
    DatasetCopy.objects.update(n_made=2)
    assert "2 of 3 photographs at 800 px" in page(client)
    status = client.get(reverse("dashboard:data_set_status", args=["field"])).json()
    assert status["is_moving"]
    assert status["counts"] == {"here": 3, "awaited": 0, "failed": 0, "copy-800": 2}
    DatasetCopy.objects.update(state="ready", n_made=3, ended_at=NOON)
    assert "3 photographs at 800 px, made" in page(client)


def test_a_copy_of_nothing_is_refused_with_the_reason(client):
    missing(1, "awaited")
    assert "No photograph of field is here yet" in post(client, "data_set_copy")


def queries_of(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page(client, name)
    return len(caught)


@pytest.mark.parametrize("name", ["data_set", "data_set_plan"])
def test_a_page_of_a_large_data_set_asks_the_database_no_more(client, name):
    seen("ada", ["train"])
    missing(1, "failed", "gone")
    few = queries_of(client, name)
    for super_class in ("Insecta", "Mammalia", "Reptilia", "Plantae"):
        for split in ("train", "val", "test"):
            make.images(5, super_class=super_class, split=split)
            slug = f"{super_class}-{split}".lower()
            Campaign.objects.create(
                slug=slug, kind="box", dataset=make.dataset(), super_class="Aves", split="val"
            )
    missing(3, "failed", "cut off")
    assert queries_of(client, name) == few <= 16


def test_the_list_asks_the_database_no_more_for_many_data_sets(client):
    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("dashboard:data_sets"))
        return len(caught)

    make.images(1)
    few = count()
    for number in range(5):
        make.images(2, of=make.dataset(f"more-{number}"))
    assert count() == few <= 8


NUMBERS = {"box_workers": "3", "verify_workers": "2", "price": "0.05", "per": "answer"}


def test_a_plan_is_proposed_with_everything_ticked(client):
    make.images(10, split="train")
    make.images(4, split="test")
    said = page(client, "data_set_plan")
    assert "42 answers for 2.10" in said
    assert "Box Aves, train field-box-aves-train 10 30 50 5 min 1.50" in said
    assert "field-verify-aves-test 4 12 20 1 min 0.60" in said
    assert "Create 2 campaign s " in said


def test_the_estimate_can_be_had_without_scripts(client):
    make.images(10, split="train")
    make.images(4, split="test")
    fields = {**NUMBERS, "per": "hour", "price": "12", "box_workers": "5", "estimate": "1"}
    said = post(client, "data_set_plan", **fields, campaign=["field-box-aves-train"])
    assert "50 answers for 1.64 , about 8 min of work" in said
    assert not Campaign.objects.exists()


def test_what_is_ticked_is_made(client, olga):
    make.images(10, split="train")
    make.images(4, split="test")
    said = post(client, "data_set_plan", **NUMBERS, campaign=["field-verify-aves-test"])
    assert "1 campaign is running" in said
    made = Campaign.objects.get()
    assert (made.slug, made.workers_per_task, made.created_by) == (
        "field-verify-aves-test",
        2,
        olga,
    )
    assert Task.objects.count() == 4
    said = page(client, "data_set_plan")
    assert "field-verify-aves-test running 4 Exists" in said
    assert "Create 1 campaign " in said


def test_nothing_ticked_makes_nothing_and_says_so(client):
    make.images(1, split="train")
    assert "No campaign was ticked" in post(client, "data_set_plan", **NUMBERS)
    assert not Campaign.objects.exists()


def test_a_wrong_number_is_refused_beside_its_field(client):
    make.images(1, split="train")
    reply = client.post(
        reverse("dashboard:data_set_plan", args=["field"]),
        {**NUMBERS, "box_workers": "21", "campaign": "field-box-aves-train"},
    )
    assert reply.status_code == 422
    assert "less than or equal to 20" in words(reply)
    assert not Campaign.objects.exists()


def test_an_empty_plan_says_why_and_what_else_to_do(client):
    make.images(1)
    said = page(client, "data_set_plan")
    assert "There is nothing to plan" in said
    assert "field has no splits" in said
    assert "New campaign" in said


def test_a_plan_that_is_done_says_so(client):
    make.images(1, split="train")
    post(client, "data_set_plan", **NUMBERS, campaign=["field-box-aves-train"])
    assert "All 1 campaigns of the plan exist" in page(client, "data_set_plan")


def test_workers_and_strangers_are_kept_out(client, ada):
    make.images(1, split="train")
    worker = Client()
    worker.force_login(ada.user)
    for name in ("data_set", "data_set_status", "data_set_plan"):
        url = reverse(f"dashboard:{name}", args=["field"])
        assert worker.get(url).status_code == 403
        assert Client().get(url).status_code == 302
