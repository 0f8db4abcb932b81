"""The page of checks: which boxes of a campaign are risky, and what do others say of them?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from annotate.jobs import ask_checks
from catalog.superclasses import SuperClass
from crowd import campaigns, hints
from crowd.asked import CHECK_RISK
from crowd.errors import CrowdError
from crowd.models import Campaign
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.campaign_names import LONGEST_SLUG, NamingForm
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import checks as queries

SUFFIX = "-checks"
# of a page's number
MOST_DIGITS = 4


class ChecksForm(NamingForm):
    """A check of the boxes of a campaign; `crowd.campaigns.create` has the last word."""

    check_risk = forms.FloatField(
        label="Least risk",
        initial=CHECK_RISK,
        min_value=0.001,
        max_value=1,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text="Photos at rest whose consensus has at least this risk are asked about, now and "
        "as more come. Risk ranks photos; it is no rate of errors.",
    )
    workers_per_task = forms.IntegerField(
        label="Checkers a photo",
        initial=campaigns.CHECKERS,
        min_value=1,
        max_value=10,
        help_text="Up to two more where they disagree. Nobody checks boxes of their own.",
    )


@require_http_methods(["GET", "POST"])
@organizer_only
def checks(request: HttpRequest, slug: str) -> HttpResponse:
    """Are the risky boxes of this campaign right?"""
    found = campaign_of(slug)
    if found.follows is not None:
        return redirect("dashboard:checks", found.follows.slug)
    if found.kind != Campaign.Kind.BOX:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = ChecksForm(data, initial={"slug": found.slug[: LONGEST_SLUG - len(SUFFIX)] + SUFFIX})
    if request.method == "POST" and form.is_valid():
        try:
            return _created(request, found, form)
        except CrowdError as error:
            form.add_refusal(error)
    context = {
        **campaign_context(found, "checks"),
        **_shown(request, found),
        "form": form,
    }
    if context["check"] is None or context["check"].status == Campaign.Status.CLOSED:
        context["choices"] = queries.choices(found)
    return pages.page(request, "dashboard/checks.html", context, 422 if form.errors else 200)


def _created(request: HttpRequest, found: Campaign, form: ChecksForm) -> HttpResponse:
    made = campaigns.create(
        kind=Campaign.Kind.CHECK,
        dataset=found.dataset,
        super_class=SuperClass(found.super_class),
        split=found.split,
        follows=found,
        by=user_of(request),
        now=timezone.now(),
        **form.cleaned_data,
    )
    hints.hint(ask_checks)
    messages.success(
        request,
        f"{made.slug} is running. The first questions are made within seconds; invite workers on "
        "its page.",
    )
    return redirect("dashboard:checks", found.slug)


def _shown(request: HttpRequest, found: Campaign) -> dict[str, Any]:
    """The check there is, and a page of what it has found."""
    check = queries.newest(found)
    if check is None:
        return {"check": None}
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in queries.OUTCOMES else ""
    standing = queries.standing(check)
    number = _page_number(request.GET.get("page", ""))
    rows, has_next = queries.page(check, outcome, number)
    return {
        "check": check,
        "standing": standing,
        "rows": [(row, queries.OUTCOMES[row.outcome]) for row in rows],
        "outcome": outcome,
        "outcomes": [
            (name, said, standing.outcomes.get(name, 0)) for name, said in queries.OUTCOMES.items()
        ],
        "number": number,
        "previous": number - 1,
        "next": number + 1 if has_next else None,
    }


def _page_number(text: str) -> int:
    number = int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 1
    return max(number, 1)
