"""Does the work get better or worse? A campaign's quality day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from charts import downloads
from crowd.models import Campaign
from crowd.permissions import organizer_only
from dashboard import pages, quality_figures
from dashboard.pages import campaign_context, campaign_of
from dashboard.queries import days, markers
from dashboard.queries.days import NOTHING, Work

# as many points as can be told apart; longer campaigns by week
MOST_DAYS = 90
WEEK = timedelta(days=7)


@require_GET
@organizer_only
def quality(request: HttpRequest, slug: str) -> HttpResponse:
    """Does the work get better or worse?"""
    found = campaign_of(slug)
    is_box = found.kind == Campaign.Kind.BOX
    counted = days.counted([found.pk]).get(found.pk)
    worked = counted.days if counted else {}
    is_weekly = request.GET.get("by") == "week"
    today = timezone.now().date()
    since = min(worked, default=today)
    if not is_weekly:
        since = max(since, today - timedelta(days=MOST_DAYS - 1))
    marks = markers.markers(found, since=since)
    step = WEEK if is_weekly else timedelta(days=1)
    shown = _periods(worked, since, today, step)
    happened = [
        (_begin(date.fromisoformat(day), step).isoformat(), number)
        for day, number in markers.by_day(marks)
    ]
    figures = quality_figures.figures(shown, happened, is_box=is_box) if worked else []
    if downloads.is_asked(request):
        return downloads.download(request, figures, name=slug)
    context = {
        **campaign_context(found, "quality"),
        "figures": figures,
        "markers": marks,
        "course": days.course(worked, is_box=is_box),
        "is_weekly": is_weekly,
        "counted_at": counted.counted_at if counted else None,
        "is_long": bool(worked) and (today - min(worked)).days >= MOST_DAYS,
    }
    return pages.page(request, "dashboard/quality.html", context)


def _begin(day: date, step: timedelta) -> date:
    return day - timedelta(days=day.weekday()) if step == WEEK else day


def _periods(
    worked: Mapping[date, Work], since: date, until: date, step: timedelta
) -> list[tuple[str, Work]]:
    """All days or weeks between the two, by their first day."""
    first = _begin(since, step)
    found: dict[date, Work] = {}
    for n in range((until - first) // step + 1):
        found[first + n * step] = NOTHING
    for day, work in worked.items():
        if (begin := _begin(day, step)) in found:
            found[begin] = found[begin] + work
    return [(day.isoformat(), work) for day, work in found.items()]
