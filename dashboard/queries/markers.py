"""What may have changed a campaign's quality from one day to the next: what workers were told, how
the consensus is made, and what was released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.urls import reverse

from crowd.models import AuditEntry, Campaign, ConsensusVersion, Instructions

# of each sort, the newest; more rules than that nobody can tell apart
MOST = 8


@dataclass(frozen=True, slots=True)
class Marker:
    """Something that happened, numbered in the order of time from 1."""

    number: int
    at: datetime
    words: str
    link: str


def markers(campaign: Campaign, *, since: date) -> list[Marker]:
    """Versions of the instructions but the first, versions of the consensus that changed anything,
    and releases of the data set, since that day; three queries."""
    found = [
        *_instructions(campaign, since),
        *_consensus(campaign, since),
        *_releases(campaign, since),
    ]
    return [Marker(n, *said) for n, said in enumerate(sorted(found), start=1)]


def by_day(found: list[Marker]) -> list[tuple[str, str]]:
    """Each day with any, ISO, and the numbers of that day.

    >>> from datetime import UTC
    >>> at = datetime(2026, 5, 1, 9, tzinfo=UTC)
    >>> by_day([Marker(1, at, "", ""), Marker(2, at, "", "")])
    [('2026-05-01', '1, 2')]
    """
    return [
        (day, ", ".join(str(one.number) for one in of_day))
        for day, of_day in groupby(found, key=lambda one: one.at.date().isoformat())
    ]


def _instructions(campaign: Campaign, since: date) -> list[tuple[datetime, str, str]]:
    rows = Instructions.objects.filter(campaign=campaign, number__gt=1, written_at__date__gte=since)
    address = reverse("dashboard:instructions", args=[campaign.slug])
    return [
        (row.written_at, f"Instructions, version {row.number}", f"{address}?version={row.number}")
        for row in rows.order_by("-number")[:MOST]
    ]


def _consensus(campaign: Campaign, since: date) -> list[tuple[datetime, str, str]]:
    rows = ConsensusVersion.objects.filter(
        campaign=campaign, made_at__date__gte=since, n_changed__gt=0
    )
    address = reverse("dashboard:history", args=[campaign.slug])
    return [
        (row.made_at, _of_version(row), address)
        for row in rows.order_by("-number")[:MOST]
        if row.made_at is not None
    ]


def _of_version(row: ConsensusVersion) -> str:
    photos = "1 photo" if row.n_changed == 1 else f"{row.n_changed:,} photos"
    reason = row.get_reason_display().lower()
    return f"Consensus, version {row.number} ({reason}): changed {photos}"


def _releases(campaign: Campaign, since: date) -> list[tuple[datetime, str, str]]:
    rows = AuditEntry.objects.filter(
        action="create",
        subject__startswith=f"release {campaign.dataset.slug}/",
        at__date__gte=since,
    )
    address = reverse("exports:releases_page")
    return [
        (row.at, row.subject.capitalize(), address) for row in rows.order_by("-at", "-id")[:MOST]
    ]
