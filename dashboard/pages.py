"""What all organizers' pages have in common."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from crowd import words
from crowd.models import Campaign, User


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Every page says how old its figures are."""
    return render(request, template, {**context, "as_of": timezone.now()}, status=status)


def campaign_of(slug: str) -> Campaign:
    """The campaign with its data set, or 404."""
    return get_object_or_404(Campaign.objects.select_related("dataset"), slug=slug)


def campaign_context(found: Campaign, tab: str) -> dict[str, Any]:
    """What a campaign's pages need for their heads and tabs."""
    return {
        "campaign": found,
        "tab": tab,
        "question": words.question(found),
        "animals": words.words(found).plural,
        "is_box": found.kind == Campaign.Kind.BOX,
        "currency": settings.CURRENCY,
    }


def user_of(request: HttpRequest) -> User:
    """Who is signed in; only behind `organizer_only`."""
    return cast(User, request.user)
