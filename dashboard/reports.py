"""The pages about what workers report instead of answering."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crowd import reports as report_actions
from crowd.models import Campaign
from crowd.permissions import organizer_only
from dashboard import pages, sheets
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import reports as queries
from dashboard.queries.reports import Order, Show

CARDS_PER_PAGE = 24
LARGEST_ID = 2**63
FILTERS = ("show", "reason", "order", "after")
COLUMNS = ("file_name", "photo", "state", "reason", "comment", "worker", "received_at", "is_new")


@require_GET
@organizer_only
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """Which photos could workers not answer, and why?"""
    found, looked_at = campaign_of(slug), timezone.now()
    show: Show = _one_of(Show, request.GET.get("show"), "new")
    order: Order = _one_of(Order, request.GET.get("order"), "newest")
    named = request.GET.get("reason")
    reason = next((one for one in report_actions.Reason if one == named), None)
    after = request.GET.get("after", "")
    all_of_them = queries.pointers(found)
    counts = queries.counts(all_of_them, show)
    page = queries.page(
        found,
        all_of_them,
        show=show,
        reason=reason,
        order=order,
        after=after,
        size=CARDS_PER_PAGE,
    )
    context = {
        **campaign_context(found, "reports"),
        "counts": counts,
        "page": page,
        "show": show,
        "order": order,
        "reason": reason,
        "is_first": not after,
        "looked_at": looked_at,
        "shows": [("new", "To look at", counts.n_new), ("seen", "Seen", counts.n_seen),
                  ("all", "All", counts.n_all)],
        "reasons": [(one, n) for one, n in counts.by_reason.items() if n or one == reason],
        "new_ids": [row.task.pk for row in page.rows if row.is_new],
        "filters": _filters(request.GET).items(),
    }  # fmt: skip
    return pages.page(request, "dashboard/reports.html", context)


@require_POST
@organizer_only
def see_reports(request: HttpRequest, slug: str) -> HttpResponse:
    """Note that the organizer has looked at some photos, or take that back."""
    found, by, now = campaign_of(slug), user_of(request), timezone.now()
    try:
        seen, again = _ids(request.POST.get("seen", "")), _ids(request.POST.get("again", ""))
        up_to = _moment(request.POST.get("as_of", ""))
    except ValueError as error:
        raise Http404 from error
    if seen:
        n = report_actions.see(found, seen, by=by, up_to=up_to, now=now)
        messages.success(request, f"{_photos(n)} marked as seen. Nothing changes for workers.")
    if again:
        n = report_actions.see_again(found, again, by=by, now=now)
        messages.success(request, f"{_photos(n)} to look at again.")
    return redirect(_address(found, request.POST))


@require_GET
@organizer_only
def reports_csv(_request: HttpRequest, slug: str) -> HttpResponseBase:
    """All reports of a campaign, one a row, for a spreadsheet."""
    found = campaign_of(slug)
    return sheets.download(f"{found.slug}-reports.csv", COLUMNS, _rows(found))


def _rows(campaign: Campaign) -> Iterator[tuple[Any, ...]]:
    for report, task in queries.every_report(campaign):
        yield (
            task.image.file_name,
            task.position + 1,
            task.state,
            report.reason.value,
            report.comment,
            report.pseudonym,
            report.at.isoformat(timespec="seconds"),
            int(report.is_new),
        )


def _one_of(choices: Any, said: str | None, usual: Any) -> Any:
    return said if said in get_args(choices) else usual


def _ids(said: str) -> list[int]:
    """Ids with commas between them; ValueError for anything else."""
    ids = [int(word) for word in said.split(",") if word]
    if any(not 0 < pk < LARGEST_ID for pk in ids):
        raise ValueError("no such id")
    return ids


def _moment(said: str) -> datetime:
    """An exact time as a page of ours says it; ValueError for anything else."""
    found = datetime.fromisoformat(said)
    if timezone.is_naive(found):
        raise ValueError("a time without its zone")
    return found


def _photos(n: int) -> str:
    return "1 photo" if n == 1 else f"{n} photos"


def _address(campaign: Campaign, said: QueryDict) -> str:
    """Back to the same part of the list."""
    query = urlencode(_filters(said))
    address = reverse("dashboard:reports", args=[campaign.slug])
    return f"{address}?{query}" if query else address


def _filters(said: QueryDict) -> dict[str, str]:
    """The part of the list that is asked for, and nothing else that may stand in an address."""
    return {name: value for name in FILTERS if (value := said.get(name))}
