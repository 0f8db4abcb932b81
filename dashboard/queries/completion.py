"""When the photographs of a campaign will be finished, at the pace of its past days.

The answers still to come are what the photographs left will take, by what finished ones took. What
a day brings is taken for a Poisson count with overdispersion (McCullagh and Nelder 1989, section
6.2): its variance is phi times its mean, phi at least 1, estimated from how far past days scatter.
The sum over coming days then has the variance

    phi * sum_g (h_g * m_g + h_g^2 * m_g / n_g) + variance of the answers left,

over the kinds of days g (weekdays and weekends once there are two weeks, else all days alike): h_g
coming days, n_g past ones with the mean m_g. The last term of the bracket is that the pace itself
is known from few days; for the same reason quantiles are those of Student's t. A campaign is done
by the first day at whose end the sum is likely enough to reach what is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from consensus.types import FloatArray

State = Literal["done", "paused", "closed", "unknown", "stalled", "expected"]

CHANCE = 0.8
# whole weeks, so that weekends have their weight; older days say little of who is there now
WINDOW_DAYS = 28
LEAST_DAYS = 3
WEEKENDS_AFTER_DAYS = 14
STALLED_AFTER_DAYS = 7
HORIZON_DAYS = 5 * 365
PRIOR_TASKS = 5
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Left:
    """Answers still wanted: the expected number and its standard deviation."""

    mean: float
    sd: float

    def quantile(self, chance: float) -> float:
        """So many at most, with that chance, 0 to 1; never below 0."""
        return max(0.0, self.mean + float(stdtrit(1e6, chance)) * self.sd)

    def __add__(self, other: Left) -> Left:
        return Left(self.mean + other.mean, float(np.hypot(self.sd, other.sd)))


NOTHING_LEFT = Left(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Completion:
    """When it will be done, as far as that can be told.

    `likely` is the day by which it is as likely done as not; it lies between `low` and `high` with
    a chance of 80 %; None: not within five years. They are there in the state *expected* alone.
    `n_days` complete days of work were there to go by; `idle_days` since the last answer.
    """

    state: State
    n_days: int = 0
    idle_days: int = 0
    low: date | None = None
    likely: date | None = None
    high: date | None = None

    @property
    def words(self) -> str:
        """In a few words, beginning small.

        >>> Completion("unknown", n_days=2).words
        'not known yet: 2 days of work so far'
        """
        if self.state == "unknown":
            return f"not known yet: {_days(self.n_days)} of work so far"
        if self.state == "stalled":
            return f"not known: no answer for {_days(self.idle_days)}"
        if self.state == "expected":
            return "not within five years at this pace" if not self.likely else f"{self.likely}"
        return {"done": "finished", "paused": "paused", "closed": "closed"}[self.state]

    @property
    def interval(self) -> str:
        """The 80 % interval in words; empty where there is none."""
        if self.state != "expected" or self.low is None:
            return ""
        if self.high is None:
            return f"{self.low} or much later"
        return f"{self.low} to {self.high}" if self.low < self.high else f"{self.low}"


def answers_left(
    *,
    n_left: int,
    n_given: int,
    n_ended: int,
    n_spent: int,
    least: int,
    most: int,
) -> Left:
    """What `n_left` tasks will still take, of which `n_given` answers are there already.

    `n_ended` tasks took `n_spent`; each takes `least` to `most`. Beside them `PRIOR_TASKS` count
    that took the least, and half a one the most. No distribution on that range with that mean a
    scatters more than (a - least) (most - a) (Bhatia and Davis 2000), which is taken.

    >>> answers_left(n_left=100, n_given=0, n_ended=0, n_spent=0, least=3, most=3)
    Left(mean=300.0, sd=0.0)
    """
    if not n_left:
        return NOTHING_LEFT
    n_known = n_ended + PRIOR_TASKS
    most = max(most, least)
    each = (n_spent + PRIOR_TASKS * least + (most - least) / 2) / n_known
    each = min(max(each, least), most)
    variance = (each - least) * (most - each)
    # every task that is not finished wants one more at least
    mean = max(n_left * each - n_given, float(n_left) if n_given < n_left * least else 1.0)
    return Left(mean, float(np.sqrt(n_left * variance * (1 + n_left / n_known))))


def expect(left: Left, per_day: Sequence[int], *, now: datetime) -> Completion:
    """When what is left will have come.

    `per_day`: answers on each complete day (UTC), yesterday last, the first with any answer first.
    """
    now = now.astimezone(UTC)
    if left.mean <= 0:
        return Completion("done")
    past = np.asarray(per_day[-WINDOW_DAYS:], dtype=float)
    n_days = int(np.count_nonzero(np.asarray(per_day)))
    idle = _idle(per_day)
    if per_day and idle >= STALLED_AFTER_DAYS:
        return Completion("stalled", n_days=n_days, idle_days=idle)
    if n_days < LEAST_DAYS or len(past) < LEAST_DAYS:
        return Completion("unknown", n_days=n_days)
    low, likely, high = _days_until(left, past, now)
    return Completion("expected", n_days, idle, low=low, likely=likely, high=high)


def _days_until(left: Left, past: FloatArray, now: datetime) -> list[date | None]:
    today = now.date()
    is_split = len(past) >= WEEKENDS_AFTER_DAYS
    before = [today - timedelta(days=back) for back in range(len(past), 0, -1)]
    past_groups = _groups(before, is_split=is_split)
    coming = [today + timedelta(days=ahead) for ahead in range(HORIZON_DAYS)]
    days = np.eye(2)[_groups(coming, is_split=is_split)]
    days[0] *= 1 - _share_of_day(now)
    n_past = np.bincount(past_groups, minlength=2)
    means = np.bincount(past_groups, weights=past, minlength=2) / np.maximum(n_past, 1)
    phi, freedom = _dispersion(past, means[past_groups])
    n_coming = np.cumsum(days, axis=0)
    total = n_coming @ means
    variance = phi * (total + n_coming**2 @ (means / np.maximum(n_past, 1))) + left.sd**2
    reached = (total - left.mean) / np.sqrt(np.maximum(variance, 1e-12))
    tail = (1 - CHANCE) / 2
    return [_first(reached >= stdtrit(freedom, chance), today) for chance in (tail, 0.5, 1 - tail)]


def _dispersion(past: FloatArray, fitted: FloatArray) -> tuple[float, int]:
    """Phi by Pearson's statistic, and its degrees of freedom."""
    freedom = len(past) - len(set(fitted.tolist()))
    has_any = fitted > 0
    statistic = float(np.sum((past[has_any] - fitted[has_any]) ** 2 / fitted[has_any]))
    return max(1.0, statistic / max(freedom, 1)), max(freedom, 1)


def _groups(days: Sequence[date], *, is_split: bool) -> list[int]:
    return [int(is_split and day.weekday() >= 5) for day in days]


def _share_of_day(now: datetime) -> float:
    return (now - now.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds() / DAY_S


def _first(is_there: np.ndarray[tuple[int], np.dtype[np.bool_]], today: date) -> date | None:
    found = np.flatnonzero(is_there)
    return today + timedelta(days=int(found[0])) if found.size else None


def _idle(per_day: Sequence[int]) -> int:
    """Complete days without an answer at the end."""
    found = np.flatnonzero(np.asarray(per_day))
    return len(per_day) - 1 - int(found[-1]) if found.size else len(per_day)


def _days(n: int) -> str:
    return "1 day" if n == 1 else f"{n} days"
