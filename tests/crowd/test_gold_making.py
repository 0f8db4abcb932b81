"""Making tasks gold, and taking them out of service again."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Reference
from crowd import gold_making, leases
from crowd.errors import Invalid
from crowd.models import Assignment, AuditEntry, Campaign, GoldStandard, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
BOX = [[10.0, 10.0, 50.0, 50.0]]


def add(*args: str) -> str:
    out = StringIO()
    call_command("add_gold", *args, stdout=out)
    return out.getvalue()


def test_known_photos_become_gold_and_no_ordinary_tasks(olga):
    campaign = make.campaign(10, boxes_xywh=BOX)
    assert gold_making.add(campaign, count=4, by=olga, now=NOON) == 4
    states = list(campaign.tasks.order_by("state").values_list("state", "n_wanted"))
    assert states == [("gold", 0)] * 4 + [("open", 3)] * 6
    assert AuditEntry.objects.get(action="add gold").detail == {"n": 4}


def test_the_seed_decides_which():
    campaign = make.campaign(30, boxes_xywh=BOX)
    gold_making.add(campaign, count=5, seed=1, now=NOON)
    first = set(campaign.gold.values_list("task__image", flat=True))
    other = make.campaign(30, slug="again", dataset=make.dataset("again"), boxes_xywh=BOX)
    gold_making.add(other, count=5, seed=2, now=NOON)
    names = set(other.gold.values_list("task__image__file_name", flat=True))
    assert len(first) == 5
    assert names != set(campaign.gold.values_list("task__image__file_name", flat=True))


def test_a_photo_that_somebody_was_handed_does_not_become_gold(ada):
    campaign = make.campaign(3, boxes_xywh=BOX)
    (lease,), _ = leases.claim(ada, "birds", count=1, now=NOON)
    leases.release(ada, lease.id)
    assert gold_making.add(campaign, count=3, now=NOON) == 2
    assert Task.objects.get(pk=lease.task_id).state == "open"


def test_photos_of_another_split_come_first():
    train = make.dataset("birds-of")
    make.images(3, of=train, split="train", boxes_xywh=BOX)
    campaign = make.campaign(3, dataset=train, split="test", boxes_xywh=BOX)
    assert campaign.tasks.count() == 3
    assert gold_making.add(campaign, count=4, now=NOON) == 4
    assert campaign.tasks.filter(state="open").count() == 2
    assert campaign.gold.filter(task__image__split="train").count() == 3


def test_half_of_the_gold_of_a_verification_does_not_show_the_animal():
    campaign = make.campaign(40, kind=Campaign.Kind.VERIFY, boxes_xywh=BOX)
    some = Reference.objects.order_by("pk")[:6].values("pk")
    Reference.objects.filter(pk__in=some).update(status="non_instance")
    gold_making.add(campaign, count=8, now=NOON)
    assert campaign.gold.filter(reference__status="non_instance").count() == 4
    # as far as there are any
    gold_making.add(campaign, count=10, now=NOON)
    assert campaign.gold.count() == 18
    assert campaign.gold.filter(reference__status="non_instance").count() == 6


def test_references_that_say_nothing_of_the_question_are_not_used():
    campaign = make.campaign(4, boxes_xywh=BOX)
    first, second, *_ = Reference.objects.order_by("pk")
    Reference.objects.filter(pk=first.pk).update(boxes_xywh=None)
    Reference.objects.filter(pk=second.pk).update(boxes_xywh=BOX * 11)
    assert gold_making.add(campaign, count=9, now=NOON) == 2


def test_without_known_answers_there_is_a_clear_word():
    campaign = make.campaign(3)
    with pytest.raises(Invalid, match="Of no photo of Aves in of-birds is it known"):
        gold_making.add(campaign, count=1, now=NOON)
    known = make.campaign(3, slug="known", boxes_xywh=BOX)
    Reference.objects.filter(image__tasks__campaign=known).latest("pk").delete()
    add("known", "--count", "2")
    with pytest.raises(CommandError, match="is left: each is gold already"):
        add("known", "--count", "2")


def test_a_campaign_keeps_photos_to_ask_about():
    campaign = make.campaign(2, boxes_xywh=BOX)
    with pytest.raises(CommandError, match="leave no photo to ask about"):
        add("birds", "--count", "2")
    assert set(campaign.tasks.values_list("state", flat=True)) == {"open"}
    assert "1 more gold, 1 now" in add("birds", "--count", "1")


def test_the_command_takes_names(tmp_path):
    campaign = make.campaign(3, boxes_xywh=BOX)
    names = list(campaign.tasks.values_list("image__file_name", flat=True))
    listed = tmp_path / "known.txt"
    listed.write_text("\n".join(names[:2]) + "\n\n")
    assert "2 more gold, 2 now" in add("birds", str(listed))
    assert "0 more gold, 2 now" in add("birds", str(listed))


def test_a_withdrawn_photo_is_not_passed_over_as_gold(ada):
    campaign = make.campaign(2, boxes_xywh=BOX)
    gold_making.add(campaign, count=1, now=NOON)
    row = campaign.gold.get()
    Assignment.objects.create(task=row.task, worker=ada, claimed_at=NOON, lease_until=NOON)
    gold_making.withdraw(row, now=NOON)
    name = row.task.image.file_name
    with pytest.raises(Invalid) as refused:
        gold_making.add_named(campaign, [name], now=NOON)
    assert refused.value.errors == {"given to a worker already": [name]}


def test_the_command_says_which_names_will_not_do(tmp_path, ada):
    campaign = make.campaign(4, boxes_xywh=BOX)
    (lease,), _ = leases.claim(ada, "birds", count=1, now=NOON)
    names = list(
        campaign.tasks.exclude(pk=lease.task_id).values_list("image__file_name", flat=True)
    )
    Reference.objects.filter(image__file_name=names[0]).update(boxes_xywh=None)
    listed = tmp_path / "known.txt"
    listed.write_text("\n".join([*names, lease.image.file_name, "nowhere.jpg"]))
    with pytest.raises(CommandError) as refused:
        add("birds", str(listed))
    said = str(refused.value)
    assert "not in the data set: nowhere.jpg" in said
    assert f"answer not known, or more than 10 boxes: {names[0]}" in said
    assert f"given to a worker already: {lease.image.file_name}" in said
    assert not GoldStandard.objects.exists()


def test_what_nobody_was_handed_becomes_an_ordinary_task_again(olga):
    campaign = make.campaign(2, boxes_xywh=BOX, pilot_share=1.0, workers_per_task=2)
    gold_making.add(campaign, count=1, now=NOON)
    gold_making.withdraw(campaign.gold.get(), by=olga, now=NOON)
    assert not campaign.gold.exists()
    assert set(campaign.tasks.values_list("state", "n_wanted")) == {("open", 3)}


def test_a_photo_of_another_split_leaves_again(olga):
    of = make.dataset("birds-of")
    make.images(1, of=of, split="train", boxes_xywh=BOX)
    campaign = make.campaign(1, dataset=of, split="test")
    gold_making.add(campaign, count=1, now=NOON)
    gold_making.withdraw(campaign.gold.get(), by=olga, now=NOON)
    assert campaign.tasks.get().image.split == "test"


def test_what_was_answered_as_gold_never_becomes_ordinary(ada, olga):
    campaign = make.campaign(60, boxes_xywh=BOX)
    gold_making.add(campaign, count=1, now=NOON)
    row = campaign.gold.get()
    Assignment.objects.create(task=row.task, worker=ada, claimed_at=NOON, lease_until=NOON)
    gold_making.withdraw(row, by=olga, now=NOON)
    gold_making.withdraw(row, by=olga, now=NOON)
    row.refresh_from_db()
    assert row.withdrawn_at == NOON
    assert Task.objects.get(pk=row.task_id).state == "gold"
    assert AuditEntry.objects.filter(action="withdraw gold").count() == 1
    ben = make.worker("ben")
    make.answer_everything(ben, campaign)
    assert not ben.assignments.filter(task=row.task_id).exists()
