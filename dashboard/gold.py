"""The page of a campaign's gold: what there is, how it was answered, more of it, and less."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from charts import downloads
from crowd import gold_making
from crowd.errors import CrowdError
from crowd.models import Campaign, GoldStandard
from crowd.permissions import organizer_only
from dashboard import gold_figures, pages
from dashboard.forms import GoldForm
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import gold as queries
from dashboard.queries.gold import Failures
from verify.models import Label

CARDS_PER_PAGE = 24
SHOWS = {
    "": "In service",
    "doubtful": "In doubt",
    "unmet": "Never shown",
    "withdrawn": "Withdrawn",
}


@require_GET
@organizer_only
def gold(request: HttpRequest, slug: str) -> HttpResponse:
    """How do workers do where the answer is known, and is it known rightly?"""
    found = campaign_of(slug)
    in_order = queries.ordered(found)
    numbers = queries.numbers(found)
    numbered = [
        (task, numbers[task], failures) for _, task, failures in in_order if task in numbers
    ]
    figure = gold_figures.failed(numbered)
    if downloads.is_asked(request):
        return downloads.download(request, [figure], name=f"{slug}-gold")
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    page = Paginator(_shown(found, in_order, show), CARDS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    supply = queries.supply(found)
    context = {
        **campaign_context(found, "gold"),
        "page": page,
        "rows": queries.rows(found, list(page)),
        "supply": supply,
        "show": show,
        "shows": SHOWS.items(),
        "figure": figure if figure.table.rows else None,
        "n_doubtful": sum(failures.is_doubtful for _, _, failures in in_order),
        "n_decided": queries.n_decided(found),
        "labels": Label.choices,
        "form": GoldForm(most=supply.n_available, auto_id="gold-%s"),
        "why_none": "" if supply.n_available else gold_making.why_none(found),
    }
    return pages.page(request, "dashboard/gold.html", context)


def _shown(
    found: Campaign, in_order: list[tuple[int, int, Failures]], show: str
) -> list[tuple[int, int, Failures]]:
    if show == "doubtful":
        return [row for row in in_order if row[2].is_doubtful]
    if show == "unmet":
        unmet = queries.never_met(found)
        return [row for row in in_order if row[0] in unmet]
    return queries.withdrawn(found) if show == "withdrawn" else in_order


@require_POST
@organizer_only
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Make more photos gold."""
    found = campaign_of(slug)
    form = GoldForm(request.POST, most=queries.supply(found).n_available)
    if not form.is_valid():
        (said,) = form.errors["count"]
        messages.error(request, f"Nothing has become gold. How many: {said}")
        return redirect("dashboard:gold", slug)
    now, count = timezone.now(), form.cleaned_data["count"]
    try:
        n = gold_making.add(found, count=count, seed=found.seed, by=user_of(request), now=now)
        words = "1 photo is" if n == 1 else f"{n} photos are"
        messages.success(request, f"{words} gold now. Workers meet them among the others.")
    except CrowdError as error:
        messages.error(request, error.detail)
    return redirect("dashboard:gold", slug)


@require_POST
@organizer_only
def withdraw(request: HttpRequest, slug: str, gold_id: int) -> HttpResponse:
    """Use a photo as gold no more."""
    row = get_object_or_404(GoldStandard, pk=gold_id, campaign__slug=slug)
    is_answered = row.task.assignments.exists()
    gold_making.withdraw(row, by=user_of(request), now=timezone.now())
    messages.success(
        request,
        "The photo is no gold any more, and what workers said of it counts neither for nor against "
        "them."
        if is_answered
        else "The photo is no gold any more. No worker has met it.",
    )
    return redirect("dashboard:gold", slug)
