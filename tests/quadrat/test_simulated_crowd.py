"""A simulated crowd takes a campaign to its end by the same actions as people."""

from __future__ import annotations

import pytest

from annotate import aggregation as box_aggregation
from annotate.models import Box, Consensus
from crowd import gold_making
from crowd.models import Campaign, GoldScore, Task, Worker
from quadrat.simulated_crowd import HumansAtWork, Simulation, has_reference
from tests import make
from tests.make import NOON
from verify import aggregation as verify_aggregation
from verify.models import ConsensusVerdict

pytestmark = pytest.mark.django_db

BIRD = [100.0, 100.0, 300.0, 200.0]


def aggregate():
    box_aggregation.aggregate_due(now=NOON)
    verify_aggregation.aggregate_due(now=NOON)


def simulate(campaign, **options):
    told: list[tuple[int, int]] = []
    simulation = Simulation(
        campaign, n_workers=8, seed=7, clock=lambda: NOON, wait=aggregate, **options
    )
    n_answers = simulation.run(lambda n_ended, n_tasks: told.append((n_ended, n_tasks)))
    assert told == sorted(told), "progress only grows"
    return n_answers


def test_it_finishes_a_box_campaign_near_the_truth():
    campaign = make.campaign(12, boxes_xywh=[BIRD])
    assert simulate(campaign) >= 36
    assert not Task.objects.filter(state=Task.State.OPEN).exists()
    boxed = Consensus.objects.filter(is_current=True, task__state="retired", status="boxed")
    assert boxed.count() >= 10
    for consensus in boxed:
        box = consensus.boxes.first()
        assert box is not None
        assert abs(box.x - BIRD[0]) < 40
        assert abs(box.w - BIRD[2]) < 60


def test_it_finishes_a_verify_campaign():
    campaign = make.campaign(12, slug="seen", kind=Campaign.Kind.VERIFY, boxes_xywh=[BIRD])
    simulate(campaign)
    assert not Task.objects.filter(state=Task.State.OPEN).exists()
    labels = ConsensusVerdict.objects.filter(is_current=True).values_list("label", flat=True)
    assert list(labels).count("animal") >= 10


def test_the_same_seed_draws_the_same_boxes():
    def drawn(slug):
        simulate(make.campaign(6, slug=slug, boxes_xywh=[BIRD]))
        boxes = Box.objects.filter(annotation__task__campaign__slug=slug)
        return sorted(boxes.values_list("annotation__worker", "x", "y", "w", "h"))

    assert drawn("first") == drawn("second")


def test_it_stops_at_the_share_that_is_wanted():
    campaign = make.campaign(40, boxes_xywh=[BIRD])
    simulate(campaign, until=0.5)
    n_ended = Task.objects.exclude(state=Task.State.OPEN).count()
    assert 20 <= n_ended < 40


def test_it_answers_gold_like_any_task():
    campaign = make.campaign(60, boxes_xywh=[BIRD])
    gold_making.add(campaign, count=20, now=NOON)
    simulate(campaign)
    assert not Task.objects.filter(state=Task.State.OPEN).exists()
    assert GoldScore.objects.filter(is_good=True).exists()


def test_it_keeps_out_of_a_campaign_where_people_are_at_work(ada):
    campaign = make.campaign(3, boxes_xywh=[BIRD])
    make.answer_everything(ada, campaign)
    with pytest.raises(HumansAtWork):
        simulate(campaign)
    assert not Worker.objects.filter(is_simulated=True).exists()


def test_it_needs_reference_answers():
    assert has_reference(make.campaign(2, boxes_xywh=[BIRD]))
    assert not has_reference(make.campaign(2, slug="bare"))
