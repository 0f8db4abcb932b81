"""What is wrong, what it means and where to mend it. Nothing here reads all answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db.models import Count, Min
from django.urls import reverse

from catalog.models import Image
from crowd import health
from crowd.models import Assignment, AuditEntry, Campaign, Task
from dashboard.queries import pay
from dashboard.queries.days import course
from dashboard.queries.standing import Standing

Level = Literal["bad", "warn", "note"]
LEVELS: tuple[Level, ...] = ("bad", "warn", "note")

LATE = timedelta(minutes=10)
LEASES_LATE = timedelta(minutes=15)
RECENT = timedelta(days=1)
IDLE_DAYS = 3
# with fewer timed answers nobody knows yet what an hour brings
LEAST_TIMED = 20


@dataclass(frozen=True, slots=True)
class Alert:
    """`words` say what is wrong and what to do; `link` leads there (empty: nowhere), as `label`."""

    level: Level
    words: str
    link: str = ""
    label: str = ""


def of_site(*, now: datetime) -> list[Alert]:
    """What is wrong whatever the campaign, the worst first; a fixed number of queries."""
    return sorted(
        [
            *processes(now=now),
            *waiting_consensus(now=now),
            *stuck_leases(now=now),
            *failed_photographs(),
            *suspended(now=now),
        ],
        key=gravity,
    )


def of_campaigns(found: Sequence[Standing], *, now: datetime) -> list[Alert]:
    """What is wrong with running campaigns, the worst first; no query at all."""
    running = [one for one in found if one.row.campaign.status == Campaign.Status.RUNNING]
    alerts = [
        alert
        for one in running
        for alert in (*falling(one), *unfair(one), *idle(one, now=now), *nearly_out(one))
    ]
    return sorted(alerts, key=gravity)


def processes(*, now: datetime) -> list[Alert]:
    """Nobody does the jobs, so that nothing is kept current."""
    return [
        Alert(
            "bad",
            f"The {name} {said}: answers are taken in, but no consensus and no figure is kept "
            "current. Start it again.",
        )
        for name, said in health.processes(now=now).items()
    ]


def waiting_consensus(*, now: datetime) -> list[Alert]:
    """Jobs are behind with the consensus."""
    late = Task.objects.filter(aggregate_due_at__lt=now - LATE)
    found = late.aggregate(n=Count("pk"), oldest=Min("aggregate_due_at"))
    if not found["n"]:
        return []
    age = _span(now - found["oldest"])
    return [
        Alert(
            "bad",
            f"The consensus of {_photos(found['n'])} has waited for up to {age}: the jobs are "
            "behind. See that the worker runs, or give it more processes.",
        )
    ]


def stuck_leases(*, now: datetime) -> list[Alert]:
    """Leases that ran out and were not taken back."""
    n = Assignment.objects.filter(
        state=Assignment.State.LEASED, lease_until__lt=now - LEASES_LATE
    ).count()
    if not n:
        return []
    words = (
        f"{_photos_are(n)} still held by workers whose time is over: nobody takes them back. "
        "See that beat and the worker run."
    )
    return [Alert("bad", words)]


def failed_photographs() -> list[Alert]:
    """Photographs that cannot be shown, by data set."""
    rows = (
        Image.objects.exclude(fetch_error="")
        .filter(state=Image.State.FAILED)
        .values("dataset__slug")
        .annotate(n=Count("pk"))
        .order_by("-n", "dataset__slug")
        .values_list("dataset__slug", "n")
    )
    return [
        Alert(
            "warn",
            f"{_photos(n)} of {slug} could not be fetched: nobody is asked about them. The data "
            "set's page says why, and tries again.",
            reverse("dashboard:data_set", args=[slug]),
            "What failed",
        )
        for slug, n in rows
    ]


def suspended(*, now: datetime) -> list[Alert]:
    """Workers whom the site has suspended since yesterday."""
    rows = AuditEntry.objects.filter(action="suspend automatically", at__gte=now - RECENT)
    n = rows.values("subject").distinct().count()
    if not n:
        return []
    said = "1 worker was" if n == 1 else f"{n} workers were"
    return [
        Alert(
            "warn",
            f"{said} suspended automatically since yesterday, for answers far from everybody "
            "else's. Look whether you agree.",
            reverse("dashboard:activity") + "?action=suspend+automatically",
            "Who and why",
        )
    ]


def falling(one: Standing) -> list[Alert]:
    """Agreement with the consensus is below what it was."""
    campaign = one.row.campaign
    is_box = campaign.kind == Campaign.Kind.BOX
    found = course(one.days, is_box=is_box)
    if found is None or not found.is_falling:
        return []
    unit = "mean IoU" if is_box else "share of answers like the consensus"
    return [
        Alert(
            "warn",
            f"{campaign.slug}: agreement is falling. The {unit} was {found.centre:.2f} and is now "
            f"{found.average[-1]:.2f}, more than chance explains. New workers, new instructions "
            "or harder photographs?",
            reverse("dashboard:quality", args=[campaign.slug]),
            "Quality over time",
        )
    ]


def unfair(one: Standing) -> list[Alert]:
    """An hour brings less than it should."""
    campaign, work = one.row.campaign, one.work
    found = pay.of(campaign, work.n_timed, work.seconds)
    if not found.is_unfair or (found.per_answer and work.n_timed < LEAST_TIMED):
        return []
    better = found.fair_per_answer if found.per_answer else settings.FAIR_PAY
    per = "an answer" if found.per_answer else "an hour"
    return [
        Alert(
            "warn",
            f"{campaign.slug}: an hour of attention brings {found.hourly:.2f} {settings.CURRENCY}, "
            f"less than the {settings.FAIR_PAY:g} that are fair here; {better:g} {per} would do.",
            reverse("dashboard:campaign", args=[campaign.slug]) + "#pay",
            "Set pay",
        )
    ]


def idle(one: Standing, *, now: datetime) -> list[Alert]:
    """Nobody has answered for days though there is something to do."""
    last, campaign = one.row.last_answer_at, one.row.campaign
    if not one.row.progress.n_open or last is None or now - last < timedelta(days=IDLE_DAYS):
        return []
    n = (now - last).days
    return [
        Alert(
            "warn",
            f"{campaign.slug}: nobody has answered for {n} days, and "
            f"{_photos_are(one.row.progress.n_open)} open. Invite workers, or remind them.",
            reverse("dashboard:campaign", args=[campaign.slug]) + "#invitations",
            "Invite workers",
        )
    ]


def nearly_out(one: Standing) -> list[Alert]:
    """Workers will soon find nothing to do."""
    campaign, progress = one.row.campaign, one.row.progress
    clone = reverse("dashboard:campaign_clone", args=[campaign.slug])
    if not progress.n_tasks or progress.n_awaited or campaign.follows_id:
        return []
    if not progress.n_open:
        words = f"{campaign.slug} has no open photo left. Close it, or clone it for other photos."
        return [Alert("note", words, clone, "Clone")]
    most = max((work.n_answers for work in one.days.values()), default=0)
    if one.left.mean >= most / 2:
        return []
    left = round(one.left.mean)
    words = (
        f"{campaign.slug} is nearly out of photos: about "
        f"{'1 answer is' if left == 1 else f'{left:,} answers are'} left, and workers gave up to "
        f"{most:,} a day. Prepare what comes next."
    )
    return [Alert("note", words, clone, "Clone")]


def gravity(alert: Alert) -> int:
    """Its place among others: the worst first."""
    return LEVELS.index(alert.level)


def _photos(n: int) -> str:
    return "1 photo" if n == 1 else f"{n:,} photos"


def _photos_are(n: int) -> str:
    return f"{_photos(n)} {'is' if n == 1 else 'are'}"


def _span(age: timedelta) -> str:
    minutes = age.total_seconds() / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
