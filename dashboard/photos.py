"""The photographs of a campaign: those on which workers agree least, and each with its answers."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from crowd.models import Task
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.pages import campaign_context, campaign_of
from dashboard.queries import gold, tasks

CARDS_PER_PAGE = 24
STATE_WORDS = {
    "": "All",
    "disputed": "Disputed",
    "open": "Open",
    "retired": "Finished",
    "excluded": "Excluded",
}


@require_GET
@organizer_only
def gallery(request: HttpRequest, slug: str) -> HttpResponse:
    """On which photos do workers agree least?"""
    found = campaign_of(slug)
    counts = tasks.n_answered_by_state(found)
    state = request.GET.get("state", "")
    state = state if state in counts else ""
    counts[""] = sum(counts.values())
    page = Paginator(tasks.answered(found, state), CARDS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **campaign_context(found, "tasks"),
        "page": page,
        "cards": tasks.cards(found, list(page)),
        "state": state,
        "filters": [(name, words_, counts[name]) for name, words_ in STATE_WORDS.items()],
    }
    return pages.page(request, "dashboard/gallery.html", context)


@require_GET
@organizer_only
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Who answered what on this photo, and what became of it?"""
    found = tasks.find(task_id)
    # nothing can be said of a photograph that nobody has seen
    if found is None or found.state == Task.State.AWAITED:
        raise Http404
    (card,) = tasks.cards(found.campaign, [found], is_large=True)
    n_answers = len(card.answers)
    if found.state == Task.State.GOLD:
        card = gold.with_known(card)
    context = {
        **campaign_context(found.campaign, "tasks"),
        "card": card,
        "n_answers": n_answers,
        "task": found,
        "versions": tasks.versions(found),
        "next_task": tasks.next_task(found),
        "is_disputed": found.state == Task.State.DISPUTED,
        "can_decide": found.state != Task.State.GOLD,
    }
    return pages.page(request, "dashboard/task.html", context)
