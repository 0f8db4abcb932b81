"""Gold in a release: no answer to it is in a consensus, and what is known of it is not asked."""

from __future__ import annotations

import uuid

import pytest

from catalog.models import Image, Reference
from crowd import gold_making
from crowd.models import Assignment, Campaign, GoldStandard, Task
from tests import make
from tests.exports import make_rows
from tests.make import NOON
from verify import submission

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def woods(transactional_db):
    """A verified test image of the crowd's, and three that are gold in that campaign."""
    woods = make_rows.dataset("woods")
    fox = image(woods, "fox")
    verify = make_rows.campaign(
        woods, "verify", kind="verify", super_class="Mammalia", split="test"
    )
    make_rows.verifying(fox, verify, {"animal": 0.99, "tracks": 0.01}, votes={"animal": 3})
    known = {
        "deer": ("instance", ""),
        "prints": ("non_instance", "tracks"),
        "den": ("instance", ""),
    }
    for name, (status, reason) in known.items():
        Reference.objects.create(
            image=image(woods, name), super_class="Mammalia", status=status, reason=reason
        )
    gold_making.add(verify, count=3, now=NOON)
    den = verify.gold.get(task__image__file_name="test/den.jpg")
    GoldStandard.objects.filter(pk=den.pk).update(withdrawn_at=NOON)
    return woods


def image(of, name) -> Image:
    return make_rows.image(
        of, f"test/{name}.jpg", split="test", super_class="Mammalia", name="Vulpes"
    )


def another(of) -> Campaign:
    return make_rows.campaign(of, "another", kind="verify", super_class="Mammalia", split="test")


def decisions(made) -> dict[str, str]:
    """Those about the images that stay, by file name."""
    rows = made.read("test_filtered.json")["images"]
    return {row["file_name"]: row["attributes"]["decision"] for row in rows}


def test_gold_goes_by_its_known_answer(woods, make_release):
    made = make_release(woods)
    assert decisions(made) == {
        "test/den.jpg": "not_verified",
        "test/deer.jpg": "kept",
        "test/fox.jpg": "kept",
    }
    (left_out,) = made.read("excluded.json")["excluded"]
    assert (left_out["file_name"], left_out["reason"]) == ("test/prints.jpg", "tracks")
    assert (left_out["probability"], left_out["votes"], left_out["method"]) == (1.0, {}, None)


def test_a_photo_withdrawn_as_gold_is_undecided_while_another_campaign_asks(woods, make_release):
    den = Image.objects.get(file_name="test/den.jpg")
    Task.objects.create(campaign=another(woods), image=den, position=0, n_wanted=3)
    made = make_release(woods, is_allowing_undecided=True)
    assert decisions(made)["test/den.jpg"] == "undecided"


def test_what_is_known_goes_before_a_campaign_that_has_no_answer_yet(woods, make_release):
    older, newer = Campaign.objects.get(), another(woods)
    deer = older.gold.get(task__image__file_name="test/deer.jpg")
    Task.objects.filter(gold=deer).update(campaign=newer)
    GoldStandard.objects.filter(pk=deer.pk).update(campaign=newer)
    Task.objects.create(campaign=older, image=deer.task.image, position=99, n_wanted=3)
    assert decisions(make_release(woods))["test/deer.jpg"] == "kept"


def test_answers_to_gold_change_nothing(woods, make_release, ada):
    before = make_release(woods)
    campaign = Campaign.objects.get()
    for gold in campaign.gold.all():
        lease = Assignment.objects.create(
            task=gold.task, worker=ada, claimed_at=NOON, lease_until=NOON
        )
        data = {"timing": {}, "comment": "", **make.verdict("scat")}
        submission.accept(ada, lease.pk, data | {"idempotency_key": uuid.uuid4()}, now=NOON)
    after = make_release(woods)
    names = ("test.json", "test_filtered.json", "excluded.json")
    assert [before.read(name) for name in names] == [after.read(name) for name in names]


def test_a_gold_photo_has_no_boxes_of_the_crowd(transactional_db, make_release):
    pond = make_rows.dataset("pond")
    heron = make_rows.image(pond, "heron.jpg")
    boxes = make_rows.campaign(pond, "boxes")
    Reference.objects.create(image=heron, super_class="Aves", boxes_xywh=[[1.0, 1.0, 50.0, 50.0]])
    gold_making.add(boxes, count=1, now=NOON)
    made = make_release(pond)
    (row,) = made.read("all.json")["images"]
    attributes = row["attributes"]
    assert (attributes["status"], attributes["campaign"]) == ("not_looked", None)
    assert made.read("all.json")["annotations"] == []
