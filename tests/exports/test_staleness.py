"""A release is made over a consensus that rests on exactly the answers that count."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from annotate.aggregation import BOXES
from annotate.models import Annotation, Consensus
from crowd import refitting, remerging, workers
from crowd.models import Campaign, ConsensusVersion, Fit
from exports import making, releases, staleness
from exports.composition import write_files
from exports.errors import StillWorkedIn
from exports.models import Release
from exports.staleness import Staleness
from tests import make
from tests.annotate.crowds import BIRD, Clock, aggregate, answer, near
from tests.make import NOON
from verify import aggregation as verify_aggregation
from verify.aggregation import VERDICTS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def crowd(transactional_db):
    return [make.worker(name) for name in ("ada", "eve", "ida")]


@pytest.fixture
def birds(crowd, clock) -> Campaign:
    """Twenty photos that three have boxed; merged and fitted."""
    campaign = make.campaign(20)
    for seed, worker in enumerate(crowd):
        answer(worker, campaign, near(BIRD, seed=seed))
    aggregate(clock)
    refitting.refit(BOXES, clock=clock)
    assert not staleness.read(campaign.dataset)
    return campaign


def work_in(clock) -> None:
    refitting.refit(BOXES, clock=clock)
    aggregate(clock)


def boxes_of(worker, clock) -> set[int]:
    return {
        pk
        for consensus in Consensus.objects.filter(is_current=True)
        for pk in consensus.evidence
        if Annotation.objects.get(pk=pk).worker_id == worker.pk
    }


def test_what_is_left_out_or_taken_back_in_is_stale_until_it_is_worked_in(
    birds, crowd, clock, olga
):
    workers.exclude(crowd[0], by=olga, now=clock())
    assert staleness.read(birds.dataset) == Staleness(20)
    work_in(clock)
    assert not staleness.read(birds.dataset)
    assert not boxes_of(crowd[0], clock)
    workers.reinstate(crowd[0], by=olga, now=clock())
    assert staleness.read(birds.dataset) == Staleness(20)
    work_in(clock)
    assert not staleness.read(birds.dataset)


def test_an_answer_is_stale_until_it_is_aggregated(birds, clock):
    more = make.campaign(3, slug="more")
    answer(make.worker("uma"), more, near(BIRD, seed=9), at_most=1)
    assert staleness.read(more.dataset).words() == "1 photo is still being worked in."
    assert not staleness.read(birds.dataset)
    aggregate(clock)
    assert not staleness.read(more.dataset)


def test_verdicts_that_are_left_out_are_stale_too(crowd, clock, olga):
    mammals = make.campaign(4, slug="mammals", kind=Campaign.Kind.VERIFY)
    for worker in crowd:
        make.answer_everything(worker, mammals, make.verdict("animal"))
    while verify_aggregation.aggregate_due(now=clock()):
        pass
    assert not staleness.read(mammals.dataset)
    workers.exclude(crowd[0], by=olga, now=clock())
    assert staleness.read(mammals.dataset) == Staleness(4)
    refitting.refit(VERDICTS, clock=clock)
    assert not staleness.read(mammals.dataset)


def begin(campaign: Campaign, reason: ConsensusVersion.Reason) -> None:
    remerging.begin(
        campaign,
        reason=reason,
        method=BOXES.method,
        parameters={},
        fit=Fit.objects.first(),
        now=NOON,
    )


def test_a_version_under_way_is_waited_for(birds, clock, tmp_path):
    begin(birds, ConsensusVersion.Reason.REFIT)
    assert staleness.read(birds.dataset) == Staleness(0, ["birds"])
    work_in(clock)
    assert not staleness.read(birds.dataset)
    begin(birds, ConsensusVersion.Reason.RECOMPUTE)
    with pytest.raises(CommandError, match="run it once more: recompute_consensus birds"):
        call_command("export_release", birds.dataset.slug, output=tmp_path, wait=0)


def test_the_command_refuses_what_is_stale_and_says_what_to_do(birds, crowd, clock, olga, tmp_path):
    workers.exclude(crowd[0], by=olga, now=clock())
    with pytest.raises(
        CommandError, match=r"20 photos are still .*Leave the site running.*--stale"
    ):
        call_command("export_release", birds.dataset.slug, output=tmp_path, wait=0)
    assert not Release.objects.exists()
    said = StringIO()
    call_command(
        "export_release", birds.dataset.slug, "--stale", output=tmp_path, stdout=said, stderr=said
    )
    assert "Made without waiting. 20 photos are still being worked in." in said.getvalue()
    made = Release.objects.get()
    assert (made.state, made.is_allowing_stale) == ("ready", True)
    assert made.stale == "20 photos are still being worked in."


def test_the_job_waits_and_makes_the_release_once_all_is_worked_in(birds, crowd, clock, olga):
    workers.exclude(crowd[0], by=olga, now=clock())
    release = releases.create(birds.dataset, now=clock(), by=olga)
    assert making.make_unfinished(clock=clock) == 0
    desk = Client()
    desk.force_login(olga)
    page = desk.get("/dashboard/releases/").content.decode()
    assert "20 photos are still being worked in. The release is made once" in page
    body = desk.get(f"/api/releases/{release.pk}/").json()
    assert (body["state"], body["stale"]) == ("waiting", "20 photos are still being worked in.")
    work_in(clock)
    assert making.make_unfinished(clock=clock) == 1
    release.refresh_from_db()
    assert (release.state, release.stale) == ("ready", "")


def test_a_release_does_not_wait_for_ever(birds, crowd, clock, olga):
    workers.exclude(crowd[0], by=olga, now=clock())
    release = releases.create(birds.dataset, now=clock())
    clock.now += making.PATIENCE + timedelta(minutes=1)
    assert making.make_unfinished(clock=clock) == 1
    release.refresh_from_db()
    assert release.state == "failed"
    assert release.error.startswith("20 photos are still being worked in.")


def test_what_comes_in_after_the_look_does_not_slip_into_the_files(
    birds, crowd, clock, olga, tmp_path
):
    """The look before is for patience; the one that counts is in the release's own snapshot."""
    release = releases.create(birds.dataset, now=clock())
    workers.exclude(crowd[0], by=olga, now=clock())
    with pytest.raises(StillWorkedIn):
        write_files(release, tmp_path, lambda _: None)
    assert list(tmp_path.iterdir()) == []
    assert not making._made(release, clock=clock)
    release.refresh_from_db()
    assert (release.state, release.error, release.finished_at) == ("waiting", "", None)


def test_a_stale_release_can_be_asked_for_in_the_browser(birds, crowd, clock, olga):
    workers.exclude(crowd[0], by=olga, now=clock())
    desk = Client()
    desk.force_login(olga)
    wish = {"dataset": birds.dataset.slug, "profile": "coco", "is_allowing_stale": "on"}
    desk.post("/dashboard/releases/", wish)
    assert making.make_unfinished(clock=clock) == 1
    page = desk.get("/dashboard/releases/").content.decode()
    assert "Made without waiting, as was asked. At that moment: 20 photos" in page


def test_a_fresh_release_has_nobody_s_boxes_that_are_left_out(birds, crowd, clock, olga, tmp_path):
    for worker in crowd:
        workers.exclude(worker, by=olga, now=clock())
    work_in(clock)
    output = tmp_path / "release"
    call_command("export_release", birds.dataset.slug, output=output, stdout=StringIO())
    (path,) = output.iterdir()
    coco = json.loads(path.read_bytes())
    assert coco["annotations"] == []
    assert {image["attributes"]["status"] for image in coco["images"]} == {"not_looked"}
