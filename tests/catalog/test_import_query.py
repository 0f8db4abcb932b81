"""A query to iNaturalist, from the command line to an open task."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.models import Dataset, Image, Observation, Observer, Taxon
from catalog.superclasses import SuperClass
from crowd import arrivals, campaigns
from crowd.models import Campaign
from tests.catalog import web
from tests.catalog.naturalist import Naturalist, observation, photo
from tests.catalog.photographs import photo as picture
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(settings, tmp_path):
    with Naturalist().running() as running:
        for number in range(1, 5):
            address = f"http://{running.host}/photos/{number}/square.jpg"
            running.observations[number] = observation(number, photos=[photo(number, url=address)])
            running.answers[f"/photos/{number}/original.jpg"] = web.body(picture())
        settings.INAT_API = running.base
        settings.FETCH_PRIVATE_HOSTS = frozenset({running.host})
        settings.FETCH_PER_SECOND = 500
        settings.IMPORTS_ROOT = tmp_path / "imports"
        yield running


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_photographs_of_a_query_become_tasks_as_they_arrive(api):
    said = run("import_images", "taxon_id=3", "--dataset", "birds")
    assert "birds: 4 new, 0 unchanged, 0 refused" in said
    assert (Observer.objects.count(), Observation.objects.count()) == (3, 4)
    assert Taxon.objects.get().common_name == "Great Tit"
    campaign = campaigns.create(
        slug="birds",
        kind=Campaign.Kind.BOX,
        dataset=Dataset.objects.get(),
        super_class=SuperClass.AVES,
        now=NOON,
    )
    assert set(campaign.tasks.values_list("state", flat=True)) == {"awaited"}
    del api.answers["/photos/3/original.jpg"]
    assert "3 photographs here, 0 on their way, 1 failed" in run("fetch_images", "birds")
    assert arrivals.open_arrived(now=timezone.now()) == 3
    assert campaign.tasks.get(state="awaited").image.state == Image.State.FAILED
    assert {image.width for image in Image.objects.filter(state="here")} == {60}
    assert "birds: 0 new, 4 unchanged" in run("import_images", "taxon_id=3", "--dataset", "birds")
    assert set(campaign.tasks.values_list("state", flat=True)) == {"awaited", "open"}


def test_a_query_may_be_longer_than_any_file_name(api):
    query = "taxon_id=" + ",".join(map(str, range(1000, 1100)))
    assert "birds: 4 new" in run("import_images", query, "--dataset", "birds")
    with pytest.raises(CommandError, match="does not exist"):
        run("import_images", "a" * 300, "--dataset", "birds")


def test_an_import_that_the_api_interrupts_goes_on_after_the_pages_it_has(api, settings):
    api.most_per_page = 2
    whole = api.answers["/v1/observations"]
    replies = iter([whole, web.status(422)])

    def in_turn(request):
        next(replies)(request)

    api.answers["/v1/observations"] = in_turn
    with pytest.raises(CommandError, match="The 2 observations read so far are kept"):
        run("import_images", "taxon_id=3", "--dataset", "birds")
    assert Image.objects.count() == 0
    api.answers["/v1/observations"] = whole
    assert "4 new" in run("import_images", "taxon_id=3", "--dataset", "birds")
    assert [query["id_above"] for query in api.queries] == ["0", "2", "2"]
    assert not any(path.is_dir() for path in settings.IMPORTS_ROOT.glob("*"))
