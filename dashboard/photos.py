"""The photographs of a campaign: those on which workers agree least, and each with its answers."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crowd.adjudicated import AnyAdjudication
from crowd.adjudication_wire import NewStepSerializer, carry_out
from crowd.errors import CrowdError
from crowd.models import Campaign, Task
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import adjudications, checks, gold, one_photo, tasks
from dashboard.queries import gallery as queries
from dashboard.queries.adjudications import ADJUDICATORS
from dashboard.queries.gallery import Wish


@require_GET
@never_cache
@organizer_only
def gallery(request: HttpRequest, slug: str) -> HttpResponse:
    """On which photos do workers agree least?"""
    found = campaign_of(slug)
    if found.follows is not None:
        return redirect("dashboard:checks", found.follows.slug)
    wish = queries.wish_of(found, request.GET)
    number = _page_number(request.GET.get("page", ""))
    shown, has_next = queries.page(found, wish, number)
    counts = queries.counts(found)
    context = {
        **_of_cards(found, wish),
        "counts": counts,
        "cards": tasks.cards(found, shown),
        "number": number,
        "previous": number - 1,
        "next": number + 1 if has_next else None,
        "is_at_the_end": number == queries.LAST_PAGE,
        "first": (number - 1) * queries.PER_PAGE + 1,
        "window": queries.WINDOW,
        "states": [
            (words, wish.but(state=name), name == wish.state, counts.get(name))
            for name, words in queries.STATES.items()
        ],
        "orders": queries.orders(found),
        "patterns": queries.patterns(found),
        "said": queries.patterns(found).get(wish.pattern, ""),
        "grounds": AnyAdjudication.Ground.choices,
    }
    return pages.page(request, "dashboard/gallery.html", context)


@require_POST
@organizer_only
def photo_decide(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """Take one step on a photo, or say why nothing was done; with its card as it is then."""
    found = campaign_of(slug)
    task = get_object_or_404(
        Task.objects.exclude(state__in=[Task.State.GOLD, Task.State.AWAITED]),
        pk=task_id,
        campaign=found,
    )
    try:
        data = json.loads(request.body)
    except ValueError:
        data = None
    wish = NewStepSerializer(data=data)
    if found.kind not in ADJUDICATORS or not wish.is_valid():
        said: dict[str, Any] = {"detail": "Nothing was changed: the wish was not understood."}
        return JsonResponse(said, status=422)
    by, now = user_of(request), timezone.now()
    try:
        step = carry_out(ADJUDICATORS[found.kind], task_id, wish.validated_data, "", by=by, now=now)
    except CrowdError as error:
        # the card, too: what was refused may be news to whoever asked
        said = {"detail": error.detail, "errors": error.errors, "card": _drawn(request, task)}
        return JsonResponse(said, status=error.status)
    words = f"Photo {task.position + 1}: {step.get_action_display().lower()}."
    return JsonResponse({"card": _drawn(request, task), "said": words})


def _drawn(request: HttpRequest, task: Task) -> str:
    """A task's card as it is now, for the gallery that the request's address describes."""
    now = Task.objects.select_related("image__taxon", "campaign").get(pk=task.pk)
    found = now.campaign
    (card,) = tasks.cards(found, [now])
    context = {**_of_cards(found, queries.wish_of(found, request.GET)), "card": card}
    return render_to_string("dashboard/card.html", context, request)


@require_GET
@organizer_only
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Who answered what on this photo, and what became of it?"""
    found = tasks.find(task_id)
    # nothing can be said of a photograph that nobody has seen
    if found is None or found.state == Task.State.AWAITED:
        raise Http404
    if found.campaign.follows_id is not None:
        drawn = checks.drawn_task(found)
        if drawn is None:
            raise Http404
        return redirect("dashboard:task", drawn.pk)
    (card,) = tasks.cards(found.campaign, [found], is_large=True)
    n_answers = len(card.answers)
    wish = queries.wish_of(found.campaign, request.GET)
    if found.state == Task.State.GOLD:
        card = gold.with_known(card)
        before = after = None
    else:
        before, after = queries.neighbours(found.campaign, wish, found)
    context = {
        **campaign_context(found.campaign, "tasks"),
        "card": card,
        "n_answers": n_answers,
        "task": found,
        "versions": one_photo.versions(found),
        "skills": one_photo.skills(found, card.answers),
        "steps": adjudications.steps(found) if found.state != Task.State.GOLD else [],
        "wish": wish,
        "before": before,
        "after": after,
        "is_disputed": found.state == Task.State.DISPUTED,
        "can_decide": found.state != Task.State.GOLD,
    }
    return pages.page(request, "dashboard/task.html", context)


def _of_cards(found: Campaign, wish: Wish) -> dict[str, Any]:
    """What a card needs besides itself."""
    return {**campaign_context(found, "tasks"), "wish": wish}


def _page_number(said: str) -> int:
    """A page that there may be; the first for anything else."""
    number = int(said) if said.isdecimal() and len(said) < len(str(queries.WINDOW)) else 1
    return min(max(number, 1), queries.LAST_PAGE)
