"""Checks on the wire: who reads which boxes, and what becomes of an answer."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from annotate.models import Inspection
from crowd import leases, queries
from crowd.errors import Invalid
from crowd.models import Assignment, Campaign, Enrolment, Task
from tests import make

BOXES = [[10.0, 10.0, 100.0, 80.0], [300.0, 200.0, 50.0, 60.0]]


@pytest.fixture
def boxes(db) -> Campaign:
    return make.campaign(4)


@pytest.fixture
def checks(boxes) -> Campaign:
    made = make.check_campaign(boxes)
    for task in boxes.tasks.all():
        make.check_of(made, task, BOXES)
    return made


def claimed(worker, campaign, *, now=make.NOON):
    (lease,), _ = leases.claim(worker, campaign.slug, count=1, now=now)
    return lease


def path(assignment_id: uuid.UUID) -> str:
    return f"/api/assignments/{assignment_id}/check/"


def put(client, assignment_id, body):
    return client.put(path(assignment_id), body, format="json")


def test_a_worker_claims_a_check_reads_its_boxes_and_answers_it(api, ada, checks):
    client = api(ada)
    reply = client.post(f"/api/campaigns/{checks.slug}/assignments/", {"count": 1}, format="json")
    (assignment,) = reply.json()["assignments"]
    assert (reply.status_code, assignment["kind"]) == (201, "check")
    asked = client.get(path(assignment["id"]))
    assert asked.json() == {"boxes": BOXES}
    body = make.inspection([True, False], is_all=True)
    first, again = (put(client, assignment["id"], body) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert set(first.json()) == {"id", "assignment", "version", "outcome", "extra", "replayed"}
    assert (first.json()["replayed"], again.json()["replayed"]) == (False, True)
    stored = Inspection.objects.get()
    assert (stored.are_tight, stored.are_all_boxed) == ([True, False], True)
    task = Task.objects.get(pk=stored.task_id)
    assert task.n_answers == 1
    assert task.aggregate_due_at is not None


def test_another_s_assignment_is_not_found(api, ada, ben, olga, checks):
    lease = claimed(ada, checks)
    assert api(ben).get(path(lease.id)).status_code == 404
    answer = make.inspection([True, True], is_all=True)
    assert put(api(ben), lease.id, answer).status_code == 404
    assert api(olga).get(path(lease.id)).status_code == 404
    assert api(None).get(path(lease.id)).status_code in {401, 403}


def test_an_assignment_of_another_kind_has_no_check(api, ada, boxes):
    lease = claimed(ada, boxes)
    assert api(ada).get(path(lease.id)).status_code == 404
    assert put(api(ada), lease.id, make.inspection(is_all=True)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"are_tight": [True]},
        {"are_tight": [True, True, True]},
        {"are_tight": ["perhaps", True]},
        {"are_tight": [True] * 11},
        {"are_all_boxed": None},
        {"outcome": "nothing"},
        {"outcome": "cant_tell"},
        {"outcome": "cant_tell", "are_all_boxed": None},
    ],
)
def test_an_answer_that_does_not_fit_the_boxes_is_refused(api, ada, checks, wrong):
    lease = claimed(ada, checks)
    body = make.inspection([True, True], is_all=True) | wrong
    assert put(api(ada), lease.id, body).status_code == 422
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("outcome", ["cant_tell", "problem"])
def test_who_cannot_tell_says_so(api, ada, checks, outcome):
    lease = claimed(ada, checks)
    assert put(api(ada), lease.id, make.inspection(outcome=outcome)).status_code == 200
    stored = Inspection.objects.get()
    assert (stored.outcome, stored.are_tight, stored.are_all_boxed) == (outcome, [], None)


def test_a_change_of_mind_within_the_minute_is_a_new_version_and_then_no_more(ada, checks):
    lease = claimed(ada, checks)
    for second, is_all in ((0, True), (30, False)):
        make.answer_check(ada, lease.id, [True, True], is_all=is_all, now=later(second))
    versions = Inspection.objects.order_by("version").values_list("is_current", "are_all_boxed")
    assert list(versions) == [(False, True), (True, False)]
    with pytest.raises(Exception, match="minute"):
        make.answer_check(ada, lease.id, [True, True], is_all=True, now=later(91))


def test_a_late_answer_is_kept_beyond_the_wanted_number(db, boxes):
    checks = make.check_campaign(boxes, workers_per_task=1, max_workers=1)
    make.check_of(checks, boxes.tasks.first(), BOXES)
    slow, quick = make.worker("slow"), make.worker("quick")
    lease = claimed(slow, checks)
    after = later(checks.lease_s + 1)
    leases.expire(now=after)
    make.answer_check(quick, claimed(quick, checks, now=after).id, [True, True], now=after)
    make.answer_check(slow, lease.id, [True, True], now=after + timedelta(seconds=5))
    extra = Inspection.objects.get(worker=slow)
    assert extra.is_extra
    assert Assignment.objects.get(pk=lease.id).state == "submitted"


def test_nobody_checks_a_photo_that_they_have_drawn_on(ada, ben, boxes, checks):
    drawn = {claimed(ada, boxes).image.id}
    drawn |= {lease.image.id for lease in leases.claim(ada, boxes.slug, count=2, now=make.NOON)[0]}
    assert len(drawn) == 2
    held = leases.claim(ada, checks.slug, count=24, now=make.NOON)[0]
    assert {lease.image.id for lease in held}.isdisjoint(drawn)
    assert len(held) == 2
    assert len(leases.claim(ben, checks.slug, count=24, now=make.NOON)[0]) == 4


def test_what_one_has_drawn_on_is_passed_once_and_what_comes_behind_is_found(ada, boxes, checks):
    leases.claim(ada, boxes.slug, count=3, now=make.NOON)
    last = max(checks.tasks.values_list("position", flat=True))
    assert len(leases.claim(ada, checks.slug, count=4, now=make.NOON)[0]) == 1
    assert Enrolment.objects.get(worker=ada, campaign=checks).cursor == last
    (fifth,) = make.images(1, of=boxes.dataset, prefix="late")
    drawn = Task.objects.create(campaign=boxes, image=fifth, position=9, n_wanted=3)
    asked = make.check_of(checks, drawn, BOXES)
    assert asked.position > last
    held = leases.claim(ada, checks.slug, count=4, now=make.NOON)[0]
    assert asked.pk in {lease.task_id for lease in held}


def test_what_others_give_back_is_found_behind_what_was_passed(ada, ben, boxes, checks):
    leases.claim(ada, boxes.slug, count=3, now=make.NOON)
    checks.tasks.update(n_wanted=1)
    held = leases.claim(ben, checks.slug, count=4, now=make.NOON)[0]
    assert leases.claim(ada, checks.slug, count=1, now=make.NOON)[0] == []
    for lease in held:
        leases.release(ben, lease.id)
    later = make.NOON + timedelta(minutes=1)
    assert len(leases.claim(ada, checks.slug, count=4, now=later)[0]) == 1


def test_the_home_page_counts_no_photo_that_one_has_drawn_on(api, ada, boxes, checks):
    leases.claim(ada, boxes.slug, count=3, now=make.NOON)
    counted = {c.slug: c.n_waiting for c in queries.campaigns_to_work_on(ada)}
    assert counted == {boxes.slug: 4, checks.slug: 1}
    page = api(ada).get("/").content.decode()
    assert "Check the boxes of birds" in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"check_risk": 0.0}, "check_risk"),
        ({"check_risk": 1.5}, "check_risk"),
        ({"split": "val"}, "follows"),
        ({"has_qualification": True}, "has_qualification"),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(boxes, wrong, field):
    with pytest.raises(Invalid) as refused:
        make.check_campaign(boxes, **wrong)
    assert field in refused.value.errors


def test_boxes_are_checked_by_one_campaign_at_a_time(boxes, checks):
    with pytest.raises(Invalid) as refused:
        make.check_campaign(boxes, slug="again")
    assert "close it first" in str(refused.value.errors)
    Campaign.objects.filter(pk=checks.pk).update(status="closed")
    assert make.check_campaign(boxes, slug="again").follows == boxes


def test_only_boxes_can_be_checked(db):
    seen = make.campaign(2, slug="seen", kind=Campaign.Kind.VERIFY)
    with pytest.raises(Invalid) as refused:
        make.check_campaign(seen)
    assert "draws no boxes" in str(refused.value.errors)


def test_my_work_shows_checks_in_words(api, ada, checks):
    make.inspect(ada, checks, [True, False], is_all=False)
    page = api(ada).get("/my-work/").content.decode()
    assert "Check the boxes of birds" in page
    assert "1 of 2 boxes tight, not all boxed" in page


def later(seconds: float):
    return make.NOON + timedelta(seconds=seconds)
