"""The page of a verification task; the work itself goes through the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from crowd.models import Campaign
from crowd.task_page import open_task_page
from verify.models import Label


@require_GET
@never_cache
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Can you see the bird itself?": one photo, one key."""
    context = open_task_page(
        request.user, slug, kind=Campaign.Kind.VERIFY, answer_url_name="verify:verdict", limits={}
    )
    context["page"]["urls"]["batch"] = reverse("verify:verdicts")
    return render(request, "verify/task.html", context | {"labels": Label.choices})
