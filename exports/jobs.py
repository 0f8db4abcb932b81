"""Celery jobs of the releases: thin, each makes one call."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from catalog.models import Dataset
from crowd import hints
from exports import making, statistics_store

ASKED_AGAIN_S = 30


@shared_task(name="exports.make_waiting_releases")
def make_waiting_releases() -> int:
    """Make the releases that wait; beat asks every few seconds, so none is ever lost."""
    hints.taken(make_waiting_releases)
    return making.make_unfinished(clock=timezone.now)


@shared_task(name="exports.count_statistics")
def count_statistics(dataset_id: int) -> None:
    """Count a data set, if that has to be done again; a page that was looked at asks for it."""
    dataset = Dataset.objects.filter(pk=dataset_id).first()
    if dataset is not None:
        statistics_store.refresh(dataset, clock=timezone.now)


def enqueue_statistics(dataset: Dataset) -> None:
    """Have a data set counted. Raises OperationalError without a broker.

    Whoever looks asks every few seconds, so nothing piles up while no worker takes it.
    """
    count_statistics.apply_async(
        kwargs={"dataset_id": dataset.pk}, retry=False, expires=ASKED_AGAIN_S
    )
