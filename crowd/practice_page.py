"""What the two practice pages have in common: how scenes and progress look on the wire."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from crowd.models import Campaign
from crowd.qualification import LATEST, NEEDED, Practice

# a drawing's address holds its version
FOR_EVER = "private, max-age=31536000, immutable"


def scene_body(
    campaign: Campaign, number: int, *, url: str, size: tuple[int, int], now: datetime
) -> dict[str, Any]:
    """A drawn scene at `url`, of `size` pixels, in the shape of an assignment.

    `number` counts the scenes that a worker has tried in this campaign.
    """
    width, height = size
    return {
        "id": f"practice-{campaign.slug}-{number}",
        "number": number,
        "campaign": campaign.slug,
        "kind": campaign.kind,
        "lease_until": now + timedelta(days=1),
        "server_time": now,
        "image": {
            "url": url,
            "thumbnail_url": url,
            "width": width,
            "height": height,
            "display_width": width,
            "display_height": height,
            "credit": "Quadrat scenes",
            "licence": "CC0 1.0",
            "licence_url": "https://creativecommons.org/publicdomain/zero/1.0/",
        },
    }


def practice_body(done: Practice) -> dict[str, Any]:
    """How far a worker has come with practice."""
    return {
        "n_practised": done.n_practised,
        "latest": done.latest,
        "is_qualified": done.is_qualified,
        "needed": NEEDED,
        "of": LATEST,
    }
