"""Agreement as it is counted and kept, against what is known of small crowds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from annotate import queries as box_queries
from catalog.models import Image, Taxon
from consensus import agreement as core
from crowd.models import Campaign
from tallies import agreement, agreement_boxes, agreement_sample, agreement_verdicts, store
from tallies.agreement_content import Agreement
from tests import make
from tests.make import NOON
from tests.tallies import drawn

pytestmark = pytest.mark.django_db

LEFT = [100.0, 100.0, 200.0, 200.0]
RIGHT = [500.0, 100.0, 200.0, 200.0]


def of_boxes(campaign: Campaign, **options: int) -> Agreement:
    return agreement_boxes.count(campaign, **options)


def test_the_figures_of_boxes_are_those_of_the_consensus_core():
    campaign = drawn.box_campaign(30)
    found = of_boxes(campaign).figures
    expected = core.boxes(box_queries.answered_images(), seed=campaign.seed)
    for name, estimate in (
        ("alpha", expected.alpha),
        ("iou", expected.pairwise_iou),
        ("count", expected.count),
    ):
        assert found[name].value == pytest.approx(estimate.value)
        assert found[name].low == pytest.approx(estimate.low, abs=0.02)
        assert found[name].low < found[name].value < found[name].high
    assert 0.5 < found["count_alpha"].value < 1
    assert found["matched_iou"].value > found["iou"].value


def test_the_figures_of_verdicts_are_those_of_the_consensus_core():
    campaign = drawn.verdict_campaign(40)
    found = agreement_verdicts.count(campaign)
    labels = [
        [row.label for row in task.verdicts.order_by("pk")]
        for task in campaign.tasks.order_by("pk")
    ]
    expected = core.votes(labels, seed=campaign.seed)
    assert found.figures["alpha"] == expected.alpha
    assert found.figures["kappa"] == expected.kappa
    assert found.figures["share"] == expected.share
    assert found.confusion.n == 120
    assert found.n_workers == 3


def test_who_agrees_fully_gets_full_marks():
    campaign = make.campaign(4, workers_per_task=2, max_workers=2)
    same = [[[LEFT], [LEFT]], [[RIGHT], [RIGHT]], [[LEFT, RIGHT], [LEFT, RIGHT]], [[], []]]
    drawn.boxes(campaign, drawn.workers(2), same)
    found = of_boxes(campaign)
    assert {estimate.value for estimate in found.figures.values()} == {1.0}
    assert found.histograms["matched_iou"] == [0] * 19 + [3]
    assert found.histograms["count"] == [0] * 19 + [4]
    assert [(row.size, row.n_boxes, row.found.value) for row in found.sizes] == [("large", 4, 1.0)]


def test_sizes_are_those_of_the_rendition_of_800_pixels():
    campaign = make.campaign(1, workers_per_task=3, max_workers=3)
    Image.objects.update(width=3200, height=2400)
    # scaled to 800 px and halved: 450, 2,048 and 20,000 square pixels
    birds = [[0, 0, 120, 120], [400, 400, 256, 256], [1000, 1000, 800, 800]]
    drawn.boxes(campaign, drawn.workers(3), [[birds, birds, birds[1:]]])
    sizes = {row.size: row for row in of_boxes(campaign).sizes}
    assert {name: row.found.value for name, row in sizes.items()} == {
        "small": pytest.approx(2 / 3),
        "medium": 1.0,
        "large": 1.0,
    }
    assert all(row.iou.value == pytest.approx(1.0) for row in sizes.values())


def test_nothing_can_be_said_of_a_single_answer():
    campaign = make.campaign(2, workers_per_task=1, max_workers=1)
    drawn.boxes(campaign, drawn.workers(1), [[[LEFT]], [[]]])
    empty = of_boxes(campaign)
    assert (empty.n_eligible, empty.n_images, empty.steps, empty.pairs) == (0, 0, [], [])
    assert all(estimate.value is None for estimate in empty.figures.values())
    seen = make.campaign(2, slug="deer", kind=Campaign.Kind.VERIFY, super_class="Mammalia")
    assert agreement_verdicts.count(seen).figures["kappa"].value is None
    assert Agreement.from_json(empty.as_json()).as_json() == empty.as_json()


def test_the_same_answers_give_the_same_numbers_also_as_json():
    campaign = drawn.box_campaign(30)
    content = agreement.count(campaign)
    assert agreement.count(campaign) == content
    through = json.loads(json.dumps(content))
    assert Agreement.from_json(through).as_json() == content


def test_a_sample_is_drawn_by_the_seed_of_the_campaign():
    campaign = drawn.box_campaign(40)
    some = agreement_sample.draw(campaign, most_images=10)
    assert (len(some.task_ids), some.n_eligible) == (10, 40)
    assert agreement_sample.draw(campaign, most_images=10) == some
    campaign.seed += 1
    assert agreement_sample.draw(campaign, most_images=10).task_ids != some.task_ids
    assert of_boxes(campaign, most_images=10).n_images == 10


def test_the_answers_of_excluded_workers_and_photos_say_nothing():
    campaign = drawn.box_campaign(25)
    before = of_boxes(campaign)
    campaign.tasks.filter(pk=campaign.tasks.first().pk).update(
        state="excluded", is_adjudicated=True
    )
    worker = campaign.tasks.last().annotations.order_by("pk").last().worker
    worker.is_excluded, worker.status = True, "suspended"
    worker.save()
    after = of_boxes(campaign)
    assert (before.n_images, after.n_images) == (25, 24)
    assert (before.n_workers, after.n_workers) == (3, 2)
    assert after.figures["alpha"].value > before.figures["alpha"].value


def test_taxa_with_few_photos_are_taken_together():
    campaign = drawn.box_campaign(30)
    rare = Taxon.objects.create(dataset=campaign.dataset, name="rara", super_class="Aves")
    ids = list(campaign.tasks.values_list("image", flat=True)[:5])
    Image.objects.filter(pk__in=ids).update(taxon=rare)
    found = of_boxes(campaign)
    (common,) = found.taxa
    assert common.key != rare.pk
    assert common.figures["alpha"].n_units == 25
    assert (found.few.key, found.few.figures["iou"].n_units) == (1, 5)


def test_weeks_are_those_of_the_last_answer():
    campaign = make.campaign(42, workers_per_task=2, max_workers=2)
    hands = drawn.workers(2)
    drawn.boxes(campaign, hands, [[[LEFT], [LEFT]]] * 42)
    later = datetime(2026, 5, 12, tzinfo=UTC)
    tasks = list(campaign.tasks.order_by("pk")[:20])
    for task in tasks:
        task.annotations.filter(worker=hands[1]).update(received_at=later)
    found = of_boxes(campaign)
    assert [week.key for week in found.weeks] == ["2026-W18", "2026-W20"]
    assert [week.figures["iou"].n_units for week in found.weeks] == [22, 20]


def test_the_pair_that_agrees_least_comes_first():
    campaign = drawn.box_campaign(30)
    found = of_boxes(campaign)
    assert found.n_pairs == 3
    worst, _, best = found.pairs
    sloppy = campaign.tasks.first().annotations.order_by("pk").last().worker_id
    assert sloppy in (worst.first, worst.second)
    assert sloppy not in (best.first, best.second)
    assert worst.iou < best.iou
    assert (worst.n_images, best.same) == (30, 1.0)


def test_steps_tell_what_the_next_answer_changes():
    campaign = make.campaign(40, workers_per_task=3, max_workers=3)
    # of every fourth photo only the first worker sees nothing
    shy = [[[] if number % 4 == 0 else [LEFT], [LEFT], [LEFT]] for number in range(40)]
    drawn.boxes(campaign, drawn.workers(3), shy)
    found = of_boxes(campaign)
    assert [step.n_answers for step in found.steps] == [1, 2]
    first, second = found.steps
    assert (first.final.value, first.iou.value) == (0.25, pytest.approx(0.75))
    assert first.next.value + second.next.value >= 0.25
    assert second.next == second.final


def test_a_verdict_changes_with_its_label():
    campaign = make.campaign(
        40, kind=Campaign.Kind.VERIFY, super_class="Mammalia", workers_per_task=3, max_workers=3
    )
    # of every fourth photo only the first worker sees tracks
    seen = [["tracks" if number % 4 == 0 else "animal", "animal", "animal"] for number in range(40)]
    drawn.verdicts(campaign, drawn.workers(3), seen)
    found = agreement_verdicts.count(campaign)
    assert found.n_followed == 40
    # one against one stays tracks, to be on the safe side; the third answer settles it
    assert [step.final.value for step in found.steps] == [0.25, 0.25]
    assert [step.next.value for step in found.steps] == [0.0, 0.25]
    assert found.steps[0].iou.value is None
    assert found.confusion.counts[:2] == [[110, 0, 0, 0, 0, 0], [10, 0, 0, 0, 0, 0]]


def test_what_was_kept_is_read_back():
    campaign = drawn.box_campaign(25)
    assert agreement.read(campaign) is None
    store.keep(
        campaign,
        agreement.TOPIC,
        agreement.count(campaign),
        mark=1,
        took_s=0.1,
        counted_at=NOON,
    )
    kept, at = agreement.read(campaign)
    assert at == NOON
    assert kept.n_images == 25
    overall = agreement.overall([campaign])[campaign.pk]
    assert overall.figures["alpha"] == kept.figures["alpha"]
    assert overall.n_images == 25


def test_counting_asks_as_often_whatever_there_is(django_assert_max_num_queries):
    campaign = drawn.box_campaign(30)
    with django_assert_max_num_queries(12):
        agreement.count(campaign)
