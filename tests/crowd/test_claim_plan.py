"""How the database finds a free task: by two index look-ups, however long the worker's history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from catalog.models import Reference
from crowd import claiming
from crowd.models import Assignment, Enrolment, GoldStandard, Task
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def plan(enrolment: Enrolment, statement: str = claiming.CLAIM, *, is_grid: bool = False) -> str:
    values: dict[str, Any] = {
        "campaign": enrolment.campaign_id,
        "worker": enrolment.worker_id,
        "enrolment": enrolment.pk,
        "after": enrolment.cursor,
        "count": 1,
        "now": NOON,
        "until": NOON + timedelta(minutes=10),
        "is_grid": is_grid,
        "follows": enrolment.campaign.follows_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.fixture
def veteran(ada):
    """A worker who has answered 3,000 of 4,000 tasks, after a vacuum as autovacuum would do it."""
    campaign = make.campaign(4000)
    enrolment = Enrolment.objects.create(campaign=campaign, worker=ada, cursor=2999, n_claimed=3000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE crowd_assignment")  # a lease table that was just empty
    done = Task.objects.filter(position__lt=3000)
    Assignment.objects.bulk_create(
        Assignment(task=task, worker=ada, state="submitted", claimed_at=NOON, lease_until=NOON)
        for task in done
    )
    done.update(n_taken=1, n_answers=1)
    return enrolment


@pytest.mark.parametrize("is_vacuumed", [False, True])
@pytest.mark.parametrize("is_grid", [False, True])
def test_a_claim_walks_the_free_slots_and_looks_up_each_task(veteran, is_vacuumed, is_grid):
    if is_vacuumed:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    said = plan(veteran, is_grid=is_grid)
    assert "Index Scan using task_free_slots" in said, said
    assert "using worker_once_per_task on crowd_assignment mine" in said, said
    assert "Seq Scan on crowd_assignment" not in said, said
    assert "Seq Scan on crowd_task" not in said, said


@pytest.mark.parametrize("is_vacuumed", [False, True])
def test_an_unproven_worker_walks_the_pilot_slots_alone(ada, is_vacuumed):
    campaign = make.campaign(4000, stopping="adaptive", workers_per_task=1)
    enrolment = Enrolment.objects.create(campaign=campaign, worker=ada)
    others = make.worker("others")
    Assignment.objects.bulk_create(
        Assignment(task=task, worker=others, state="expired", claimed_at=NOON, lease_until=NOON)
        for task in Task.objects.all()
    )
    if is_vacuumed:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    said = plan(enrolment, claiming.CLAIM_PILOT)
    assert "Index Scan using task_pilot_slots" in said, said
    assert "using worker_once_per_task on crowd_assignment mine" in said, said
    assert "Seq Scan on crowd_assignment" not in said, said
    assert "Seq Scan on crowd_task" not in said, said
    # and does not lead the others astray
    assert "Index Scan using task_free_slots" in plan(enrolment), plan(enrolment)


def test_taking_gold_looks_up_what_the_worker_has_had(veteran):
    first = Task.objects.filter(position__gte=3000).order_by("position")[:200]
    references = Reference.objects.bulk_create(
        Reference(image_id=task.image_id, super_class="Aves", boxes_xywh=[]) for task in first
    )
    GoldStandard.objects.bulk_create(
        GoldStandard(campaign_id=task.campaign_id, task=task, reference=known, created_at=NOON)
        for task, known in zip(first, references, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    said = plan(veteran, claiming.CLAIM_GOLD)
    assert "using worker_once_per_task on crowd_assignment mine" in said, said
    assert "Seq Scan on crowd_assignment" not in said, said


def test_no_connection_compiles_its_queries(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


def test_a_check_looks_up_who_has_drawn(ada):
    drawn = make.campaign(3000)
    checks = make.check_campaign(drawn)
    places = enumerate(drawn.tasks.values_list("image", flat=True))
    Task.objects.bulk_create(
        Task(campaign=checks, image_id=image, position=position, n_wanted=2)
        for position, image in places
    )
    Assignment.objects.bulk_create(
        Assignment(task=task, worker=ada, state="submitted", claimed_at=NOON, lease_until=NOON)
        for task in drawn.tasks.filter(position__lt=2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    enrolment = Enrolment.objects.create(campaign=checks, worker=ada)
    said = plan(enrolment, claiming.CLAIM_CHECK)
    assert "Index Scan using task_free_slots" in said, said
    assert "worker_once_per_task on crowd_assignment mine_1" in said, said
    assert "Seq Scan" not in said.split("SubPlan")[1], said
