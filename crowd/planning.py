"""All campaigns of a data set in one step, as Van Horn et al. (CVPR 2018) ran them.

Section 3.3: boxes on 9 super-classes, here for training and validation. Section 3.2.1: the test
images of Mammalia, Aves and Reptilia are verified. A plan says what that asks of a crowd; creating
it makes every campaign that is not there yet, each whole or not at all.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from catalog.models import Dataset, Image, Split
from catalog.queries import Part, parts_of
from catalog.superclasses import BOXED, VERIFIED, SuperClass
from crowd import campaigns, locks
from crowd.errors import Invalid
from crowd.models import MOST_WORKERS, Campaign, User
from simulation.mixes import hire
from simulation.power import N_WORKERS, Price
from simulation.workers import PACE_SD

WORKERS = campaigns.WORKERS[Campaign.Stopping.FIXED]
MORE_WORKERS = campaigns.MORE_WORKERS[Campaign.Stopping.FIXED]
# iNat2017 has 561,767 boxes (section 3.3) on some 450,000 photographs of the boxed super-classes
BOXES_PER_IMAGE = 1.25
ASKED = {
    Campaign.Kind.BOX: (BOXED, (Split.TRAIN, Split.VAL)),
    Campaign.Kind.VERIFY: (VERIFIED, (Split.TEST,)),
}
_LONGEST_SLUG = 50
_DIGEST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a plan reckons with.

    `workers`: answers for each photograph, by kind, 1 to `MOST_WORKERS`. `seconds`: of attention an
    answer takes, by kind. Raises `Invalid` for numbers of workers out of range.
    """

    workers: Mapping[Campaign.Kind, int]
    seconds: Mapping[Campaign.Kind, float]
    price: Price

    def __post_init__(self) -> None:
        wrong = {
            f"{kind}_workers": [f"It is 1 to {MOST_WORKERS} workers a photograph."]
            for kind, n_workers in self.workers.items()
            if not 1 <= n_workers <= MOST_WORKERS
        }
        if wrong:
            raise Invalid("The plan cannot be made like this.", wrong)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a crowd has to do: answers expected, and at most where workers disagree; hours of
    attention and their price, in any currency, of the expected ones."""

    n_campaigns: int
    n_images: int
    n_answers: int
    n_most: int
    hours: float
    cost: float

    def __add__(self, other: Effort) -> Effort:
        return Effort(
            self.n_campaigns + other.n_campaigns,
            self.n_images + other.n_images,
            self.n_answers + other.n_answers,
            self.n_most + other.n_most,
            self.hours + other.hours,
            self.cost + other.cost,
        )


NOTHING = Effort(0, 0, 0, 0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One campaign of a plan; of its photographs `n_awaited` are on their way.

    `existing` is the campaign that already asks this of these images, if there is one; `slug` is
    its slug then.
    """

    slug: str
    kind: Campaign.Kind
    super_class: SuperClass
    split: Split
    n_awaited: int
    effort: Effort
    existing: Campaign | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The campaigns for a data set, those of boxes first; `reason` says why there are none."""

    dataset: Dataset
    assumptions: Assumptions
    proposals: list[Proposal]
    reason: str

    @property
    def new(self) -> list[Proposal]:
        """Those that do not exist yet."""
        return [proposal for proposal in self.proposals if proposal.existing is None]

    @property
    def effort(self) -> Effort:
        """Of the new ones together."""
        return sum((proposal.effort for proposal in self.new), NOTHING)


def usual_seconds() -> dict[Campaign.Kind, float]:
    """Seconds an answer takes in the crowd that forecasts assume by default (the mix *mixed*).

    A check takes a look at the whole photo, and half of one at each box.

    >>> {kind.value: round(seconds, 1) for kind, seconds in usual_seconds().items()}
    {'box': 9.8, 'verify': 3.2, 'check': 5.3}
    """
    crowd = hire("mixed", N_WORKERS, seed=0)
    # the mean of a log-normal lies above its median
    above = math.exp(PACE_SD**2 / 2) / len(crowd)
    looking = above * sum(worker.seconds_per_image for worker in crowd)
    boxing = above * sum(worker.seconds_per_box for worker in crowd)
    return {
        Campaign.Kind.BOX: looking + BOXES_PER_IMAGE * boxing,
        Campaign.Kind.VERIFY: looking,
        Campaign.Kind.CHECK: looking + BOXES_PER_IMAGE * looking / 2,
    }


def propose(dataset: Dataset, assumptions: Assumptions) -> Plan:
    """The campaigns that a data set needs; only super-classes that have images are among them."""
    parts = parts_of(dataset)
    existing = list(Campaign.objects.filter(dataset=dataset).order_by("pk"))
    taken = set(Campaign.objects.values_list("slug", flat=True))
    proposals = []
    for kind, super_class, split in _asked():
        counted = _counted(parts, super_class, split)
        if not counted.total():
            continue
        there = _same(existing, kind, super_class, split)
        slug = slug_of(dataset, kind, super_class, split)
        proposals.append(
            Proposal(
                slug=there.slug if there else _free(slug, taken),
                kind=kind,
                super_class=super_class,
                split=split,
                n_awaited=counted[Image.State.AWAITED],
                effort=_effort(kind, counted.total(), assumptions),
                existing=there,
            )
        )
    return Plan(dataset, assumptions, proposals, "" if proposals else _why_empty(dataset, parts))


def create(
    plan: Plan,
    wanted: Collection[str] | None = None,
    *,
    by: User | None = None,
    now: datetime,
    on_created: Callable[[Campaign], None] = lambda _: None,
) -> list[Campaign]:
    """Make the campaigns of a plan that do not exist yet, of those `wanted` by slug (None: all).

    Each is made whole or not at all; run again after a kill, it makes the rest. What another
    process has made meanwhile is left out. Raises `Invalid` before anything is made where a wanted
    slug is not in the plan.
    """
    unknown = set(wanted or ()) - {proposal.slug for proposal in plan.proposals}
    if unknown:
        raise Invalid(f"The plan has no campaign {', '.join(sorted(unknown))}.")
    made = []
    for proposal in plan.new:
        if wanted is not None and proposal.slug not in wanted:
            continue
        campaign = _created(plan, proposal, by=by, now=now)
        if campaign is not None:
            made.append(campaign)
            on_created(campaign)
    return made


def _created(plan: Plan, proposal: Proposal, *, by: User | None, now: datetime) -> Campaign | None:
    with transaction.atomic():
        locks.wait_for(f"plan-{plan.dataset.pk}")
        there = list(Campaign.objects.filter(dataset=plan.dataset))
        if _same(there, proposal.kind, proposal.super_class, proposal.split):
            return None
        return campaigns.create(
            slug=proposal.slug,
            kind=proposal.kind,
            dataset=plan.dataset,
            super_class=proposal.super_class,
            split=proposal.split,
            workers_per_task=plan.assumptions.workers[proposal.kind],
            by=by,
            now=now,
        )


def slug_of(dataset: Dataset, kind: Campaign.Kind, super_class: SuperClass, split: Split) -> str:
    """What a campaign of a plan is called: `field-box-aves-train`.

    A data set's name that leaves no room for that is cut, with a digest of all of it behind.
    """
    rest = f"-{kind}-{super_class}-{split}".lower()
    # room for `-99`, where the name is taken
    room = _LONGEST_SLUG - len(rest) - 3
    begin = dataset.slug
    if len(begin) > room:
        digest = hashlib.sha256(begin.encode()).hexdigest()[:_DIGEST_DIGITS]
        begin = f"{begin[: room - _DIGEST_DIGITS - 1]}-{digest}"
    return begin + rest


def _asked() -> Iterator[tuple[Campaign.Kind, SuperClass, Split]]:
    for kind, (super_classes, splits) in ASKED.items():
        for super_class in sorted(super_classes):
            for split in splits:
                yield kind, super_class, split


def _counted(parts: list[Part], super_class: str, split: str) -> Counter[str]:
    """Images to be asked about, by state; of those that could not be fetched nobody is asked,
    although their tasks wait for them."""
    return Counter(
        {
            part.state: part.n_images
            for part in parts
            if (part.super_class, part.split) == (super_class, split)
            and part.state != Image.State.FAILED
        }
    )


def _effort(kind: Campaign.Kind, n_images: int, assumptions: Assumptions) -> Effort:
    n_workers, price = assumptions.workers[kind], assumptions.price
    n_answers = n_images * n_workers
    hours = n_answers * assumptions.seconds[kind] / 3600
    return Effort(
        n_campaigns=1,
        n_images=n_images,
        n_answers=n_answers,
        n_most=n_images * min(n_workers + MORE_WORKERS, MOST_WORKERS),
        hours=hours,
        cost=n_answers * price.per_answer + hours * price.per_hour,
    )


def _same(
    existing: list[Campaign], kind: Campaign.Kind, super_class: str, split: str
) -> Campaign | None:
    """The campaign that asks this of that split, or of all splits."""
    for campaign in existing:
        asks = (campaign.kind, campaign.super_class) == (kind, super_class)
        if asks and campaign.split in ("", split):
            return campaign
    return None


def _free(slug: str, taken: set[str]) -> str:
    """The slug, numbered where a campaign that asks something else has it."""
    number, found = 1, slug
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    return found


def _why_empty(dataset: Dataset, parts: list[Part]) -> str:
    if not parts:
        return f"{dataset.slug} has no images yet. Import some first."
    if all(part.state == Image.State.FAILED for part in parts):
        return f"None of the photographs of {dataset.slug} could be fetched."
    if not any(part.split for part in parts):
        return (
            f"{dataset.slug} has no splits, and a plan is made of them: boxes for train and val, "
            "verification for test. Import it with splits, or create campaigns one by one."
        )
    names = ", ".join(sorted({part.super_class or "unknown" for part in parts}))
    return (
        f"Nothing in {dataset.slug} is boxed or verified: boxes are for the train and val images "
        f"of {', '.join(sorted(BOXED))}, verification for the test images of "
        f"{', '.join(sorted(VERIFIED))}. It holds {names}."
    )
