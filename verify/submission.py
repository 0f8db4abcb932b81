"""Accept a verdict: store it, complete the assignment, ask for an aggregation."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from crowd import answers, hints
from crowd.models import Campaign, Worker
from verify import gold_scoring, jobs, screening
from verify.models import Verdict

VALUES = ("outcome", "label", "timing", "comment")


def accept(
    worker: Worker, assignment_id: uuid.UUID, data: dict[str, Any], *, now: datetime
) -> answers.Stored[Verdict]:
    """Store what a worker has seen; `data` is what `VerdictSerializer` has validated.

    Raises `NotFound` or `Conflict`; then nothing has been written.
    """
    with transaction.atomic():
        stored = answers.store(
            Verdict,
            worker,
            assignment_id,
            kind=Campaign.Kind.VERIFY,
            key=data["idempotency_key"],
            values={name: data[name] for name in VALUES}
            | {"mode": data.get("mode", Verdict.Mode.SINGLE)},
            check=_accept_any,
            now=now,
        )
        if not stored.is_replay:
            if stored.held.is_gold:
                gold_scoring.score_answer(stored, now=now)
            elif screening.is_mark(stored.answer):
                screening.flag(stored.held.task_id)
            transaction.on_commit(partial(hints.hint, jobs.aggregate_due))
    return stored


def _accept_any(held: answers.Held) -> None:
    """A verdict fits any image."""
