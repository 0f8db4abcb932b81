"""Figures of super-classes and of the taxa of a campaign, from what jobs have counted of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from catalog.models import Taxon
from crowd.models import Campaign
from dashboard.queries import costs, standing
from dashboard.queries.completion import Completion
from dashboard.queries.costs import Cost
from dashboard.queries.days import NOTHING, Work
from dashboard.queries.standing import Standing
from tallies.models import Tally
from tallies.taxa import TOPIC, TaxonFigures

UNKNOWN = "No known taxon"


@dataclass(frozen=True, slots=True)
class Rates:
    """What the counts say; None where there is nothing to say it of. Shares are 0..1."""

    counts: TaxonFigures

    @property
    def n_photos(self) -> int:
        """Of which answers are wanted, those on their way with them."""
        found = self.counts
        return found.n_open + found.n_retired + found.n_disputed + found.n_awaited

    @property
    def done(self) -> float | None:
        """The share of photos that are finished."""
        return _ratio(self.counts.n_retired, self.n_photos)

    @property
    def boxes_per_image(self) -> float | None:
        """Consensus boxes a photo that was looked at."""
        return _ratio(self.counts.n_boxes, self.counts.n_looked)

    @property
    def mean_iou(self) -> float | None:
        """Mean over photos of the mean IoU of two workers."""
        return _ratio(self.counts.iou_sum, self.counts.n_iou)

    @property
    def count_agreement(self) -> float | None:
        """Mean over photos of the share of pairs of workers with as many boxes."""
        return _ratio(self.counts.count_sum, self.counts.n_counted)

    @property
    def agreement(self) -> float | None:
        """Mean over photos of their agreement."""
        return _ratio(self.counts.agreement_sum, self.counts.n_agreed)

    @property
    def nothing(self) -> float | None:
        """The share of photos with a consensus that show none of the animals."""
        return _ratio(self.counts.n_nothing, self.counts.n_looked)

    @property
    def unusable(self) -> float | None:
        """The share of answers that say that they cannot tell, or report a problem."""
        return _ratio(self.counts.n_unusable, self.counts.n_answers)

    @property
    def seconds(self) -> float | None:
        """Of attention an answer, the mean."""
        return _ratio(self.counts.seconds, self.counts.n_timed)


@dataclass(frozen=True, slots=True)
class SuperClassFigures:
    """All campaigns of a kind about one super-class; `counted_at` is of the oldest count."""

    super_class: str
    campaigns: list[Campaign]
    rates: Rates
    work: Work
    completion: Completion
    cost: Cost
    counted_at: datetime | None

    @property
    def seconds_per_box(self) -> float | None:
        """Of attention a box that somebody drew; looking at photos without any is in it."""
        each = self.work.seconds_per_answer
        return None if each is None else _ratio(each * self.work.n_answers, self.work.n_boxes)

    @property
    def cost_per_box(self) -> float | None:
        """What a box of the consensus has cost so far; None for volunteers."""
        if not self.cost.n_paid:
            return None
        return _ratio(self.cost.so_far, self.rates.counts.n_boxes)


@dataclass(slots=True)
class _Counted:
    sums: dict[int, TaxonFigures] = field(default_factory=dict)
    counted_at: dict[int, datetime] = field(default_factory=dict)


def by_super_class(found: Sequence[Standing], *, now: datetime) -> list[SuperClassFigures]:
    """Campaigns of one kind by their super-class, in alphabetical order, with one query."""
    groups: dict[str, list[Standing]] = defaultdict(list)
    for one in found:
        groups[one.row.campaign.super_class].append(one)
    counted = _counted([one.row.campaign.pk for one in found])
    return [_together(name, groups[name], counted, now) for name in sorted(groups)]


def _together(
    name: str, group: Sequence[Standing], counted: _Counted, now: datetime
) -> SuperClassFigures:
    campaigns = [one.row.campaign for one in group]
    sums = [counted.sums[one.pk] for one in campaigns if one.pk in counted.sums]
    times = [counted.counted_at[one.pk] for one in campaigns if one.pk in counted.counted_at]
    return SuperClassFigures(
        super_class=name,
        campaigns=campaigns,
        rates=Rates(sum(sums, TaxonFigures(None))),
        work=sum((one.work for one in group), NOTHING),
        completion=standing.all_together(group, now=now),
        cost=costs.together(one.cost for one in group),
        counted_at=min(times, default=None),
    )


def in_all(campaign: Campaign) -> Rates | None:
    """The whole campaign, as counted last; None before that."""
    found = _counted([campaign.pk]).sums.get(campaign.pk)
    return Rates(found) if found else None


def _counted(campaigns: Sequence[int]) -> _Counted:
    found = _Counted()
    rows = Tally.objects.filter(topic=TOPIC, campaign__in=campaigns).order_by("campaign_id")
    for campaign, content, at in rows.values_list("campaign_id", "content", "counted_at"):
        taxa = (TaxonFigures(*row) for row in content["rows"])
        found.sums[campaign] = sum(taxa, TaxonFigures(None))
        found.counted_at[campaign] = at
    return found


@dataclass(frozen=True, slots=True)
class TaxonRow:
    """One taxon of a campaign."""

    taxon_id: int | None
    name: str
    common_name: str
    rates: Rates


# what a table of taxa can be sorted by; what is not known comes last whatever the order
SORTS: dict[str, Callable[[TaxonRow], float | None]] = {
    "photos": lambda row: row.rates.n_photos,
    "done": lambda row: row.rates.done,
    "disputed": lambda row: row.rates.counts.n_disputed,
    "boxes": lambda row: row.rates.boxes_per_image,
    "iou": lambda row: row.rates.mean_iou,
    "count": lambda row: row.rates.count_agreement,
    "agreement": lambda row: row.rates.agreement,
    "nothing": lambda row: row.rates.nothing,
    "unusable": lambda row: row.rates.unusable,
    "seconds": lambda row: row.rates.seconds,
    "capped": lambda row: row.rates.counts.n_capped,
}


def named(campaign: Campaign, found: Sequence[TaxonFigures]) -> list[TaxonRow]:
    """The rows with their taxa's names, in one query, by name."""
    taxa = Taxon.objects.filter(dataset=campaign.dataset_id, super_class=campaign.super_class)
    names = {
        key: (name, common)
        for key, name, common in taxa.order_by("pk").values_list("pk", "name", "common_name")
    }
    rows = [
        TaxonRow(one.taxon_id, *names.get(one.taxon_id or 0, (UNKNOWN, "")), Rates(one))
        for one in found
    ]
    return sorted(rows, key=lambda row: (row.taxon_id is None, row.name))


def ordered(rows: Sequence[TaxonRow], sort: str, *, is_descending: bool) -> list[TaxonRow]:
    """Sorted by one of `SORTS`, else by name; rows come by name."""
    if sort not in SORTS:
        return list(reversed(rows)) if is_descending else list(rows)
    known = [(value, row) for row in rows if (value := SORTS[sort](row)) is not None]
    unknown = [row for row in rows if SORTS[sort](row) is None]
    known.sort(key=lambda pair: pair[0], reverse=is_descending)
    return [row for _, row in known] + unknown


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
