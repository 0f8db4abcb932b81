"""The page of a data set's statistics, its figures as files, and all counts as JSON."""

from __future__ import annotations

import logging

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from kombu.exceptions import OperationalError
from redis import RedisError

from catalog.models import Dataset
from charts import downloads
from crowd.permissions import organizer_only
from exports import jobs, statistics_store
from exports import statistics_queries as queries
from exports.statistics_figures import figures
from exports.statistics_json import as_json
from exports.statistics_store import Counted

logger = logging.getLogger(__name__)


@require_GET
@organizer_only
def statistics_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What is this data set made of, and how does it compare with iNat2017?"""
    dataset = get_object_or_404(Dataset, slug=slug)
    now = timezone.now()
    try:
        counted, is_stale = _current(dataset)
    except (RedisError, OperationalError) as error:
        logger.warning("the broker cannot be reached (%s)", error)
        context = {"dataset": dataset, "as_of": now, "is_unreachable": True}
        return render(request, "exports/statistics.html", context, status=503)
    if counted is None:
        context = {"dataset": dataset, "as_of": now}
        status = 202 if not downloads.is_asked(request) else 503
        return render(request, "exports/statistics.html", context, status=status)
    made = figures(counted.statistics)
    if downloads.is_asked(request):
        return downloads.download(request, made, name=dataset.slug)
    context = {
        "dataset": dataset,
        "counted": counted.statistics,
        "n_classes": sum(row.n_classes for row in counted.statistics.super_classes),
        "figures": made,
        "is_stale": is_stale,
        "now": now,
        "as_of": counted.counted_at,
    }
    return render(request, "exports/statistics.html", context)


@require_GET
@organizer_only
def statistics_json(_request: HttpRequest, slug: str) -> HttpResponse:
    """All counts, and when they were counted; 202 while that has not been done yet."""
    dataset = get_object_or_404(Dataset, slug=slug)
    try:
        counted, _ = _current(dataset)
    except (RedisError, OperationalError):
        return JsonResponse({"detail": "The broker cannot be reached."}, status=503)
    if counted is None:
        return JsonResponse({"detail": "The data set is being counted."}, status=202)
    said = {"counted_at": counted.counted_at.isoformat(timespec="seconds")}
    return JsonResponse({**said, **as_json(counted.statistics, dataset)})


def _current(dataset: Dataset) -> tuple[Counted | None, bool]:
    """What was counted last, and whether it is being counted again."""
    counted = statistics_store.look(dataset)
    is_stale = counted is None or counted.is_stale(queries.newest(connection), timezone.now())
    if is_stale:
        jobs.enqueue_statistics(dataset)
    return counted, is_stale
