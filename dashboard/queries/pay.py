"""What an hour of attention brings a worker, and what would be fair.

Money is in the site's currency (`settings.CURRENCY`), fair is at least `settings.FAIR_PAY` an hour.
Attention is counted by the browser: the photo in view, without long pauses.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from django.conf import settings

from crowd import intervals
from crowd.models import Answer, Campaign, Worker
from dashboard.queries.campaigns import ANSWERS
from dashboard.queries.timing import active_seconds

HOUR_S = 3600.0
# with fewer timed answers the rate is told with the range in which it lies
MANY = 100


@dataclass(frozen=True, slots=True)
class Pay:
    """`n_timed` answers took `seconds` of attention in all; they are paid by the answer or by the
    hour, and by neither where people volunteer."""

    per_answer: float
    per_hour: float
    n_timed: int
    seconds: float

    @property
    def is_paid(self) -> bool:
        return bool(self.per_answer or self.per_hour)

    @property
    def mean_s(self) -> float | None:
        """Seconds of attention an answer."""
        return self.seconds / self.n_timed if self.n_timed else None

    @property
    def hourly(self) -> float | None:
        """What an hour brings; None for volunteers, and where no time is known."""
        if self.per_hour:
            return self.per_hour
        if not self.per_answer or not self.seconds:
            return None
        return self.per_answer * self.n_timed * HOUR_S / self.seconds

    @property
    def is_unfair(self) -> bool:
        return self.hourly is not None and self.hourly < settings.FAIR_PAY

    @property
    def fair_per_answer(self) -> float | None:
        """The least whole number of cents an answer that is fair.

        >>> Pay(0.02, 0.0, n_timed=10, seconds=140.0).fair_per_answer
        0.05
        """
        if self.mean_s is None:
            return None
        return ceil(round(100 * settings.FAIR_PAY * self.mean_s / HOUR_S, 6)) / 100


def of(campaign: Campaign, n_timed: int, seconds: float) -> Pay:
    """The pay for so many answers of a campaign that took so many seconds."""
    return Pay(campaign.pay_per_answer, campaign.pay_per_hour, n_timed, seconds)


def hourly_range(
    pay: Pay, campaign: Campaign, worker: Worker | None = None
) -> tuple[float, float] | None:
    """Where the rate of a paid answer lies, by the median time (90 %).

    None where it needs no telling: not paid by the answer, `MANY` answers, or too few for any.
    """
    if not pay.per_answer or not 0 < pay.n_timed < MANY:
        return None
    model: type[Answer] = ANSWERS[Campaign.Kind(campaign.kind)]
    rows = model._default_manager.filter(task__campaign=campaign, is_current=True)
    rows = rows.filter(worker=worker) if worker else rows
    timings = rows.order_by("-received_at").values_list("timing", flat=True)[:MANY]
    seconds = [found for timing in timings if (found := active_seconds(timing))]
    span = intervals.median(seconds)
    return (pay.per_answer * HOUR_S / span[1], pay.per_answer * HOUR_S / span[0]) if span else None
