"""Releases over the API: organizers only, and only the files that a release lists."""

from __future__ import annotations

import json

import pytest

from exports import releases
from exports.folders import folder_of
from exports.jobs import make_waiting_releases
from exports.models import Release
from tests.exports import make_rows
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pond(transactional_db):
    pond = make_rows.dataset("pond")
    make_rows.image(pond, "a.jpg")
    return pond


def test_an_organizer_asks_waits_and_downloads(api, olga, pond):
    client = api(olga)
    asked = client.post("/api/datasets/pond/releases/", {"profile": "inat2017"})
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    make_waiting_releases()
    ready = client.get(asked.headers["Location"]).json()
    assert (ready["state"], ready["progress"], ready["profile"]) == ("ready", 1, "inat2017")
    (file,) = ready["files"]
    assert (file["name"], file["counts"]["images"]) == ("all.json", 1)
    download = client.get(file["url"])
    assert download.headers["Content-Disposition"] == 'attachment; filename="all.json"'
    assert json.loads(b"".join(download))["info"]["dataset"] == "pond"
    listed = client.get("/api/datasets/pond/releases/").json()
    assert [row["number"] for row in listed] == [1]


@pytest.mark.parametrize("body", [{"profile": "yolo"}, {"split": "dev"}, {"split": "val"}])
def test_what_cannot_be_released_is_refused(api, olga, pond, body):
    reply = api(olga).post("/api/datasets/pond/releases/", body)
    assert reply.status_code == 422
    assert Release.objects.count() == 0


def test_nobody_else_reaches_a_release(api, ada, pond):
    release = releases.create(pond, now=NOON)
    make_waiting_releases()
    for who in (ada, None):
        client = api(who)
        base = f"/api/releases/{release.pk}/"
        for path in ("/api/datasets/pond/releases/", base, f"{base}files/all.json"):
            assert client.get(path).status_code in {401, 403}
        assert client.post("/api/datasets/pond/releases/", {}).status_code in {401, 403}
    assert Release.objects.count() == 1


def test_no_other_file_is_ever_served(api, olga, pond):
    release = releases.create(pond, now=NOON)
    make_waiting_releases()
    (folder_of(release).parent / "secret").write_text("not for you")
    (folder_of(release) / "other.json").write_text("not listed")
    for name in (
        "other.json",
        "..%2fsecret",
        "%2e%2e/secret",
        "../secret",
        "..",
        "%2fetc%2fpasswd",
        "a%00b",
    ):
        reply = api(olga).get(f"/api/releases/{release.pk}/files/{name}")
        assert reply.status_code == 404, name


def test_a_release_that_is_not_ready_has_no_files(api, olga, pond):
    release = releases.create(pond, now=NOON)
    make_waiting_releases()
    Release.objects.update(state="running")
    assert api(olga).get(f"/api/releases/{release.pk}/files/all.json").status_code == 404
    for number in ("999", "9" * 30):
        assert api(olga).get(f"/api/releases/{number}/").status_code == 404
