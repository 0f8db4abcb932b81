"""Verdicts on gold tasks: each is scored as it is stored, and enters nothing else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from catalog.models import Reference
from crowd import gold_making
from crowd.models import Assignment, Campaign, GoldScore
from tests import make
from tests.make import NOON
from verify import aggregation, queries, submission
from verify.models import ConsensusVerdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def deer(db) -> Campaign:
    """A verification with grids, and one gold photo of tracks."""
    campaign = make.campaign(4, kind=Campaign.Kind.VERIFY, has_grid=True, boxes_xywh=[[0, 0, 9, 9]])
    known = Reference.objects.order_by("pk")[0]
    Reference.objects.filter(pk=known.pk).update(status="non_instance", reason="tracks")
    gold_making.add_named(campaign, [known.image.file_name], now=NOON)
    return campaign


def answer(campaign, worker, label="animal", *, now=NOON, is_grid=False, **values) -> GoldScore:
    lease, _ = Assignment.objects.get_or_create(
        task=campaign.gold.get().task,
        worker=worker,
        defaults={"claimed_at": NOON, "lease_until": NOON, "is_grid": is_grid},
    )
    data = {"timing": {}, "comment": "", **make.verdict(label, **values)}
    data |= {"idempotency_key": uuid.uuid4(), "label": data["label"] or ""}
    submission.accept(worker, lease.pk, data, now=now)
    return GoldScore.objects.get(worker=worker)


@pytest.mark.parametrize(
    ("label", "is_good", "is_missed", "is_exact"),
    [
        ("tracks", True, False, True),
        ("scat", True, False, False),
        ("animal", False, True, False),
    ],
)
def test_a_verdict_is_scored_as_it_is_stored(deer, ada, label, is_good, is_missed, is_exact):
    score = answer(deer, ada, label)
    assert (score.is_good, score.is_missed, score.quality) == (is_good, is_missed, float(is_good))
    assert score.details == {"true_label": "tracks", "label": label, "is_exact": is_exact}


def test_who_cannot_tell_is_neither_right_nor_wrong(deer, ada):
    score = answer(deer, ada, outcome="cant_tell")
    assert (score.is_good, score.quality) == (None, None)


def test_a_change_of_mind_is_scored_anew(deer, ada):
    answer(deer, ada, "animal")
    score = answer(deer, ada, "tracks", now=NOON + timedelta(seconds=20))
    assert (score.version, score.is_good, score.is_missed) == (2, True, False)


def test_what_was_shown_in_a_grid_stays_known(deer, ada, ben):
    assert answer(deer, ada, is_grid=True).is_grid
    assert not answer(deer, ben).is_grid


def test_a_photo_without_the_animal_may_be_known_without_a_reason(deer, ada):
    Reference.objects.filter(status="non_instance").update(reason="")
    score = answer(deer, ada, "habitat")
    assert score.is_good
    assert not score.is_missed


def test_gold_answers_reach_no_consensus_and_no_skill(deer, ada, ben):
    for worker in (ada, ben):
        answer(deer, worker, "scat")
    assert aggregation.aggregate_due(now=NOON) == 0
    assert not ConsensusVerdict.objects.exists()
    assert not queries.comparable().exists()
