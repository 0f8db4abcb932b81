"""What a campaign costs: money where work is paid, hours of attention in any case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crowd.models import Campaign
from dashboard.queries.completion import CHANCE, Left
from dashboard.queries.days import Work

_TAIL = (1 - CHANCE) / 2


@dataclass(frozen=True, slots=True)
class Cost:
    """Spent until now and expected until the end, in the site's currency and in hours of attention.

    `sd` and `hours_sd` are of the expected totals. `hours` are None where no answer tells how long
    it took. `n_paid` campaigns pay; of the `n_volunteer` others the money is left out.
    """

    so_far: float = 0.0
    mean: float = 0.0
    sd: float = 0.0
    hours_so_far: float | None = 0.0
    hours: float | None = 0.0
    hours_sd: float = 0.0
    n_paid: int = 0
    n_volunteer: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come."""
        return not self.mean > self.so_far and not (self.hours or 0) > (self.hours_so_far or 0)

    @property
    def low(self) -> float:
        """The lower end of the 80 % interval of the total."""
        return max(self.so_far, Left(self.mean, self.sd).quantile(_TAIL))

    @property
    def high(self) -> float:
        """The upper end."""
        return max(self.so_far, Left(self.mean, self.sd).quantile(1 - _TAIL))

    @property
    def hours_low(self) -> float:
        """The lower end, in hours."""
        least = self.hours_so_far or 0.0
        return max(least, Left(self.hours or 0.0, self.hours_sd).quantile(_TAIL))

    @property
    def hours_high(self) -> float:
        """The upper end, in hours."""
        least = self.hours_so_far or 0.0
        return max(least, Left(self.hours or 0.0, self.hours_sd).quantile(1 - _TAIL))


def cost(campaign: Campaign, work: Work, left: Left) -> Cost:
    """Of one campaign, from what was done and the answers left.

    Answers to gold are paid like any other, and as frequent from now on as until now.
    """
    with_gold = work.n_given / work.n_answers if work.n_answers else 1.0
    coming, sd = left.mean * with_gold, left.sd * with_gold
    each = work.seconds_per_answer
    hours_each = None if each is None else each / 3600
    hourly = hours_each or 0.0
    rate = campaign.pay_per_answer + campaign.pay_per_hour * hourly
    is_paid = bool(campaign.pay_per_answer or campaign.pay_per_hour)
    return Cost(
        so_far=rate * work.n_given,
        mean=rate * (work.n_given + coming),
        sd=rate * sd,
        hours_so_far=None if hours_each is None else hourly * work.n_given,
        hours=None if hours_each is None else hourly * (work.n_given + coming),
        hours_sd=hourly * sd,
        n_paid=int(is_paid),
        n_volunteer=int(not is_paid),
    )


def together(costs: Iterable[Cost]) -> Cost:
    """Of several campaigns; how far each is off has nothing to do with the others."""
    rows = list(costs)
    known = [row for row in rows if row.hours is not None]
    return Cost(
        so_far=sum(row.so_far for row in rows),
        mean=sum(row.mean for row in rows),
        sd=sum(row.sd**2 for row in rows) ** 0.5,
        hours_so_far=sum(row.hours_so_far or 0.0 for row in known) if known else None,
        hours=sum(row.hours or 0.0 for row in known) if known else None,
        hours_sd=sum(row.hours_sd**2 for row in rows) ** 0.5,
        n_paid=sum(row.n_paid for row in rows),
        n_volunteer=sum(row.n_volunteer for row in rows),
    )
