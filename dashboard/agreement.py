"""Pages of agreement: of a campaign, and of all campaigns side by side. They read tallies alone."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from charts import Figure, downloads
from crowd.models import Campaign
from crowd.permissions import organizer_only
from dashboard import (
    agreement_of_boxes,
    agreement_of_campaigns,
    agreement_of_verdicts,
    agreement_words,
)
from dashboard.agreement_figures import Page
from dashboard.pages import campaign_context, campaign_of
from dashboard.queries import agreement as queries
from tallies import agreement as tally
from tallies.agreement_content import Agreement


@require_GET
@organizer_only
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """How far do the workers of this campaign agree, and on what do they not?"""
    found = campaign_of(slug)
    if found.kind not in tally.KINDS:
        raise Http404
    now = timezone.now()
    kept = tally.read(found)
    context = {**campaign_context(found, "agreement"), "now": now, "as_of": now, "kept": kept}
    if kept is None or not kept[0].n_images:
        if downloads.is_asked(request):
            raise Http404
        return render(request, "dashboard/agreement.html", context)
    counted, counted_at = kept
    page = _page(found, counted)
    made = _figures(page)
    if downloads.is_asked(request):
        return downloads.download(request, made, name=found.slug)
    context |= {"as_of": counted_at, "counted_at": counted_at, **_said(page), "figures": made}
    return render(request, "dashboard/agreement.html", context)


@require_GET
@organizer_only
def agreements(request: HttpRequest) -> HttpResponse:
    """In which campaigns and super-classes do workers agree, and where not?"""
    rows = queries.campaigns()
    made = agreement_of_campaigns.figures(rows)
    if downloads.is_asked(request):
        return downloads.download(request, made, name="agreement")
    counted = [row for row in rows if row.n_images]
    alphas = [row.figures["alpha"] for row in counted]
    now = timezone.now()
    oldest = min((row.overall.counted_at for row in counted if row.overall), default=now)
    context = {
        "figures": made,
        "n_campaigns": len(rows),
        "n_counted": len(counted),
        "n_well": sum(agreement_words.is_reliable(alpha) for alpha in alphas),
        "n_badly": sum(agreement_words.is_too_little(alpha) for alpha in alphas),
        "as_of": oldest,
        "counted_at": oldest,
        "now": now,
    }
    return render(request, "dashboard/agreements.html", context)


def _page(campaign: Campaign, counted: Agreement) -> Page:
    return Page(
        campaign=campaign,
        found=counted,
        taxa=queries.taxa(counted),
        workers=queries.workers(counted),
        gallery=reverse("dashboard:gallery", args=[campaign.slug]),
    )


def _figures(page: Page) -> list[Figure]:
    if page.campaign.kind == Campaign.Kind.BOX:
        return agreement_of_boxes.figures(page)
    return agreement_of_verdicts.figures(page)


def _said(page: Page) -> dict[str, Any]:
    """What the head of the page says."""
    is_box = page.campaign.kind == Campaign.Kind.BOX
    advise = agreement_words.on_boxes if is_box else agreement_words.on_verdicts
    alpha = page.found.figures["alpha"]
    return {
        "counted": page.found,
        "verdict": agreement_words.verdict(alpha),
        "alpha": agreement_words.between(alpha) if alpha.value is not None else "",
        "advice": advise(page.found),
        "stop": agreement_words.where_to_stop(page.found.steps),
        "sample": page.sample,
        "gallery": page.gallery,
    }
