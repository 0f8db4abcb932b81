"""The page of a box task; the work itself goes through the API."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotate import practice
from annotate.models import MAX_BOXES
from catalog.superclasses import BOXED
from crowd import drawings, qualification
from crowd.models import Campaign
from crowd.practice_page import FOR_EVER, practice_body
from crowd.task_page import open_task_page
from simulation.lessons import RULES, draw_lesson


@require_GET
@never_cache
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Box all birds": the editor, which claims its tasks by itself; practice first where the
    campaign asks for it."""
    context = _box_page(request, slug)
    if qualification.is_missing(context["worker"], context["campaign"]):
        return redirect("annotate:practise", slug)
    return render(request, "annotate/task.html", context)


@require_GET
@never_cache
def practise(request: HttpRequest, slug: str) -> HttpResponse:
    """The same editor on drawn scenes, with a word on each answer."""
    context = _box_page(request, slug)
    campaign, page = context["campaign"], context["page"]
    done = qualification.practice_of(context["worker"], campaign)
    is_required = campaign.has_qualification or done.is_asked_again
    page["practice"] = practice_body(done) | {"is_required": is_required}
    page["urls"] |= {
        "claim": reverse("annotate:practice", args=[slug]),
        "answer": reverse("annotate:practice_answer", args=[slug, 0]).replace("/0/", "/{id}/"),
        "work": reverse("annotate:task", args=[slug]),
    }
    return render(request, "annotate/practice.html", context)


def _box_page(request: HttpRequest, slug: str) -> dict[str, Any]:
    context = open_task_page(
        request.user,
        slug,
        kind=Campaign.Kind.BOX,
        answer_url_name="annotate:annotation",
        limits={"max_boxes": MAX_BOXES},
    )
    return context | {"drawings": drawings.VERSION}


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


@require_GET
def practice_picture(
    request: HttpRequest, version: int, super_class: str, number: int
) -> HttpResponse:
    """A drawn scene to practise on."""
    if (
        version != drawings.VERSION
        or super_class not in BOXED
        or not 0 <= number < practice.N_SCENES
    ):
        raise Http404
    picture = practice.picture(super_class, number)
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": FOR_EVER})
