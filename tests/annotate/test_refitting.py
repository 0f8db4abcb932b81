"""Skills estimated anew, and what follows: versions, re-opened tasks, answers left out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate import submission
from annotate.aggregation import BOXES, BoxAggregator
from annotate.models import Annotation, Consensus, ConsensusBox
from crowd import refitting, remerging, skills, workers
from crowd.models import (
    Assignment,
    AuditEntry,
    Campaign,
    ConsensusVersion,
    Fit,
    SkillEstimate,
    Task,
    Worker,
)
from tests import make
from tests.annotate.crowds import BIRD, Clock, aggregate, answer, known_crowd, near
from tests.make import NOON

pytestmark = pytest.mark.django_db

WHOLE = (0.0, 0.0, 800.0, 600.0)
Reason = ConsensusVersion.Reason


@pytest.fixture
def clock():
    return Clock(NOON)


@pytest.fixture
def careful(db):
    return [make.worker(name) for name in ("ada", "eve", "ida")]


@pytest.fixture
def spamming(db):
    return [make.worker(name) for name in ("sam", "sid")]


def refit(clock, **options):
    return refitting.refit(BOXES, clock=clock, **options)


def results():
    """The current consensus of every task, byte for byte but for ids and dates."""
    found = []
    for row in Consensus.objects.filter(is_current=True).order_by("task_id"):
        values = serializers.serialize("python", [row, *row.boxes.all()])
        for value in values:
            value["fields"].pop("version", None)
            value["fields"].pop("computed_at", None)
            value["fields"].pop("consensus", None)
            value.pop("pk")
        found.append(values)
    return found


def states():
    return list(Task.objects.order_by("pk").values_list("state", "n_wanted", "n_excluded"))


@pytest.fixture
def finished(careful, clock):
    """30 photos, each boxed by the second careful worker and one of the others, fitted."""
    campaign = make.campaign(30, stopping=Campaign.Stopping.ADAPTIVE, workers_per_task=2)
    for number, n_answers in ((1, 30), (0, 20), (2, 10)):
        reply = near(BIRD, seed=number)
        assert answer(careful[number], campaign, reply, at_most=n_answers) == n_answers
    aggregate(clock)
    refit(clock)
    return campaign


def test_a_fit_is_stored_with_what_it_learned(finished):
    fit = Fit.objects.get()
    assert (fit.kind, fit.method, fit.n_workers) == ("box", BOXES.method, 3)
    assert fit.n_answers == Annotation.objects.count()
    assert fit.parameters["miss_factor"]
    assert SkillEstimate.objects.filter(fit=fit, quality__gt=0.5).count() == 3
    version = ConsensusVersion.objects.get()
    assert (version.number, version.reason, version.fit) == (1, Reason.REFIT, fit)
    assert version.n_tasks == 30
    assert version.made_at is not None


def test_aggregation_uses_the_fit(finished, careful):
    merged = BOXES.fitted([careful[0].pk])
    assert merged.parameters == Fit.objects.get().parameters
    assert list(merged.skills) == [careful[0].pk]


def test_fitting_twice_writes_nothing(finished, clock):
    before = (results(), states(), list(ConsensusVersion.objects.values()), Fit.objects.count())
    n_rows = Consensus.objects.count()
    assert refit(clock) == []
    assert refit(clock, is_forced=True) == []
    after = (results(), states(), list(ConsensusVersion.objects.values()), Fit.objects.count())
    assert after == before
    assert Consensus.objects.count() == n_rows


def test_two_agreeing_spammers_are_found_out_and_their_photos_opened_again(
    careful, spamming, clock
):
    known_crowd(careful, spamming)
    campaign = make.campaign(6, stopping=Campaign.Stopping.ADAPTIVE)
    for worker in spamming:
        answer(worker, campaign, lambda _: [WHOLE])
    aggregate(clock)
    assert set(campaign.tasks.values_list("state", flat=True)) == {Task.State.RETIRED}

    refit(clock)

    for worker in spamming:
        worker.refresh_from_db()
        assert (worker.status, worker.status_reason) == ("suspended", "automatic")
        assert worker.is_excluded
    assert Worker.objects.filter(status="active").count() == len(careful)
    entry = AuditEntry.objects.filter(action="suspend automatically").first()
    assert entry.actor is None
    assert entry.detail["quality"] < entry.detail["floor"]
    assert set(campaign.tasks.values_list("state", "n_wanted", "n_excluded")) == {("open", 4, 2)}
    version = campaign.versions.get()
    assert (version.reason, version.n_reopened, version.n_changed) == (Reason.EXCLUSION, 6, 6)
    left = Consensus.objects.filter(task__campaign=campaign, is_current=True)
    assert [(row.status, row.evidence) for row in left] == [("not_looked", [])] * 6

    for worker in careful[:2]:
        answer(worker, campaign, near(BIRD, seed=worker.pk), now=clock())
    aggregate(clock)
    assert set(campaign.tasks.values_list("state", flat=True)) == {Task.State.RETIRED}


def test_without_a_floor_the_risk_alone_opens_their_photos_again(
    careful, spamming, clock, settings
):
    settings.SKILL_FLOORS = {"box": 0.0, "verify": 0.0}
    known_crowd(careful, spamming)
    campaign = make.campaign(6, stopping=Campaign.Stopping.ADAPTIVE)
    for worker in spamming:
        answer(worker, campaign, lambda _: [WHOLE])
    aggregate(clock)
    refit(clock)
    assert not Worker.objects.filter(status="suspended").exists()
    assert set(campaign.tasks.values_list("state", "n_wanted")) == {("open", 3)}
    assert campaign.versions.get().n_reopened == 6


def test_leaving_a_worker_out_and_taking_back_in_gives_exactly_what_was(
    finished, careful, olga, clock
):
    before = results(), states()
    version = finished.versions.get()
    workers.exclude(careful[0], by=olga, now=clock())
    refit(clock)
    left_out = finished.versions.get(number=2)
    assert left_out.reason == Reason.EXCLUSION
    assert left_out.n_reopened == 20 == Task.objects.filter(n_excluded=1, state="open").count()
    assert results() != before[0]
    assert Annotation.objects.filter(worker=careful[0]).count() == 20

    workers.reinstate(careful[0], by=olga, now=clock())
    refit(clock)
    assert (results(), states()) == before
    back = finished.versions.get(number=3)
    assert (back.n_retired, back.n_reopened) == (20, 0)
    assert as_of(finished, version) == as_of(finished, back)


def as_of(campaign, version):
    """What the documentation of `ConsensusVersion` says."""
    rows = Consensus.objects.filter(task__campaign=campaign, pk__lte=version.last_row)
    newest = rows.order_by("task_id", "-version").distinct("task_id")
    boxes = ConsensusBox.objects.filter(consensus__in=newest.values("pk"))
    return list(boxes.order_by("consensus__task_id", "number").values_list("x", "y", "w", "h"))


def test_skills_of_who_is_left_out_do_not_count_but_can_still_be_read(
    finished, careful, olga, clock
):
    before = SkillEstimate.objects.get(worker=careful[0])
    workers.exclude(careful[0], by=olga, now=clock())
    refit(clock)
    assert Fit.objects.count() == 2
    assert Fit.objects.first().n_workers == 2
    after = SkillEstimate.objects.get(worker=careful[0])
    assert (after.values, after.fit_id) == (before.values, before.fit_id)


def test_who_cannot_be_compared_any_more_loses_the_estimate(finished, careful, olga, clock):
    for worker in careful[1:]:
        workers.exclude(worker, by=olga, now=clock())
    refit(clock)
    assert Fit.objects.first().n_workers == 0
    assert not SkillEstimate.objects.filter(worker=careful[0]).exists()


def test_an_answer_during_the_walk_is_neither_lost_nor_overwritten(finished, careful, olga, clock):
    """It comes in after its chunk was merged and before it is written."""
    task = finished.tasks.order_by("pk").first()
    late = make.worker("late")
    workers.exclude(careful[1], by=olga, now=clock())

    class Interrupted(BoxAggregator):
        is_done = False

        def find(self, tasks, fitted, *, now):
            found = super().find(tasks, fitted, now=now)
            if task in tasks and not Interrupted.is_done:
                Interrupted.is_done = True
                slip_in(task, late, now=clock())
            return found

    refitting.refit(Interrupted(), clock=clock)
    aggregate(clock)
    task.refresh_from_db()
    assert task.aggregate_due_at is None
    newest = Consensus.objects.get(task=task, is_current=True)
    assert Annotation.objects.get(worker=late).pk in newest.evidence
    excluded = set(Annotation.objects.filter(worker=careful[1]).values_list("pk", flat=True))
    assert not excluded & set(newest.evidence)


def slip_in(task, worker, *, now):
    """An answer to this very task, whether it wants one or not."""
    more = {"state": "open", "n_wanted": task.n_wanted + 1, "n_taken": task.n_taken + 1}
    Task.objects.filter(pk=task.pk).update(**more)
    lease = Assignment.objects.create(task=task, worker=worker, claimed_at=now, lease_until=now)
    data = make.annotation([BIRD]) | {"timing": {}, "comment": ""}
    submission.accept(worker, lease.pk, data, now=now)


def test_the_number_of_queries_grows_with_the_chunks_alone(finished, clock, monkeypatch):
    def n_queries() -> int:
        version = remerging.begin(
            finished,
            reason=Reason.REFIT,
            method=BOXES.method,
            parameters={},
            fit=None,
            now=clock(),
        )
        with CaptureQueriesContext(
            connection,
        ) as queries:
            remerging.carry_on(version, BOXES, BOXES.fitted(), clock=clock)
        return len(queries)

    monkeypatch.setattr(remerging, "CHUNK", 30)
    in_one_chunk = n_queries()
    Consensus.objects.all().delete()
    with_rows_to_write = n_queries()
    assert Consensus.objects.count() == 30
    monkeypatch.setattr(remerging, "CHUNK", 10)
    in_three = n_queries()
    assert with_rows_to_write <= in_one_chunk + 8
    assert in_three <= 3 * in_one_chunk


def test_skills_are_estimated_through_one_cursor(finished, careful, django_assert_num_queries):
    with CaptureQueriesContext(connection) as queries:
        few = BOXES.estimate()
    more = make.campaign(30, slug="more", workers_per_task=3)
    for worker in careful:
        answer(worker, more, near(BIRD, seed=worker.pk))
    with django_assert_num_queries(len(queries)):
        many = BOXES.estimate()
    assert (many.n_answers, many.n_tasks) == (few.n_answers + 90, few.n_tasks + 30)


@pytest.mark.parametrize(
    ("n_new", "later", "expected"),
    [
        (29, timedelta(hours=1), False),
        (30, timedelta(hours=1), True),
        (30, timedelta(minutes=4), False),
        (1, timedelta(hours=25), True),
        (0, timedelta(days=9), False),
    ],
)
def test_a_fit_is_due_after_enough_answers_or_long_enough(finished, clock, n_new, later, expected):
    more = make.campaign(30, slug="more")
    answer(make.worker("new"), more, near(BIRD, seed=9), at_most=n_new)
    fitted_at = Fit.objects.get().fitted_at
    due = skills.is_due("box", BOXES.method, Annotation.objects.all(), now=fitted_at + later)
    assert due is expected


def test_the_first_fit_waits_for_thirty_answers(ada, ben, clock):
    campaign = make.campaign(15, workers_per_task=2)
    answer(ada, campaign, near(BIRD, seed=1))
    answer(ben, campaign, near(BIRD, seed=2), at_most=14)
    aggregate(clock)
    assert refit(clock) == []
    answer(ben, campaign, near(BIRD, seed=2))
    assert len(refit(clock)) == 1


class Counting(BoxAggregator):
    """Counts how often everything is read."""

    def __init__(self):
        self.n_estimates = 0

    def estimate(self, rows=None):
        self.n_estimates += 1
        return super().estimate(rows)


def in_ten_beats(clock):
    counting = Counting()
    for _ in range(10):
        clock.now += timedelta(seconds=50)
        refitting.refit(counting, clock=clock)
    return counting.n_estimates


def test_an_estimation_that_says_nothing_new_is_not_repeated(finished, careful, clock):
    more = make.campaign(1, slug="more", workers_per_task=1)
    answer(careful[0], more, near(BIRD, seed=0))
    aggregate(clock)
    clock.now += timedelta(hours=25)
    assert in_ten_beats(clock) == 1


def test_answers_that_cannot_be_compared_are_looked_at_once(ada, clock):
    campaign = make.campaign(40, workers_per_task=1)
    answer(ada, campaign, near(BIRD, seed=1))
    aggregate(clock)
    assert in_ten_beats(clock) == 1
    assert Fit.objects.count() == 0


def made_with(worker):
    ids = set(Annotation.objects.filter(worker=worker).values_list("pk", flat=True))
    rows = Consensus.objects.filter(is_current=True)
    return sum(bool(ids & set(row.evidence)) for row in rows)


@pytest.mark.parametrize("late_by", [timedelta(milliseconds=5), timedelta(days=3)])
def test_an_exclusion_that_was_decided_before_a_fit_and_stored_after_it_counts(
    finished, careful, olga, clock, late_by
):
    assert made_with(careful[0]) == 20
    workers.exclude(careful[0], by=olga, now=Fit.objects.get().fitted_at - late_by)
    refit(clock)
    assert made_with(careful[0]) == 0
    workers.reinstate(careful[0], by=olga, now=Fit.objects.first().fitted_at - late_by)
    refit(clock)
    assert made_with(careful[0]) == 20


def test_an_exclusion_during_the_estimation_is_worked_in_next(finished, careful, olga, clock):
    class Interrupted(BoxAggregator):
        def estimate(self, rows=None):
            found = super().estimate(rows)
            workers.exclude(careful[0], by=olga, now=NOON)
            return found

    refitting.refit(Interrupted(), clock=clock, is_forced=True)
    assert Fit.objects.first().n_workers == 2
    assert made_with(careful[0]) == 0


def test_a_version_begun_again_counts_anew(finished, careful, olga, clock, monkeypatch):
    monkeypatch.setattr(remerging, "CHUNK", 10)
    workers.exclude(careful[0], by=olga, now=clock())

    class Killed(BoxAggregator):
        n_chunks = 0

        def find(self, tasks, fitted, *, now):
            Killed.n_chunks += 1
            if Killed.n_chunks > 2:
                raise KeyboardInterrupt
            return super().find(tasks, fitted, now=now)

    with pytest.raises(KeyboardInterrupt):
        refitting.refit(Killed(), clock=clock)
    half = finished.versions.get(made_at=None)
    assert (half.n_tasks, half.n_begun) == (20, 1)
    assert half.n_changed > 0

    workers.reinstate(careful[0], by=olga, now=clock())
    refitting.fit(BOXES, clock=clock)
    again = finished.versions.get(made_at=None)
    counts = (again.n_tasks, again.n_changed, again.n_reopened, again.n_retired)
    assert (again.pk, again.n_begun, counts) == (half.pk, 2, (0, 0, 0, 0))
    refit(clock)
    assert made_with(careful[0]) == 20
    done = finished.versions.get(number=2)
    assert (done.n_tasks, done.n_retired, done.n_reopened) == (30, half.n_reopened, 0)
