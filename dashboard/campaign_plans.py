"""The page that proposes all campaigns of a data set, and makes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from catalog.models import Dataset
from crowd import planning
from crowd.errors import CrowdError
from crowd.models import MOST_WORKERS, Campaign
from crowd.permissions import organizer_only
from crowd.planning import Assumptions, Plan
from dashboard import pages
from dashboard.pages import user_of
from dashboard.queries.pace import Pace, paces
from simulation.power import Price

Paces = Mapping[Campaign.Kind, Pace]


class CampaignPlanForm(forms.Form):
    """What the plan reckons with; the campaigns are ticked in the table."""

    box_workers = forms.IntegerField(
        label="Workers a photo, to box",
        min_value=1,
        max_value=MOST_WORKERS,
        initial=planning.WORKERS,
    )
    verify_workers = forms.IntegerField(
        label="Workers a photo, to verify",
        min_value=1,
        max_value=MOST_WORKERS,
        initial=planning.WORKERS,
    )
    price = forms.FloatField(label="Price", min_value=0, max_value=1_000_000, initial=0.05)
    per = forms.ChoiceField(
        label="Paid by", choices=[("answer", "answer"), ("hour", "hour of work")], initial="answer"
    )

    def assumptions(self, found: Paces) -> Assumptions:
        """From what was filled in, or from what stands there at first."""
        said = {
            name: field.initial if not self.is_bound else self.cleaned_data[name]
            for name, field in self.fields.items()
        }
        is_hourly, price = said["per"] == "hour", float(said["price"])
        return Assumptions(
            workers={kind: int(said[f"{kind}_workers"]) for kind in planning.ASKED},
            seconds={kind: pace.seconds for kind, pace in found.items()},
            price=Price(per_hour=price) if is_hourly else Price(per_answer=price),
        )


@require_http_methods(["GET", "POST"])
@organizer_only
def data_set_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Which campaigns does this data set need, and what do they ask of the crowd?"""
    dataset = get_object_or_404(Dataset, slug=slug)
    form, found = CampaignPlanForm(request.POST or None), paces()
    is_usable = not form.is_bound or form.is_valid()
    usable = form if is_usable else CampaignPlanForm()
    plan = planning.propose(dataset, usable.assumptions(found))
    chosen = {row.slug for row in plan.new}
    if request.method == "POST":
        chosen &= set(request.POST.getlist("campaign"))
        if is_usable and "estimate" not in request.POST:
            return _created(request, plan, chosen)
    return pages.page(
        request,
        "dashboard/data_set_plan.html",
        {"form": form, "paces": found, **_shown(plan, chosen)},
        200 if is_usable else 422,
    )


def _created(request: HttpRequest, plan: Plan, chosen: set[str]) -> HttpResponse:
    try:
        made = planning.create(plan, chosen, by=user_of(request), now=timezone.now())
    except CrowdError as error:
        reasons = [said for each in (error.errors or {}).values() for said in each]
        messages.error(request, " ".join([error.detail, *reasons]))
        return redirect("dashboard:data_set_plan", plan.dataset.slug)
    if not made:
        messages.error(request, "No campaign was ticked, or others made them meanwhile.")
        return redirect("dashboard:data_set_plan", plan.dataset.slug)
    n_campaigns = "1 campaign is" if len(made) == 1 else f"{len(made)} campaigns are"
    messages.success(request, f"{n_campaigns} running. Invite workers on the page of each.")
    return redirect("dashboard:overview")


def _shown(plan: Plan, chosen: set[str]) -> dict[str, Any]:
    ticked = [row for row in plan.new if row.slug in chosen]
    return {
        "dataset": plan.dataset,
        "plan": plan,
        "chosen": chosen,
        "effort": sum((row.effort for row in ticked), planning.NOTHING),
        "more_workers": planning.MORE_WORKERS,
        "most_workers": MOST_WORKERS,
        "boxes_per_image": planning.BOXES_PER_IMAGE,
    }
