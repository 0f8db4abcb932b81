"""What organizers did: the log, read from its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from crowd.models import AuditEntry, Campaign, User

# of whom nothing is known: a command, the site itself, or somebody whose login is gone
NOBODY = "nobody"
# a loose index scan: one step for each word, however long the log
_ACTIONS = """
WITH RECURSIVE word(action) AS (
    SELECT min(action) FROM crowd_auditentry
    UNION ALL
    SELECT (SELECT min(action) FROM crowd_auditentry WHERE action > word.action)
    FROM word WHERE word.action IS NOT NULL
)
SELECT action FROM word WHERE action IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which part of the log: `who` is a user's id or `NOBODY`; '' and None leave nothing out.
    `since` and `until` are whole days (UTC), both included."""

    who: str = ""
    what: str = ""
    campaign: Campaign | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the log; `url` leads to what it was done to, '' where there is no page of it."""

    entry: AuditEntry
    who: str
    url: str
    detail: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, the newest first; `after` is where the next page begins, '' on the last."""

    deeds: list[Deed]
    after: str


def page(wish: Wish, *, after: str, size: int) -> Page:
    """The next `size` lines behind `after`, which an earlier page gave."""
    rows = list(_behind(_entries(wish), after)[: size + 1])
    more = str(rows[size - 1].pk) if len(rows) > size else ""
    return Page([deed(entry) for entry in rows[:size]], more)


def every_deed(wish: Wish) -> Iterator[Deed]:
    """All of that part of the log, the newest first, through one cursor."""
    for entry in _entries(wish).iterator(chunk_size=2000):
        yield deed(entry)


def deed(entry: AuditEntry) -> Deed:
    """A line of the log; its actor and campaign are read already."""
    who = entry.actor.username if entry.actor else ""
    return Deed(entry, who, _url(entry), ", ".join(_words(entry.detail)))


def actions() -> list[str]:
    """What has ever been done, in alphabetical order."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTIONS)
        return [action for (action,) in cursor.fetchall()]


def actors() -> list[User]:
    """Who has ever done anything, and still has a login."""
    acted = AuditEntry.objects.filter(actor=OuterRef("pk"))
    users = User.objects.exclude(role=User.Role.WORKER).filter(Exists(acted))
    return list(users.order_by("username"))


def campaigns() -> list[Campaign]:
    """All campaigns, archived ones too."""
    return list(Campaign.objects.order_by("slug").only("slug"))


def _entries(wish: Wish) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.select_related("actor", "campaign").order_by("-at", "-id")
    if wish.who == NOBODY:
        rows = rows.filter(actor__isnull=True)
    elif wish.who:
        rows = rows.filter(actor=int(wish.who))
    if wish.what:
        rows = rows.filter(action=wish.what)
    if wish.campaign:
        rows = rows.filter(campaign=wish.campaign)
    if wish.since:
        rows = rows.filter(at__gte=_midnight(wish.since))
    if wish.until:
        rows = rows.filter(at__lt=_midnight(wish.until) + timedelta(days=1))
    return rows


def _behind(rows: QuerySet[AuditEntry], after: str) -> QuerySet[AuditEntry]:
    last = AuditEntry.objects.filter(pk=after).first() if _is_id(after) else None
    if last is None:
        return rows
    # the first condition is what an index can begin at
    return rows.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk), at__lte=last.at)


def _is_id(said: str) -> bool:
    return said.isascii() and said.isdecimal() and len(said) < 19


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _url(entry: AuditEntry) -> str:
    kind, _, name = entry.subject.rpartition(" ")
    slug = entry.campaign.slug if entry.campaign else ""
    if kind == "task" and name.isdecimal():
        return reverse("dashboard:task", args=[name])
    if kind == "data set":
        return reverse("dashboard:data_set", args=[name])
    if kind == "release":
        return reverse("exports:releases_page")
    if slug and kind == "invitation":
        return reverse("dashboard:campaign", args=[slug]) + "#invitations"
    return reverse("dashboard:campaign", args=[slug]) if slug else ""


def _words(detail: dict[str, Any]) -> Iterator[str]:
    """What changed, as words; what is empty is left out."""
    for name, value in detail.items():
        if value not in (None, "", [], {}):
            said = f"{value:.3g}" if isinstance(value, float) else str(value)
            yield f"{name.replace('_', ' ')} {said}"
