"""How far a campaign's workers agree: the topic as it is counted, kept and read.

`count` costs up to twenty seconds for the largest campaigns; its bounds are in `agreement_sample`
and `agreement_steps`. The same answers give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consensus.bootstrap import Estimate
from crowd.models import Campaign
from tallies import agreement_boxes, agreement_verdicts, store
from tallies.agreement_content import Agreement, figures_of
from tallies.models import Tally

TOPIC = "agreement"
KINDS = (Campaign.Kind.BOX, Campaign.Kind.VERIFY)


@dataclass(frozen=True, slots=True)
class Overall:
    """A campaign's figures alone, over `n_images`, and from when they are."""

    campaign_id: int
    figures: dict[str, Estimate]
    n_images: int
    counted_at: datetime


def count(campaign: Campaign) -> dict[str, Any]:
    """What is kept of a campaign of one of `KINDS`."""
    if campaign.kind == Campaign.Kind.BOX:
        return agreement_boxes.count(campaign).as_json()
    return agreement_verdicts.count(campaign).as_json()


def read(campaign: Campaign) -> tuple[Agreement, datetime] | None:
    """What was counted last, and when; None before that."""
    kept = store.read(campaign, TOPIC)
    return (Agreement.from_json(kept.content), kept.counted_at) if kept else None


def overall(campaigns: Iterable[Campaign]) -> dict[int, Overall]:
    """The figures of these campaigns by id, as far as they were counted, in one query."""
    rows = Tally.objects.filter(topic=TOPIC, campaign__in=[one.pk for one in campaigns])
    found = rows.order_by("campaign_id").values_list(
        "campaign_id", "content__figures", "content__n_images", "counted_at"
    )
    return {key: Overall(key, figures_of(figures), n, at) for key, figures, n, at in found}
