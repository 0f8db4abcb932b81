"""Answers to gold tasks: each is scored as it is stored, and enters nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from annotate import aggregation, queries, submission
from annotate.models import Annotation, Consensus
from catalog.models import Image, Reference
from crowd import gold_making, leases
from crowd.models import Assignment, GoldScore, GoldStandard, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
TRUE = [[100.0, 100.0, 200.0, 100.0], [400.0, 300.0, 100.0, 100.0]]


@pytest.fixture
def gold(ada) -> GoldStandard:
    """One gold task, in ada's hands."""
    campaign = make.campaign(30, boxes_xywh=TRUE)
    gold_making.add(campaign, count=1, now=NOON)
    made = campaign.gold.get()
    hand(made, ada)
    return made


def hand(gold: GoldStandard, worker) -> Assignment:
    return Assignment.objects.create(
        task=gold.task, worker=worker, claimed_at=NOON, lease_until=NOON + timedelta(minutes=10)
    )


def answer(gold, worker, boxes=None, *, now=NOON, key=None, **values) -> Annotation:
    data = {"timing": {}, "comment": "", **make.annotation(boxes, **values)}
    data["idempotency_key"] = key or uuid.uuid4()
    assignment = Assignment.objects.get(task=gold.task, worker=worker)
    return submission.accept(worker, assignment.pk, data, now=now).answer


def test_an_answer_is_scored_on_count_overlap_missed_and_extra(gold, ada):
    answer(gold, ada, [[100, 100, 200, 80], [600, 10, 50, 50]])
    score = GoldScore.objects.get()
    assert (score.gold, score.worker, score.is_good, score.is_missed) == (gold, ada, False, True)
    assert score.details == {
        "n_true": 2,
        "n_drawn": 2,
        "n_missed": 1,
        "n_extra": 1,
        "mean_iou": pytest.approx(0.8),
    }
    assert score.quality == pytest.approx(0.8 / 3)


def test_the_true_boxes_are_good(gold, ada):
    answer(gold, ada, TRUE)
    assert GoldScore.objects.get().is_good


def test_nothing_where_there_is_something_is_not_good(gold, ada):
    answer(gold, ada)
    score = GoldScore.objects.get()
    assert (score.is_good, score.is_missed, score.quality) == (False, True, 0.0)


def test_who_cannot_tell_is_neither_right_nor_wrong(gold, ada):
    answer(gold, ada, outcome="cant_tell")
    score = GoldScore.objects.get()
    assert (score.is_good, score.is_missed, score.quality) == (None, False, None)


def test_a_change_of_mind_is_scored_anew(gold, ada):
    answer(gold, ada)
    answer(gold, ada, TRUE, now=NOON + timedelta(seconds=30))
    score = GoldScore.objects.get()
    assert (score.version, score.is_good) == (2, True)


def test_the_same_answer_again_changes_nothing(gold, ada):
    key = uuid.uuid4()
    answer(gold, ada, TRUE, key=key)
    before = GoldScore.objects.get()
    answer(gold, ada, TRUE, key=key, now=NOON + timedelta(hours=1))
    assert GoldScore.objects.get().scored_at == before.scored_at


def test_a_late_answer_is_no_extra_one(gold, ada):
    leases.expire(now=NOON + timedelta(minutes=11))
    late = answer(gold, ada, TRUE, now=NOON + timedelta(minutes=12))
    assert not late.is_extra
    assert GoldScore.objects.get().is_good


def test_gold_answers_reach_no_consensus_and_no_skill(gold, ada, ben):
    hand(gold, ben)
    for worker in (ada, ben):
        answer(gold, worker, [[600, 10, 50, 50]])
    task = Task.objects.get(pk=gold.task_id)
    assert (task.state, task.n_answers, task.n_taken, task.aggregate_due_at) == ("gold", 0, 0, None)
    assert aggregation.aggregate_due(now=NOON) == 0
    assert not Consensus.objects.exists()
    assert not queries.comparable().exists()
    assert not queries.evidence().exists()


def test_a_known_empty_photo_wants_nothing_boxed(ada):
    (image,) = make.images(1, prefix="empty")
    Reference.objects.create(image=image, super_class="Aves", boxes_xywh=[])
    campaign = make.campaign(1, dataset=Image.objects.get().dataset)
    gold_making.add_named(campaign, [image.file_name], now=NOON)
    hand(campaign.gold.get(), ada)
    answer(campaign.gold.get(), ada)
    assert GoldScore.objects.get().is_good
