"""Asking for a release."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from catalog.models import Dataset, Image, Split
from crowd import audit, hints
from crowd.errors import Invalid
from crowd.models import User
from exports.jobs import make_waiting_releases
from exports.models import Release


def create(
    dataset: Dataset,
    *,
    profile: str = Release.Profile.COCO,
    split: str = "",
    is_allowing_undecided: bool = False,
    is_allowing_stale: bool = False,
    by: User | None = None,
    now: datetime,
) -> Release:
    """A waiting release with the data set's next number; a Celery worker makes its files.

    Unless it is allowed to be stale it is made once all answers are worked into the consensus.
    Raises `Invalid` where there is no image to release.
    """
    images = dataset.images.filter(state=Image.State.HERE)
    images = images.filter(split=split) if split else images.exclude(split=Split.RESERVE)
    if not images.exists():
        part = f"the {split} split of " if split else ""
        reason = f"There are no images in {part}{dataset.slug}."
        raise Invalid("There is nothing to release.", {"split": [reason]})
    with transaction.atomic():
        # one at a time, so that two people never get the same number
        Dataset.objects.select_for_update().get(pk=dataset.pk)
        last = dataset.releases.aggregate(last=Max("number"))["last"] or 0
        release = Release.objects.create(
            dataset=dataset,
            number=last + 1,
            profile=profile,
            split=split,
            is_allowing_undecided=is_allowing_undecided,
            is_allowing_stale=is_allowing_stale,
            created_by=by,
            created_at=now,
        )
        asked = {"profile": str(profile), "split": split, "is_allowing_stale": is_allowing_stale}
        audit.record(by, "create", f"release {dataset.slug}/{release.number}", asked, now=now)
        transaction.on_commit(lambda: hints.hint(make_waiting_releases))
    return release
