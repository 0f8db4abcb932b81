"""Awaited photographs arrive: rates, pauses, what is tried again, and what a kill leaves behind."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import PIL.Image
import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from catalog import arrivals, awaited, fetch_lock, renditions
from catalog.arrivals import Round, fetch_due
from catalog.importers import folder
from catalog.importers.save import save
from catalog.models import Image, PhotoHost
from tests import make
from tests.catalog import web
from tests.catalog.photographs import photo, put
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


@pytest.fixture
def site(settings):
    with web.Web().running() as running:
        running.answers["/photo.jpg"] = web.body(photo())
        settings.FETCH_PRIVATE_HOSTS = frozenset({running.host, f"localhost:{running.port}"})
        settings.FETCH_PER_SECOND = 500
        yield running


def waiting(*urls: str, **fields) -> list[Image]:
    """Images that wait for those addresses, due since noon."""
    given = {"state": Image.State.AWAITED, "fetch_due_at": NOON, "super_class": "Aves"} | fields
    offset = Image.objects.count()
    return Image.objects.bulk_create(
        Image(dataset=make.dataset(), file_name=f"{number}.jpg", source_url=url, **given)
        for number, url in enumerate(urls, start=offset)
    )


def fetch_all() -> Round:
    return fetch_due(clock=timezone.now)


def again(image: Image) -> Image:
    image.refresh_from_db()
    return image


def claim(*, now=NOON, seconds=10.0, interval=1.0, most=100) -> dict[str, list[str]]:
    """What is claimed, by server."""
    turns = awaited.claim(
        now=now, until=now + seconds * SECOND, interval=interval * SECOND, most=most
    )
    return {turn.host: [each.url for each in turn.claimed] for turn in turns}


def test_a_photograph_arrives_with_the_size_of_its_file(site):
    (image,) = waiting(site.url())
    assert fetch_all() == Round(n_arrived=1)
    again(image)
    assert (image.state, image.width, image.height) == ("here", 60, 40)
    assert (image.display_width, image.display_height) == (60, 40)
    assert image.sha256 == hashlib.sha256(photo()).hexdigest()
    assert (image.fetch_due_at, image.fetch_error) == (None, "")
    assert renditions.exist(image.uid)


def test_what_is_here_is_not_fetched_again(site):
    waiting(*[site.url(f"/photo.jpg?{number}") for number in range(20)])
    assert fetch_all().n_arrived == 20
    assert fetch_all().is_idle
    assert len(site.asked) == len(set(site.asked)) == 20


def test_what_will_never_come_fails_with_its_reason(site):
    site.answers["/page.jpg"] = web.body(b"<html>Not found</html>", "image/jpeg")
    site.answers["/html.jpg"] = web.body(b"<html>Not found</html>", "text/html")
    paths = ("/gone.jpg", "/page.jpg", "/html.jpg", "/photo.jpg")
    gone, page, html, private, _ = waiting(
        *[site.url(path) for path in paths[:3]],
        "http://127.0.0.1:5000/photo.jpg",
        site.url("/photo.jpg"),
    )
    assert fetch_all() == Round(n_arrived=1, n_failed=4)
    reasons = {each: again(each).fetch_error for each in (gone, page, html, private)}
    assert reasons[gone] == "the server answered 404 Not Found"
    assert "web page" in reasons[page]
    assert "is text/html" in reasons[html]
    assert "QUADRAT_FETCH_PRIVATE_HOSTS" in reasons[private]
    assert {each.state for each in reasons} == {"failed"}
    assert not renditions.exist(page.uid)
    assert {each.n_images for each in awaited.reasons(make.dataset())} == {1}
    assert fetch_all().is_idle


def test_trouble_is_tried_again_after_a_pause_that_grows_and_given_up_at_last(site):
    site.answers["/photo.jpg"] = web.status(503)
    (image,) = waiting(site.url(), n_attempts=2)
    began = timezone.now()
    assert fetch_all() == Round(n_again=1)
    assert (again(image).state, image.n_attempts) == ("awaited", 3)
    assert image.fetch_error == "the server answered 503 Service Unavailable"
    assert timedelta(minutes=16) <= image.fetch_due_at - began < timedelta(minutes=17)
    assert fetch_all().is_idle
    Image.objects.update(n_attempts=awaited.MOST_ATTEMPTS - 1, fetch_due_at=NOON)
    assert fetch_all() == Round(n_failed=1)
    assert again(image).state == "failed"
    assert "given up after 8 tries" in image.fetch_error


def test_a_server_that_asks_for_a_pause_gets_it_and_others_go_on(site):
    site.answers["/busy.jpg"] = web.status(429, Retry_After="3600")
    busy = waiting(*[site.url(f"/busy.jpg?{number}") for number in range(30)])
    other = waiting(*[site.url(host="localhost")] * 3)
    began = timezone.now()
    report = fetch_all()
    assert report.n_arrived == 3
    assert 1 <= report.n_again < arrivals.AT_ONCE
    assert report.n_again + report.n_left == 30
    assert {again(image).state for image in other} == {"here"}
    hour = timedelta(seconds=3599)
    assert all(again(image).fetch_due_at - began > hour for image in busy)
    # whoever was only waiting has lost no try by it
    assert sum(image.n_attempts for image in busy) == report.n_again
    later = waiting(site.url("/busy.jpg?later"))[0]
    assert fetch_all().is_idle
    assert again(later).n_attempts == 0


def test_a_server_that_is_down_rests_after_some_tries_in_a_row(site):
    site.answers["/photo.jpg"] = web.status(500)
    waiting(*[site.url()] * 40)
    report = fetch_all()
    assert 4 <= report.n_again < 4 + arrivals.AT_ONCE
    assert report.n_left == 40 - report.n_again
    assert fetch_all().is_idle


def test_a_full_disk_is_no_photographs_fault(site, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "a-file"
    settings.MEDIA_ROOT.write_text("in the way")
    images = waiting(*[site.url()] * 5)
    report = fetch_all()
    assert "cannot be stored here" in report.trouble
    assert not report.is_worth_another
    assert {(again(each).state, each.n_attempts) for each in images} == {("awaited", 0)}


def test_a_server_is_asked_no_more_often_than_allowed(site, settings):
    settings.FETCH_PER_SECOND = 20
    times = []

    def timed(request):
        times.append(time.monotonic())
        web.body(photo())(request)

    site.answers["/photo.jpg"] = timed
    waiting(*[site.url()] * 7)
    while not fetch_all().is_idle:
        pass
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) == 6
    assert sum(gaps) >= 6 / 20 - 0.02


def test_several_photographs_are_fetched_at_once_and_servers_share_what_there_is(site):
    n_now, n_most, lock = 0, 0, threading.Lock()

    def slow(request):
        nonlocal n_now, n_most
        with lock:
            n_now += 1
            n_most = max(n_most, n_now)
        time.sleep(0.3)
        with lock:
            n_now -= 1
        web.body(photo())(request)

    site.answers["/photo.jpg"] = slow
    waiting(*[site.url()] * 12)
    assert fetch_all().n_arrived == 12
    assert 4 < n_most <= arrivals.AT_ONCE
    n_most = 0
    waiting(*[site.url()] * 12, "http://127.0.0.1:5000/1.jpg")
    assert fetch_all().n_arrived == 12
    assert 2 <= n_most <= 4


def test_the_turns_are_shared_among_servers(site):
    waiting(
        *["http://many.example/1.jpg"] * 50, "HTTP://Few.example:81/1.jpg", "http://one.example/"
    )
    found = claim(most=30)
    assert {host: len(urls) for host, urls in found.items()} == {
        "few.example:81": 1,
        "many.example": 10,
        "one.example": 1,
    }


def test_a_claim_asks_for_no_more_than_the_time_allows():
    waiting(*["http://many.example/1.jpg"] * 50)
    assert len(claim(seconds=10, interval=2)["many.example"]) == 6
    # whoever else asks gets a turn at this server after that
    assert claim(now=NOON + 5 * SECOND, seconds=4) == {}
    (turn,) = awaited.claim(
        now=NOON + 5 * SECOND, until=NOON + 13 * SECOND, interval=2 * SECOND, most=100
    )
    assert (turn.first_at, len(turn.claimed)) == (NOON + 10 * SECOND, 2)


def test_whoever_was_asked_longest_ago_comes_first():
    for number, host in enumerate("abc"):
        waiting(f"http://{host}.example/1.jpg")
        PhotoHost.objects.create(name=f"{host}.example", next_at=NOON - number * SECOND)
    assert list(claim()) == ["c.example", "b.example", "a.example"]
    waiting("http://new.example/1.jpg")
    assert list(claim(now=NOON + SECOND * 60)) == ["new.example"]


def test_a_photograph_whose_process_was_killed_is_due_again():
    (image,) = waiting("http://a.example/1.jpg")
    assert claim()
    assert claim(now=NOON + awaited.LEASE - SECOND) == {}
    assert claim(now=NOON + awaited.LEASE)
    assert again(image).n_attempts == 2
    Image.objects.update(n_attempts=awaited.MOST_ATTEMPTS)
    assert claim(now=NOON + 3 * awaited.LEASE) == {}
    assert again(image).state == "failed"
    assert "ended each time" in image.fetch_error


def test_a_rate_of_nothing_fetches_nothing(site, settings):
    settings.FETCH_PER_SECOND = 0
    (image,) = waiting(site.url())
    assert fetch_all() == Round(is_idle=True)
    assert (again(image).state, image.n_attempts) == ("awaited", 0)


def test_only_one_round_runs_at_a_time(site):
    waiting(site.url())
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [fetch_lock.LOCK])
        assert fetch_all() == Round(is_elsewhere=True)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [fetch_lock.LOCK])
    other.close()
    assert fetch_all().n_arrived == 1


def test_a_photograph_that_came_another_way_stays_as_it_is(site):
    (image,) = waiting(site.url())

    def meanwhile(request):
        done = Image.objects.filter(pk=image.pk)
        done.update(state="here", width=7, height=7, display_width=7, display_height=7)
        connection.close()
        web.body(photo())(request)

    site.answers["/photo.jpg"] = meanwhile
    fetch_all()
    assert again(image).width == 7


def test_a_file_that_is_imported_while_its_photograph_is_fetched_is_told_apart(site, tmp_path):
    """Two sources, two sizes: row and files must be of the same one, whichever that is."""
    is_asked, may_answer = threading.Event(), threading.Event()

    def slow(request) -> None:
        is_asked.set()
        may_answer.wait(10)
        web.body(photo(60, 40))(request)

    site.answers["/photo.jpg"] = slow
    (image,) = waiting(site.url())
    put(tmp_path, "0.jpg", photo(30, 20))
    fetching = threading.Thread(target=in_a_thread_of_its_own, args=(fetch_all,))
    fetching.start()
    assert is_asked.wait(10)
    # long enough for the import to be through, were it not to wait
    threading.Timer(1.0, may_answer.set).start()
    save(folder.read(tmp_path), "field", now=NOON)
    fetching.join()
    row = again(image)
    with default_storage.open(renditions.name(row.uid, "full")) as file:
        data = file.read()
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert PIL.Image.open(io.BytesIO(data)).size == (row.width, row.height)


def test_several_may_keep_photographs_from_being_fetched(site):
    waiting(site.url())
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [fetch_lock.LOCK])
        with fetch_lock.Pause() as pause:
            pause.begin()
            pause.begin()
        assert fetch_all().is_elsewhere
        cursor.execute("SELECT pg_advisory_unlock_shared(%s)", [fetch_lock.LOCK])
    other.close()
    assert fetch_all().n_arrived == 1


def in_a_thread_of_its_own(work) -> None:
    try:
        work()
    finally:
        connection.close()


def test_what_failed_can_be_asked_for_again(site):
    image, waits = waiting(site.url("/later.jpg"), site.url("/slow.jpg"))
    site.answers["/slow.jpg"] = web.status(500)
    fetch_all()
    assert (again(image).state, again(waits).state) == ("failed", "awaited")
    site.answers["/later.jpg"] = site.answers["/slow.jpg"] = web.body(photo())
    assert fetch_all().is_idle
    assert awaited.retry_failed(make.dataset(), now=timezone.now()) == 1
    assert awaited.ask_now(make.dataset(), now=timezone.now()) == 2
    assert fetch_all().n_arrived == 2


FETCHER = """
import os, sys, django
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "quadrat.settings"
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"] = {database!r}
settings.MEDIA_ROOT = {media!r}
from django.utils import timezone
from catalog.arrivals import fetch_due
print("begins", flush=True)
fetch_due(clock=timezone.now)
"""


def test_killed_at_any_moment_nothing_is_lost_or_half_there(site, settings):
    reached, go_on = threading.Event(), threading.Event()

    def stalling(request):
        reached.set()
        go_on.wait(60)
        web.body(photo())(request)

    for number in range(6):
        site.answers[f"/{number}.jpg"] = web.body(photo()) if number < 3 else stalling
    images = waiting(*[site.url(f"/{number}.jpg") for number in range(6)])
    code = FETCHER.format(
        root=str(Path(__file__).resolve().parents[2]),
        database=connection.settings_dict["NAME"],
        media=str(settings.MEDIA_ROOT),
    )
    environment = os.environ | {
        "QUADRAT_FETCH_PRIVATE_HOSTS": site.host,
        "QUADRAT_FETCH_PER_SECOND": "500",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert reached.wait(60)
        deadline = time.monotonic() + 60
        while Image.objects.filter(state="here").count() < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        go_on.set()
    states = {each.file_name: each.state for each in map(again, images)}
    assert sorted(states.values()) == ["awaited"] * 3 + ["here"] * 3
    assert all(renditions.exist(each.uid) for each in images if each.state == "here")
    assert fetch_due(clock=lambda: timezone.now() + awaited.LEASE).n_arrived == 3
    assert all(again(each).state == "here" and renditions.exist(each.uid) for each in images)
