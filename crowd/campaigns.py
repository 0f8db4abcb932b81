"""Creating campaigns and changing their life."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from catalog.models import Dataset
from catalog.superclasses import BOXED, SuperClass
from crowd import audit
from crowd.errors import Conflict, Invalid
from crowd.models import MOST_WORKERS, Campaign, User

# A keyed hash of the image's uid is a shuffle that anybody can repeat, and needs no memory.
_MAKE_TASKS = """
INSERT INTO crowd_task (campaign_id, image_id, position, state, n_wanted, n_taken, n_answers)
SELECT %(campaign)s, image.id,
       row_number() OVER (ORDER BY md5(%(seed)s || image.file_name), image.id) - 1,
       'open', %(n_wanted)s, 0, 0
FROM catalog_image image
WHERE image.dataset_id = %(dataset)s AND image.super_class = %(super_class)s
  AND (%(split)s = '' OR image.split = %(split)s)
"""


def create(
    *,
    slug: str,
    kind: Campaign.Kind,
    dataset: Dataset,
    super_class: SuperClass,
    split: str = "",
    workers_per_task: int = 3,
    max_workers: int | None = None,
    instructions: str = "",
    seed: int = 0,
    by: User | None = None,
    now: datetime,
) -> Campaign:
    """A campaign with a task for each image of the super-class (and split), in shuffled order.

    `max_workers` (default: two more than wanted) limits how many may answer a disputed task.
    Raises `Invalid` with the reasons by field.
    """
    campaign = Campaign(
        slug=slug,
        kind=kind,
        dataset=dataset,
        split=split,
        super_class=super_class,
        workers_per_task=workers_per_task,
        max_workers=min(workers_per_task + 2, MOST_WORKERS) if max_workers is None else max_workers,
        instructions=instructions,
        seed=seed,
        created_by=by,
    )
    _check(campaign)
    with transaction.atomic():
        campaign.save()
        if not _make_tasks(campaign):
            raise Invalid(
                "No image fits.",
                {"super_class": [_nothing_fits(campaign)]},
            )
        audit.record(by, "create", f"campaign {slug}", {"kind": kind.value}, now=now)
    return campaign


def set_status(campaign: Campaign, status: Campaign.Status, *, by: User, now: datetime) -> None:
    """Pause, resume or close; a closed campaign stays closed."""
    running = Campaign.objects.filter(pk=campaign.pk).exclude(status=Campaign.Status.CLOSED)
    with transaction.atomic():
        if not running.update(status=status):
            raise Conflict("A closed campaign cannot be opened again; create a new one.")
        audit.record(by, status.value, f"campaign {campaign.slug}", {}, now=now)


def _check(campaign: Campaign) -> None:
    if campaign.kind == Campaign.Kind.BOX and campaign.super_class not in BOXED:
        raise Invalid(
            "Single organisms of this super-class cannot be told apart well enough to box them.",
            {"super_class": [f"Choose one of {', '.join(sorted(BOXED))}."]},
        )
    try:
        campaign.full_clean()
    except ValidationError as error:
        raise Invalid("The campaign cannot be created like this.", error.message_dict) from error


def _make_tasks(campaign: Campaign) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            _MAKE_TASKS,
            {
                "campaign": campaign.pk,
                "dataset": campaign.dataset_id,
                "super_class": campaign.super_class,
                "split": campaign.split,
                "seed": str(campaign.seed),
                "n_wanted": campaign.workers_per_task,
            },
        )
        n_tasks: int = cursor.rowcount
        cursor.execute("ANALYZE crowd_task")
    return n_tasks


def _nothing_fits(campaign: Campaign) -> str:
    part = f"the {campaign.split} split of " if campaign.split else ""
    return f"There is no image of {campaign.super_class} in {part}{campaign.dataset.slug}."
