"""The page of a verification task; the work itself goes through the API."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from PIL import Image

from crowd import drawings, qualification
from crowd.models import Campaign
from crowd.practice_page import FOR_EVER, practice_body
from crowd.task_page import open_task_page
from simulation.sightings import CASES, draw_sighting
from verify import practice, screening
from verify.models import Label

_EXAMPLE_SIZE = (480, 360)
# a scene that shows each case well, whatever the super-class
_EXAMPLE_SEED = 40


@require_GET
@never_cache
def task(request: HttpRequest, slug: str) -> HttpResponse:
    """ "Can you see the bird itself?": one photo, one key; practice first where the campaign asks
    for it."""
    context = _verify_page(request, slug)
    if qualification.is_missing(context["worker"], context["campaign"]):
        return redirect("verify:practise", slug)
    return render(request, "verify/task.html", context)


@require_GET
@never_cache
def practise(request: HttpRequest, slug: str) -> HttpResponse:
    """The same page on drawn scenes, with a word on each answer."""
    context = _verify_page(request, slug)
    campaign, page = context["campaign"], context["page"]
    if not context["has_practice"]:
        raise Http404
    done = qualification.practice_of(context["worker"], campaign)
    is_required = campaign.has_qualification or done.is_asked_again
    page["practice"] = practice_body(done) | {"is_required": is_required}
    page["campaign"]["has_grid"] = False
    page["urls"] |= {
        "claim": reverse("verify:practice", args=[slug]),
        "answer": reverse("verify:practice_answer", args=[slug, 0]).replace("/0/", "/{id}/"),
        "work": reverse("verify:task", args=[slug]),
    }
    return render(request, "verify/practice.html", context)


def _verify_page(request: HttpRequest, slug: str) -> dict[str, Any]:
    context = open_task_page(
        request.user, slug, kind=Campaign.Kind.VERIFY, answer_url_name="verify:verdict", limits={}
    )
    context["page"]["urls"]["batch"] = reverse("verify:verdicts")
    context["page"]["campaign"]["has_grid"] = screening.offers_grid(context["campaign"])
    return context | {
        "labels": Label.choices,
        "drawings": drawings.VERSION,
        "has_practice": practice.has_practice(context["campaign"].super_class),
    }


@require_GET
def example(request: HttpRequest, version: int, super_class: str, case: str) -> HttpResponse:
    """The drawn picture of a label, or of a hard case, in the instructions."""
    if version != drawings.VERSION or not practice.has_practice(super_class) or case not in CASES:
        raise Http404
    draw = partial(_example, super_class, case)
    return _drawn(drawings.jpeg(f"sightings/{super_class}/{case}.jpg", draw))


@require_GET
def practice_picture(
    request: HttpRequest, version: int, super_class: str, number: int
) -> HttpResponse:
    """A drawn scene to practise on."""
    is_known = practice.has_practice(super_class) and 0 <= number < practice.N_SCENES
    if version != drawings.VERSION or not is_known:
        raise Http404
    return _drawn(practice.picture(super_class, number))


def _example(super_class: str, case: str) -> Image.Image:
    seed = _EXAMPLE_SEED + CASES.index(case)
    return draw_sighting(super_class=super_class, case=case, seed=seed, size=_EXAMPLE_SIZE).image


def _drawn(picture: bytes) -> HttpResponse:
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": FOR_EVER})
