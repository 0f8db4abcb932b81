"""What workers say of a photograph they could not answer, and whether an organizer has looked.

*Can't tell* and *photo problem* are answers: they hold a slot, and two of them make a task disputed
(`crowd/retirement.py`). Looking at them settles nothing, the task stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction

from crowd import audit, retirement
from crowd.models import Campaign, Outcome, Task, User

REPORTS = frozenset({Outcome.CANT_TELL, Outcome.PROBLEM})
SEEN, AGAIN = "see reports", "see reports again"


class Reason(models.TextChoices):
    """Why there is no answer. Those of the problem menu arrive as the answer's comment."""

    PERSON = "person", "A person or something private"
    DISTURBING = "disturbing", "Disturbing"
    NOT_A_PHOTO = "not_a_photo", "Not a photograph"
    UNUSABLE = "unusable", "Too dark, blurred or small"
    BROKEN = "broken", "Did not load"
    OTHER = "other", "Something else"
    CANT_TELL = "cant_tell", "Can't tell"


MENU = frozenset({"unusable", "not_a_photo", "person", "disturbing", "other"})
# what the task pages themselves say of a photograph that fails twice
BROKEN_BEGINNINGS = ("did not load", "size mismatch")


def reason_of(outcome: str, comment: str) -> Reason:
    """Why a worker gave no answer.

    >>> reason_of("problem", "person").label, reason_of("problem", "upside down").label
    ('A person or something private', 'Something else')
    """
    if outcome == Outcome.CANT_TELL:
        return Reason.CANT_TELL
    if comment in MENU:
        return Reason(comment)
    return Reason.BROKEN if comment.startswith(BROKEN_BEGINNINGS) else Reason.OTHER


def comment_of(comment: str) -> str:
    """What a comment says beyond the reason; empty where it is a line of the menu."""
    return "" if comment in MENU else comment


def see(
    campaign: Campaign, task_ids: Iterable[int], *, by: User, up_to: datetime, now: datetime
) -> int:
    """Note that an organizer has looked at what was reported of these tasks by `up_to`.

    Tasks of other campaigns and those looked at later are left alone; returns the number of the
    rest. What is reported afterwards waits for another look.
    """
    not_yet = models.Q(reports_seen_at__isnull=True) | models.Q(reports_seen_at__lt=up_to)
    return _mark(campaign, task_ids, not_yet, min(up_to, now), SEEN, by=by, now=now)


def see_again(campaign: Campaign, task_ids: Iterable[int], *, by: User, now: datetime) -> int:
    """Take back a look: the reports of these tasks wait again; returns of how many tasks."""
    seen = models.Q(reports_seen_at__isnull=False)
    return _mark(campaign, task_ids, seen, None, AGAIN, by=by, now=now)


def subject(task_id: int) -> str:
    """The task's name in the audit."""
    return f"task {task_id}"


def _mark(
    campaign: Campaign,
    task_ids: Iterable[int],
    which: models.Q,
    at: datetime | None,
    action: str,
    *,
    by: User,
    now: datetime,
) -> int:
    wanted = list(task_ids)
    with transaction.atomic():
        retirement.lock(wanted)
        tasks = Task.objects.filter(which, campaign=campaign, pk__in=wanted)
        ids = list(tasks.order_by("pk").values_list("pk", flat=True))
        Task.objects.filter(pk__in=ids).update(reports_seen_at=at)
        audit.record_all(by, action, map(subject, ids), {}, now=now, campaign=campaign)
    return len(ids)
