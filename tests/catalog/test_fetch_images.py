"""manage.py fetch_images: counts by reason, and exit codes."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Image, PhotoHost
from tests import make
from tests.catalog import web
from tests.catalog.photographs import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(settings):
    with web.Web().running() as running:
        running.answers["/photo.jpg"] = web.body(photo())
        settings.FETCH_PRIVATE_HOSTS = frozenset({running.host})
        settings.FETCH_PER_SECOND = 500
        yield running


def waiting(*urls: str) -> None:
    offset = Image.objects.count()
    Image.objects.bulk_create(
        Image(
            dataset=make.dataset(),
            file_name=f"{number}.jpg",
            source_url=url,
            state=Image.State.AWAITED,
            # not due for long: the command asks for it now
            fetch_due_at=timezone.now() + timedelta(hours=5),
        )
        for number, url in enumerate(urls, start=offset)
    )


def run(*arguments: str) -> list[str]:
    out = io.StringIO()
    call_command("fetch_images", "field", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_everything_is_tried_and_counted_by_reason(site):
    site.answers["/busy.jpg"] = web.status(503)
    waiting(*[site.url()] * 3, *[site.url("/gone.jpg")] * 2, site.url("/busy.jpg"))
    assert run() == [
        "Data set field: 3 photographs here, 1 on their way, 2 failed",
        "  failed             2  the server answered 404 Not Found",
        "  on its way         1  the server answered 503 Service Unavailable",
    ]
    assert run()[0].startswith("Data set field: 3 photographs here")


def test_what_failed_is_tried_again_when_asked(site):
    waiting(site.url(), site.url("/later.jpg"))
    run()
    site.answers["/later.jpg"] = web.body(photo())
    assert "1 failed" in run()[0]
    assert run("--retry-failed") == ["Data set field: 2 photographs here, 0 on their way, 0 failed"]


def test_what_is_held_in_reserve_is_fetched_only_when_asked(site):
    waiting(site.url("/photo.jpg"), site.url("/photo.jpg?held"))
    held = Image.objects.filter(source_url__endswith="?held")
    held.update(split="reserve", state=Image.State.HELD, fetch_due_at=None)
    assert run() == [
        "Data set field: 1 photographs here, 0 on their way, 0 failed",
        "  in reserve         1  not fetched before they are wanted (--reserve)",
    ]
    assert site.asked == ["/photo.jpg"]
    assert run("--reserve") == ["Data set field: 2 photographs here, 0 on their way, 0 failed"]


def test_a_server_that_rests_is_not_waited_for(site):
    PhotoHost.objects.create(name=site.host, next_at=timezone.now() + timedelta(hours=1))
    waiting(site.url())
    make.images(1)
    assert run()[1:] == [
        "  on its way         1  has its turn while the site runs, or when this is run again"
    ]
    assert site.asked == []


def test_a_data_set_without_a_photograph_ends_with_an_error(site, settings, tmp_path):
    waiting(site.url("/gone.jpg"))
    with pytest.raises(CommandError, match="No photograph is here"):
        run()
    with pytest.raises(CommandError, match="no data set 'nothing'"):
        call_command("fetch_images", "nothing")
    settings.MEDIA_ROOT = tmp_path / "a-file"
    settings.MEDIA_ROOT.write_text("in the way")
    waiting(site.url())
    with pytest.raises(CommandError, match="Stopped: the photographs' files cannot be stored here"):
        run()


def test_a_data_set_that_waits_for_nothing_has_nothing_to_do(site):
    make.images(2)
    assert run() == ["Data set field: 2 photographs here, 0 on their way, 0 failed"]
    assert site.asked == []
