"""The page of a box task; the work itself goes through the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotate.models import MAX_BOXES
from crowd.models import Campaign
from crowd.task_page import open_task_page


@require_GET
@never_cache
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Box all birds": the editor, which claims its tasks by itself."""
    context = open_task_page(
        request.user,
        slug,
        kind=Campaign.Kind.BOX,
        answer_url_name="annotate:annotation",
        limits={"max_boxes": MAX_BOXES},
    )
    return render(request, "annotate/task.html", context)
