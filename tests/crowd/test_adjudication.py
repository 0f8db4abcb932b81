"""Organizers settle tasks; what they decide stands, and can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from annotate import aggregation, submission
from annotate.adjudication import BOXES
from annotate.models import Adjudication, Annotation, Consensus
from crowd import claiming, gold_making, leases, remerging
from crowd.adjudication import Wish
from crowd.errors import Conflict, Invalid, NotFound
from crowd.models import AuditEntry, Campaign, ConsensusVersion, Enrolment, Task
from tests import make
from verify import aggregation as verdict_aggregation
from verify.adjudication import VERDICTS
from verify.models import Adjudication as VerdictAdjudication

pytestmark = pytest.mark.django_db
NOON = make.NOON
LATER = NOON + timedelta(hours=1)
HERE, THERE = [10, 10, 100, 100], [400, 300, 90, 90]


def merged(now=LATER):
    while aggregation.aggregate_due(now=now) + verdict_aggregation.aggregate_due(now=now):
        pass


def disputed(slug="birds", **options) -> Task:
    """A task that two workers answered differently and that gets no third."""
    campaign = make.campaign(1, slug=slug, workers_per_task=2, max_workers=2, tau=0.001, **options)
    for name, box in (("one", HERE), ("two", THERE)):
        worker = make.worker(f"{name}-{slug}")
        make.answer_everything(worker, campaign, make.annotation([box]))
    merged()
    task = campaign.tasks.get()
    assert task.state == Task.State.DISPUTED
    return task


def wish(task, olga, seen=0, reason=""):
    return Wish(task.pk, olga, seen, reason)


def test_an_accepted_consensus_stands_with_its_boxes(olga):
    task = disputed()
    crowds = Consensus.objects.get(task=task, is_current=True)
    row = BOXES.accept(wish(task, olga, reason="Both are there."), consensus_seen=1, now=LATER)
    task.refresh_from_db()
    assert (task.state, task.is_adjudicated) == ("retired", True)
    assert (row.version, row.action, row.result, row.by) == (1, "accept", "boxed", olga)
    assert (row.state_before, row.reason, row.consensus_version) == (
        "disputed",
        "Both are there.",
        1,
    )
    drawn = [(box.x, box.y, box.w, box.h) for box in row.boxes.all()]
    assert drawn == [(box.x, box.y, box.w, box.h) for box in crowds.boxes.all()]
    entry = AuditEntry.objects.first()
    assert (entry.actor, entry.action) == (olga, "adjudicate: accept")


def test_an_organizers_own_boxes_stand_and_are_clipped(olga):
    task = disputed()
    row = BOXES.edit(wish(task, olga), [[-0.5, 10, 100, 50]], now=LATER)
    assert [(b.x, b.y, b.w, b.h) for b in row.boxes.all()] == [(0.0, 10.0, 99.5, 50.0)]
    with pytest.raises(Invalid):
        BOXES.edit(wish(task, olga, seen=1), [[790, 10, 100, 50]], now=LATER)
    with pytest.raises(Invalid):
        BOXES.edit(wish(task, olga, seen=1), [HERE] * 11, now=LATER)
    assert BOXES.edit(wish(task, olga, seen=1), [], now=LATER).result == "empty"
    assert Adjudication.objects.filter(task=task, is_current=True).count() == 1


def test_no_aggregation_and_no_recomputing_moves_what_is_settled(olga):
    task = disputed()
    BOXES.edit(wish(task, olga), [HERE], now=LATER)
    Task.objects.filter(pk=task.pk).update(aggregate_due_at=LATER)
    merged()
    fitted = aggregation.BOXES.fitted()
    with transaction.atomic():
        version = remerging.begin(
            task.campaign,
            reason=ConsensusVersion.Reason.RECOMPUTE,
            method="boxes-1",
            parameters={},
            fit=None,
            now=LATER,
        )
    made = remerging.carry_on(version, aggregation.BOXES, fitted, clock=lambda: LATER)
    task.refresh_from_db()
    assert (task.state, task.is_adjudicated, task.aggregate_due_at) == ("retired", True, None)
    assert (made.n_reopened, made.n_retired) == (0, 0)
    # what the crowd would say is still there, and still no good
    assert not Consensus.objects.get(task=task, is_current=True).is_settled


def test_an_aggregation_that_read_the_task_before_does_not_move_it(olga):
    task = disputed()
    stale = Task.objects.select_related("campaign", "image").get(pk=task.pk)
    findings = aggregation.BOXES.find([stale], aggregation.BOXES.fitted(), now=LATER)
    BOXES.exclude(wish(task, olga), "broken", now=LATER)
    aggregation.retirement.apply([(f.task, f.outlook, f.decision) for f in findings], now=LATER)
    task.refresh_from_db()
    assert (task.state, task.is_adjudicated) == ("excluded", True)


def test_undo_brings_back_what_was_there_and_merges_again(olga):
    task = disputed()
    before = (task.state, task.n_wanted, task.n_asked)
    BOXES.accept(wish(task, olga), consensus_seen=1, now=LATER)
    row = BOXES.undo(wish(task, olga, seen=1), now=LATER)
    task.refresh_from_db()
    assert (task.state, task.n_wanted, task.n_asked) == before
    assert not task.is_adjudicated
    assert task.aggregate_due_at == LATER
    assert (row.action, row.version, row.undoes.version, row.result) == ("undo", 2, 1, "")
    merged()
    task.refresh_from_db()
    assert task.state == Task.State.DISPUTED


def test_undo_goes_back_step_by_step(olga):
    task = disputed()
    BOXES.edit(wish(task, olga), [HERE], now=LATER)
    BOXES.exclude(wish(task, olga, seen=1), "people", now=LATER)
    again = BOXES.undo(wish(task, olga, seen=2), now=LATER)
    task.refresh_from_db()
    assert (task.state, again.result, again.boxes.count()) == ("retired", "boxed", 1)
    BOXES.undo(wish(task, olga, seen=3), now=LATER)
    task.refresh_from_db()
    assert (task.state, task.is_adjudicated) == ("disputed", False)
    with pytest.raises(Conflict):
        BOXES.undo(wish(task, olga, seen=4), now=LATER)
    assert Adjudication.objects.filter(task=task).count() == 4


def test_one_more_answer_is_asked_for_beyond_the_campaigns_limit(olga, ada):
    task = disputed()
    BOXES.ask(wish(task, olga), now=LATER)
    task.refresh_from_db()
    assert (task.state, task.n_wanted, task.n_asked) == ("open", 3, 3)
    Task.objects.filter(pk=task.pk).update(aggregate_due_at=LATER)
    merged()
    task.refresh_from_db()
    assert (task.state, task.n_wanted) == ("open", 3)
    # a lease that ends leaves the place open
    (lease,), _ = leases.claim(ada, "birds", count=1, now=LATER)
    leases.release(ada, lease.id)
    task.refresh_from_db()
    assert (task.n_taken, task.n_wanted) == (2, 3)
    make.answer_everything(ada, task.campaign, make.annotation([HERE]), now=LATER)
    merged()
    task.refresh_from_db()
    assert task.state == Task.State.DISPUTED
    assert task.n_answers == 3


def test_nobody_is_asked_in_a_closed_campaign(olga):
    task = disputed()
    Campaign.objects.update(status="closed")
    with pytest.raises(Conflict, match="closed"):
        BOXES.ask(wish(task, olga), now=LATER)


def test_asking_is_undone_though_the_task_has_gone_on(olga, ada):
    task = disputed()
    BOXES.ask(wish(task, olga), now=LATER)
    make.answer_everything(ada, task.campaign, make.annotation([HERE]), now=LATER)
    merged()
    BOXES.undo(wish(task, olga, seen=1), now=LATER)
    merged()
    task.refresh_from_db()
    assert (task.state, task.n_asked, task.n_answers) == ("disputed", 0, 3)
    assert Annotation.objects.filter(task=task).count() == 3


def test_an_excluded_photo_is_in_nobodys_skills_and_keeps_its_answers(olga):
    task = disputed()
    with pytest.raises(Invalid):
        BOXES.exclude(wish(task, olga), "", now=LATER)
    with pytest.raises(Invalid, match="Say why"):
        BOXES.exclude(wish(task, olga), "other", now=LATER)
    assert aggregation.BOXES.comparable().count() == 2
    BOXES.exclude(wish(task, olga, reason="a drawing"), "other", now=LATER)
    assert aggregation.BOXES.comparable().count() == 0
    assert Annotation.objects.count() == 2


def test_the_second_of_two_organizers_is_told_who_was_quicker(olga, root):
    task = disputed()
    BOXES.accept(wish(task, root), consensus_seen=1, now=LATER)
    with pytest.raises(Conflict, match=f"{root.username} was quicker"):
        BOXES.exclude(wish(task, olga), "broken", now=LATER)
    assert Adjudication.objects.get().action == "accept"


def test_a_consensus_that_has_changed_is_not_accepted_unseen(olga):
    task = disputed()
    with pytest.raises(Conflict, match="answers have come in"):
        BOXES.accept(wish(task, olga), consensus_seen=7, now=LATER)


def test_a_late_answer_to_a_settled_task_is_stored(olga, ada):
    task = disputed()
    BOXES.ask(wish(task, olga), now=LATER)
    (lease,), _ = leases.claim(ada, "birds", count=1, now=LATER)
    BOXES.exclude(wish(task, olga, seen=1), "unclear", now=LATER)
    leases.expire(now=LATER + timedelta(days=1))
    data = {"timing": {}, "comment": "", **make.annotation([HERE])}
    stored = submission.accept(ada, lease.id, data, now=LATER + timedelta(days=2))
    merged(now=LATER + timedelta(days=3))
    task.refresh_from_db()
    assert (stored.answer.is_extra, task.state, task.n_answers) == (True, "excluded", 2)
    found = Consensus.objects.get(task=task, is_current=True)
    assert stored.answer.pk in found.evidence


def test_a_verdict_is_settled_and_taken_back(olga, ada, ben):
    campaign = make.campaign(
        1,
        slug="deer",
        kind=Campaign.Kind.VERIFY,
        super_class="Mammalia",
        workers_per_task=2,
        max_workers=2,
    )
    make.answer_everything(ada, campaign, make.verdict("animal"))
    make.answer_everything(ben, campaign, make.verdict("scat"))
    merged()
    task = campaign.tasks.get()
    row = VERDICTS.edit(wish(task, olga), "tracks", now=LATER)
    task.refresh_from_db()
    assert (task.state, task.is_adjudicated, row.result) == ("retired", True, "tracks")
    with pytest.raises(Invalid):
        VERDICTS.edit(wish(task, olga, seen=1), "unicorn", now=LATER)
    VERDICTS.undo(wish(task, olga, seen=1), now=LATER)
    assert VerdictAdjudication.objects.count() == 2


def test_what_nobody_could_tell_has_no_consensus_to_accept(olga, ada, ben):
    campaign = make.campaign(1, workers_per_task=2, max_workers=2)
    for worker in (ada, ben):
        make.answer_everything(worker, campaign, make.annotation(outcome="cant_tell"))
    merged()
    task = campaign.tasks.get()
    assert task.state == Task.State.DISPUTED
    with pytest.raises(Invalid, match="nobody could tell"):
        BOXES.accept(wish(task, olga), consensus_seen=1, now=LATER)


def test_tasks_of_the_other_kind_gold_and_awaited_ones_are_not_settled(olga):
    task = disputed()
    with pytest.raises(NotFound):
        VERDICTS.edit(wish(task, olga), "animal", now=LATER)


def test_the_database_keeps_settled_tasks_at_rest(olga):
    task = disputed()
    BOXES.edit(wish(task, olga), [HERE], now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(state="open")
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(is_adjudicated=False, state="excluded")


def test_a_settled_answer_becomes_gold_for_whoever_has_not_met_the_photo(olga, ada):
    task = disputed()
    with pytest.raises(Conflict, match="Decide"):
        BOXES.make_gold(task.pk, by=olga, now=LATER)
    BOXES.edit(wish(task, olga), [HERE], now=LATER)
    gold = BOXES.make_gold(task.pk, by=olga, now=LATER)
    task.refresh_from_db()
    assert (task.state, task.n_answers, gold.task.state) == ("retired", 2, "gold")
    assert gold.reference.boxes_xywh == [[float(n) for n in HERE]]
    with pytest.raises(Conflict, match="is gold"):
        BOXES.make_gold(task.pk, by=olga, now=LATER)

    def met(worker, place):
        known = {"worker": worker.pk, "campaign": task.campaign_id, "enrolment": place}
        times = {"now": LATER, "until": LATER + timedelta(hours=1), "is_grid": False}
        with connection.cursor() as cursor:
            cursor.execute(claiming.CLAIM_GOLD, known | times)
            return [row[1] for row in cursor.fetchall()]

    answered = Annotation.objects.filter(task=task).first().worker
    place = Enrolment.objects.get(worker=answered).pk
    assert met(answered, place) == []
    leases.claim(ada, "birds", count=1, now=LATER)
    assert met(ada, Enrolment.objects.get(worker=ada).pk) == [gold.task_id]
    # who has met it as gold must not get it as an ordinary task
    for take in (BOXES.ask, BOXES.undo):
        with pytest.raises(Conflict, match="as gold"):
            take(wish(task, olga, seen=1), now=LATER)
    BOXES.edit(wish(task, olga, seen=1), [THERE], now=LATER)


def test_gold_that_nobody_has_met_goes_without_a_trace(olga):
    task = disputed()
    BOXES.edit(wish(task, olga), [], now=LATER)
    gold_making.withdraw(BOXES.make_gold(task.pk, by=olga, now=LATER), by=olga, now=LATER)
    assert list(task.campaign.tasks.all()) == [task]
    BOXES.undo(wish(task, olga, seen=1), now=LATER)


def test_gold_does_not_contradict_what_was_imported(olga):
    task = disputed(boxes_xywh=[HERE])
    BOXES.edit(wish(task, olga), [THERE], now=LATER)
    with pytest.raises(Conflict, match="imported"):
        BOXES.make_gold(task.pk, by=olga, now=LATER)
