"""Reads for the workers' pages and the API; they never write."""

from __future__ import annotations

import uuid

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from catalog.models import Image
from crowd.errors import NotFound
from crowd.models import Assignment, Campaign, Task, User, Worker


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


def campaigns_to_work_on() -> QuerySet[Campaign]:
    """Running campaigns, each with `has_work`: is there any open slot in it now?"""
    free = Task.objects.filter(
        campaign=OuterRef("pk"), state=Task.State.OPEN, n_taken__lt=F("n_wanted")
    )
    return (
        Campaign.objects.filter(status=Campaign.Status.RUNNING)
        .annotate(has_work=Exists(free))
        .order_by("kind", "slug")
    )


def answered_by(worker: Worker) -> list[tuple[Campaign, int]]:
    """The campaigns a worker has answered in, each with the number of tasks answered."""
    answered = Assignment.objects.filter(worker=worker, state=Assignment.State.SUBMITTED)
    counted = answered.order_by().values("task__campaign").annotate(n=Count("id"))
    n_in = {row["task__campaign"]: row["n"] for row in counted}
    found = Campaign.objects.filter(pk__in=n_in).order_by("kind", "slug")
    return [(campaign, n_in[campaign.pk]) for campaign in found]


def is_human_in(campaign: Campaign) -> bool:
    """Whether anybody but simulated workers has an answer or a lease in it."""
    return Assignment.objects.filter(task__campaign=campaign, worker__is_simulated=False).exists()
