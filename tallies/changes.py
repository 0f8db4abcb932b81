"""Which campaigns have changed: what is new since a moment ago, in the order of the ids.

Every change of what is counted adds a row with a rising id: an answer, a version of a consensus, a
score on gold, an entry in the activity log. A look costs as much as there is new, however many
campaigns there are. A row may be committed after others with higher ids, so that a look goes back
to where things stood `WINDOW` to twice `WINDOW` ago: what has changed is counted a few times more
than needed, and nothing is missed.

Each campaign keeps the number of looks that found something (`Tally` of the topic `TOPIC`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from crowd import locks
from crowd.models import Campaign
from tallies.models import Tally

TOPIC = "changes"
WINDOW = timedelta(seconds=60)

_OF_TASK = "JOIN crowd_task task ON task.id = added.task_id"
# by table: how its rows lead to a campaign
_ANSWERS = ("annotate_annotation", "annotate_inspection", "verify_verdict")
_AGREED = ("annotate_consensus", "annotate_consensuscheck", "verify_consensusverdict")
SOURCES = {
    **dict.fromkeys((*_ANSWERS, *_AGREED), (_OF_TASK, "task.campaign_id")),
    "crowd_goldscore": (
        "JOIN crowd_goldstandard gold ON gold.id = added.gold_id",
        "gold.campaign_id",
    ),
    "crowd_auditentry": ("", "added.campaign_id"),
}
_HIGHEST = ", ".join(f"(SELECT coalesce(max(id), 0) FROM {table})" for table in SOURCES)  # noqa: S608 - SQL of ours
# answers to a consensus that is not compared yet change their figures later
_NOT_COMPARED = "SELECT min(id) FROM annotate_consensus WHERE is_current AND NOT is_compared"
_TOUCHED = " UNION ".join(
    f"SELECT DISTINCT {campaign} FROM {table} added {join} WHERE added.id > %({table})s"  # noqa: S608 - SQL of ours
    for table, (join, campaign) in SOURCES.items()
)


def look(*, now: datetime) -> dict[int, int]:
    """How often each campaign (by id) was found changed, after looking once more; raises the
    number of those that have changed. One process looks at a time; another one reads."""
    with locks.only_one("tallies-changes") as is_ours:
        if is_ours:
            _look(now)
    return numbers()


def numbers() -> dict[int, int]:
    """How often each campaign was found changed so far."""
    rows = Tally.objects.filter(topic=TOPIC).values_list("campaign_id", "content__n")
    return dict(rows.order_by("campaign_id"))


def _look(now: datetime) -> None:
    kept = list(Tally.objects.filter(topic=TOPIC).order_by("counted_at", "campaign_id"))
    known = {row.campaign_id for row in kept}
    highest = _highest()
    # all rows have the same marks, but for what was restored or made by hand
    positions = _positions(kept[0].mark, highest, now) if kept else _first(highest, now)
    if kept:
        touched = _touched(positions["from"])
        for row in kept:
            if row.campaign_id in touched:
                row.content = {"n": row.content["n"] + 1}
        moved = [row for row in kept if row.mark != positions or row.campaign_id in touched]
        for row in moved:
            row.mark, row.counted_at = positions, now
        Tally.objects.bulk_update(moved, ["content", "mark", "counted_at"])
    new = Campaign.objects.exclude(pk__in=known).values_list("pk", flat=True)
    Tally.objects.bulk_create(
        Tally(
            campaign_id=pk, topic=TOPIC, content={"n": 1}, mark=positions, took_s=0, counted_at=now
        )
        for pk in new
    )


def _first(highest: dict[str, int], now: datetime) -> dict[str, Any]:
    return {"from": highest, "seen": highest, "seen_at": now.isoformat()}


def _positions(mark: dict[str, Any], highest: dict[str, int], now: datetime) -> dict[str, Any]:
    """Where to look from, and what will be that after the window."""
    if now - datetime.fromisoformat(mark["seen_at"]) < WINDOW or mark["from"] == highest:
        return mark
    return {"from": mark["seen"], "seen": highest, "seen_at": now.isoformat()}


def _highest() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_HIGHEST}, ({_NOT_COMPARED})")
        *ids, not_compared = cursor.fetchone()
    highest = dict(zip(SOURCES, ids, strict=True))
    if not_compared is not None:
        highest["annotate_consensus"] = not_compared - 1
    return highest


def _touched(since: dict[str, int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED, since)
        return {campaign for (campaign,) in cursor.fetchall()}
