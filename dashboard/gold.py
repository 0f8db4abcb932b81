"""The page of a campaign's gold: what there is, how it was answered, more of it, and less."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crowd import gold_making
from crowd.errors import CrowdError
from crowd.models import GoldStandard
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.forms import GoldForm
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import gold as queries

CARDS_PER_PAGE = 24


@require_GET
@organizer_only
def gold(request: HttpRequest, slug: str) -> HttpResponse:
    """How do workers do where the answer is known?"""
    found = campaign_of(slug)
    in_order = queries.ordered(found)
    page = Paginator(in_order, CARDS_PER_PAGE).get_page(request.GET.get("page"))
    supply = queries.supply(found)
    context = {
        **campaign_context(found, "gold"),
        "page": page,
        "rows": queries.rows(found, list(page)),
        "supply": supply,
        "n_doubtful": sum(failures.is_doubtful for _, failures in in_order),
        "form": GoldForm(most=supply.n_available, auto_id="gold-%s"),
        "why_none": "" if supply.n_available else gold_making.why_none(found),
    }
    return pages.page(request, "dashboard/gold.html", context)


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
