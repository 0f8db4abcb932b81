"""Plain builders of rows. Each makes what it needs unless it is given."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from annotate import inspecting
from annotate import submission as box_submission
from annotate.models import Check, Consensus
from catalog.models import Dataset, Image, Reference, Taxon
from catalog.superclasses import SuperClass
from crowd import campaigns, leases, people
from crowd.models import Campaign, Task, User, Worker
from verify import submission as verify_submission

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PASSWORD = "quite-a-long-one"


def user(name: str, *, role: User.Role = User.Role.WORKER) -> User:
    return people.add_user(name, PASSWORD, role=role)


def worker(name: str, *, status: Worker.Status = Worker.Status.ACTIVE) -> Worker:
    made = user(name).worker
    made.status = status
    made.save()
    return made


def dataset(slug: str = "field") -> Dataset:
    return Dataset.objects.get_or_create(slug=slug, defaults={"name": slug.title()})[0]


def images(
    n: int,
    *,
    super_class: SuperClass = SuperClass.AVES,
    split: str = "",
    of: Dataset | None = None,
    prefix: str = "",
    boxes_xywh: list[list[float]] | None = None,
) -> list[Image]:
    """`n` images of 800 x 600 pixels; rows only, no files."""
    of = of or dataset()
    taxon, _ = Taxon.objects.get_or_create(
        dataset=of, name=f"{super_class} exempli", super_class=super_class
    )
    made = Image.objects.bulk_create(
        Image(
            dataset=of,
            file_name=f"{prefix or super_class}/{split or 'all'}/{number:06}.jpg",
            taxon=taxon,
            super_class=super_class,
            split=split,
            width=800,
            height=600,
            display_width=800,
            display_height=600,
            licence="CC0",
            rights_holder="nobody",
            sha256=f"{number:064x}",
        )
        for number in range(n)
    )
    if boxes_xywh is not None:
        Reference.objects.bulk_create(
            Reference(
                image=image, super_class=super_class, boxes_xywh=boxes_xywh, status="instance"
            )
            for image in made
        )
    return made


def not_here(
    n: int, *, of: Dataset, state: str = "awaited", split: str = "", prefix: str = "awaited"
) -> list[Image]:
    """`n` photographs of birds that have not been fetched."""
    return Image.objects.bulk_create(
        Image(
            dataset=of,
            file_name=f"{prefix}/{state}/{number:06}.jpg",
            super_class=SuperClass.AVES,
            split=split,
            state=state,
            source_url=f"https://photos.example.org/{prefix}/{number}.jpg",
            fetch_due_at=NOON if state == "awaited" else None,
        )
        for number in range(n)
    )


def campaign(n_tasks: int = 3, *, slug: str = "birds", **options: Any) -> Campaign:
    """A running campaign with `n_tasks` images of its own."""
    kind = options.pop("kind", Campaign.Kind.BOX)
    super_class = options.pop("super_class", SuperClass.AVES)
    of = options.pop("dataset", None) or dataset(f"of-{slug}")
    reference = options.pop("boxes_xywh", None)
    images(
        n_tasks,
        super_class=super_class,
        of=of,
        boxes_xywh=reference,
        split=options.get("split", ""),
    )
    return campaigns.create(
        slug=slug, kind=kind, dataset=of, super_class=super_class, now=NOON, **options
    )


def check_campaign(of: Campaign, *, slug: str = "", **options: Any) -> Campaign:
    """A running campaign that checks the boxes of another one; nothing is asked yet."""
    usual: dict[str, Any] = {"split": of.split, "follows": of, "now": NOON}
    return campaigns.create(
        slug=slug or f"{of.slug}-checks",
        kind=Campaign.Kind.CHECK,
        dataset=of.dataset,
        super_class=SuperClass(of.super_class),
        **(usual | options),
    )


def check_of(
    campaign: Campaign, drawn: Task, boxes: Sequence[Sequence[float]] = (), *, now: datetime = NOON
) -> Task:
    """A check of these boxes on a photo, as if its consensus had them."""
    consensus, _ = Consensus.objects.get_or_create(
        task=drawn,
        is_current=True,
        defaults={
            "version": 1,
            "status": Consensus.Status.BOXED if boxes else Consensus.Status.EMPTY,
            "method": "by hand",
            "n_looked": 2,
            "n_unusable": 0,
            "expected_unseen": 0.1,
            "risk": 0.2,
            "evidence": [],
            "computed_at": now,
        },
    )
    position = campaign.tasks.count()
    task = Task.objects.create(
        campaign=campaign, image=drawn.image, position=position, n_wanted=campaign.workers_per_task
    )
    Check.objects.create(
        task=task, consensus=consensus, boxes=[list(b) for b in boxes], risk=0.2, asked_at=now
    )
    return task


def inspection(
    are_tight: Sequence[bool] = (),
    *,
    is_all: bool | None = None,
    outcome: str = "answered",
    key: uuid.UUID | None = None,
) -> dict[str, Any]:
    """An answer to a check as it goes over the wire."""
    return {
        "idempotency_key": str(key or uuid.uuid4()),
        "outcome": outcome,
        "are_tight": list(are_tight),
        "are_all_boxed": is_all,
    }


def inspect(
    worker: Worker,
    campaign: Campaign,
    are_tight: Sequence[bool] = (),
    *,
    is_all: bool | None = True,
    outcome: str = "answered",
    now: datetime = NOON,
) -> None:
    """The worker claims one check and answers it."""
    (lease,), _ = leases.claim(worker, campaign.slug, count=1, now=now)
    answer_check(worker, lease.id, are_tight, is_all=is_all, outcome=outcome, now=now)


def answer_check(
    worker: Worker,
    assignment_id: uuid.UUID,
    are_tight: Sequence[bool] = (),
    *,
    is_all: bool | None = True,
    outcome: str = "answered",
    now: datetime = NOON,
) -> None:
    """The worker answers the check of an assignment."""
    data = inspection(are_tight, is_all=is_all, outcome=outcome)
    data["idempotency_key"] = uuid.uuid4()
    inspecting.accept(worker, assignment_id, {"timing": {}, "comment": "", **data}, now=now)


def annotation(
    boxes: Sequence[Sequence[float]] | None = None,
    *,
    outcome: str = "",
    key: uuid.UUID | None = None,
) -> dict[str, Any]:
    """An annotation as it goes over the wire."""
    return {
        "idempotency_key": str(key or uuid.uuid4()),
        "outcome": outcome or ("answered" if boxes else "nothing"),
        "boxes": [{"bbox": list(box)} for box in boxes or []],
    }


def verdict(label: str = "animal", *, outcome: str = "answered") -> dict[str, Any]:
    """A verdict as it goes over the wire."""
    return {
        "idempotency_key": str(uuid.uuid4()),
        "outcome": outcome,
        "label": label if outcome == "answered" else None,
    }


def answer_everything(
    worker: Worker,
    campaign: Campaign,
    reply: dict[str, Any] | None = None,
    *,
    now: datetime = NOON,
) -> int:
    """The worker gives the same answer to every task there is (nothing to box; an animal);
    returns to how many."""
    reply = reply or (annotation() if campaign.kind == Campaign.Kind.BOX else verdict())
    submission = box_submission if campaign.kind == Campaign.Kind.BOX else verify_submission
    n_answers = 0
    while held := leases.claim(worker, campaign.slug, count=24, now=now)[0]:
        for assignment in held:
            data = {"timing": {}, "comment": "", **reply, "idempotency_key": uuid.uuid4()}
            data["label"] = data.get("label") or ""
            submission.accept(worker, assignment.id, data, now=now)
            n_answers += 1
    return n_answers
