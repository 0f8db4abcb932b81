"""Making gold of what an organizer has settled.

The ordinary task keeps its answers and stays in the results. Beside it the photo gets a gold task,
which workers meet who have never been handed the photo; whoever has answered it does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from catalog.models import Reference
from crowd import audit
from crowd.errors import Conflict
from crowd.models import GoldStandard, Task, User


def add(task: Task, known: Mapping[str, Any], *, by: User, now: datetime) -> GoldStandard:
    """Make a settled task's photo gold; `known` are columns of `Reference`, what is known of it.

    Runs in the caller's transaction, which holds the campaign. Raises `Conflict` where the photo
    is or was gold in this campaign, or something else was imported for it.
    """
    campaign = task.campaign
    earlier = GoldStandard.objects.filter(campaign=campaign, task__image=task.image).first()
    if earlier is not None:
        was = "was gold before and has been withdrawn" if earlier.withdrawn_at else "is gold"
        raise Conflict(f"This photo {was} in this campaign.")
    reference = _reference(task, known)
    last = Task.objects.filter(campaign=campaign).aggregate(last=Max("position"))["last"]
    twin = Task.objects.create(
        campaign=campaign,
        image=task.image,
        position=(last or 0) + 1,
        state=Task.State.GOLD,
        n_wanted=0,
    )
    gold = GoldStandard.objects.create(
        campaign=campaign, task=twin, reference=reference, created_by=by, created_at=now
    )
    detail, subject = {"image": task.image.file_name}, f"campaign {campaign.slug}"
    audit.record(by, "add gold", subject, detail, now=now, campaign=campaign)
    return gold


def _reference(task: Task, known: Mapping[str, Any]) -> Reference:
    """What is known of the photo, stored where nothing was."""
    reference, is_new = Reference.objects.get_or_create(
        image=task.image, super_class=task.campaign.super_class, defaults=dict(known)
    )
    if is_new:
        return reference
    for name, value in known.items():
        stored = getattr(reference, name)
        if stored not in (None, "", value):
            raise Conflict(
                "What was imported for this photo says something else than the decision, so it "
                "cannot be gold. Import the right answer, or leave it."
            )
        setattr(reference, name, value)
    reference.save(update_fields=list(known))
    return reference
