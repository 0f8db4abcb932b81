"""Simulated workers at work in a campaign, through the same actions as the API's.

They know the imported reference answers and perturb them (`simulation/workers.py`). They claim,
answer and wait for the aggregation like anybody else, so the whole path is exercised.
"""

from __future__ import annotations

import time
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q

from annotate import followup, inspecting
from annotate import submission as box_submission
from annotate.check_serializers import InspectionSerializer
from annotate.serializers import AnnotationSerializer
from catalog.models import Reference
from crowd import leases, queries
from crowd.claiming import Lease, LeasedImage
from crowd.models import Campaign, Outcome, Task, Worker
from simulation.answering import answer_boxes
from simulation.checking import answer_check
from simulation.workers import (
    WorkerProfile,
    active_seconds,
    answer_verdict,
    draw_crowd,
)
from verify import submission as verify_submission
from verify.models import Label
from verify.serializers import VerdictSerializer

CLAIM = 4
POLL_S = 0.2
FLOW = uuid.UUID("7a0c7f4e-6f0e-4b0e-9a55-6f5c1d0f3a11")


class HumansAtWork(Exception):
    """Simulated answers never mix with people's."""


@dataclass(frozen=True, slots=True)
class SimulatedWorker:
    index: int
    worker: Worker
    profile: WorkerProfile


@dataclass(slots=True)
class Simulation:
    """A crowd of `n_workers` in one campaign; the same seed gives the same people and answers.

    `until` is the share of tasks to bring to an end (retired or disputed), 1 for all. `clock`
    dates the claims and answers. `wait` is called while tasks await their aggregation.
    """

    campaign: Campaign
    n_workers: int
    seed: int
    clock: Callable[[], datetime]
    until: float = 1.0
    wait: Callable[[], None] = lambda: time.sleep(POLL_S)
    n_answers: int = 0
    crowd: list[SimulatedWorker] = field(default_factory=list)

    def run(self, progress: Callable[[int, int], None]) -> int:
        """Work until the wanted share is finished or nobody finds a task; returns the number of
        answers. `progress` is told the tasks finished and of how many. Raises `HumansAtWork` where
        anybody else has worked in the campaign."""
        if queries.is_human_in(self.campaign):
            raise HumansAtWork(
                f"People have answered in {self.campaign.slug}; simulate in a campaign of its own."
            )
        self.crowd = _hire(self.n_workers, self.seed)
        self._await_aggregation()
        while self.campaign.follows_id and followup.ask_due(now=self.clock()):
            pass
        while not self._is_enough(progress) and self._round():
            self._await_aggregation()
        return self.n_answers

    def _round(self) -> bool:
        """Whoever is not suspended claims and answers a few tasks; whether anybody found one."""
        before = self.n_answers
        ours = Worker.objects.filter(pk__in=[somebody.worker.pk for somebody in self.crowd])
        active = set(ours.filter(status=Worker.Status.ACTIVE).values_list("pk", flat=True))
        for somebody in self.crowd:
            if somebody.worker.pk not in active:
                continue
            held, _ = leases.claim(
                somebody.worker, self.campaign.slug, count=self._n_at_once(), now=self.clock()
            )
            for lease in held:
                self._answer(somebody, lease)
        return self.n_answers > before

    def _n_at_once(self) -> int:
        """Few where a round of everybody would overshoot what is wanted."""
        return max(1, min(CLAIM, self.campaign.tasks.count() // (4 * self.n_workers)))

    def _answer(self, somebody: SimulatedWorker, lease: Lease) -> None:
        image = lease.image
        rng = np.random.default_rng(
            [self.seed, somebody.index, zlib.crc32(image.file_name.encode())]
        )
        reference = Reference.objects.filter(
            image=image.id, super_class=self.campaign.super_class
        ).first()
        key = uuid.uuid5(FLOW, str(lease.id))
        if self.campaign.kind == Campaign.Kind.BOX:
            answer = AnnotationSerializer(data=_boxes(somebody.profile, image, reference, key, rng))
            answer.is_valid(raise_exception=True)
            box_submission.accept(
                somebody.worker, lease.id, answer.validated_data, now=self.clock()
            )
        elif self.campaign.kind == Campaign.Kind.CHECK:
            asked = inspecting.boxes_of(somebody.worker, lease.id)
            check = InspectionSerializer(data=_check(somebody.profile, asked, reference, key, rng))
            check.is_valid(raise_exception=True)
            inspecting.accept(somebody.worker, lease.id, check.validated_data, now=self.clock())
        else:
            verdict = VerdictSerializer(data=_verdict(somebody.profile, reference, key, rng))
            verdict.is_valid(raise_exception=True)
            verify_submission.accept(
                somebody.worker, lease.id, verdict.validated_data, now=self.clock()
            )
        self.n_answers += 1

    def _is_enough(self, progress: Callable[[int, int], None]) -> bool:
        not_asked = [Task.State.GOLD, Task.State.AWAITED]
        tasks = Task.objects.filter(campaign=self.campaign).exclude(state__in=not_asked)
        n_tasks, n_ended = tasks.count(), tasks.exclude(state=Task.State.OPEN).count()
        progress(n_ended, n_tasks)
        return n_ended >= self.until * n_tasks

    def _await_aggregation(self) -> None:
        # what checkers say is for the boxes that they were asked about
        campaigns = [self.campaign.pk, self.campaign.follows_id]
        due = Task.objects.filter(campaign__in=campaigns, aggregate_due_at__isnull=False)
        while due.exists():
            self.wait()


def _hire(n_workers: int, seed: int) -> list[SimulatedWorker]:
    crowd = []
    for index, profile in enumerate(draw_crowd(n_workers, seed=seed)):
        worker, _ = Worker.objects.get_or_create(
            pseudonym=f"sim-{seed}-{index}", defaults={"is_simulated": True}
        )
        crowd.append(SimulatedWorker(index, worker, profile))
    return crowd


def _boxes(
    profile: WorkerProfile,
    image: LeasedImage,
    reference: Reference | None,
    key: uuid.UUID,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """What this worker would send; without a reference nobody can tell."""
    if reference is None or reference.boxes_xywh is None:
        return {"idempotency_key": key, "outcome": Outcome.CANT_TELL}
    truth = np.array(reference.boxes_xywh, dtype=np.float64).reshape(-1, 4)
    reply = answer_boxes(profile, truth, width=image.width, height=image.height, rng=rng)
    seconds = active_seconds(profile, len(reply.boxes_xywh), rng)
    boxes = [{"bbox": box, "method": "drag"} for box in reply.boxes_xywh.tolist()]
    return {
        "idempotency_key": key,
        "outcome": reply.outcome,
        "boxes": boxes,
        "timing": {"active_ms": round(seconds * 1000)},
    }


def _check(
    profile: WorkerProfile,
    asked: list[list[float]],
    reference: Reference | None,
    key: uuid.UUID,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """What this worker would say of these boxes; without a reference nobody can tell."""
    if reference is None or reference.boxes_xywh is None:
        return {"idempotency_key": key, "outcome": Outcome.CANT_TELL}
    reply = answer_check(profile, asked, reference.boxes_xywh, rng)
    # half a look at each box, and a whole one at the photo
    seconds = active_seconds(profile, 0, rng) * (1 + len(asked) / 2)
    return {
        "idempotency_key": key,
        "outcome": reply.outcome,
        "are_tight": reply.are_tight,
        "are_all_boxed": reply.are_all_boxed,
        "timing": {"active_ms": round(seconds * 1000)},
    }


def _verdict(
    profile: WorkerProfile, reference: Reference | None, key: uuid.UUID, rng: np.random.Generator
) -> dict[str, Any]:
    truth = _true_label(reference)
    if truth is None:
        return {"idempotency_key": key, "outcome": Outcome.CANT_TELL}
    reply = answer_verdict(profile, truth, Label.values, rng)
    seconds = active_seconds(profile, 0, rng)
    return {
        "idempotency_key": key,
        "outcome": reply.outcome,
        "label": reply.label,
        "timing": {"active_ms": round(seconds * 1000)},
    }


def _true_label(reference: Reference | None) -> str | None:
    if reference is None or not reference.status:
        return None
    if reference.status == Reference.Status.INSTANCE:
        return Label.ANIMAL.value
    # an import may know that there is no animal without knowing what there is instead
    return reference.reason if reference.reason in Label.values else Label.HABITAT.value


def has_reference(campaign: Campaign) -> bool:
    """Whether the campaign has any reference answer that workers could be simulated from."""
    known = ~Q(status="") if campaign.kind == Campaign.Kind.VERIFY else Q(boxes_xywh__isnull=False)
    # a check has no photos of its own before it asks
    asked = campaign.follows_id or campaign.pk
    return Reference.objects.filter(
        known, super_class=campaign.super_class, image__tasks__campaign=asked
    ).exists()
