"""Tallies as they are kept: plain data with the time from which they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crowd.models import Campaign
from tallies.models import Tally


@dataclass(frozen=True, slots=True)
class Kept:
    """What was counted, and when counting began."""

    content: dict[str, Any]
    counted_at: datetime


def read(campaign: Campaign, topic: str) -> Kept | None:
    """What was counted last of a topic; None where that has not been done yet."""
    found = Tally.objects.filter(campaign=campaign, topic=topic).first()
    return Kept(found.content, found.counted_at) if found else None


def keep(
    campaign: Campaign,
    topic: str,
    content: dict[str, Any],
    *,
    mark: Any,
    took_s: float,
    counted_at: datetime,
) -> None:
    """Put new figures in the place of the last ones."""
    new = {"content": content, "mark": mark, "took_s": took_s, "counted_at": counted_at}
    Tally.objects.update_or_create(campaign=campaign, topic=topic, defaults=new)
