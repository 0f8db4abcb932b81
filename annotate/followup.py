"""Ask whoever has not drawn them whether the boxes are right, where the crowd's are risky.

Su, Deng and Fei-Fei, "Crowdsourcing Annotations for Visual Object Detection" (2012), have every box
drawn by one worker, judged by a second and asked for completeness of a third. Here several workers
draw first; the two cheap questions (is this box tight on one animal, are all of them boxed?) are
asked only of photos that have come to rest with a high risk, and once a photo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from annotate.models import Check, Consensus, ConsensusBox
from crowd import locks
from crowd.models import Campaign, Task
from crowd.retirement import UNUSABLE_ANSWERS_TO_DISPUTE

BATCH = 2000
LEAST_LOOKED = 2
LOCK = "follow-up"
_AT_REST = (Task.State.DISPUTED, Task.State.RETIRED)
_LOOKED = (Consensus.Status.BOXED, Consensus.Status.EMPTY)


def ask_due(*, now: datetime, limit: int = BATCH) -> int:
    """Make a check of each photo that is worth one, up to `limit`; returns how many.

    Safe to run twice and at once: one process asks at a time, and a photo is asked about once.
    """
    n_asked = 0
    with locks.only_one(LOCK) as is_ours:
        for campaign in _asking() if is_ours else ():
            n_asked += _ask(campaign, limit - n_asked, now=now)
    return n_asked


def risky(followed: Campaign, least_risk: float) -> QuerySet[Task]:
    """The tasks of a box campaign that are worth a check, asked about or not: at rest by the
    crowd's word, at least two workers have looked, and the risk is at least so high."""
    settled = Consensus.objects.filter(
        task=OuterRef("pk"),
        is_current=True,
        status__in=_LOOKED,
        n_looked__gte=LEAST_LOOKED,
        n_unusable__lt=UNUSABLE_ANSWERS_TO_DISPUTE,
    )
    return Task.objects.filter(
        Exists(settled),
        campaign=followed,
        state__in=_AT_REST,
        is_adjudicated=False,
        risk__gte=least_risk,
    )


def unasked(followed: Campaign, least_risk: float) -> QuerySet[Task]:
    """Of these, the ones that no check has asked about."""
    asked = Task.objects.filter(image=OuterRef("image"), campaign__follows=followed)
    return risky(followed, least_risk).filter(~Exists(asked))


def _asking() -> list[Campaign]:
    running = Campaign.objects.filter(
        kind=Campaign.Kind.CHECK,
        status=Campaign.Status.RUNNING,
        follows__archived_at__isnull=True,
    )
    return list(running.select_related("follows").order_by("pk"))


def _ask(campaign: Campaign, limit: int, *, now: datetime) -> int:
    """The disputed first, then the riskiest: the index gives them in that order."""
    if campaign.follows is None:
        return 0
    found: list[Task] = []
    for state in _AT_REST:
        of_state = unasked(campaign.follows, campaign.check_risk).filter(state=state)
        in_order = of_state.select_related("image").order_by("-risk", "pk")
        found += in_order[: max(0, limit - len(found))]
    if found:
        _make_checks(campaign, found, now=now)
    return len(found)


def _make_checks(campaign: Campaign, drawn: Sequence[Task], *, now: datetime) -> None:
    """Tasks behind the campaign's last one, shuffled, with the boxes as they are now."""
    last = Task.objects.filter(campaign=campaign).aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    shuffled = sorted(drawn, key=lambda task: _shuffled(campaign, task))
    tasks = Task.objects.bulk_create(
        Task(
            campaign=campaign,
            image_id=task.image_id,
            position=position,
            n_wanted=campaign.workers_per_task,
            state_changed_at=now,
        )
        for position, task in enumerate(shuffled, start=first)
    )
    current = Consensus.objects.filter(task__in=drawn, is_current=True)
    consensus = {row.task_id: row for row in current.prefetch_related("boxes")}
    Check.objects.bulk_create(
        _question(task, consensus[about.pk], now=now)
        for task, about in zip(tasks, shuffled, strict=True)
    )


def _shuffled(campaign: Campaign, task: Task) -> tuple[bytes, int]:
    """A place in an order that anybody can repeat, as for other campaigns' tasks."""
    name = f"{campaign.seed}{task.image.file_name}".encode()
    return hashlib.md5(name, usedforsecurity=False).digest(), task.image_id


def _question(task: Task, consensus: Consensus, *, now: datetime) -> Check:
    boxes = [_xywh(box) for box in consensus.boxes.all()]
    return Check(task=task, consensus=consensus, boxes=boxes, risk=consensus.risk, asked_at=now)


def _xywh(box: ConsensusBox) -> list[float]:
    return [box.x, box.y, box.w, box.h]
