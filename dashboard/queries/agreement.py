"""What the pages of agreement need besides the tallies: names, and which campaigns there are."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.models import Taxon
from consensus.bootstrap import Estimate
from crowd.models import Campaign, Worker
from tallies import agreement
from tallies.agreement import Overall
from tallies.agreement_content import Agreement


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """A campaign and its figures; None before they are counted."""

    campaign: Campaign
    overall: Overall | None

    @property
    def n_images(self) -> int:
        """Photos that it was measured on."""
        return self.overall.n_images if self.overall else 0

    @property
    def figures(self) -> dict[str, Estimate]:
        """By name; only where there are photos."""
        return self.overall.figures if self.overall else {}


def taxa(found: Agreement) -> dict[int, str]:
    """The names of its taxa by id."""
    keys = [group.key for group in found.taxa if group.key is not None]
    return dict(Taxon.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name"))


def workers(found: Agreement) -> dict[int, str]:
    """The pseudonyms of the workers of its pairs by id."""
    keys = {worker for pair in found.pairs for worker in (pair.first, pair.second)}
    return dict(Worker.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "pseudonym"))


def campaigns() -> list[CampaignRow]:
    """All campaigns that are not archived and ask for boxes or verdicts, by super-class."""
    found = list(
        Campaign.objects.filter(archived_at=None, kind__in=agreement.KINDS).order_by(
            "kind", "super_class", "slug"
        )
    )
    counted = agreement.overall(found)
    return [CampaignRow(one, counted.get(one.pk)) for one in found]
