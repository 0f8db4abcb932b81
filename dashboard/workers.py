"""The pages of a campaign's workers: all of them, one of them, and what can be done."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crowd import workers as worker_actions
from crowd.models import Campaign, Worker
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import gold, samples, workers

WORKERS_PER_PAGE = 200

WORKER_CHANGES = {
    "suspend": (
        worker_actions.suspend,
        "{worker} gets no new tasks in any campaign. The answers count as before.",
    ),
    "reinstate": (
        worker_actions.reinstate,
        "{worker} gets tasks again, and all answers of {worker} count.",
    ),
    "exclude": (
        worker_actions.exclude,
        "{worker} gets no new tasks, and the answers are left out of every consensus as soon as "
        "skills are estimated again, within minutes. Nothing is deleted.",
    ),
    "include": (
        worker_actions.include,
        "The answers of {worker} count again as soon as skills are estimated again, within "
        "minutes. {worker} still gets no tasks.",
    ),
    "watch": (
        worker_actions.watch,
        "{worker} is suspended again if the answers are too far from everybody else's.",
    ),
}


@require_GET
@organizer_only
def workers_table(request: HttpRequest, slug: str) -> HttpResponse:
    """Who answers well, and who needs help?"""
    found = campaign_of(slug)
    sort = request.GET.get("sort", "answers")
    sort = sort if sort in workers.SORTS else "answers"
    is_descending = request.GET.get("order", "desc") != "asc"
    rows = workers.workers(found)
    in_order = workers.ordered(rows, sort, is_descending=is_descending)
    page = Paginator(in_order, WORKERS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **campaign_context(found, "workers"),
        "page": page,
        "n_workers": len(rows),
        "n_suspended": sum(row.worker.status == Worker.Status.SUSPENDED for row in rows),
        "n_excluded": sum(row.worker.is_excluded for row in rows),
        "n_answers": sum(row.n_answers for row in rows),
        "sort": sort,
        "is_descending": is_descending,
        "sample_size": samples.SAMPLE,
    }
    return pages.page(request, "dashboard/workers.html", context)


@require_GET
@organizer_only
def worker(request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """How well does this worker answer, and what can be done about it?"""
    found = campaign_of(slug)
    who = get_object_or_404(Worker, pk=worker_id, enrolments__campaign=found)
    rows = workers.workers(found, only=who)
    context = {
        **campaign_context(found, "workers"),
        "worker": who,
        "row": rows[0] if rows else None,
        "deeds": workers.deeds(who),
        "gold": gold.of_worker(who, Campaign.Kind(found.kind)),
        "sample_size": samples.SAMPLE,
    }
    return pages.page(request, "dashboard/worker.html", context)


@require_POST
@organizer_only
def worker_status(request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """Suspend a worker, leave the answers out, or take back either."""
    worker = get_object_or_404(Worker, pk=worker_id, enrolments__campaign__slug=slug)
    change = WORKER_CHANGES.get(request.POST.get("action", ""))
    if change is None:
        raise Http404
    act, said = change
    act(worker, by=user_of(request), now=timezone.now())
    messages.success(request, said.format(worker=worker.pseudonym))
    return redirect("dashboard:worker", slug, worker_id)
