"""What organizers write to a worker: shown on the worker's pages until it is read.

A message is words for one person, so it goes with the login (`crowd/people.py`), and the log says
that one was written, not what it says.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from crowd import audit
from crowd.errors import Conflict, Invalid
from crowd.models import Campaign, Message, User, Worker

LONGEST = 2000


def write(worker: Worker, campaign: Campaign, text: str, *, by: User, now: datetime) -> Message:
    """Leave a message of 1 to `LONGEST` characters, from one campaign.

    Raises `Conflict` where nobody would read it (`why_not`), `Invalid` for no text or too much.
    """
    said = text.replace("\r\n", "\n").strip()
    if why := why_not(worker):
        raise Conflict(why)
    if not 0 < len(said) <= LONGEST or "\0" in said:
        detail = f"A message has 1 to {LONGEST:,} characters; this one has {len(said):,}."
        raise Invalid(detail, {"text": [detail]})
    with transaction.atomic():
        made = Message.objects.create(
            worker=worker, campaign=campaign, text=said, written_by=by, written_at=now
        )
        subject = f"worker {worker.pseudonym}"
        audit.record(by, "write to worker", subject, {}, now=now, campaign=campaign)
    return made


def why_not(worker: Worker) -> str:
    """What keeps a message from being read; empty where nothing does."""
    if worker.is_simulated:
        return "A simulated worker reads nothing."
    if worker.user_id is None:
        return "The login of this worker is deleted, so nobody would read it."
    return ""


def unread(worker: Worker) -> QuerySet[Message]:
    """What the worker has not read yet, the oldest first."""
    return Message.objects.filter(worker=worker, read_at__isnull=True).order_by("pk")


def mark_read(worker: Worker, message_id: int, *, now: datetime) -> bool:
    """The worker has read it; whether there is such a message of the worker's. The first reading
    counts."""
    own = Message.objects.filter(pk=message_id, worker=worker)
    own.filter(read_at__isnull=True).update(read_at=now)
    return own.exists()
