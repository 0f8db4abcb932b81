"""Leaving answers out, or taking them back in: how far the consensus has followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from annotate import aggregation as box_aggregation
from annotate import checking
from crowd import skills
from crowd.aggregating import Aggregator
from crowd.models import Campaign, ConsensusVersion, Worker
from dashboard.queries import versions
from verify import aggregation as verify_aggregation

AGGREGATORS: dict[Campaign.Kind, Aggregator[Any]] = {
    Campaign.Kind.BOX: box_aggregation.BOXES,
    Campaign.Kind.VERIFY: verify_aggregation.VERDICTS,
    Campaign.Kind.CHECK: checking.CHECKS,
}


@dataclass(frozen=True, slots=True)
class Merging:
    """`is_waiting`: nothing has begun yet. `under_way`: it has, and that is how far it is.
    Otherwise it is over, and `version` tells what has changed; None where nothing has."""

    is_waiting: bool
    under_way: versions.UnderWay | None
    version: ConsensusVersion | None

    @property
    def is_over(self) -> bool:
        return not self.is_waiting and self.under_way is None


def since_exclusion(campaign: Campaign, worker: Worker) -> Merging | None:
    """What has followed from the last decision about the worker's answers; None where there never
    was one."""
    if worker.exclusion_changed_at is None:
        return None
    under_way = versions.under_way(campaign)
    if under_way:
        return Merging(is_waiting=False, under_way=under_way, version=None)
    is_waiting = _is_waiting(campaign)
    made = ConsensusVersion.objects.filter(
        campaign=campaign,
        reason=ConsensusVersion.Reason.EXCLUSION,
        made_at__gte=worker.exclusion_changed_at,
    )
    version = None if is_waiting else made.order_by("number").first()
    return Merging(is_waiting=is_waiting, under_way=None, version=version)


def _is_waiting(campaign: Campaign) -> bool:
    """Whether others are left out now than the last estimation of skills has read."""
    aggregator = AGGREGATORS[Campaign.Kind(campaign.kind)]
    answers = aggregator.answers._default_manager.all()
    return skills.has_changed_exclusions(aggregator.kind, aggregator.method, answers)
