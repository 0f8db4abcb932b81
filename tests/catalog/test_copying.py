"""Photographs without a file: rows by the thousand, once each, whatever happens meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from catalog.importers.records import (
    ImageRecord,
    ObservationRecord,
    Reading,
    Refusal,
    TaxonRecord,
)
from catalog.importers.save import save
from catalog.importers.uids import Uids
from catalog.models import Dataset, Image, Observation, Observer, Split, Taxon
from catalog.superclasses import SuperClass
from tests.catalog.photographs import photo, put
from tests.make import NOON, images

TIT = TaxonRecord(
    "9", "Parus major", SuperClass.AVES, "species", "Animalia", "Chordata", "Aves", genus="Parus"
)


def record(number: int, **changes) -> ImageRecord:
    """A photograph; two to an observation, ten observations to an observer."""
    made = ImageRecord(
        None,
        f"Aves/Parus major/{number:08}.jpg",
        taxon_name="Parus major",
        super_class=SuperClass.AVES,
        split=Split.TRAIN,
        licence="CC BY 4.0",
        rights_holder="Zoë\tField \\ Ltd\nLine",
        source_url=f"https://photos.example.org/{number}/original.jpg",
        observation=ObservationRecord(
            f"seen-{number // 2}",
            f"observer-{number // 20}",
            "2016-05-14",
            51.5,
            -0.25,
            None,
            number % 2,
        ),
        taxon=TIT,
    )
    return replace(made, **changes)


def load(*records: ImageRecord | Refusal, n_at_once: int = 10):
    return save(Reading(len(records), iter(records)), "field", now=NOON, n_at_once=n_at_once)


@pytest.mark.django_db
def test_rows_come_in_with_observers_observations_and_taxa():
    report = load(*map(record, range(45)))
    assert (report.n_new, report.n_unchanged, report.n_awaited) == (45, 0, 45)
    assert (Observer.objects.count(), Observation.objects.count()) == (3, 23)
    image = Image.objects.get(file_name__endswith="/00000003.jpg")
    assert (image.state, image.fetch_due_at, image.place) == ("awaited", NOON, 1)
    assert (image.width, image.sha256, image.split) == (0, "", "train")
    assert image.rights_holder == "Zoë\tField \\ Ltd\nLine"
    assert image.source_url == "https://photos.example.org/3/original.jpg"
    seen = image.observation
    assert (seen.key, seen.observer.key, seen.observed_on) == ("seen-1", "observer-0", "2016-05-14")
    assert (seen.latitude, seen.longitude, seen.uncertainty_m) == (51.5, -0.25, None)
    assert image.taxon == seen.taxon == Taxon.objects.get()
    assert (image.taxon.source_key, image.taxon.rank, image.taxon.class_name) == (
        "9",
        "species",
        "Aves",
    )


@pytest.mark.django_db
def test_a_repeat_finds_its_images_by_name_though_they_are_newer_than_any_statistics():
    images(1, prefix="old")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_image")
    load(*map(record, range(3000)), n_at_once=3000)
    load(*map(record, range(3000)), n_at_once=3000)
    field = Dataset.objects.get(slug="field")
    plan = Image.objects.filter(dataset=field, file_name="Aves/Parus major/1.jpg").explain()
    assert "file_name" in plan.partition("Index Cond")[2].partition("\n")[0]


@pytest.mark.django_db
def test_the_same_again_changes_nothing():
    load(*map(record, range(25)))
    before = list(Image.objects.order_by("pk").values())
    report = load(*map(record, range(30)))
    assert (report.n_new, report.n_unchanged, report.n_completed) == (5, 25, 0)
    assert list(Image.objects.order_by("pk").values())[:25] == before
    assert not report.notes


@pytest.mark.django_db
def test_what_differs_is_told_and_stays_and_what_was_open_is_filled_in():
    load(*(record(number, licence="", split=None) for number in range(6)))
    moved = [record(number, split=Split.VAL) for number in range(6)]
    assert load(*moved).n_completed == 6
    report = load(*(record(number, licence="CC0") for number in range(6)))
    assert (report.n_unchanged, report.n_completed) == (6, 0)
    assert {text: named.n for text, named in report.notes.items()} == {
        "was imported with another split: kept as it was": 6,
        "was imported with another licence: kept as it was": 6,
    }
    assert set(Image.objects.values_list("split", "licence")) == {("val", "CC BY 4.0")}


@pytest.mark.django_db
def test_what_cannot_be_stored_is_refused_and_the_rest_comes_in():
    report = load(
        record(1, source_url=""),
        record(2, source_url="https://e.org/" + "x" * 1000),
        record(3, file_name="Aves/" + "x" * 500),
        record(4, observation=None),
        record(5, observation=ObservationRecord("k" * 300, "o" * 300, latitude=float("inf"))),
        record(6, rights_holder="a\0b \ud800"),
        record(6),
        Refusal("7.jpg", "is not wanted"),
    )
    assert (report.n_new, report.n_unchanged, report.n_refused) == (3, 1, 4)
    assert sorted(named.n for named in report.refused.values()) == [1, 1, 1, 1]
    long = Observation.objects.get(observer__key__startswith="ooo")
    assert (len(long.key), len(long.observer.key), long.latitude) == (200, 200, None)
    assert Image.objects.get(observation=None).observation_id is None
    assert Image.objects.get(file_name__endswith="6.jpg").rights_holder == "ab ?"


@pytest.mark.django_db
def test_a_file_that_is_here_after_all_completes_its_row(tmp_path: Path):
    load(record(1), record(2))
    Image.objects.filter(file_name__endswith="2.jpg").update(state="failed", fetch_due_at=None)
    files = [put(tmp_path, f"{number}.jpg", photo(60, 40)) for number in (1, 2, 3)]
    report = load(*(record(n, source=file) for n, file in enumerate(files, start=1)))
    assert (report.n_new, report.n_completed, report.n_awaited) == (1, 2, 0)
    for image in Image.objects.all():
        assert (image.state, image.width, image.height, image.fetch_due_at) == (
            "here",
            60,
            40,
            None,
        )
    assert {*Image.objects.values_list("observation__observer__key", flat=True)} == {"observer-0"}
    assert load(record(1), record(2)).n_unchanged == 2
    assert Image.objects.filter(state="here").count() == 3


@pytest.mark.django_db
def test_an_observation_whose_observer_is_unknown_has_none():
    load(record(1, observation=ObservationRecord("seen")))
    assert Observation.objects.get().observer is None


@pytest.mark.django_db
def test_a_taxon_that_was_known_by_name_alone_learns_its_lineage():
    load(record(1, taxon=None))
    assert Taxon.objects.get().rank == ""
    load(record(2))
    assert (Taxon.objects.get().rank, Taxon.objects.get().genus) == ("species", "Parus")


def test_uids_are_those_of_a_salted_hash():
    name = "Aves/Parus major/1.jpg"
    digest = salted_hmac("catalog.image", f"7/{name}", algorithm="sha256").digest()
    assert Uids(7).of(name).bytes[:6] == digest[:6]
    assert Uids(7).of(name).version == 4


KILLED = """
import os, sys, time, django
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "quadrat.settings"
os.environ["QUADRAT_SECRET_KEY"] = {key!r}
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
from catalog.importers.records import Reading
from catalog.importers.save import save
from tests.catalog.test_copying import NOON, record

def records():
    for number in range(250):
        yield record(number)
    print("half way", flush=True)
    time.sleep(60)

save(Reading(1000, records()), "field", now=NOON, n_at_once=100)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_it_goes_on_where_it_was():
    code = KILLED.format(
        root=str(Path(__file__).resolve().parents[2]),
        key=settings.SECRET_KEY,
        database=connection.settings_dict["NAME"],
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half way\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    # the first batch was through when the third began; the second may have been
    n_stored = Image.objects.count()
    assert n_stored in {100, 200}
    report = load(*map(record, range(300)), n_at_once=100)
    assert (report.n_new, report.n_unchanged) == (300 - n_stored, n_stored)
    assert (Observation.objects.count(), Observer.objects.count()) == (150, 15)
    assert Image.objects.get(file_name__endswith="/00000000.jpg").uid == Uids(
        Dataset.objects.get().pk
    ).of("Aves/Parus major/00000000.jpg")


@pytest.mark.django_db
def test_what_is_held_in_reserve_waits_until_it_is_wanted():
    report = load(record(1), record(2, split=Split.RESERVE))
    assert (report.n_awaited, report.n_held) == (1, 1)
    held = Image.objects.get(split="reserve")
    assert (held.state, held.fetch_due_at) == (Image.State.HELD, None)


@pytest.mark.django_db
def test_the_planner_hears_of_many_new_rows_at_once():
    load(*map(record, range(6_000)), n_at_once=4_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'catalog_image'")
        assert cursor.fetchone() == (6_000,)


@pytest.mark.django_db
def test_a_stream_of_refusals_takes_no_memory_to_speak_of():
    def refusals() -> Iterator[Refusal]:
        for number in range(5_000):
            yield Refusal(f"{number}.jpg", "is missing")

    report = save(Reading(5_000, refusals()), "field", now=NOON)
    assert (report.n_refused, len(report.refusals)) == (5_000, 1_000)
    assert report.refused["is missing"].n == 5_000
    assert report.refused["is missing"].names == ["0.jpg", "1.jpg", "2.jpg"]
