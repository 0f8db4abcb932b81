"""Celery jobs of the catalog: thin, each makes one call."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog import dataset_copies

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
