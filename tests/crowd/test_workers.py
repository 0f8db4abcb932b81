"""Suspending, leaving answers out, letting back in: what each changes, and the record of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from crowd import leases, workers
from crowd.models import Assignment, AuditEntry, Task, Worker
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


FIGURES = {"kind": "box", "quality": 0.1, "quality_sd": 0.06, "floor": 0.35, "n_compared": 30}


def test_an_automatic_suspension_is_recorded_with_its_figures(ada):
    assert workers.suspend_automatically({ada: FIGURES}, now=LATER) == [ada]
    assert standing(ada) == (SUSPENDED, "automatic", True, False)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == (None, "suspend automatically")
    assert entry.detail == FIGURES


def test_who_was_let_back_in_is_not_suspended_again_until_watched(ada, olga):
    workers.suspend_automatically({ada: FIGURES}, now=LATER)
    workers.reinstate(ada, by=olga, now=LATER)
    assert standing(ada) == (ACTIVE, "", False, True)
    assert workers.suspend_automatically({ada: FIGURES}, now=LATER) == []
    workers.watch(ada, by=olga, now=LATER)
    assert workers.suspend_automatically({ada: FIGURES}, now=LATER) == [ada]
    assert recorded() == [
        "suspend automatically",
        "reinstate",
        "watch",
        "suspend automatically",
    ]


def test_what_was_done_automatically_is_undone_automatically(ada):
    workers.suspend_automatically({ada: FIGURES}, now=NOON)
    assert workers.reinstate_automatically({ada: FIGURES}, now=LATER) == [ada]
    assert standing(ada) == (ACTIVE, "", False, False)
    assert ada.exclusion_changed_at == LATER
    assert recorded() == ["suspend automatically", "reinstate automatically"]


def test_what_an_organizer_has_left_out_stays_out(ada, ben, olga):
    workers.exclude(ada, by=olga, now=NOON)
    workers.suspend_automatically({ben: FIGURES}, now=NOON)
    workers.exclude(ben, by=olga, now=NOON)
    workers.exclude(ben, by=olga, now=NOON)
    assert workers.reinstate_automatically({ada: FIGURES, ben: FIGURES}, now=LATER) == []
    assert standing(ada) == standing(ben) == (SUSPENDED, "by_hand", True, False)
    assert recorded() == ["exclude", "suspend automatically", "exclude"]
