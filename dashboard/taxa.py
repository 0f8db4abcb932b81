"""Tables of figures: of super-classes over the whole site, and of the taxa of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from charts import downloads
from crowd.models import Campaign
from crowd.permissions import organizer_only
from dashboard import pages, taxa_figures
from dashboard.pages import campaign_context, campaign_of
from dashboard.queries import campaigns, standing, taxa
from dashboard.queries.taxa import SuperClassFigures
from tallies.taxa import read

TAXA_PER_PAGE = 100


@require_GET
@organizer_only
def super_classes(request: HttpRequest) -> HttpResponse:
    """Which super-classes go well, and which are hard or dear?"""
    rows = campaigns.overview()
    kinds = [kind for kind in Campaign.Kind if any(row.campaign.kind == kind for row in rows)]
    asked = request.GET.get("kind", "")
    kind = Campaign.Kind(asked) if asked in kinds else next(iter(kinds), Campaign.Kind.BOX)
    now = timezone.now()
    of_kind = [row for row in rows if row.campaign.kind == kind]
    found = taxa.by_super_class(standing.standings(of_kind, now=now), now=now)
    is_box = kind == Campaign.Kind.BOX
    figures = taxa_figures.of_super_classes(found, is_box=is_box)
    if downloads.is_asked(request):
        return downloads.download(request, figures, name=f"super-classes-{kind}")
    context = {
        "rows": found,
        "kinds": kinds,
        "kind": kind,
        "is_box": is_box,
        "figures": figures[1:],
        "hardest": _hardest(found, is_box=is_box),
        "currency": settings.CURRENCY,
        "counted_at": min((row.counted_at for row in found if row.counted_at), default=None),
    }
    return pages.page(request, "dashboard/super_classes.html", context)


def _hardest(found: Sequence[SuperClassFigures], *, is_box: bool) -> dict[str, Any] | None:
    """The super-class that workers agree on least, where there are several to choose from."""
    known = [
        (value, row.super_class)
        for row in found
        if (value := row.rates.mean_iou if is_box else row.rates.agreement) is not None
    ]
    if len(known) < 2:
        return None
    value, name = min(known)
    return {"name": name, "value": value}


@require_GET
@organizer_only
def campaign_taxa(request: HttpRequest, slug: str) -> HttpResponse:
    """Which taxa of a campaign are hard?"""
    found = campaign_of(slug)
    is_box = found.kind == Campaign.Kind.BOX
    counted = read(found)
    rows = taxa.named(found, counted[0]) if counted else []
    if downloads.is_asked(request):
        figure = taxa_figures.of_taxa(rows, is_box=is_box)
        return downloads.download(request, [figure], name=slug)
    sort = request.GET.get("sort", "photos")
    is_descending = request.GET.get("order", "desc") != "asc"
    wanted = request.GET.get("name", "").strip()[:100]
    shown = [row for row in rows if _matches(row, wanted)]
    in_order = taxa.ordered(shown, sort, is_descending=is_descending)
    context = {
        **campaign_context(found, "summary"),
        "page": Paginator(in_order, TAXA_PER_PAGE).get_page(request.GET.get("page")),
        "n_taxa": sum(row.taxon_id is not None for row in rows),
        "n_shown": len(shown),
        "n_begun": sum(row.rates.counts.n_answers > 0 for row in rows),
        "sort": sort,
        "is_descending": is_descending,
        "wanted": wanted,
        "counted_at": counted[1].counted_at if counted else None,
    }
    return pages.page(request, "dashboard/taxa.html", context)


def _matches(row: taxa.TaxonRow, wanted: str) -> bool:
    return wanted.lower() in f"{row.name} {row.common_name}".lower()
