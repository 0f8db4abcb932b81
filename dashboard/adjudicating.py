"""The pages on which organizers decide: one photo after the other, and the editor for their own
boxes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crowd import gold_correcting
from crowd.adjudicated import AnyAdjudication
from crowd.adjudication_wire import NewStepSerializer, carry_out
from crowd.errors import CrowdError
from crowd.models import Campaign, GoldStandard, Task
from crowd.permissions import organizer_only
from dashboard import expert_editor, pages
from dashboard.expert_editor import Errand
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import adjudications, gallery, tasks
from dashboard.queries.adjudications import ADJUDICATORS, SCORERS, SHOWS, Queue
from verify.models import Label


@require_GET
@never_cache
@organizer_only
def adjudicate(request: HttpRequest, slug: str) -> HttpResponse:
    """Which photos wait for a decision, and what do workers say of this one?"""
    found = campaign_of(slug)
    if found.follows is not None:
        # what is checked is decided on where it was drawn
        return redirect("dashboard:adjudicate", found.follows.slug)
    queue = Queue(found, _show(request.GET.get("show", "")))
    wanted = request.GET.get("task", "")
    task = adjudications.find(found, wanted) if wanted else queue.first()
    if wanted and task is None:
        raise Http404
    counts = adjudications.counts(found)
    context = {
        **campaign_context(found, "adjudicate"),
        "counts": counts,
        "n_waiting": counts["disputed"] + counts["reported"],
        "show": queue.show,
        "shows": [(name, said, counts.get(name)) for name, said in SHOWS.items()],
        "done": _done(found, request.GET.get("done", "")),
        "grounds": AnyAdjudication.Ground.choices,
        "labels": [] if found.kind == Campaign.Kind.BOX else list(enumerate(Label.choices, 1)),
    }
    if task is not None:
        context |= _of_task(queue, task)
    return pages.page(request, "dashboard/adjudicate.html", context)


@require_POST
@organizer_only
def decide(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """Take one step on a photo and show the next one."""
    found = _decided_on(slug)
    show, next_id = _show(request.POST.get("show", "")), request.POST.get("next", "")
    action, _, label = request.POST.get("action", "").partition(":")
    data = {name: request.POST.get(name, "") for name in ("ground", "reason")}
    numbers = {name: request.POST.get(name) or 0 for name in ("seen", "consensus_seen")}
    wish = NewStepSerializer(data={**data, **numbers, "action": action})
    here = {"show": show, "task": str(task_id)}
    if not wish.is_valid():
        messages.error(request, "Nothing was changed: the form was not filled in as it must be.")
        return redirect(_address(slug, here))
    try:
        carry_out(
            ADJUDICATORS[found.kind],
            task_id,
            wish.validated_data,
            label,
            by=user_of(request),
            now=timezone.now(),
        )
    except CrowdError as error:
        messages.error(request, error.detail)
        return redirect(_address(slug, here))
    if action == AnyAdjudication.Action.UNDO:
        messages.success(request, "Taken back. The photo is as it was before.")
        return redirect(_address(slug, here))
    after = {"task": next_id} if next_id.isdecimal() else {}
    return redirect(_address(slug, {"show": show, **after, "done": str(task_id)}))


@require_POST
@organizer_only
def make_gold(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """Let what has been decided measure workers, or correct the gold that there is of it."""
    found, now, by = _decided_on(slug), timezone.now(), user_of(request)
    outdated = adjudications.outdated_gold(found, task_id)
    try:
        if outdated is None:
            ADJUDICATORS[found.kind].make_gold(task_id, by=by, now=now)
            said = "The photo is gold: workers who have not met it get it among the others."
        else:
            n = gold_correcting.correct(*outdated, SCORERS[found.kind], by=by, now=now)
            said = f"Gold says what you have decided. Answers scored anew: {n}."
        messages.success(request, said)
    except CrowdError as error:
        messages.error(request, error.detail)
    here = {"show": _show(request.POST.get("show", "")), "task": str(task_id)}
    return redirect(_address(slug, here))


@require_GET
@never_cache
@organizer_only
def edit(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """The editor, for the boxes that are to stand."""
    found = campaign_of(slug)
    task = adjudications.find(found, str(task_id))
    if task is None or found.kind != Campaign.Kind.BOX:
        raise Http404
    queue = Queue(found, _show(request.GET.get("show", "")))
    (card,) = tasks.cards(found, [task], is_large=True)
    steps = adjudications.steps(task)
    overlay = card.overlay
    back, on = _ways_out(request, queue, task)
    errand = Errand(
        save=reverse("annotate:adjudications", args=[task.pk]),
        back=back,
        on=on,
        seen=steps[0].version if steps else 0,
    )
    boxes = [(b.x, b.y, b.w, b.h) for b in (overlay.consensus if overlay else ())]
    return expert_editor.page(request, task, boxes, errand)


def _ways_out(request: HttpRequest, queue: Queue, task: Task) -> tuple[str, str]:
    """Where the editor leads without a decision and after one: to the gallery for whoever came from
    there (`?gallery=` is its own query), else along the queue."""
    slug = queue.campaign.slug
    if "gallery" in request.GET:
        wish = gallery.wish_of(queue.campaign, QueryDict(request.GET["gallery"]).dict())
        address = reverse("dashboard:gallery", args=[slug])
        there = f"{address}?{wish.query}#photo-{task.pk}"
        return there, there
    after = queue.next(task)
    following = {"task": str(after.pk)} if after else {}
    return (
        _address(slug, {"show": queue.show, "task": str(task.pk)}),
        _address(slug, {"show": queue.show, **following, "done": str(task.pk)}),
    )


def _show(wanted: str) -> str:
    return wanted if wanted in SHOWS else ""


def _address(slug: str, query: dict[str, str]) -> str:
    said = urlencode({name: value for name, value in query.items() if value})
    address = reverse("dashboard:adjudicate", args=[slug])
    return f"{address}?{said}" if said else address


def _of_task(queue: Queue, task: Task) -> dict[str, Any]:
    """What the page shows of the photo in question."""
    found = queue.campaign
    (card,) = tasks.cards(found, [task], is_large=True)
    steps = adjudications.steps(task)
    return {
        "task": task,
        "card": card,
        "steps": steps,
        "seen": steps[0].version if steps else 0,
        "next_task": queue.next(task),
        "previous_task": queue.previous(task),
        "can_accept": card.can_accept,
        "can_undo": _can_undo(steps),
        "is_gold_outdated": card.settled is not None
        and adjudications.outdated_gold(found, task.pk) is not None,
        "can_be_gold": card.settled is not None
        and not card.settled.is_exclusion
        and not GoldStandard.objects.filter(campaign=found, task__image=task.image).exists(),
    }


def _can_undo(steps: list[AnyAdjudication]) -> bool:
    undone = {step.undoes.pk for step in steps if step.undoes}
    is_undo = AnyAdjudication.Action.UNDO
    return any(step.action != is_undo and step.pk not in undone for step in steps)


def _done(found: Campaign, task_id: str) -> dict[str, Any] | None:
    """What has just been decided, with a way back."""
    task = adjudications.find(found, task_id)
    steps = adjudications.steps(task) if task else []
    if task is None or not steps or steps[0].action == AnyAdjudication.Action.UNDO:
        return None
    return {"task": task, "step": steps[0]}


def _decided_on(slug: str) -> Campaign:
    """A campaign that can be decided on: what is checked is decided on where it was drawn."""
    found = campaign_of(slug)
    if found.kind not in ADJUDICATORS:
        raise Http404
    return found
