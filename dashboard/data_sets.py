"""Organizers' pages of data sets: what there is, how much of it is here, and what to do with it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from catalog import dataset_copies, jobs, leaks
from catalog.dataset_copies import PIXELS, Unsuitable
from catalog.models import Dataset, DatasetCopy
from crowd import photographs
from crowd.permissions import organizer_only
from dashboard import pages
from dashboard.pages import user_of
from dashboard.queries import data_sets as queries
from dashboard.queries.data_sets import Arrivals

# up to so many photographs are checked for leaks on every load; more take too long for that
CHECKED_AT_ONCE = 50_000
# what an import keeps of how a data set came about, in the order of the page
RECIPE = {
    "policy": "Taxa selected as",
    "splits": "Splits as",
    "seed": "Seed",
    "n_test": "Test photographs wanted",
    "digest": "Digest of what was chosen",
}


@require_GET
@organizer_only
def data_sets(request: HttpRequest) -> HttpResponse:
    """Which data sets are there, and how much of each is here?"""
    rows = queries.data_sets()
    columns = [split for split in queries.SPLITS if any(row.splits[split] for row in rows)]
    context = {
        "rows": [(row, [row.splits[split] for split in columns]) for row in rows],
        "columns": columns,
        "n_images": sum(row.arrivals.n_images for row in rows),
        "n_awaited": sum(row.arrivals.n_awaited for row in rows),
    }
    return pages.page(request, "dashboard/data_sets.html", context)


@require_GET
@organizer_only
def data_set(request: HttpRequest, slug: str) -> HttpResponse:
    """What does this data set hold, and what is missing of it?"""
    found = get_object_or_404(Dataset, slug=slug)
    summary = queries.summary(found)
    n_images = summary.arrivals.n_images
    is_checked = n_images <= CHECKED_AT_ONCE or request.GET.get("check") == "leaks"
    has_splits = any(summary.columns)
    copies = queries.copies_of(found)
    context = {
        "dataset": found,
        "recipe": recipe_of(found),
        "summary": summary,
        "has_splits": has_splits,
        "sources": queries.sources(found),
        "troubles": queries.troubles(found) if summary.arrivals.n_missing else [],
        "campaigns": queries.campaigns_of(found),
        "copies": [(copy, dataset_copies.folder_of(copy)) for copy in copies],
        "leaks": leaks.check(found) if is_checked and has_splits else None,
        "pixels": PIXELS,
        "is_moving": is_moving(summary.arrivals, copies),
    }
    return pages.page(request, "dashboard/data_set.html", context)


@require_GET
@organizer_only
def data_set_status(_request: HttpRequest, slug: str) -> HttpResponse:
    """How far photographs and copies are, for the page that follows them."""
    found = get_object_or_404(Dataset, slug=slug)
    arrivals, copies = queries.summary(found).arrivals, queries.copies_of(found)
    counts = {
        "here": arrivals.n_here,
        "awaited": arrivals.n_awaited,
        "failed": arrivals.n_failed,
        **{f"copy-{copy.pixels}": copy.n_done for copy in copies},
    }
    return JsonResponse({"counts": counts, "is_moving": is_moving(arrivals, copies)})


@require_POST
@organizer_only
def data_set_retry(request: HttpRequest, slug: str) -> HttpResponse:
    """Try again to fetch what could not be fetched."""
    found = get_object_or_404(Dataset, slug=slug)
    n_images = photographs.retry_failed(found, by=user_of(request), now=timezone.now())
    if n_images:
        jobs.hint_fetching()
        messages.success(request, f"{n_images:,} photographs are fetched again.")
    else:
        messages.success(request, "No photograph has failed any more.")
    return redirect("dashboard:data_set", slug)


@require_POST
@organizer_only
def data_set_copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the data set's own rendition made, or brought up to date."""
    found = get_object_or_404(Dataset, slug=slug)
    try:
        photographs.render(found, by=user_of(request), now=timezone.now())
    except Unsuitable as error:
        messages.error(request, str(error))
    else:
        jobs.hint_copies()
        messages.success(request, f"The copy at {PIXELS} px is being made.")
    return redirect("dashboard:data_set", slug)


def is_moving(arrivals: Arrivals, copies: list[DatasetCopy]) -> bool:
    """Whether there is something under way that a page should follow."""
    is_copied = any(copy.state == DatasetCopy.State.RUNNING for copy in copies)
    return bool(arrivals.n_awaited) or is_copied


def recipe_of(dataset: Dataset) -> list[tuple[str, str]]:
    """How a data set was chosen and split, as names and values; empty where no import said."""
    recipe: dict[str, Any] = dataset.recipe
    chosen = [
        (f"Selection: {name.replace('_', ' ')}", value)
        for name, value in sorted((recipe.get("parameters") or {}).items())
    ]
    said = [(words, recipe.get(name)) for name, words in RECIPE.items()]
    return [
        (name, str(value))
        for name, value in [*said[:1], *chosen, *said[1:]]
        if value != "" and value is not None
    ]
