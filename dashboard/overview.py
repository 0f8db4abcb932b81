"""The overview: where do all campaigns stand, when are they done, and what is wrong?"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from charts import downloads
from crowd.permissions import organizer_only
from dashboard import overview_figures, pages
from dashboard.queries import alerts, campaigns, costs, reports, standing
from dashboard.queries.present import present


@require_GET
@organizer_only
def overview(request: HttpRequest) -> HttpResponse:
    """How far is every campaign, and what needs an organizer?"""
    is_archive = "archived" in request.GET
    now = timezone.now()
    rows = campaigns.overview(is_archived=is_archive)
    found = standing.standings(rows, now=now)
    figures = [
        overview_figures.by_super_class(
            campaigns.by_super_class(rows), link=reverse("dashboard:super_classes")
        ),
        overview_figures.per_day(standing.per_day(found, now=now)),
    ]
    if downloads.is_asked(request):
        return downloads.download(request, figures, name="overview")
    reported = reports.n_new_by_campaign()
    wrong = [*alerts.of_site(now=now), *alerts.of_campaigns(found, now=now)]
    context = {
        "standings": [(one, reported.get(one.row.campaign.pk, 0)) for one in found],
        "total": sum((row.progress for row in rows), campaigns.Progress()),
        "completion": standing.all_together(found, now=now),
        "cost": costs.together(one.cost for one in found),
        "currency": settings.CURRENCY,
        "counted_at": min((at for one in found if (at := one.counted_at)), default=None),
        "present": present([row.campaign.pk for row in rows], now=now),
        "alerts": sorted(wrong, key=alerts.gravity),
        "figures": figures if rows else [],
        "n_reported": sum(reported.get(row.campaign.pk, 0) for row in rows),
        "is_archive": is_archive,
        "n_archived": len(rows) if is_archive else campaigns.n_archived(),
    }
    return pages.page(request, "dashboard/overview.html", context)
