"""Grids: what is marked in one is shown alone from then on; two that mark nothing are enough."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Reference
from crowd import gold_making, leases
from crowd.leases import Mode
from crowd.models import Campaign, Task, Worker
from tests import make
from tests.make import NOON
from verify import aggregation, queries, screening, submission
from verify.models import ConsensusVerdict, Verdict
from verify.queries import Sensitivity

pytestmark = pytest.mark.django_db


@pytest.fixture
def birds(db) -> Campaign:
    """One photo, screened in grids: two answers are wanted."""
    return make.campaign(1, slug="birds", kind=Campaign.Kind.VERIFY, has_grid=True)


def data(label="animal", mode="single", outcome="answered"):
    verdict = make.verdict(label, outcome=outcome) | {"idempotency_key": uuid.uuid4()}
    verdict["label"] = verdict["label"] or ""
    return verdict | {"mode": mode, "timing": {}, "comment": ""}


def see(worker, label="animal", mode="single", *, outcome="answered", now=NOON):
    """A worker claims the one photo as it is offered in that mode, and answers."""
    claimed = Mode.SINGLE if mode == "single" else Mode.GRID
    (lease,), _ = leases.claim(worker, "birds", count=1, mode=claimed, now=now)
    submission.accept(worker, lease.id, data(label, mode, outcome), now=now)
    return lease


def aggregated(*, now=NOON) -> Task:
    aggregation.aggregate_due(now=now)
    return Task.objects.get()


def crowd(n) -> list[Worker]:
    return [make.worker(f"worker{i}") for i in range(n)]


def test_two_grids_that_leave_a_photo_unmarked_say_that_the_animal_is_there(ada, ben, birds):
    see(ada, mode="grid")
    assert aggregated().state == Task.State.OPEN
    see(ben, mode="grid")
    task = aggregated()
    assert (task.state, task.n_answers, task.is_flagged) == (Task.State.RETIRED, 2, False)
    assert ConsensusVerdict.objects.get(is_current=True).label == "animal"


def test_what_is_marked_comes_in_no_grid_again_and_alone_to_three(birds):
    first, *others, screener = crowd(5)
    see(first, "tracks", "marked")
    task = Task.objects.get()
    assert (task.is_flagged, task.n_wanted) == (True, 3)
    assert leases.claim(screener, "birds", count=24, mode=Mode.GRID, now=NOON)[0] == []
    for worker in others[:2]:
        assert aggregated().state == Task.State.OPEN
        see(worker, "scat")
    task = aggregated()
    assert (task.state, task.n_answers) == (Task.State.RETIRED, 3)
    consensus = ConsensusVerdict.objects.get(is_current=True)
    assert consensus.p_instance < 0.05


def test_verdicts_of_grids_are_none_of_the_three(birds):
    first, second, *others = crowd(5)
    see(first, mode="grid")
    see(second, "tracks", "marked")
    assert Task.objects.get().n_wanted == 4
    for worker in others[:1]:
        see(worker, "tracks")
    task = aggregated()
    assert (task.state, task.n_wanted) == (Task.State.OPEN, 4)
    see(others[1], "tracks")
    assert aggregated().state == Task.State.RETIRED


def test_a_mark_that_a_closer_look_takes_back_still_wants_two_more_looks(ada, birds):
    see(ada, "animal", "marked")
    task = aggregated()
    assert (task.is_flagged, task.state, task.n_wanted) == (True, Task.State.OPEN, 3)


def test_a_late_mark_opens_what_two_grids_had_finished(birds):
    late, *others = crowd(3)
    (lease,), _ = leases.claim(late, "birds", count=1, mode=Mode.GRID, now=NOON)
    later = NOON + timedelta(hours=1)
    leases.expire(now=later)
    for worker in others:
        see(worker, mode="grid", now=later)
    assert aggregated(now=later).state == Task.State.RETIRED
    submission.accept(late, lease.id, data("tracks", "marked"), now=later)
    task = aggregated(now=later)
    assert (task.state, task.is_flagged) == (Task.State.OPEN, True)
    assert task.n_wanted == 4  # two of grids, and two more beside the late one


def test_a_lease_that_ends_takes_nothing_from_what_a_marked_photo_wants(ada, ben):
    make.campaign(
        1, slug="birds", kind=Campaign.Kind.VERIFY, has_grid=True, workers_per_task=1, max_workers=1
    )
    see(ada, "tracks", "marked")
    (held,), _ = leases.claim(ben, "birds", count=1, now=NOON)
    leases.release(ben, held.id)
    assert Task.objects.get().n_wanted == 3


@pytest.mark.parametrize("outcome", ["cant_tell", "problem"])
def test_who_sees_it_alone_and_cannot_tell_marks_it_too(ada, birds, outcome):
    see(ada, outcome=outcome)
    assert Task.objects.get().is_flagged


def test_an_animal_seen_alone_marks_nothing(ada, birds):
    see(ada)
    assert not Task.objects.get().is_flagged


def test_without_grids_nothing_is_marked(ada):
    make.campaign(1, slug="birds", kind=Campaign.Kind.VERIFY)
    see(ada, "tracks")
    task = Task.objects.get()
    assert (task.is_flagged, task.n_wanted) == (False, 3)


def test_a_grid_says_nothing_but_the_animal(api, ada, birds):
    (lease,), _ = leases.claim(ada, "birds", count=1, mode=Mode.GRID, now=NOON)
    verdict = make.verdict("tracks") | {"mode": "grid"}
    reply = api(ada).put(f"/api/assignments/{lease.id}/verdict/", verdict)
    assert reply.status_code == 422
    assert "mode" in reply.json()["errors"]
    see(ada, mode="grid")
    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.update(label="tracks")


def with_gold(n: int) -> Campaign:
    """A campaign with grids and `n` gold photos of tracks."""
    campaign = make.campaign(
        n + 1, slug="birds", kind=Campaign.Kind.VERIFY, has_grid=True, boxes_xywh=[[0, 0, 9, 9]]
    )
    known = list(Reference.objects.order_by("pk")[:n])
    ids = [one.pk for one in known]
    Reference.objects.filter(pk__in=ids).update(status="non_instance", reason="tracks")
    gold_making.add_named(campaign, [one.image.file_name for one in known], now=NOON)
    return campaign


def screen_gold(campaign, worker, n, mode) -> None:
    for gold in campaign.gold.all()[:n]:
        lease = worker.assignments.create(
            task=gold.task, claimed_at=NOON, lease_until=NOON, is_grid=True
        )
        submission.accept(worker, lease.pk, data(mode=mode), now=NOON)


def test_a_marked_gold_photo_stays_gold_for_others(ada):
    campaign = with_gold(1)
    screen_gold(campaign, ada, 1, "marked")
    task = campaign.gold.get().task
    assert (task.state, task.is_flagged, task.n_wanted) == (Task.State.GOLD, False, 0)


def test_the_page_shows_photos_alone_once_grids_let_too_much_through(ada, ben, client):
    campaign = with_gold(10)
    client.force_login(ada.user)

    def page():
        return client.get("/verify/birds/").context["page"]["campaign"]["has_grid"]

    screen_gold(campaign, ada, 10, "marked")
    assert page()
    screen_gold(campaign, ben, 10, "grid")
    assert queries.sensitivity(campaign) == Sensitivity(n_seen=20, n_marked=10)
    assert not page()
    Worker.objects.filter(pk=ben.pk).update(status="suspended", is_excluded=True)
    assert page()


def test_what_is_seen_alone_says_nothing_of_grids(ada):
    campaign = with_gold(2)
    screen_gold(campaign, ada, 2, "single")
    assert queries.sensitivity(campaign) == Sensitivity(0, 0)
    assert screening.offers_grid(campaign)


def test_organizers_see_what_grids_let_through(ada, ben, client, olga):
    campaign = with_gold(10)
    client.force_login(olga)

    def said():
        page = client.get(f"/dashboard/campaigns/{campaign.slug}/").content.decode()
        return " ".join(page[page.index('id="grids"') :].split("</p>")[0].split())

    assert "0 photos marked in a grid" in said()
    screen_gold(campaign, ada, 10, "marked")
    assert "10 of 10 were marked" in said()
    assert "one at a time" not in said()
    screen_gold(campaign, ben, 10, "grid")
    assert "10 of 20 were marked" in said()
    assert "photos are shown one at a time" in said()
