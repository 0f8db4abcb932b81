"""Practice: a word on every answer, and nothing of it counts as one."""

from __future__ import annotations

import pytest

from annotate import practice
from annotate.models import Annotation, Box
from crowd import qualification
from crowd.models import Assignment, Campaign, Enrolment
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def tried(worker, campaign, number, boxes, outcome="answered"):
    return practice.check(worker, campaign, number, outcome=outcome, boxes_xywh=boxes, now=NOON)


def well(worker, campaign, number):
    """The answer that is right."""
    boxes = practice.truth(campaign.super_class, number)
    return tried(worker, campaign, number, boxes, "answered" if boxes else "nothing")


@pytest.fixture
def birds():
    return make.campaign(2, slug="birds")


@pytest.fixture
def lone() -> list[float]:
    """The box of the first scene, which holds one animal."""
    (box,) = practice.truth("Aves", 0)
    return box


def test_the_right_box_is_praised(ada, birds):
    found = well(ada, birds, 0)
    assert found.is_good
    assert (found.title, found.remarks) == ("Just right", ())


def test_a_bit_loose_on_the_left(ada, birds, lone):
    x, y, w, h = lone
    found = tried(ada, birds, 0, [[x - 0.1 * w, y, 1.1 * w, h]])
    assert found.is_good
    assert found.remarks == ("Box 1: a bit loose on the left.",)


def test_a_box_that_is_loose_all_around_does_not_pass(ada, birds, lone):
    x, y, w, h = lone
    found = tried(ada, birds, 0, [[x - 0.2 * w, y - 0.2 * h, 1.4 * w, 1.4 * h]])
    assert not found.is_good
    assert found.remarks == ("Box 1: too loose all around.",)


def test_what_is_cut_off_is_named(ada, birds, lone):
    x, y, w, h = lone
    found = tried(ada, birds, 0, [[x, y + 0.1 * h, 0.9 * w, 0.9 * h]])
    assert found.remarks == ("Box 1: a bit cut off at the top and on the right.",)


def test_who_draws_nothing_missed_one(ada, birds):
    found = tried(ada, birds, 0, [], "nothing")
    assert not found.is_good
    assert found.remarks == ("You missed one.",)


def test_a_box_where_nothing_is_is_named_by_its_number(ada, birds, lone):
    found = tried(ada, birds, 0, [lone, [0, 0, 30, 30]])
    assert not found.is_good
    assert found.remarks == ("Box 2: nothing to box there.",)


def test_cant_tell_is_answered_with_how_many_there_are(ada, birds):
    found = tried(ada, birds, 1, [], "cant_tell")
    assert not found.is_good
    assert found.remarks == ("There are 2 to box here; the dashed boxes show where.",)


def test_one_scene_of_five_is_empty_and_says_so(ada, birds):
    assert practice.truth("Aves", 3) == []
    assert well(ada, birds, 3).is_good
    assert tried(ada, birds, 3, [], "cant_tell").remarks == ("Nothing to box is the answer here.",)


def test_practice_leaves_no_answer_and_no_lease_behind(ada, birds):
    for number in range(3):
        well(ada, birds, number)
    assert not Annotation.objects.exists()
    assert not Box.objects.exists()
    assert not Assignment.objects.exists()
    assert birds.tasks.filter(n_taken=0, aggregate_due_at=None).count() == 2
    assert Enrolment.objects.get().n_claimed == 0


def test_a_photo_counts_the_first_time_only(ada, birds):
    tried(ada, birds, 0, [], "nothing")
    for _ in range(5):
        found = well(ada, birds, 0)
    assert found.practice == qualification.Practice(1, (False,), is_qualified=False)


def test_four_of_the_latest_five_are_enough_and_stay_enough(ada, birds):
    tried(ada, birds, 0, [], "cant_tell")
    assert not [well(ada, birds, number) for number in (1, 2, 3)][-1].practice.is_qualified
    assert well(ada, birds, 4).practice.is_qualified
    for number in range(5, 8):
        found = tried(ada, birds, number, [], "cant_tell")
    assert found.practice.latest == (True, True, False, False, False)
    assert found.practice.is_qualified


def test_scenes_come_again_when_all_have_been_seen(ada, birds):
    Enrolment.objects.create(worker=ada, campaign=birds, n_practised=practice.N_SCENES)
    boxes = practice.truth("Aves", 0)
    found = tried(ada, birds, practice.N_SCENES, boxes)
    assert found.is_good
    assert found.practice.n_practised == practice.N_SCENES + 1


def test_the_page_is_told_what_to_show(api, ada, birds):
    client = api(ada)
    reply = client.post("/api/campaigns/birds/practice/", {"count": 2})
    first, second = reply.json()["assignments"]
    assert (first["number"], second["number"]) == (0, 1)
    assert "truth" not in str(reply.json())
    assert client.get(first["image"]["url"])["Content-Type"] == "image/jpeg"
    said = client.put("/api/campaigns/birds/practice/0/", make.annotation([[0, 0, 9, 9]])).json()
    assert not said["is_good"]
    assert said["truth"] == practice.truth("Aves", 0)
    assert said["practice"]["latest"] == [False]
    reply = client.post("/api/campaigns/birds/practice/", {"count": 1})
    assert reply.json()["assignments"][0]["number"] == 1


def test_practice_is_of_boxes_only(api, ada):
    make.campaign(1, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    assert api(ada).post("/api/campaigns/deer/practice/", {"count": 1}).status_code == 404


def test_a_box_that_is_no_box_is_refused(api, ada, birds):
    answer = make.annotation([[0, 0, 0, 9]])
    assert api(ada).put("/api/campaigns/birds/practice/0/", answer).status_code == 422
