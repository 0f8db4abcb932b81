"""Suspending, leaving answers out, letting back in: what each changes, and the record of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from crowd import leases, suspension, workers
from crowd.models import Assignment, AuditEntry, Fit, SkillEstimate, Task, Worker
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)
ACTIVE, SUSPENDED = Worker.Status.ACTIVE, Worker.Status.SUSPENDED


def standing(worker):
    worker.refresh_from_db()
    return (worker.status, worker.status_reason, worker.is_excluded, worker.is_exempt)


def recorded():
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_suspending_leaves_the_answers_in(ada, olga):
    workers.suspend(ada, by=olga, now=NOON)
    assert standing(ada) == (SUSPENDED, "by_hand", False, False)
    assert ada.exclusion_changed_at is None
    workers.suspend(ada, by=olga, now=NOON)
    assert recorded() == ["suspend"]


def test_leaving_answers_out_suspends_and_takes_back_what_is_under_way(ada, olga):
    make.campaign(3)
    leases.claim(ada, "birds", count=2, now=NOON)
    workers.exclude(ada, by=olga, now=LATER)
    assert standing(ada) == (SUSPENDED, "by_hand", True, False)
    assert ada.exclusion_changed_at == LATER
    assert set(Assignment.objects.values_list("state", flat=True)) == {"released"}
    assert set(Task.objects.values_list("n_taken", flat=True)) == {0}


def test_taking_answers_back_in_does_not_give_tasks(ada, olga):
    workers.exclude(ada, by=olga, now=NOON)
    workers.include(ada, by=olga, now=LATER)
    assert standing(ada) == (SUSPENDED, "by_hand", False, False)
    assert ada.exclusion_changed_at == LATER
    assert recorded() == ["exclude", "include"]


def test_letting_back_in_takes_back_everything(ada, olga):
    workers.exclude(ada, by=olga, now=NOON)
    workers.reinstate(ada, by=olga, now=LATER)
    workers.reinstate(ada, by=olga, now=LATER)
    assert standing(ada) == (ACTIVE, "", False, False)
    assert ada.exclusion_changed_at == LATER
    assert recorded() == ["exclude", "reinstate"]


def test_whose_answers_are_left_out_is_never_active(ada):
    with pytest.raises(IntegrityError), transaction.atomic():
        Worker.objects.filter(pk=ada.pk).update(is_excluded=True)


def judged(worker, *, quality=0.1, quality_sd=0.02, n_answers=30):
    fit = Fit.objects.create(
        kind="box", method="any", n_workers=1, n_answers=1, n_tasks=1, fitted_at=NOON
    )
    SkillEstimate.objects.update_or_create(
        worker=worker,
        kind="box",
        defaults={
            "fit": fit,
            "method": "any",
            "values": {},
            "n_answers": n_answers,
            "quality": quality,
            "quality_sd": quality_sd,
            "fitted_at": NOON,
        },
    )
    return suspension.suspend_below_floor(fit, now=LATER)


def test_whoever_is_certainly_below_the_floor_is_suspended_with_the_figures(ada, settings):
    settings.SKILL_FLOORS = {"box": 0.35}
    assert judged(ada) == [ada]
    assert standing(ada) == (SUSPENDED, "automatic", True, False)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == (None, "suspend automatically")
    assert entry.detail == {
        "kind": "box",
        "quality": 0.1,
        "quality_sd": 0.02,
        "floor": 0.35,
        "n_compared": 30,
    }


@pytest.mark.parametrize(
    "figures", [{"n_answers": 29}, {"quality_sd": 0.13}, {"quality": 0.36, "quality_sd": 0.0}]
)
def test_whoever_may_be_above_it_is_not(ada, settings, figures):
    settings.SKILL_FLOORS = {"box": 0.35}
    assert judged(ada, **figures) == []
    assert standing(ada) == (ACTIVE, "", False, False)


def test_who_was_let_back_in_is_not_suspended_again_until_watched(ada, olga):
    judged(ada)
    workers.reinstate(ada, by=olga, now=LATER)
    assert standing(ada) == (ACTIVE, "", False, True)
    assert judged(ada) == []
    workers.watch(ada, by=olga, now=LATER)
    assert judged(ada) == [ada]
    assert recorded() == [
        "suspend automatically",
        "reinstate",
        "watch",
        "suspend automatically",
    ]


def test_a_floor_of_nothing_suspends_nobody(ada, settings):
    settings.SKILL_FLOORS = {"box": 0.0}
    assert judged(ada, quality=0.0, quality_sd=0.0) == []
