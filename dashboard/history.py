"""Pages about the versions of a campaign's consensus: their history, and two of them compared."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from crowd.differences import Reason
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.pages import campaign_context, campaign_of
from dashboard.queries import versions

VERSIONS_PER_PAGE = 50
CARDS_PER_PAGE = 24


@require_GET
@organizer_only
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """What has become of this campaign's consensus, and when?"""
    found = campaign_of(slug)
    page = Paginator(versions.history(found), VERSIONS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **campaign_context(found, "history"),
        "page": page,
        "newest": page[0] if page.number == 1 and page else None,
        "under_way": versions.under_way(found),
        "fit": versions.newest_fit(found),
    }
    return pages.page(request, "dashboard/history.html", context)


@require_GET
@organizer_only
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Which photos differ between two versions, and how?"""
    found = campaign_of(slug)
    if found.follows is not None:  # checks are answered, not merged into boxes that could be shown
        return redirect("dashboard:checks", found.follows.slug)
    if "old" not in request.GET:
        return redirect("dashboard:history", slug)
    old = versions.moment(found, request.GET.get("old", ""))
    new = versions.moment(found, request.GET.get("new", versions.NOW))
    if old is None or new is None:
        raise Http404
    if old.last_row > new.last_row:
        old, new = new, old
    compared = versions.compare(found, old, new)
    counts = compared.counts
    reason = next((r for r in counts if r.name == request.GET.get("reason", "").upper()), None)
    shown = [
        change
        for change in compared.changes
        if reason is None or reason in change.difference.reasons
    ]
    page = Paginator(shown, CARDS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **campaign_context(found, "history"),
        "old": old,
        "new": new,
        "choices": versions.choices(found, old, new),
        "compared": compared,
        "page": page,
        "cards": versions.cards(list(page)),
        "reason": reason,
        "filters": [(r.name.lower(), r.value, counts[r]) for r in Reason if counts[r]],
    }
    return pages.page(request, "dashboard/compare_versions.html", context)
