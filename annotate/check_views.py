"""The page of checks; the work itself goes through the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotate.check_words import CHECK_WORDS
from catalog.superclasses import SuperClass
from crowd import drawings
from crowd.models import Campaign
from crowd.task_page import PLACEHOLDER, open_task_page


@require_GET
@never_cache
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Check the boxes of birds": one question at a time about what others have drawn."""
    context = open_task_page(
        request.user,
        slug,
        kind=Campaign.Kind.CHECK,
        answer_url_name="annotate:check",
        limits={},
    )
    address = reverse("annotate:check", args=[PLACEHOLDER]).replace(PLACEHOLDER, "{id}")
    context["page"]["urls"]["check"] = address
    asked = CHECK_WORDS[SuperClass(context["campaign"].super_class)]
    return render(
        request, "annotate/check.html", context | {"drawings": drawings.VERSION, "asked": asked}
    )
