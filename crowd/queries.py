"""Reads for the workers' pages and the API; they never write."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Func, IntegerField, OuterRef, QuerySet
from django.utils.translation import gettext as _

from catalog.models import Image
from crowd.errors import NotFound
from crowd.models import Assignment, Campaign, Task, User, Worker

# more photos than anybody counts
MANY = 100


def visible_image(uid: uuid.UUID, user: User) -> Image | None:
    """An image that this user may look at: organizers all, workers what was assigned to them."""
    images = Image.objects.filter(uid=uid)
    if not user.is_organizer:
        assigned = Assignment.objects.filter(task__image=OuterRef("pk"), worker__user=user)
        images = images.filter(Exists(assigned))
    return images.first()


def campaign_of_kind(slug: str, kind: Campaign.Kind) -> Campaign:
    """The campaign; `NotFound` where there is none of that name and kind."""
    campaign = Campaign.objects.filter(slug=slug, kind=kind).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    return campaign


def campaigns_to_work_on(worker: Worker) -> QuerySet[Campaign]:
    """Running campaigns, each with `n_waiting`: the photos that this worker could answer now, those
    already held included; free ones are counted up to `MANY` + 1. `dataset` is read along.

    Of a check those are left out that the worker has drawn on. Held gold is not counted: it is
    never among the free ones, so the sum would grow with its lease and so tell which it is.
    """
    own = Assignment.objects.filter(task=OuterRef("pk"), worker=worker)
    drawn = Assignment.objects.filter(
        task__image=OuterRef("image"), task__campaign=OuterRef(OuterRef("follows")), worker=worker
    )
    free = Task.objects.filter(
        ~Exists(own),
        ~Exists(drawn),
        campaign=OuterRef("pk"),
        state=Task.State.OPEN,
        n_taken__lt=F("n_wanted"),
    )
    held = Assignment.objects.filter(
        task__campaign=OuterRef("pk"), worker=worker, state=Assignment.State.LEASED
    ).exclude(task__state=Task.State.GOLD)
    return (
        Campaign.objects.filter(status=Campaign.Status.RUNNING)
        .annotate(n_waiting=_length(free, most=MANY + 1) + _length(held))
        .select_related("dataset")
        .order_by("kind", "slug")
    )


def _length(rows: QuerySet[Any], *, most: int | None = None) -> Func:
    found = ArraySubquery(rows.order_by().values("pk")[:most])
    return Func(found, function="cardinality", output_field=IntegerField())


def is_human_in(campaign: Campaign) -> bool:
    """Whether anybody but simulated workers has an answer or a lease in it."""
    return Assignment.objects.filter(task__campaign=campaign, worker__is_simulated=False).exists()
