"""The life of a release: waiting, running, ready or failed; never lost, never made twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from crowd.errors import Invalid
from exports import making, releases
from exports.errors import ReleaseRefused
from exports.folders import folder_of
from exports.jobs import make_waiting_releases
from exports.models import Release
from exports.snapshot import open_snapshot
from tests import make
from tests.exports import make_rows
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pond(transactional_db):
    pond = make_rows.dataset("pond")
    make_rows.image(pond, "a.jpg")
    return pond


def make_unfinished():
    return making.make_unfinished(clock=lambda: NOON)


def test_the_job_makes_what_waits_and_only_once(pond):
    release = releases.create(pond, now=NOON)
    assert (make_waiting_releases(), make_waiting_releases()) == (1, 0)
    release.refresh_from_db()
    assert (release.state, release.progress) == ("ready", 1)
    assert [file["name"] for file in release.files] == ["all.json"]
    assert release.finished_at is not None


def test_a_release_whose_maker_died_is_made_again(pond):
    release = releases.create(pond, now=NOON)
    Release.objects.update(state=Release.State.RUNNING)
    stale = folder_of(release)
    stale.mkdir(parents=True)
    (stale / "half.json").write_text("{")
    assert make_unfinished() == 1
    assert [path.name for path in stale.iterdir()] == ["all.json"]


def test_a_release_that_somebody_is_making_is_left_alone(pond):
    release = releases.create(pond, now=NOON)
    is_held, may_end = threading.Event(), threading.Event()

    def hold():
        try:
            with making.holding(release.pk) as is_ours:
                assert is_ours
                is_held.set()
                may_end.wait(10)
        finally:
            connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert is_held.wait(10)
    assert make_unfinished() == 0
    may_end.set()
    other.join()
    assert make_unfinished() == 1


def test_one_release_that_cannot_be_made_does_not_stop_the_next(pond):
    releases.create(pond, now=NOON)
    Release.objects.update(split="val")
    releases.create(pond, now=NOON)
    assert make_unfinished() == 2
    assert list(Release.objects.order_by("number").values_list("state", "error")) == [
        ("failed", "There are no images in the val split of pond."),
        ("ready", ""),
    ]


def test_progress_is_stored_where_others_see_it(pond):
    make.images(1199, of=pond)
    release = releases.create(pond, now=NOON)
    seen = []
    making.run(
        release,
        folder_of(release),
        clock=lambda: NOON,
        progress=lambda share: seen.append((share, Release.objects.get().progress)),
    )
    assert [share for share, _ in seen] == [stored for _, stored in seen]
    assert [round(share, 2) for share, _ in seen] == [0.42, 0.83, 1.0]


def test_an_interrupted_release_has_failed_and_leaves_no_files(pond):
    release = releases.create(pond, now=NOON)

    def interrupt(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.run(release, folder_of(release), clock=lambda: NOON, progress=interrupt)
    release.refresh_from_db()
    assert (release.state, release.error[:29]) == ("failed", "It stopped: KeyboardInterrupt")
    assert list(folder_of(release).parent.iterdir()) == []


def test_a_refused_release_leaves_no_files(pond):
    release = releases.create(pond, now=NOON)
    release.split = "test"
    with pytest.raises(ReleaseRefused):
        making.run(release, folder_of(release), clock=lambda: NOON)
    assert list(folder_of(release).parent.iterdir()) == []


def test_there_is_no_release_of_nothing(pond):
    with pytest.raises(Invalid) as caught:
        releases.create(pond, split="val", now=NOON)
    assert caught.value.errors == {"split": ["There are no images in the val split of pond."]}
    assert Release.objects.count() == 0


def test_a_snapshot_does_not_see_what_comes_later(pond):
    def n_images(reader):
        with reader.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM catalog_image")
            return cursor.fetchone()[0]

    with open_snapshot() as reader:
        assert n_images(reader) == 1
        make_rows.image(pond, "later.jpg")
        assert n_images(reader) == 1


def test_photographs_that_are_not_here_are_left_out_and_counted(pond, make_release):
    make.not_here(3, of=pond)
    make.not_here(1, of=pond, state="failed")
    made = make_release(pond)
    assert [image["file_name"] for image in made.read("all.json")["images"]] == ["a.jpg"]
    assert (made.release.counts["images"], made.release.counts["not_here"]) == (1, 4)


def test_a_data_set_of_which_nothing_is_here_has_nothing_to_release():
    sea = make_rows.dataset("sea")
    make.not_here(2, of=sea)
    with pytest.raises(Invalid):
        releases.create(sea, now=NOON)


def test_images_held_in_reserve_are_released_only_by_name(make_release):
    pond = make_rows.dataset("pond")
    make_rows.image(pond, "a.jpg", split="val")
    make_rows.image(pond, "b.jpg", split="reserve")
    assert make_release(pond).names() == ["val.json"]
    assert make_release(pond, split="reserve").names() == ["reserve.json"]
