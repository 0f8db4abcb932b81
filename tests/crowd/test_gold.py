"""Gold among the tasks: how often, whose, never twice, and without a tell-tale."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.conf import settings

from catalog.models import Reference
from crowd import gold, gold_making, leases
from crowd.claiming import Lease
from crowd.errors import Conflict
from crowd.leases import Mode
from crowd.models import Assignment, Campaign, Enrolment, GoldStandard, SkillEstimate, Task
from tests import make
from tests.make import NOON

KEY = b"a key"


def test_the_share_of_gold_falls_as_a_skill_becomes_known():
    assert gold.share(None) == pytest.approx(1 / 10)
    assert gold.share(0.25) == pytest.approx(1 / 10)
    assert gold.share(0.05) == pytest.approx(1 / 20)
    assert gold.share(0.0) == pytest.approx(1 / 30)


@pytest.mark.parametrize("of", [1 / 10, 1 / 30])
def test_gold_comes_as_often_as_it_should(of):
    n_places = sum(len(gold.places(KEY, f"{who}", 0, 500, of=of)) for who in range(100))
    assert n_places == pytest.approx(50_000 * of, rel=0.1)


def test_gold_is_not_periodic():
    places = gold.places(KEY, "ada", 0, 20_000, of=1 / 10)
    gaps = [after - before for before, after in pairwise(places)]
    # each place is drawn by itself: the next one is gold one time in ten, whatever came before
    assert sum(gap == 1 for gap in gaps) / len(gaps) == pytest.approx(0.1, abs=0.02)
    assert sum(gap > 20 for gap in gaps) / len(gaps) == pytest.approx(0.9**20, abs=0.03)


def test_the_places_are_the_same_however_the_tasks_are_claimed():
    at_once = gold.places(KEY, "ada", 0, 300, of=1 / 10)
    by_three = [
        i + first for first in range(0, 300, 3) for i in gold.places(KEY, "ada", first, 3, of=0.1)
    ]
    assert at_once == by_three
    assert set(gold.places(KEY, "ada", 0, 300, of=1 / 30)) < set(at_once)
    assert at_once != gold.places(KEY, "ben", 0, 300, of=1 / 10)
    assert at_once != gold.places(b"another key", "ada", 0, 300, of=1 / 10)


def test_two_grids_have_one_gold_photo_anywhere():
    by_grid = [gold.places_in_grids(KEY, "ada", first, 24) for first in range(0, 4800, 24)]
    pairs = [len(a) + len(b) for a, b in zip(by_grid[::2], by_grid[1::2], strict=True)]
    assert set(pairs) == {1}
    assert len({place for grid in by_grid for place in grid}) > 20


def golden(campaign: Campaign, n: int) -> Campaign:
    gold_making.add(campaign, count=n, now=NOON)
    return campaign


def claimed(worker, n: int, *, count: int = 3, mode: Mode = Mode.SINGLE) -> list[Lease]:
    """The worker claims `n` tasks, and releases none."""
    found: list[Lease] = []
    while len(found) < n:
        held, _ = leases.claim(worker, "birds", count=count, now=NOON, mode=mode)
        if not held:
            break
        found += held
        ids = [lease.id for lease in held]
        Assignment.objects.filter(pk__in=ids).update(state="submitted")
    return found


def is_gold(lease: Lease) -> bool:
    return GoldStandard.objects.filter(task=lease.task_id).exists()


def drawn(worker, campaign: Campaign, n: int, *, of: float) -> list[int]:
    whose = f"{worker.pk}/{campaign.pk}"
    return gold.places(settings.SECRET_KEY.encode(), whose, 0, n, of=of)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 24])
def test_gold_comes_where_it_was_drawn_and_never_twice(ada, count):
    campaign = golden(make.campaign(300, boxes_xywh=[[10, 10, 50, 50]]), 90)
    handed = claimed(ada, 192, count=count)
    places = [place for place, lease in enumerate(handed) if is_gold(lease)]
    assert places == drawn(ada, campaign, len(handed), of=1 / 10)
    assert len({lease.task_id for lease in handed}) == len(handed)
    assert Enrolment.objects.get().n_claimed == len(handed)


@pytest.mark.django_db
def test_a_known_worker_gets_less_of_it(ada):
    campaign = golden(make.campaign(300, boxes_xywh=[[10, 10, 50, 50]]), 80)
    SkillEstimate.objects.create(
        worker=ada, kind="box", method="m", values={}, n_answers=900, quality=0.9,
        quality_sd=0.05, fitted_at=NOON,
    )  # fmt: skip
    handed = claimed(ada, 192)
    places = [place for place, lease in enumerate(handed) if is_gold(lease)]
    assert places == drawn(ada, campaign, len(handed), of=1 / 20)


@pytest.mark.django_db
def test_there_is_work_when_the_gold_is_used_up(ada):
    golden(make.campaign(120, boxes_xywh=[[10, 10, 50, 50]]), 2)
    handed = claimed(ada, 1000)
    assert len(handed) == 120
    assert sum(map(is_gold, handed)) == 2


@pytest.mark.django_db
def test_gold_alone_is_no_work(ada):
    golden(make.campaign(40, boxes_xywh=[[10, 10, 50, 50]]), 39)
    handed = claimed(ada, 1000, count=24)
    # the one photo that is left, and what came up before it was clear that there is no more
    assert sum(not is_gold(lease) for lease in handed) == 1
    assert len(handed) < 15


@pytest.mark.django_db
def test_gold_counts_no_slots_and_is_for_everybody(ada, ben):
    golden(make.campaign(200, boxes_xywh=[[10, 10, 50, 50]]), 2)
    claimed(ada, 300)
    claimed(ben, 300)
    for task in Task.objects.filter(state="gold"):
        assert (task.n_wanted, task.n_taken, task.n_answers) == (0, 0, 0)
        assert set(task.assignments.values_list("worker", flat=True)) == {ada.pk, ben.pk}


@pytest.mark.django_db
def test_gold_that_was_given_back_is_not_handed_out_again(ada):
    golden(make.campaign(160, boxes_xywh=[[10, 10, 50, 50]]), 10)
    while not (seen := Task.objects.filter(state="gold", assignments__isnull=False).first()):
        held, _ = leases.claim(ada, "birds", count=1, now=NOON)
        plain = Assignment.objects.filter(pk=held[0].id).exclude(task__state="gold")
        plain.update(state="submitted")
    assignment = Assignment.objects.get(task=seen)
    leases.release(ada, assignment.pk)
    leases.release(ada, assignment.pk)
    assert Task.objects.get(pk=seen.pk).n_taken == 0
    assert seen.pk not in {lease.task_id for lease in claimed(ada, 100)}
    # nor after the lease has run out
    Assignment.objects.filter(pk=assignment.pk).update(state="leased")
    leases.expire(now=NOON + timedelta(hours=1))
    assert seen.pk not in {lease.task_id for lease in claimed(ada, 100)}


@pytest.mark.django_db
def test_nothing_in_the_api_tells_gold_from_the_others(ada, api):
    golden(make.campaign(200, boxes_xywh=[[10, 10, 50, 50]]), 60)
    client = api(ada)
    wish = {"count": 12}
    shapes: dict[bool, set[str]] = {True: set(), False: set()}
    replies: dict[bool, set[str]] = {True: set(), False: set()}
    for _ in range(12):
        body = client.post("/api/campaigns/birds/assignments/", wish, format="json").json()
        again = client.post("/api/campaigns/birds/assignments/", wish, format="json").json()
        ids = [one["id"] for one in body["assignments"]]
        # where it was, when the page is loaded again
        assert [one["id"] for one in again["assignments"]] == ids
        assert len({one["lease_until"] for one in body["assignments"]}) == 1
        for one in body["assignments"]:
            known = Task.objects.get(assignments=one["id"]).state == "gold"
            image = one["image"] | {"url": "", "thumbnail_url": ""}
            shapes[known].add(repr(one | {"id": len(one["id"]), "image": image}))
            url = f"/api/assignments/{one['id']}/annotation/"
            reply = client.put(url, make.annotation([[9, 9, 50, 50]]), format="json")
            assert reply.status_code == 200
            replies[known].add(repr(reply.json() | {"id": 0, "assignment": ""}))
    times = re.compile("'(lease_until|server_time)': '[^']*'")
    shapes = {known: {times.sub("", one) for one in of} for known, of in shapes.items()}
    assert shapes[True] == shapes[False]
    assert replies[True] == replies[False]


@pytest.fixture
def screening(db):
    campaign = make.campaign(
        200, kind=Campaign.Kind.VERIFY, boxes_xywh=[[10, 10, 50, 50]], has_grid=True
    )
    some = Reference.objects.order_by("pk")[:40].values("pk")
    Reference.objects.filter(pk__in=some).update(status="non_instance", reason="tracks")
    return campaign


def test_every_two_grids_hold_a_photo_without_the_animal(ada, screening):
    golden(screening, 40)
    for _ in range(3):
        two = claimed(ada, 48, count=24, mode=Mode.GRID)
        (known,) = [lease for lease in two if is_gold(lease)]
        reference = GoldStandard.objects.get(task=known.task_id).reference
        assert reference.status == "non_instance"
    assert not Assignment.objects.filter(is_grid=False).exists()


def test_a_marked_photo_is_never_in_a_grid(ada, screening):
    marked = Task.objects.filter(position__lt=30)
    marked.update(is_flagged=True)
    handed = {lease.task_id for lease in claimed(ada, 500, count=24, mode=Mode.GRID)}
    assert handed.isdisjoint(marked.values_list("pk", flat=True))
    assert len(handed) == 170
    # held from before, it does not come into the grid either
    later = NOON + timedelta(hours=1)
    alone, _ = leases.claim(ada, "birds", count=4, now=later)
    assert len(alone) == 4
    assert leases.claim(ada, "birds", count=24, now=later, mode=Mode.GRID)[0] == []


def test_what_was_held_alone_is_noted_as_shown_in_the_grid(ada, screening):
    alone, _ = leases.claim(ada, "birds", count=2, now=NOON)
    leases.claim(ada, "birds", count=24, now=NOON, mode=Mode.GRID)
    assert Assignment.objects.get(pk=alone[0].id).is_grid


@pytest.mark.django_db
def test_only_a_campaign_with_grids_has_them(ada, api):
    make.campaign(2, kind=Campaign.Kind.VERIFY)
    with pytest.raises(Conflict):
        leases.claim(ada, "birds", count=1, now=NOON, mode=Mode.GRID)
    wish = {"mode": "sideways"}
    reply = api(ada).post("/api/campaigns/birds/assignments/", wish, format="json")
    assert reply.status_code == 422
