"""Annotations over the API: stored once, kept always, refused with a reason."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.models import Annotation, Box
from crowd import leases
from crowd.models import Assignment, Task
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(ada):
    make.campaign(1, workers_per_task=1)
    return leases.claim(ada, "birds", count=1, now=timezone.now())[0][0]


def url(assignment):
    return f"/api/assignments/{assignment.id}/annotation/"


def test_boxes_are_stored_in_full_size_pixels(api, ada, held):
    reply = api(ada).put(url(held), make.annotation([[10.5, 20, 300, 200.5], [0, 0, 800, 600]]))
    assert reply.status_code == 200, reply.content
    assert reply.json()["extra"] is False
    stored = Box.objects.values_list("number", "x", "y", "w", "h")
    assert list(stored) == [(1, 10.5, 20, 300, 200.5), (2, 0, 0, 800, 600)]
    task = Task.objects.get()
    assert (task.n_answers, task.aggregate_due_at is not None) == (1, True)


def test_the_same_key_again_returns_the_stored_answer(api, ada, held):
    body = make.annotation([[1, 1, 50, 50]])
    first = api(ada).put(url(held), body).json()
    again = api(ada).put(url(held), body)
    assert again.status_code == 200
    assert again.json() == first | {"replayed": True}
    assert Annotation.objects.count() == 1
    assert Task.objects.get().n_answers == 1


def test_a_new_key_within_the_grace_window_is_a_new_version(api, ada, held):
    api(ada).put(url(held), make.annotation([[1, 1, 50, 50]]))
    reply = api(ada).put(url(held), make.annotation([[2, 2, 60, 60]]))
    assert reply.json()["version"] == 2
    assert Annotation.objects.filter(is_current=True).get().version == 2
    assert Annotation.objects.count() == 2
    assert Task.objects.get().n_answers == 1


def test_a_new_key_after_the_grace_window_is_refused(api, ada, held):
    first = make.annotation([[1, 1, 50, 50]])
    api(ada).put(url(held), first)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert api(ada).put(url(held), make.annotation([])).status_code == 409
        assert api(ada).put(url(held), first).status_code == 200


@pytest.mark.parametrize(
    "boxes",
    [
        [[0, 0, 10, 10]] * 11,
        [[float("nan"), 0, 10, 10]],
        [[float("inf"), 0, 10, 10]],
        [[0, 0, 0, 10]],
        [[0, 0, -5, 10]],
        [[790, 0, 20, 10]],
        [[-3, 0, 20, 10]],
        [[900, 900, 20, 10]],
        [[0, 0, 10]],
        [[799.5, 10, 1.4, 200]],
        [[10, 10, 0.6, 300]],
        [["a", 0, 10, 10]],
    ],
)
def test_impossible_boxes_are_refused_and_leave_nothing(api, ada, held, boxes):
    body = make.annotation(boxes)
    reply = api(ada).put(url(held), json.dumps(body), content_type="application/json")
    assert reply.status_code in {400, 422}, reply.content
    assert reply.json()["detail"]
    assert Annotation.objects.count() == 0
    assert Task.objects.get().n_answers == 0
    assert Assignment.objects.get().state == "leased"


@pytest.mark.parametrize(
    ("outcome", "boxes"), [("answered", []), ("nothing", [[0, 0, 9, 9]]), ("maybe", [])]
)
def test_outcome_and_boxes_must_fit(api, ada, held, outcome, boxes):
    body = make.annotation(boxes, outcome=outcome)
    assert api(ada).put(url(held), body).status_code == 422


def test_a_box_one_pixel_out_is_clipped(api, ada, held):
    assert api(ada).put(url(held), make.annotation([[-1, 0, 802, 600]])).status_code == 200
    box = Box.objects.get()
    assert (box.x, box.w) == (0, 800)


def test_somebody_elses_assignment_is_not_found(api, ben, held):
    assert api(ben).put(url(held), make.annotation([])).status_code == 404
    nowhere = f"/api/assignments/{uuid.uuid4()}/annotation/"
    assert api(ben).put(nowhere, make.annotation([])).status_code == 404


def test_a_verdict_does_not_fit_a_box_task(api, ada, held):
    reply = api(ada).put(f"/api/assignments/{held.id}/verdict/", make.verdict())
    assert reply.status_code == 404


def test_a_late_answer_takes_the_free_slot(api, ada, held):
    leases.expire(now=timezone.now() + timedelta(hours=1))
    reply = api(ada).put(url(held), make.annotation([[1, 1, 50, 50]]))
    assert (reply.status_code, reply.json()["extra"]) == (200, False)
    task = Task.objects.get()
    assert (task.n_taken, task.n_answers) == (1, 1)


def test_a_late_answer_without_a_free_slot_is_kept_as_an_extra(api, ada, ben, held):
    leases.expire(now=timezone.now() + timedelta(hours=1))
    (other,), _ = leases.claim(ben, "birds", count=1, now=timezone.now())
    reply = api(ada).put(url(held), make.annotation([[1, 1, 50, 50]]))
    assert (reply.status_code, reply.json()["extra"]) == (200, True)
    assert api(ben).put(url(other), make.annotation([])).json()["extra"] is False
    task = Task.objects.get()
    assert (task.n_taken, task.n_answers, Annotation.objects.count()) == (1, 1, 2)


def test_a_suspended_worker_may_hand_in_but_not_claim(api, ada, held):
    ada.status = "suspended"
    ada.save()
    assert api(ada).post("/api/campaigns/birds/assignments/", {}).status_code == 403
    assert api(ada).put(url(held), make.annotation([])).status_code == 200


def test_answering_takes_few_statements(api, ada, held):
    client = api(ada)
    with CaptureQueriesContext(connection) as statements:
        client.put(url(held), make.annotation([[1, 1, 50, 50]] * 10))
    assert len(statements) <= 9, [entry["sql"] for entry in statements]
