"""Practice of verification: a sentence on every answer, and nothing of it counts as one."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from crowd.models import Assignment, Campaign, Enrolment
from simulation.sightings import CASES
from tests import make
from tests.make import NOON
from verify import practice
from verify.models import Label, Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def deer() -> Campaign:
    return make.campaign(2, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")


def number_of(case):
    return next(n for n in range(practice.N_SCENES) if practice.case_of(n) == case)


def tried(worker, campaign, number, label="", outcome="answered"):
    return practice.check(worker, campaign, number, outcome=outcome, label=label, now=NOON)


def test_every_label_and_every_hard_case_comes_among_the_first_ten():
    cases = {practice.case_of(n) for n in range(10)}
    assert cases == set(CASES)
    assert {practice.label_of(case) for case in cases} == set(Label)


@pytest.mark.parametrize("case", CASES)
def test_the_right_label_is_praised(ada, deer, case):
    found = tried(ada, deer, number_of(case), practice.label_of(case))
    assert found.is_good
    assert found.title == "Right"
    assert len(found.true_xywh) == (found.label == Label.ANIMAL)


def test_who_takes_tracks_for_the_animal_hears_why_not(ada, deer):
    found = tried(ada, deer, number_of("tracks"), "animal")
    assert not found.is_good
    assert found.remark == "These are tracks: the animal itself is not in the photo."


@pytest.mark.parametrize(
    ("case", "words"), [("part", "A part of"), ("tiny", "Small"), ("hidden", "Half hidden")]
)
def test_who_overlooks_the_animal_is_shown_where_it_is(ada, deer, case, words):
    found = tried(ada, deer, number_of(case), "habitat")
    assert not found.is_good
    assert found.remark.startswith(words)
    assert len(found.true_xywh) == 1


def test_another_reason_is_good_and_is_told(ada, deer):
    found = tried(ada, deer, number_of("scat"), "tracks")
    assert found.is_good
    assert (found.title, found.remark) == (
        "Right, the animal is not there",
        "What you see is scat.",
    )


def test_cant_tell_is_answered_with_what_it_is(ada, deer):
    found = tried(ada, deer, number_of("remains"), outcome="cant_tell")
    assert not found.is_good
    assert found.label == Label.REMAINS
    assert found.remark.startswith("This is what an animal left behind")


def test_four_of_the_latest_five_are_enough(ada, deer):
    tried(ada, deer, 0, outcome="cant_tell")
    for number in range(1, 5):
        found = tried(ada, deer, number, practice.label_of(practice.case_of(number)))
    assert found.practice.latest == (False, True, True, True, True)
    assert found.practice.is_qualified


def test_practice_leaves_no_verdict_and_no_lease_behind(ada, deer):
    for number in range(3):
        tried(ada, deer, number, "animal")
    assert not Verdict.objects.exists()
    assert not Assignment.objects.exists()
    assert deer.tasks.filter(n_taken=0, aggregate_due_at=None).count() == 2
    assert Enrolment.objects.get().n_claimed == 0


def test_the_page_is_told_what_to_show(api, ada, deer):
    client = api(ada)
    reply = client.post("/api/verify/deer/practice/", {"count": 2})
    first, second = reply.json()["assignments"]
    assert (first["number"], second["number"]) == (0, 1)
    words = str(reply.json())
    assert not [word for word in ("truth", *CASES) if word in words]
    picture = client.get(first["image"]["url"])
    assert Image.open(io.BytesIO(picture.content)).size == practice.SIZE
    said = client.put("/api/verify/deer/practice/1/", make.verdict("animal")).json()
    assert (said["is_good"], said["label"], said["truth"]) == (False, "tracks", [])
    said = client.put("/api/verify/deer/practice/0/", make.verdict("animal")).json()
    assert said["truth"] == practice.truth("Mammalia", 0)
    assert said["practice"]["latest"] == [True]


def test_practice_is_of_verification_and_of_what_can_be_drawn(api, client, ada):
    make.campaign(1, slug="birds")
    make.campaign(1, slug="moss", kind=Campaign.Kind.VERIFY, super_class="Plantae")
    for slug in ("birds", "moss"):
        assert api(ada).post(f"/api/verify/{slug}/practice/", {"count": 1}).status_code == 404
        assert client.get(f"/verify/{slug}/practice/").status_code in {302, 404}
    client.force_login(ada.user)
    assert client.get("/verify/moss/practice/").status_code == 404
    assert 'class="meanings"' in client.get("/verify/moss/").content.decode()


def test_the_instructions_show_every_label_and_every_hard_case(ada, client, deer):
    client.force_login(ada.user)
    page = client.get("/verify/deer/").content.decode()
    pictures = re.findall(r'src="(/drawn/\d+/sightings/Mammalia/([a-z]+)\.jpg)"', page)
    assert {case for _, case in pictures} == set(CASES)
    reply = client.get(pictures[0][0])
    assert "immutable" in reply["Cache-Control"]
    assert Image.open(io.BytesIO(reply.content)).size == (480, 360)


@pytest.mark.parametrize(
    "path", ["1/sightings/Plantae/animal", "1/sightings/Aves/unicorn", "0/sightings/Aves/animal",
             "1/sightings/Aves/30", "0/sightings/Aves/3"]
)  # fmt: skip
def test_there_are_no_other_pictures(ada, client, path):
    client.force_login(ada.user)
    assert client.get(f"/drawn/{path}.jpg").status_code == 404
