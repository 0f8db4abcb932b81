"""Making tasks gold: taking known answers into a campaign, and taking them out of service.

A photo that is gold is no task for the crowd: nobody else's answer is wanted. So of the campaign's
own photos only those become gold that nobody has been handed, and one that has been answered as
gold never becomes an ordinary task again: no answer changes its meaning. What an organizer has
settled becomes gold beside the ordinary task, for whoever has not met the photo
(`crowd/gold_of_adjudications.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, Func, IntegerField, Max, OuterRef, Q, QuerySet, TextField
from django.db.models.expressions import Value
from django.db.models.functions import MD5, Concat

from catalog.models import Image, Reference, Split
from crowd import audit, retirement
from crowd.errors import Invalid
from crowd.models import Assignment, Campaign, GoldStandard, Task, User

# Somebody who has drawn as many boxes as one may has missed nothing beyond them.
MOST_BOXES = 10
MOST_NAMED = 5


def available(campaign: Campaign) -> QuerySet[Reference]:
    """The references that can still become gold in a campaign: they say what it asks, of a photo
    of its data set and super-class that is not gold already and that nobody has been handed."""
    tasks = Task.objects.filter(campaign=campaign, image=OuterRef("image"))
    handed_out = Assignment.objects.filter(task__campaign=campaign, task__image=OuterRef("image"))
    taken = tasks.filter(~Q(state=Task.State.OPEN) | Q(n_taken__gt=0))
    return _known(campaign).filter(~Exists(taken), ~Exists(handed_out))


def add(
    campaign: Campaign, *, count: int, seed: int = 0, by: User | None = None, now: datetime
) -> int:
    """Make `count` photos gold, drawn with the seed, and return how many; fewer if there are fewer.

    Photos that are no tasks of the campaign (of another split) come first, as they cost it none.
    For verification half of them, if there are as many, do not show the animal. Raises `Invalid`
    with the reason where there is not one, or where no photo would be left to ask about.
    """
    found = available(campaign).annotate(
        is_task=Exists(Task.objects.filter(campaign=campaign, image=OuterRef("image"))),
        place=MD5(Concat(Value(f"{seed}/"), F("image__file_name"), output_field=TextField())),
    )
    found = found.order_by("is_task", "place", "pk")
    with transaction.atomic():
        _lock(campaign)
        if campaign.kind == Campaign.Kind.VERIFY:
            without = list(found.filter(status=Reference.Status.NON_INSTANCE)[:count])
            shown = list(found.filter(status=Reference.Status.INSTANCE)[:count])
            n_without = max(count // 2, count - len(shown))
            chosen = [*without[:n_without], *shown][:count]
        else:
            chosen = list(found[:count])
        if not chosen:
            raise Invalid(why_none(campaign), {"count": [why_none(campaign)]})
        return _make(campaign, chosen, by=by, now=now)


def add_named(
    campaign: Campaign, file_names: Iterable[str], *, by: User | None = None, now: datetime
) -> int:
    """Make these photos gold, by file name in the campaign's data set, and return how many are new.

    All or none: raises `Invalid` with the names of those that cannot be, by reason. Those that are
    gold already are passed over, but not those that were withdrawn.
    """
    names = sorted(set(file_names))
    with transaction.atomic():
        _lock(campaign)
        in_service = GoldStandard.objects.filter(campaign=campaign, withdrawn_at=None)
        already = in_service.filter(task__image__file_name__in=names)
        left = set(names) - set(already.values_list("task__image__file_name", flat=True))
        chosen = list(available(campaign).filter(image__file_name__in=left).order_by("pk"))
        found = Reference.objects.filter(pk__in=[one.pk for one in chosen])
        wrong = sorted(left - set(found.values_list("image__file_name", flat=True)))
        if wrong:
            raise Invalid("Some photos cannot become gold.", _reasons(campaign, wrong))
        return _make(campaign, chosen, by=by, now=now)


def withdraw(gold: GoldStandard, *, by: User | None = None, now: datetime) -> None:
    """Hand it out no more, and let its scores not count.

    A photo of the campaign that nobody has been handed becomes an ordinary task again.
    """
    with transaction.atomic():
        # a claim that is handing it out holds its row
        row = GoldStandard.objects.select_for_update().filter(pk=gold.pk).first()
        if row is None or row.withdrawn_at is not None:
            return
        task = Task.objects.select_related("campaign", "image").get(pk=row.task_id)
        if task.assignments.exists():
            GoldStandard.objects.filter(pk=row.pk).update(withdrawn_at=now)
        else:
            row.delete()
            _give_back(task)
        detail = {"image": task.image.file_name}
        subject = f"campaign {task.campaign.slug}"
        audit.record(by, "withdraw gold", subject, detail, now=now, campaign=task.campaign)


def _give_back(task: Task) -> None:
    if Task.objects.filter(campaign=task.campaign, image=task.image).exclude(pk=task.pk).exists():
        # the photo is an ordinary task already: this one was only its gold
        task.delete()
        return
    is_of_any = not task.campaign.split and task.image.split != Split.RESERVE
    if is_of_any or task.image.split == task.campaign.split:
        n_wanted = retirement.least_answers(task)
        Task.objects.filter(pk=task.pk).update(state=Task.State.OPEN, n_wanted=n_wanted)
    else:
        task.delete()


def _known(campaign: Campaign) -> QuerySet[Reference]:
    """The references that say what a campaign asks."""
    rows = Reference.objects.filter(
        image__dataset=campaign.dataset_id,
        image__super_class=campaign.super_class,
        image__state=Image.State.HERE,
        super_class=campaign.super_class,
    )
    if campaign.kind == Campaign.Kind.VERIFY:
        return rows.exclude(status="")
    n_boxes = Func("boxes_xywh", function="jsonb_array_length", output_field=IntegerField())
    return rows.annotate(n_boxes=n_boxes).filter(n_boxes__lte=MOST_BOXES)


def _make(
    campaign: Campaign, chosen: Sequence[Reference], *, by: User | None, now: datetime
) -> int:
    of_image = {reference.image_id: reference for reference in chosen}
    ordinary = Task.objects.filter(campaign=campaign).exclude(state=Task.State.GOLD)
    has_any = ordinary.exists()
    _take_out(campaign, of_image)
    if has_any and not ordinary.exists():
        raise Invalid("That would leave no photo to ask about; take fewer.")
    _add_tasks(campaign, of_image)
    tasks = Task.objects.filter(
        campaign=campaign, image__in=of_image, state=Task.State.GOLD, gold__isnull=True
    )
    made = GoldStandard.objects.bulk_create(
        GoldStandard(
            campaign=campaign,
            task=task,
            reference=of_image[task.image_id],
            created_by=by,
            created_at=now,
        )
        for task in tasks.order_by("position")
    )
    detail, subject = {"n": len(made)}, f"campaign {campaign.slug}"
    audit.record(by, "add gold", subject, detail, now=now, campaign=campaign)
    return len(made)


def _take_out(campaign: Campaign, image_ids: Iterable[int]) -> None:
    """Let the campaign's own tasks be no ordinary ones any more, where nobody has just been handed
    them."""
    tasks = Task.objects.filter(campaign=campaign, image__in=list(image_ids))
    tasks = tasks.filter(state=Task.State.OPEN, n_taken=0)
    tasks.update(state=Task.State.GOLD, n_wanted=0, aggregate_due_at=None)


def _add_tasks(campaign: Campaign, image_ids: Iterable[int]) -> None:
    """Tasks for photos that are none of the campaign's, behind all others."""
    of_campaign = Task.objects.filter(campaign=campaign)
    here = set(of_campaign.filter(image__in=list(image_ids)).values_list("image", flat=True))
    last = of_campaign.aggregate(last=Max("position"))["last"]
    Task.objects.bulk_create(
        Task(
            campaign=campaign,
            image_id=image_id,
            position=position,
            state=Task.State.GOLD,
            n_wanted=0,
        )
        for position, image_id in enumerate(sorted(set(image_ids) - here), start=(last or 0) + 1)
    )


def _lock(campaign: Campaign) -> None:
    """One at a time: two must not take the same photo."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


def why_none(campaign: Campaign) -> str:
    """Why no photo can become gold, where none is `available`."""
    is_box = campaign.kind == Campaign.Kind.BOX
    what = "where the boxes are" if is_box else "whether the animal is there"
    if _known(campaign).exists():
        return (
            f"No photo of {campaign.super_class} whose answer is known is left: each is gold "
            "already or has been given to a worker."
        )
    return (
        f"Of no photo of {campaign.super_class} in {campaign.dataset.slug} is it known {what}. "
        "Import such answers first (manage.py import_images)."
    )


def _reasons(campaign: Campaign, names: Sequence[str]) -> dict[str, list[str]]:
    """Why these photos cannot be gold: their names by reason, a few of them."""
    images = Image.objects.filter(dataset=campaign.dataset_id, file_name__in=names)
    here = set(images.values_list("file_name", flat=True))
    known = set(
        _known(campaign)
        .filter(image__file_name__in=names)
        .values_list("image__file_name", flat=True)
    )
    sorted_out = {
        "not in the data set": [name for name in names if name not in here],
        "answer not known, or more than 10 boxes": [name for name in names if name in here - known],
        "given to a worker already": [name for name in names if name in known],
    }
    return {reason: _few(found) for reason, found in sorted_out.items() if found}


def _few(names: Sequence[str]) -> list[str]:
    more = [f"and {len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
    return [", ".join([*names[:MOST_NAMED], *more])]
