"""Photographs that have arrived since their campaigns were made: their tasks open.

A task keeps its place in the campaign's order. One whose photograph could not be fetched, be it
before the campaign was made, stays *awaited*, as it may be tried again.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from crowd.models import Task

# One statement, so nothing has to remember what arrived: whichever way a photograph came, and
# whenever its task was made, the next run opens it.
_OPEN = """
UPDATE crowd_task SET state = 'open', state_changed_at = %(now)s
FROM catalog_image
WHERE catalog_image.id = crowd_task.image_id
  AND crowd_task.state = 'awaited' AND catalog_image.state = 'here'
"""
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('quadrat-open-arrived'))"


def open_arrived(*, now: datetime) -> int:
    """Open every awaited task whose photograph is here; returns how many.

    Two at once would lock the same tasks in different orders, so the second does nothing.
    """
    # nearly always there is none, and an index of nothing says so at once
    if not Task.objects.filter(state=Task.State.AWAITED).exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(_OPEN, {"now": now})
        n_opened: int = cursor.rowcount
    return n_opened
