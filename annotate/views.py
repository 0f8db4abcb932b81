"""The page of a box task; the work itself goes through the API."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotate import drawings
from annotate.models import MAX_BOXES
from catalog.superclasses import BOXED
from crowd.models import Campaign
from crowd.task_page import open_task_page
from simulation.lessons import RULES, draw_lesson

# a drawing's address holds its version
FOR_EVER = "private, max-age=31536000, immutable"


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
    return render(request, "annotate/task.html", context | {"drawings": drawings.VERSION})


@require_GET
def lesson(
    request: HttpRequest, version: int, super_class: str, rule: str, hint: str
) -> HttpResponse:
    """The drawn picture of a rule for boxing: how to do it (`good`), or how not to (`poor`)."""
    if version != drawings.VERSION or super_class not in BOXED or rule not in RULES:
        raise Http404
    draw = partial(draw_lesson, super_class=super_class, rule=rule, is_good=hint == "good")
    picture = drawings.jpeg(f"rules/{super_class}/{rule}-{hint}.jpg", draw)
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": FOR_EVER})
