"""Celery jobs of the catalog: thin, each makes one call."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog import arrivals, dataset_copies

logger = logging.getLogger(__name__)

HINT_EXPIRES_S = 30


@shared_task(name="catalog.render_copies")
def render_copies() -> None:
    """Make the next part of a data set's copy and leave the rest to another job, so that answers
    which come meanwhile are not kept waiting. Beat asks as well, so none is ever lost."""
    if dataset_copies.advance(clock=timezone.now):
        hint_copies()


def hint_copies() -> None:
    """Have the next part of a copy made soon; without a broker, beat's next round does it."""
    try:
        render_copies.apply_async(retry=False, expires=HINT_EXPIRES_S)
    except OperationalError as error:
        logger.warning("the broker cannot be reached (%s); beat will catch up", error)


@shared_task(name="catalog.fetch_due")
def fetch_due() -> None:
    """Fetch photographs that are due for a quarter of a minute and leave the rest to another job,
    behind the jobs that wait by then. Beat asks as well, so none is ever lost."""
    if arrivals.fetch_due(clock=timezone.now).is_worth_another:
        hint_fetching()


def hint_fetching() -> None:
    """Have what is due fetched soon; without a broker, beat's next round does it."""
    try:
        fetch_due.apply_async(retry=False, expires=HINT_EXPIRES_S)
    except OperationalError as error:
        logger.warning("the broker cannot be reached (%s); beat will catch up", error)
