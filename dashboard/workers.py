"""The pages of a campaign's workers: all of them, one of them, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from charts import Figure, downloads
from crowd import messages as letters
from crowd import qualification
from crowd import workers as worker_actions
from crowd.errors import CrowdError, Invalid
from crowd.models import Campaign, Worker
from crowd.permissions import organizer_only
from dashboard import edges, pages, sheets, worker_figures, workers_figures
from dashboard.pages import campaign_context, campaign_of, user_of
from dashboard.queries import gold, merging, one_worker, pay, workers
from dashboard.queries.workers import STATES, WorkerRow

WORKERS_PER_PAGE = 100
WORKER_CHANGES = {
    "suspend": (
        worker_actions.suspend,
        "{worker} is paused and gets no new tasks in any campaign. The answers count as before.",
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
PRACTICE_CHANGES = {
    "send": (
        qualification.send_back,
        "{worker} practises on drawn photos before this campaign hands out another one.",
    ),
    "call_off": (qualification.call_off, "{worker} gets photos again without more practice."),
}
TIMED = ("n_timed", "seconds")
COLUMNS = (
    "worker", "state", "skill", "skill_low", "skill_high", "answers", "compared", "agreement",
    "missed", "extra", "loose", "empty", "unusable", "gold_answers", "gold_good",
    "median_answer_s", "median_box_s", "hourly", "currency", "first_at", "last_at",
)  # fmt: skip


@require_GET
@organizer_only
def workers_table(request: HttpRequest, slug: str) -> HttpResponse:
    """Who answers well, and who needs help?"""
    found = campaign_of(slug)
    rows = workers.workers(found)
    figure = workers_figures.crowd(found, rows)
    if downloads.is_asked(request):
        return downloads.download(request, [figure], name=f"{slug}-workers")
    sort = request.GET.get("sort", "answers")
    sort = sort if sort in workers.SORTS else "answers"
    is_descending = request.GET.get("order", "desc") != "asc"
    state, name = request.GET.get("state", ""), request.GET.get("name", "")
    state = state if state in STATES else ""
    chosen = workers.chosen(rows, state=state, name=name)
    in_order = workers.ordered(chosen, sort, is_descending=is_descending)
    page = Paginator(in_order, WORKERS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **campaign_context(found, "workers"),
        **_heading(found, rows),
        "page": page,
        "rows": workers.with_reasons(list(page)),
        "figures": [figure] if figure.spec else [],
        "sort": sort,
        "is_descending": is_descending,
        "state": state,
        "name": name,
        "filters": _filters(rows),
    }
    return pages.page(request, "dashboard/workers.html", context)


def _heading(found: Campaign, rows: list[WorkerRow]) -> dict[str, Any]:
    """The page's question answered in numbers."""
    n_timed, seconds = (sum(getattr(row.tally, name) for row in rows) for name in TIMED)
    all_pay = pay.of(found, n_timed, seconds)
    return {
        "n_workers": len(rows),
        "n_begun": len(rows) or workers.n_begun(found),
        "n_paused": sum(row.worker.status == Worker.Status.SUSPENDED for row in rows),
        "n_excluded": sum(row.worker.is_excluded for row in rows),
        "n_answers": sum(row.tally.n_answers for row in rows),
        "counted_at": workers.counted_at(found),
        "pay": all_pay,
        "pay_range": pay.hourly_range(all_pay, found),
        "fair_pay": settings.FAIR_PAY,
        "currency": settings.CURRENCY,
    }


def _filters(rows: list[WorkerRow]) -> list[tuple[str, str, int]]:
    """The states that there are, as (name, words, number); "" for all."""
    counts = {name: sum(row.state == name for row in rows) for name in STATES}
    shown = [(name, STATES[name], n) for name, n in counts.items() if n]
    return [("", "All", len(rows)), *shown]


@require_GET
@organizer_only
def workers_csv(_request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Every worker of the campaign with all figures."""
    found = campaign_of(slug)
    return sheets.download(f"{slug}-workers.csv", COLUMNS, _sheet(workers.workers(found)))


def _sheet(rows: list[WorkerRow]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        tally, span = row.tally, row.span
        yield (
            row.worker.pseudonym, row.state, *((span.value, span.low, span.high) if span else
            (None, None, None)), tally.n_answers, tally.n_compared, row.agreement, row.missed,
            row.extra, row.loose, row.empty, row.unusable, tally.n_gold, tally.n_gold_good,
            tally.median_s, tally.median_box_s, row.hourly, settings.CURRENCY,
            tally.first_at.isoformat(), tally.last_at.isoformat(),
        )  # fmt: skip


@require_GET
@organizer_only
def worker(request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """How well does this worker answer, and what can be done about it?"""
    found, who = campaign_of(slug), _worker_of(slug, worker_id)
    return _worker_page(request, found, who)


def _worker_of(slug: str, worker_id: int) -> Worker:
    return get_object_or_404(Worker, pk=worker_id, enrolments__campaign__slug=slug)


def _worker_page(
    request: HttpRequest, found: Campaign, who: Worker, *, draft: str = "", refused: str = ""
) -> HttpResponse:
    """`draft` is a message that was `refused`."""
    rows = workers.with_reasons(workers.workers(found, only=who))
    row = rows[0] if rows else None
    golden = one_worker.gold_history(found, who)
    of_days = one_worker.days(found, who)
    course = one_worker.course(of_days)
    habits = one_worker.habits(row.tally) if row else []
    figures = _figures(found, row, of_days, course, habits, golden)
    if downloads.is_asked(request):
        return downloads.download(request, figures, name=f"{found.slug}-{who.pseudonym}")
    context = {
        **campaign_context(found, "workers"),
        **_what_can_be_done(found, who),
        **_pay(found, who, row),
        "worker": who,
        "row": row,
        "figures": figures,
        "course": course,
        "habits": [habit for habit in habits if habit.is_clear],
        "edges": edges.edges(habits) if habits else None,
        "disagreements": one_worker.disagreements(found, who),
        "looked_through": one_worker.LOOKED_THROUGH,
        "deeds": workers.deeds(who),
        "gold": gold.of_worker(who, Campaign.Kind(found.kind)),
        "gold_failed": [one for one in golden if not one.is_good][: one_worker.SHOWN],
        "counted_at": workers.counted_at(found),
        "draft": draft,
        "refused": refused,
    }
    return pages.page(request, "dashboard/worker.html", context, 422 if refused else 200)


def _figures(
    found: Campaign,
    row: WorkerRow | None,
    of_days: list[one_worker.Day],
    course: one_worker.Course | None,
    habits: list[one_worker.Habit],
    golden: list[one_worker.GoldRow],
) -> list[Figure]:
    """The charts of which there is something to show."""
    is_box = found.kind == Campaign.Kind.BOX
    made = [worker_figures.days(of_days)] if of_days else []
    if course:
        made.append(worker_figures.course(course, is_box=is_box))
    if row and row.tally.n_objects + row.tally.n_extra:
        photos = reverse("dashboard:gallery", args=[found.slug])
        made.append(worker_figures.split(row.tally, f"{photos}?worker={row.worker.pk}"))
    if habits:
        made.append(worker_figures.habits(habits))
    if golden:
        made.append(worker_figures.gold(golden))
    if row and (row.tally.methods or row.tally.pointers):
        made.append(worker_figures.drawn(row.tally))
    return made


def _what_can_be_done(found: Campaign, who: Worker) -> dict[str, Any]:
    """The state of everything that an organizer can change."""
    practice = qualification.practice_of(who, found)
    return {
        "practice": practice,
        "why_no_practice": ""
        if practice.is_asked_again
        else qualification.why_not_again(who, found),
        "why_no_message": letters.why_not(who),
        "letters": one_worker.messages(found, who),
        "longest_message": letters.LONGEST,
        "merging": merging.since_exclusion(found, who),
    }


def _pay(found: Campaign, who: Worker, row: WorkerRow | None) -> dict[str, Any]:
    own = pay.of(found, row.tally.n_timed, row.tally.seconds) if row else None
    return {
        "pay": own,
        "pay_range": pay.hourly_range(own, found, who) if own else None,
        "fair_pay": settings.FAIR_PAY,
        "currency": settings.CURRENCY,
    }


@require_POST
@organizer_only
def worker_status(request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """Pause a worker, leave the answers out, or take back either."""
    who = _worker_of(slug, worker_id)
    change = WORKER_CHANGES.get(request.POST.get("action", ""))
    if change is None:
        raise Http404
    act, said = change
    act(who, by=user_of(request), now=timezone.now())
    messages.success(request, said.format(worker=who.pseudonym))
    return redirect("dashboard:worker", slug, worker_id)


@require_POST
@organizer_only
def worker_practice(request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """Send a worker back to practice, or call that off."""
    who = _worker_of(slug, worker_id)
    change = PRACTICE_CHANGES.get(request.POST.get("action", ""))
    if change is None:
        raise Http404
    act, said = change
    try:
        act(who, campaign_of(slug), by=user_of(request), now=timezone.now())
        messages.success(request, said.format(worker=who.pseudonym))
    except CrowdError as error:
        messages.error(request, error.detail)
    return redirect("dashboard:worker", slug, worker_id)


@require_POST
@organizer_only
def worker_message(request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """Write to a worker."""
    found, who = campaign_of(slug), _worker_of(slug, worker_id)
    text = request.POST.get("text", "")
    try:
        letters.write(who, found, text, by=user_of(request), now=timezone.now())
        messages.success(request, f"{who.pseudonym} sees it on the next page.")
    except Invalid as error:
        return _worker_page(request, found, who, draft=text, refused=error.detail)
    except CrowdError as error:
        messages.error(request, error.detail)
    return redirect("dashboard:worker", slug, worker_id)


@require_GET
@organizer_only
def worker_merging(_request: HttpRequest, slug: str, worker_id: int) -> HttpResponse:
    """How far the consensus has followed a decision about the worker's answers, as the page says
    it."""
    found, who = campaign_of(slug), _worker_of(slug, worker_id)
    context = {"merging": merging.since_exclusion(found, who), "campaign": found}
    said = render_to_string("dashboard/worker_merging.html", context | {"as_of": timezone.now()})
    is_over = context["merging"] is None or context["merging"].is_over  # type: ignore[union-attr]
    return JsonResponse({"html": said.strip(), "is_over": is_over})
