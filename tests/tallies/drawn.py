"""Whole campaigns of answers, written as rows: quick, and known to the last box."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from annotate import aggregation as box_aggregation
from annotate.models import Annotation, Box
from crowd.models import Assignment, Campaign, Task, Worker
from tests import make
from tests.make import NOON
from verify import aggregation as verify_aggregation
from verify.models import Label, Verdict

XYWH = Sequence[float]


def workers(n: int) -> list[Worker]:
    """As many workers, without accounts."""
    first = Worker.objects.count()
    return Worker.objects.bulk_create(
        Worker(pseudonym=f"hand-{number}") for number in range(first, first + n)
    )


def answers(
    model: type[Any], tasks: Sequence[Task], hands: Sequence[Worker], *, at: datetime, **values: Any
) -> list[Any]:
    """One answer of each worker to each task, task by task, a second apart."""
    assignments = Assignment.objects.bulk_create(
        Assignment(
            task=task,
            worker=hand,
            state="submitted",
            claimed_at=at,
            lease_until=at,
            submitted_at=at,
        )
        for task in tasks
        for hand in hands
    )
    return [
        model(
            assignment=assignment,
            task_id=assignment.task_id,
            worker_id=assignment.worker_id,
            version=1,
            outcome="answered",
            idempotency_key=uuid.uuid4(),
            received_at=at + timedelta(seconds=number),
            **values,
        )
        for number, assignment in enumerate(assignments)
    ]


def boxes(
    campaign: Campaign,
    hands: Sequence[Worker],
    drawn: Sequence[Sequence[Sequence[XYWH]]],
    *,
    at: datetime = NOON,
) -> None:
    """`drawn` holds the boxes of each worker on each task: [task][worker][box]. Then consensus."""
    tasks = list(campaign.tasks.order_by("pk")[: len(drawn)])
    rows = answers(Annotation, tasks, hands, at=at)
    flat = [given for of_task in drawn for given in of_task]
    for row, given in zip(rows, flat, strict=True):
        row.outcome = "answered" if given else "nothing"
    Annotation.objects.bulk_create(rows)
    Box.objects.bulk_create(
        Box(annotation=row, number=number, x=x, y=y, w=w, h=h)
        for row, given in zip(rows, flat, strict=True)
        for number, (x, y, w, h) in enumerate(given, start=1)
    )
    _settle(tasks, len(hands), at)
    while box_aggregation.aggregate_due(now=at):
        pass


def verdicts(
    campaign: Campaign,
    hands: Sequence[Worker],
    labels: Sequence[Sequence[str]],
    *,
    at: datetime = NOON,
) -> None:
    """`labels` holds what each worker says of each task; "" for who can't tell. Then consensus."""
    tasks = list(campaign.tasks.order_by("pk")[: len(labels)])
    rows = answers(Verdict, tasks, hands, at=at)
    for row, label in zip(rows, (label for of_task in labels for label in of_task), strict=True):
        row.label, row.outcome = label, "answered" if label else "cant_tell"
    Verdict.objects.bulk_create(rows)
    _settle(tasks, len(hands), at)
    while verify_aggregation.aggregate_due(now=at):
        pass


def box_campaign(n_tasks: int, *, n_hands: int = 3, seed: int = 1) -> Campaign:
    """A crowd on `n_tasks` photos with one to three birds: careful hands, and a sloppy last one who
    misses every third bird."""
    campaign = make.campaign(n_tasks, slug="drawn", workers_per_task=n_hands, max_workers=n_hands)
    rng = np.random.default_rng(seed)
    boxes(campaign, workers(n_hands), [_birds(rng, n_hands) for _ in range(n_tasks)])
    return campaign


def verdict_campaign(n_tasks: int, *, n_hands: int = 3, seed: int = 1) -> Campaign:
    """A crowd on `n_tasks` photos, a quarter of them of tracks, with one label in ten at random."""
    campaign = make.campaign(
        n_tasks,
        slug="seen",
        kind=Campaign.Kind.VERIFY,
        super_class="Mammalia",
        workers_per_task=n_hands,
        max_workers=n_hands,
    )
    rng = np.random.default_rng(seed)
    labels = [
        [str(rng.choice(Label.values)) if rng.random() < 0.1 else truth for _ in range(n_hands)]
        for truth in rng.choice(["animal", "animal", "animal", "tracks"], n_tasks).tolist()
    ]
    verdicts(campaign, workers(n_hands), labels)
    return campaign


def _birds(rng: np.random.Generator, n_hands: int) -> list[list[list[float]]]:
    truth = [[50 + 240 * place, 80.0, 180.0, 150.0] for place in range(rng.integers(0, 4))]
    return [
        [
            (np.array(bird) + rng.normal(0, 3 if hand < n_hands - 1 else 9, 4)).tolist()
            for bird in truth
            if hand < n_hands - 1 or rng.random() > 1 / 3
        ]
        for hand in range(n_hands)
    ]


def _settle(tasks: Sequence[Task], n: int, at: datetime) -> None:
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        n_wanted=n, n_taken=n, n_answers=n, aggregate_due_at=at
    )
