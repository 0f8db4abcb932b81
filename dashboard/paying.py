"""What workers of a campaign get: the fields of forms, and changing it."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from crowd import pay
from crowd.errors import CrowdError
from crowd.models import Campaign
from crowd.permissions import organizer_only
from dashboard.pages import campaign_of, user_of

# what the fields are called where the domain names a field
PAY_NAMES = {"pay_per_answer": "pay", "pay_per_hour": "pay"}


class PayFields(forms.Form):
    """An amount, and for what it is given."""

    pay = forms.FloatField(
        label="Pay",
        required=False,
        min_value=0,
        max_value=pay.HIGHEST_PAY,
        help_text=f"In {settings.CURRENCY}. Empty or 0: volunteers. Quadrat reckons with it and "
        "pays nobody; it can be changed later.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    pay_per = forms.ChoiceField(
        label="For",
        required=False,
        choices=[("answer", "each answer"), ("hour", "an hour of attention")],
        initial="answer",
    )

    def amounts(self) -> dict[str, float]:
        """`per_answer` and `per_hour`, one of them 0."""
        amount = float(self.cleaned_data.get("pay") or 0)
        is_hourly = self.cleaned_data.get("pay_per") == "hour"
        return {
            "per_answer": 0.0 if is_hourly else amount,
            "per_hour": amount if is_hourly else 0.0,
        }


def form_of(campaign: Campaign) -> PayFields:
    """The form with what workers get now."""
    is_hourly = campaign.pay_per_hour > 0
    amount = campaign.pay_per_hour if is_hourly else campaign.pay_per_answer
    said = {"pay": amount or None, "pay_per": "hour" if is_hourly else "answer"}
    return PayFields(initial=said, auto_id="set-%s")


@require_POST
@organizer_only
def campaign_pay(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what workers get."""
    form, found = PayFields(request.POST), campaign_of(slug)
    if not form.is_valid():
        said = " ".join(str(text) for texts in form.errors.values() for text in texts)
        messages.error(request, f"The pay stays as it is: {said}")
    else:
        _set(request, found, form)
    return redirect(reverse("dashboard:campaign", args=[slug]) + "#pay")


def _set(request: HttpRequest, found: Campaign, form: PayFields) -> None:
    try:
        is_new = pay.set_pay(found, **form.amounts(), by=user_of(request), now=timezone.now())
    except CrowdError as error:
        messages.error(request, error.detail)
    else:
        if is_new:
            messages.success(request, "The pay is set. Cost and pay an hour are reckoned with it.")
        else:
            messages.info(request, "Nothing was changed.")
