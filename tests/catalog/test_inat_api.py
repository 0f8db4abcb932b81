"""Queries to the iNaturalist API: what is asked, what is staged, and how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from catalog.fetching import Terms
from catalog.importers import inat_api
from catalog.importers.inat_api_pages import Manners
from catalog.importers.inat_api_query import looks_like_one, parse
from catalog.importers.records import Unusable
from catalog.staging import Staging
from tests.catalog import web
from tests.catalog.naturalist import GREAT_TIT, Naturalist, observation, photo

QUERY = "taxon_id=3&place_id=97394"


def manners(api: Naturalist, waits: list[float] | None = None) -> Manners:
    noted = [] if waits is None else waits
    terms = Terms(private_hosts=frozenset({api.host}))
    return Manners(api.base, terms, wait=noted.append)


def stage(api: Naturalist, staging: Staging, query: str = QUERY, **options) -> None:
    inat_api.stage(query, staging, on_progress=lambda *_: None, manners=manners(api, **options))


def staged(*observations) -> tuple[list[tuple], dict[str, int]]:
    """The photographs (key, observation, place) and what was refused, by reason."""
    with Naturalist(observations).running() as api, Staging.open() as staging:
        stage(api, staging)
        photos = staging.sql.execute("SELECT key, observation, place FROM photo ORDER BY row")
        return photos.fetchall(), {each.reason: each.n for each in staging.refusals()}


def refused(*observations) -> dict[str, int]:
    return staged(*observations)[1]


def test_an_observation_comes_with_all_that_is_known_of_it():
    identified = GREAT_TIT | {
        "ancestors": [
            {"rank": "kingdom", "name": "Animalia"},
            {"rank": "class", "name": "Aves"},
            {"rank": "subfamily", "name": "Parinae"},
            {"rank": "family", "name": "Paridae"},
        ]
    }
    one = observation(5, identifications=[{"taxon": {"id": 3}}, {"taxon": identified}])
    with Naturalist([one]).running() as api, Staging.open() as staging:
        stage(api, staging)
        assert staging.refusals() == []
        assert staging.choose_all() == 1
        (record,) = staging.records()
    assert record.source is None
    assert record.source_url == "https://static.inaturalist.org/photos/50/original.JPG?1500000000"
    assert record.file_name.startswith("Aves/Parus major/")
    assert record.file_name.endswith(".jpg")
    assert (record.licence, record.rights_holder) == ("CC BY-NC 4.0", "Ada L.")
    assert record.claimed_size == (2048, 1365)
    seen = record.observation
    assert (seen.key, seen.observer) == ("00000000-0000-0000-0000-000000000005", "9")
    assert (seen.latitude, seen.longitude, seen.uncertainty_m) == (47.5, 8.25, 12)
    assert (seen.observed_on, seen.place) == ("2026-05-01", 0)
    taxon = record.taxon
    assert (taxon.name, taxon.rank, taxon.common_name) == ("Parus major", "species", "Great Tit")
    assert (taxon.kingdom, taxon.class_name, taxon.family) == ("Animalia", "Aves", "Paridae")
    assert taxon.genus == "Parus"


def test_every_page_is_asked_for_once_by_the_ids_and_at_leisure():
    waits: list[float] = []
    with Naturalist(map(observation, range(1, 451))).running() as api, Staging.open() as staging:
        stage(api, staging, waits=waits)
        assert staging.n_photos() == 450
        rows = staging.sql.execute("SELECT row FROM photo ORDER BY row").fetchall()
    assert rows == [(number,) for number in range(1, 451)]
    assert [query["id_above"] for query in api.queries] == ["0", "200", "400"]
    assert waits == [1.0, 1.0]
    usual = {"per_page": "200", "order_by": "id", "order": "asc", "photos": "true"}
    assert api.queries[0] == usual | {
        "quality_grade": "research",
        "taxon_id": "3",
        "place_id": "97394",
        "id_above": "0",
    }
    assert api.headers[0]["user-agent"].startswith("Quadrat/")


def test_what_is_not_taken_is_counted_by_reason():
    family = GREAT_TIT | {"id": 7251, "name": "Paridae", "rank": "family"}
    bacterium = GREAT_TIT | {"ancestor_ids": [48460, 67333], "iconic_taxon_name": None}
    assert refused(
        observation(1, quality_grade="needs_id"),
        observation(2, taxon=None),
        observation(3, taxon=family),
        observation(4, taxon=GREAT_TIT | {"is_active": False}),
        observation(5, taxon=bacterium),
        observation(6, photos=[]),
        observation(7, photos=[photo(70, url="https://live.staticflickr.com/1_s.jpg")]),
        observation(8, uuid=None),
        observation(9, photos=[photo(90, id=None)]),
        observation(10),
    ) == {
        "an observation is not research grade": 1,
        "an observation has no taxon": 1,
        "an observation is identified to family only": 1,
        "an observation is of an inactive taxon": 1,
        "an observation belongs to none of the 13 super-classes": 1,
        "an observation has no photograph that is taken": 3,
        "a photograph: has no address of its original": 1,
        "a photograph: has no id": 1,
        "an observation has no id": 1,
    }


def test_a_photograph_of_two_observations_belongs_to_the_first():
    photos, reasons = staged(
        observation(1, photos=[photo(5), photo(6), photo(6)]),
        observation(2, photos=[photo(5), photo(7)]),
    )
    first, second = (f"00000000-0000-0000-0000-{number:012}" for number in (1, 2))
    assert photos == [("5", first, 0), ("6", first, 1), ("7", second, 1)]
    assert reasons == {
        "a photograph: is already one of another observation": 1,
        "a photograph: is listed more than once": 1,
    }


def test_odd_values_cost_themselves():
    strange = observation(
        1,
        user=None,
        observed_on=20260501,
        geojson={"coordinates": ["north", None]},
        positional_accuracy="far",
        photos=[photo(3, original_dimensions=[], license_code=None), "none"],
        taxon=GREAT_TIT | {"ancestor_ids": "3", "preferred_common_name": ["tit"]},
    )
    with Naturalist([strange]).running() as api, Staging.open() as staging:
        stage(api, staging)
        (seen,) = staging.sql.execute("SELECT * FROM observation").fetchall()
        (claimed,) = staging.sql.execute("SELECT width, licence FROM photo").fetchall()
    assert seen[1:] == ("", "203153", "", None, None, None)
    assert claimed == (None, "")


def test_a_query_that_is_read_is_not_asked_again(tmp_path):
    with Naturalist(map(observation, range(1, 6))).running() as api:
        for _ in range(2):
            with Staging.open(tmp_path) as staging:
                stage(api, staging)
                assert staging.n_photos() == 5
        assert len(api.asked) == 1
        with Staging.open(tmp_path) as staging:
            stage(api, staging, "taxon_id=7")
    assert len(api.asked) == 2


def test_reading_goes_on_after_the_last_page_that_was_kept(tmp_path):
    with Naturalist(map(observation, range(1, 8)), per_page=3).running() as api:
        whole = api.answers["/v1/observations"]

        def fails_at_the_third(request):
            (whole if len(api.asked) < 3 else web.status(500))(request)

        api.answers["/v1/observations"] = fails_at_the_third
        with Staging.open(tmp_path) as staging, pytest.raises(Unusable) as caught:
            stage(api, staging)
        assert "The 6 observations read so far are kept" in str(caught.value)
        n_asked = len(api.asked)
        api.answers["/v1/observations"] = whole
        with Staging.open(tmp_path) as staging:
            stage(api, staging)
            assert staging.n_photos() == 7
        assert [query["id_above"] for query in api.queries[n_asked:]] == ["6"]


def test_the_api_gets_the_pause_it_asks_for_and_a_growing_one_in_trouble(tmp_path):
    waits: list[float] = []
    with Naturalist([observation(1)]).running() as api, Staging.open() as staging:
        good = api.answers["/v1/observations"]
        replies = [web.status(429, Retry_After="45"), web.status(503)]

        def troubled(request):
            number = len(api.asked) - 1
            (replies[number] if number < 2 else good)(request)

        api.answers["/v1/observations"] = troubled
        stage(api, staging, waits=waits)
    assert waits == [45.0, 4.0]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.status(422), "422"),
        (web.status(429, Retry_After="86400"), "a pause of 86,400 s"),
        (web.body(b"<html>", "text/html"), "text/html, not JSON"),
        (web.body(b"[]", "application/json"), "another shape"),
        (web.body(b'{"results": [{"id": null}]}', "application/json"), "no ids"),
        (web.body(b"{", "application/json"), "no JSON"),
    ],
)
def test_an_api_that_does_not_answer_is_reported_in_a_sentence(answer, why):
    with Naturalist().running() as api, Staging.open() as staging:
        api.answers["/v1/observations"] = answer
        with pytest.raises(Unusable, match=why):
            stage(api, staging)


def test_the_same_page_again_and_again_is_noticed():
    with Naturalist().running() as api, Staging.open() as staging:
        body = b'{"total_results": 9, "results": [{"id": 4}]}'
        api.answers["/v1/observations"] = web.body(body, "application/json")
        with pytest.raises(Unusable, match="again and again"):
            stage(api, staging)


def test_a_query_is_read_however_it_is_written():
    base = "http://127.0.0.1:9/v1"
    forms = (
        "place_id=1&taxon_id=3&photo_license=cc0,cc-by",
        "?taxon_id=3&place_id=1&photo_license=cc0,cc-by&page=4&per_page=10",
        "https://api.inaturalist.org/v1/observations?taxon_id=3&place_id=1&photo_license=cc0%2Ccc-by",
        "https://www.inaturalist.org/observations?photo_license=cc0,cc-by&place_id=1&subview=map&taxon_id=3",
        f"{base}/observations?photo_license=cc0,cc-by&place_id=1&taxon_id=3",
    )
    assert all(looks_like_one(form, base) for form in forms)
    assert len({parse(form, base).digest for form in forms}) == 1
    assert ("quality_grade", "needs_id") in parse("quality_grade=needs_id&id=1", base).parameters
    for other in ("photos", "photos.json", "a/b=c", "https://example.org/v1/observations?id=1"):
        assert not looks_like_one(other, base)


def test_all_of_inaturalist_is_not_asked_for():
    for query in ("photo_license=cc0", "", "https://api.inaturalist.org/v1/observations"):
        with pytest.raises(Unusable, match="everything there is"):
            parse(query, "")
    with pytest.raises(Unusable, match="no query to the iNaturalist API"):
        parse("https://example.org/v1/observations?taxon_id=3", "")


READER = """
import os, sys, django
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "quadrat.settings"
django.setup()
from pathlib import Path
from catalog.importers import inat_api
from catalog.staging import Staging
with Staging.open(Path({folder!r})) as staging:
    inat_api.stage({query!r}, staging, on_progress=lambda *_: None)
"""


def test_a_reader_that_is_killed_goes_on_where_it_was(tmp_path):
    held, go_on = threading.Event(), threading.Event()
    with Naturalist(map(observation, range(1, 8)), per_page=3).running() as api:
        whole = api.answers["/v1/observations"]

        def holds_the_second(request):
            if len(api.asked) == 2:
                held.set()
                go_on.wait(60)
            whole(request)

        api.answers["/v1/observations"] = holds_the_second
        code = READER.format(
            root=str(Path(__file__).resolve().parents[2]), folder=str(tmp_path), query=QUERY
        )
        environment = os.environ | {
            "QUADRAT_FETCH_PRIVATE_HOSTS": api.host,
            "QUADRAT_INAT_API": api.base,
        }
        process = subprocess.Popen([sys.executable, "-c", code], env=environment)
        try:
            assert held.wait(60)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            go_on.set()
        with Staging.open(tmp_path) as staging:
            stage(api, staging)
            assert staging.n_photos() == 7
        assert [query["id_above"] for query in api.queries] == ["0", "3", "3", "6"]
