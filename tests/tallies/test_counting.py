"""What jobs keep of a campaign's answers is what a slow count in plain Python gives."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate import aggregation, checking, comparing
from annotate.adjudication import BOXES as SETTLING
from annotate.models import Annotation, Box
from crowd import refitting, workers
from crowd.adjudication import Wish
from crowd.models import Campaign, GoldScore, GoldStandard, Task, Worker
from tallies import counting, progress, taxa
from tallies.models import Figures, WorkerDay, WorkerTally
from tests import make
from tests.annotate.crowds import Clock
from tests.make import NOON
from tests.tallies import drawn, slowly

pytestmark = pytest.mark.django_db

COLUMNS = [field.name for field in Figures._meta.get_fields() if field.name != "id"]
TOLERANCES = {"seconds": 1e-3, "iou_sum": 1e-5}


def crowd(n_tasks: int = 14, *, seed: int = 3) -> Campaign:
    """A box campaign with what happens in a real one: people who cannot tell, answers over three
    days, some without times, boxes drawn in several ways."""
    campaign = drawn.box_campaign(n_tasks, n_hands=4, seed=seed)
    rng = np.random.default_rng(seed)
    for number, answer in enumerate(Annotation.objects.order_by("pk")):
        answer.received_at += timedelta(days=int(rng.integers(3)))
        if rng.random() < 0.8:
            answer.timing = {"visible_ms": int(rng.integers(2000, 9000)), "idle_ms": 500}
        if number % 5 == 0:
            answer.timing = {"active_ms": 1500.5, "visible_ms": 9000}
        if number % 11 == 3:
            answer.outcome = ["cant_tell", "problem"][number % 2]
            answer.boxes.all().delete()
        answer.save()
        how = {"method": ["drag", "extreme", ""][number % 3], "pointer": ["mouse", ""][number % 2]}
        answer.boxes.update(**how)
    catch_up(campaign)
    return campaign


def catch_up(campaign: Campaign) -> None:
    """What the jobs do once something has changed."""
    Task.objects.filter(campaign=campaign).exclude(state="gold").update(aggregate_due_at=NOON)
    while aggregation.aggregate_due(now=NOON):
        pass
    comparing.compare_all()
    counting.count_all(campaign, now=NOON)


def assert_as_counted_slowly(campaign: Campaign) -> None:
    by_worker = slowly.figures(campaign, lambda worker, _: worker)
    by_day = slowly.figures(campaign, lambda worker, at: (worker, at.date()))
    kept = {row.worker_id: row for row in WorkerTally.objects.filter(campaign=campaign)}
    kept_days = {
        (row.worker_id, row.day): row for row in WorkerDay.objects.filter(campaign=campaign)
    }
    pairs: list[tuple[dict[Any, Any], dict[Any, Any]]] = [(kept, by_worker), (kept_days, by_day)]
    for found, expected in pairs:
        assert found.keys() == expected.keys()
        for key, totals in expected.items():
            for name in COLUMNS:
                assert getattr(found[key], name) == pytest.approx(
                    totals[name], abs=TOLERANCES.get(name, 0)
                ), name


def answer_again(answer: Annotation, boxes: list[list[float]]) -> Annotation:
    """A newer version, which takes over."""
    Annotation.objects.filter(pk=answer.pk).update(is_current=False)
    again = Annotation.objects.create(
        assignment_id=answer.assignment_id,
        task_id=answer.task_id,
        worker_id=answer.worker_id,
        version=answer.version + 1,
        outcome="answered",
        idempotency_key=uuid.uuid4(),
        received_at=answer.received_at + timedelta(seconds=5),
    )
    for number, (x, y, w, h) in enumerate(boxes, start=1):
        Box.objects.create(annotation=again, number=number, x=x, y=y, w=w, h=h)
    return again


def score(campaign: Campaign, worker: Worker, *, is_good: bool) -> GoldStandard:
    """The worker has answered a gold task."""
    (image,) = make.images(1, of=campaign.dataset, prefix=str(uuid.uuid4()), boxes_xywh=[])
    task = Task.objects.create(
        campaign=campaign, image=image, position=999, n_wanted=0, state="gold"
    )
    gold = GoldStandard.objects.create(
        campaign=campaign, task=task, reference=image.references.get(), created_at=NOON
    )
    (answer,) = drawn.answers(Annotation, [task], [worker], at=NOON)
    answer.save()
    GoldScore.objects.create(
        gold=gold,
        assignment=answer.assignment,
        worker=worker,
        version=1,
        is_good=is_good,
        is_missed=False,
        is_grid=False,
        quality=float(is_good),
        scored_at=NOON,
    )
    return gold


def test_workers_and_their_days_are_counted_right_from_whatever_a_crowd_does(olga):
    campaign = crowd()
    assert_as_counted_slowly(campaign)
    for row in WorkerTally.objects.all():
        expected = slowly.medians(campaign, row.worker_id)
        assert (row.median_s, row.median_box_s) == pytest.approx(expected, abs=1e-3)
        for found, means in zip(
            (row.habits_px, row.habits_share, row.habits_sd),
            slowly.habits(campaign, row.worker_id),
            strict=True,
        ):
            assert found == pytest.approx(means, abs=1e-3)
        assert row.methods == slowly.hands(campaign, row.worker_id, "method")
        assert row.pointers == slowly.hands(campaign, row.worker_id, "pointer")
    assert WorkerTally.objects.filter(n_loose__gt=0, n_missed__gt=0, n_unusable__gt=0).exists()


def test_what_comes_later_is_counted_as_if_it_had_been_there_from_the_start(olga):
    campaign, clock = crowd(), Clock(NOON)
    ben = Worker.objects.get(pseudonym="hand-1")
    first = Annotation.objects.filter(outcome="answered", worker=ben).earliest("pk")
    answer_again(first, [[10, 10, 50, 50], [400, 300, 90, 80]])
    gold = [score(campaign, ben, is_good=is_good) for is_good in (True, False, True)]
    GoldStandard.objects.filter(pk=gold[2].pk).update(withdrawn_at=NOON)
    catch_up(campaign)
    assert_as_counted_slowly(campaign)
    assert WorkerTally.objects.get(worker=ben).n_gold == 2

    workers.exclude(ben, by=olga, now=clock())
    refitting.refit(aggregation.BOXES, clock=clock)
    catch_up(campaign)
    assert_as_counted_slowly(campaign)
    left_out = WorkerTally.objects.get(worker=ben)
    assert (left_out.n_compared, left_out.habits_px, left_out.n_answers) == (0, [], 14)

    settled = campaign.tasks.exclude(state="gold").latest("pk")
    SETTLING.exclude(Wish(settled.pk, olga, seen=0), "broken", now=clock())
    catch_up(campaign)
    assert_as_counted_slowly(campaign)

    workers.include(ben, by=olga, now=clock())
    refitting.refit(aggregation.BOXES, clock=clock)
    catch_up(campaign)
    assert_as_counted_slowly(campaign)
    assert WorkerTally.objects.get(worker=ben).n_compared > 0


def written() -> list[tuple[int, str]]:
    """Where each row stands in its table: a row that is written anew stands elsewhere."""
    found = []
    with connection.cursor() as cursor:
        for table in ("tallies_workertally", "tallies_workerday"):
            cursor.execute(f"SELECT id, ctid::text FROM {table} ORDER BY id")
            found += cursor.fetchall()
    return found


def test_a_row_that_says_the_same_is_not_written_again():
    campaign = crowd(6)
    before = written()
    counting.count_all(campaign, now=NOON)
    assert written() == before
    Annotation.objects.filter(worker__pseudonym="hand-2").update(timing={})
    counting.count_all(campaign, now=NOON)
    changed = WorkerTally.objects.get(worker__pseudonym="hand-2")
    assert (changed.n_timed, changed.median_s) == (0, None)
    assert len(set(written()) - set(before)) > 1


def test_rows_without_answers_vanish():
    campaign = crowd(4)
    gone = Worker.objects.get(pseudonym="hand-3")
    Annotation.objects.filter(worker=gone).update(is_current=False)
    catch_up(campaign)
    assert not WorkerTally.objects.filter(worker=gone).exists()
    assert not WorkerDay.objects.filter(worker=gone).exists()


def test_verdicts_are_compared_with_the_consensus_of_two():
    campaign = drawn.verdict_campaign(20)
    counting.count_all(campaign, now=NOON)
    rows = list(WorkerTally.objects.filter(campaign=campaign).order_by("worker_id"))
    assert [row.n_answers for row in rows] == [20, 20, 20]
    for row in rows:
        verdicts = row.worker.verdicts.filter(is_current=True)
        agreed = {
            c.task_id: c.label
            for task in campaign.tasks.all()
            for c in task.consensus_verdicts.filter(is_current=True)
        }
        assert row.n_compared == sum(bool(agreed[verdict.task_id]) for verdict in verdicts)
        assert row.n_same == sum(agreed[verdict.task_id] == verdict.label for verdict in verdicts)
        assert row.habits_px == []
    assert sum(row.n_same for row in rows) < 60


def test_checks_are_compared_box_by_box(ada, ben, olga):
    eve = make.worker("eve")
    birds = make.campaign(3)
    checks = make.check_campaign(birds, workers_per_task=3, max_workers=3)
    for task in birds.tasks.order_by("pk"):
        make.check_of(checks, task, [(10, 10, 50, 50), (200, 100, 60, 60)])
    for worker in (ada, eve, ben):
        is_odd = worker == ben
        make.inspect(worker, checks, [True, True], is_all=True)
        make.inspect(worker, checks, [True, not is_odd], is_all=True)
        make.inspect(worker, checks, [True, True], is_all=not is_odd)
    while checking.aggregate_due(now=NOON):
        pass
    counting.count_all(checks, now=NOON)
    found = {row.worker: row for row in WorkerTally.objects.filter(campaign=checks)}
    assert [found[one].n_answers for one in (ada, eve, ben)] == [3, 3, 3]
    assert [found[one].n_compared for one in (ada, eve, ben)] == [3, 3, 3]
    assert [found[one].n_same for one in (ada, eve, ben)] == [3, 3, 1]


def test_the_progress_says_how_many_tasks_are_in_each_state():
    campaign, other = crowd(), drawn.verdict_campaign(5)
    assert progress.progress_of([other]) == {}
    for one in (campaign, other):
        counting.count_all(one, now=NOON)
    with CaptureQueriesContext(connection) as captured:
        found = progress.progress_of([campaign, other])
    assert len(captured) == 1
    tally = found[campaign.pk]
    for state in Task.State.values:
        rows = list(campaign.tasks.filter(state=state))
        agreements = [row.agreement for row in rows if row.agreement is not None]
        said = tally.of(state)
        assert said.n_tasks == len(rows)
        assert said.n_answers == sum(row.n_answers for row in rows)
        assert said.n_compared == len(agreements)
        assert said.agreement_sum == pytest.approx(sum(agreements), abs=1e-5)
    assert tally.last_answer_at == max(row.received_at for row in Annotation.objects.all())
    assert found[other.pk].of("retired").n_tasks + found[other.pk].of("disputed").n_tasks == 5


def test_the_taxa_add_up_to_the_campaign():
    campaign = crowd()
    image = campaign.tasks.latest("pk").image
    image.taxon = None
    image.save()
    counting.count_all(campaign, now=NOON)
    said = taxa.read(campaign)
    assert said is not None
    rows, kept = said
    assert kept.counted_at == NOON
    assert [row.taxon_id is None for row in rows] == [False, True]
    assert rows[1].n_retired + rows[1].n_disputed + rows[1].n_open == 1
    assert (rows[1].n_answers, rows[1].seconds > 0) == (4, True)
    total = rows[0] + rows[1]
    totals = slowly.figures(campaign, lambda _, __: "all")["all"]
    for name in ("n_answers", "n_empty", "n_unusable", "n_timed"):
        assert getattr(total, name) == totals[name]
    assert total.seconds == pytest.approx(totals["seconds"], abs=0.01)
    agreed = [
        row for task in campaign.tasks.all() for row in task.consensuses.filter(is_current=True)
    ]
    assert total.n_nothing == sum(row.status == "empty" for row in agreed)
    assert total.n_boxes == sum(row.boxes.count() for row in agreed)
    assert total.iou_sum == pytest.approx(sum(row.mean_iou or 0 for row in agreed), abs=1e-4)


def test_counting_takes_as_many_queries_for_many_answers_as_for_few():
    few, many = crowd(4), None
    topics = [topic for topic in counting.of_kind("box") if topic.name != "agreement"]

    def n_queries(campaign: Campaign) -> int:
        with CaptureQueriesContext(connection) as captured:
            for topic in topics:
                topic.count(campaign)
        return len(captured)

    before = n_queries(few)
    hands = list(Worker.objects.order_by("pk"))
    many = make.campaign(20, slug="many", workers_per_task=4, max_workers=4)
    drawn.boxes(many, hands, [[[[10.0, 10, 90, 90]]] * 4] * 20)
    comparing.compare_all()
    assert n_queries(many) == before
