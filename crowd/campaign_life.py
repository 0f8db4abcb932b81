"""What becomes of a campaign: cloned, told otherwise, put away, brought back.

Pausing, resuming and closing are in `crowd/campaigns.py`. All of it is recorded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from catalog.models import Dataset
from catalog.superclasses import SuperClass
from crowd import audit, campaigns
from crowd.errors import Conflict, Invalid
from crowd.models import Campaign, Instructions, User

LONGEST_INSTRUCTIONS = 5000


def clone(
    source: Campaign,
    *,
    slug: str,
    dataset: Dataset,
    split: str,
    n_gold: int = 0,
    by: User,
    now: datetime,
) -> Campaign:
    """A new running campaign with all settings and the instructions of another, on the images of
    `split` ('' for all) of a data set; its tasks have an order of their own.

    Nothing that anybody answered is taken over. Raises `Invalid` with the reasons by field.
    """
    with transaction.atomic():
        made = campaigns.create(
            slug=slug,
            kind=Campaign.Kind(source.kind),
            dataset=dataset,
            super_class=SuperClass(source.super_class),
            stopping=Campaign.Stopping(source.stopping),
            workers_per_task=source.workers_per_task,
            max_workers=source.max_workers,
            tau=source.tau,
            pilot_share=source.pilot_share,
            n_gold=n_gold,
            by=by,
            now=now,
            split=split,
            seed=source.seed,
            instructions=source.instructions,
            has_grid=source.has_grid,
            has_qualification=source.has_qualification,
            missed_cost=source.missed_cost,
            lease_s=source.lease_s,
            pay_per_answer=source.pay_per_answer,
            pay_per_hour=source.pay_per_hour,
        )
        detail = {"from": source.slug}
        audit.record(by, "clone", f"campaign {slug}", detail, now=now, campaign=made)
    return made


def edit_instructions(
    campaign: Campaign, text: str, *, knowing: int, by: User, now: datetime
) -> Instructions | None:
    """A new version of what workers are told; None where the text is as before.

    `knowing` is the number of the version that the author had before the eyes. Raises `Conflict`
    where there is a newer one, and `Invalid` for a text that is too long.
    """
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_INSTRUCTIONS:
        wrong = f"At most {LONGEST_INSTRUCTIONS:,} letters; these are {len(text):,}."
        raise Invalid("The instructions are too long.", {"text": [wrong]})
    with transaction.atomic():
        row = _locked(campaign)
        if row.n_instructions != knowing:
            raise Conflict("Somebody else has changed the instructions meanwhile.")
        if row.instructions.replace("\r\n", "\n").strip() == text:
            return None
        number = row.n_instructions + 1
        Campaign.objects.filter(pk=row.pk).update(instructions=text, n_instructions=number)
        made = Instructions.objects.create(
            campaign=row, number=number, text=text, written_by=by, written_at=now
        )
        detail = {"version": number, "letters": len(text)}
        _record(row, "edit instructions", detail, by=by, now=now)
    return made


def versions_of(campaign: Campaign) -> QuerySet[Instructions]:
    """All versions of the instructions, the newest first."""
    rows = Instructions.objects.filter(campaign=campaign).select_related("written_by")
    return rows.order_by("-number")


def archive(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Out of all lists; a running campaign is paused. Everything is kept, and is released as
    before. Doing it twice changes nothing."""
    with transaction.atomic():
        row = _locked(campaign)
        if row.archived_at is None:
            is_running = row.status == Campaign.Status.RUNNING
            status = Campaign.Status.PAUSED if is_running else row.status
            Campaign.objects.filter(pk=row.pk).update(archived_at=now, status=status)
            _record(row, "archive", {"was": row.status}, by=by, now=now)


def bring_back(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Into the lists again, paused or closed as it is. Doing it twice changes nothing."""
    with transaction.atomic():
        row = _locked(campaign)
        if row.archived_at is not None:
            Campaign.objects.filter(pk=row.pk).update(archived_at=None)
            _record(row, "bring back", {}, by=by, now=now)


def _locked(campaign: Campaign) -> Campaign:
    # a task that is being written refers to this row, and need not wait
    return Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def _record(row: Campaign, action: str, detail: dict[str, Any], *, by: User, now: datetime) -> None:
    audit.record(by, action, f"campaign {row.slug}", detail, now=now, campaign=row)
