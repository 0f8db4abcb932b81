"""Where campaigns stand: how far they are, when they will be done, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crowd.models import Campaign
from dashboard.queries import days
from dashboard.queries.campaigns import CampaignRow
from dashboard.queries.completion import (
    NOTHING_LEFT,
    WINDOW_DAYS,
    Completion,
    Left,
    answers_left,
    expect,
)
from dashboard.queries.costs import Cost, cost
from dashboard.queries.days import NOTHING, Counted, Days, Work

SHOWN_DAYS = 28


@dataclass(frozen=True, slots=True)
class Standing:
    """One campaign; `days` are its latest, `work` all that was done in it, as of `counted_at`."""

    row: CampaignRow
    days: Days
    work: Work
    left: Left
    completion: Completion
    cost: Cost
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayCount:
    """Answers on one day (UTC), and the mean a day over the week that ends with it."""

    day: date
    n_answers: int
    pace: float | None


def standings(rows: Sequence[CampaignRow], *, now: datetime) -> list[Standing]:
    """Of each of these campaigns, with one query for all of them."""
    counted = days.counted([row.campaign.pk for row in rows])
    # a week more, for the pace of the first day shown
    since = now.date() - timedelta(days=max(WINDOW_DAYS, SHOWN_DAYS) + 7)
    return [_standing(row, counted.get(row.campaign.pk), since, now) for row in rows]


def _standing(row: CampaignRow, counted: Counted | None, since: date, now: datetime) -> Standing:
    left = left_of(row)
    done = counted.in_all if counted else NOTHING
    every = counted.days if counted else {}
    latest = {day: work for day, work in every.items() if day >= since}
    return Standing(
        row=row,
        days=latest,
        work=done,
        left=left,
        completion=_completion(row, left, latest, now),
        cost=cost(row.campaign, done, left),
        counted_at=counted.counted_at if counted else None,
    )


def left_of(row: CampaignRow) -> Left:
    """The answers that a campaign still wants; none where it is closed."""
    campaign, progress = row.campaign, row.progress
    if campaign.status == Campaign.Status.CLOSED:
        return NOTHING_LEFT
    return answers_left(
        n_left=progress.n_open + progress.n_awaited,
        n_given=progress.n_given,
        n_ended=progress.n_ended,
        n_spent=progress.n_spent,
        least=campaign.workers_per_task,
        most=campaign.max_workers,
    )


def _completion(row: CampaignRow, left: Left, latest: Days, now: datetime) -> Completion:
    status = row.campaign.status
    is_over = row.progress.n_ended > 0 and left.mean <= 0
    if status == Campaign.Status.CLOSED:
        return Completion("closed")
    if status == Campaign.Status.PAUSED and not is_over:
        return Completion("paused")
    return expect(left, days.complete_counts(latest, now=now), now=now)


def all_together(found: Sequence[Standing], *, now: datetime) -> Completion:
    """When all running campaigns are done, if who is done with one goes on with another."""
    running = [one for one in found if one.row.campaign.status == Campaign.Status.RUNNING]
    if not running:
        return Completion("done" if not any(one.left.mean for one in found) else "paused")
    left = sum((one.left for one in running), NOTHING_LEFT)
    counted = {day: Work(n_answers=n) for day, n in days.pooled(one.days for one in found).items()}
    return expect(left, days.complete_counts(counted, now=now), now=now)


def per_day(found: Sequence[Standing], *, now: datetime) -> list[DayCount]:
    """The answers of the last four weeks, today last, from the first one on but at least a week."""
    counts = days.pooled(one.days for one in found)
    today = now.date()
    first = min([*counts, today - timedelta(days=6)])
    begin = max(first, today - timedelta(days=SHOWN_DAYS - 1))
    shown = [begin + timedelta(days=n) for n in range((today - begin).days + 1)]
    return [
        # today is not over: it would pull the pace down
        DayCount(day, counts.get(day, 0), None if day == today else _pace(counts, day, first))
        for day in shown
    ]


def _pace(counts: dict[date, int], day: date, first: date) -> float | None:
    week = [day - timedelta(days=back) for back in range(7)]
    if week[-1] < first:
        return None
    return sum(counts.get(one, 0) for one in week) / len(week)
