"""Creating campaigns and changing their life."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from catalog import awaited
from catalog.models import Dataset, Split
from catalog.superclasses import BOXED, SuperClass
from consensus.stopping import BOX_RULE, VOTE_RULE, VOTE_TAUS
from crowd import audit, gold_making, pay
from crowd.errors import Conflict, Invalid
from crowd.models import (
    HIGHEST_COST,
    MOST_WORKERS,
    PILOT_ANSWERS,
    Campaign,
    Instructions,
    User,
)
from crowd.qualification import has_practice
from simulation.sightings import SUPER_CLASSES as TRACED

# The risk at which a consensus may stand.
TAU = {
    Campaign.Kind.BOX: BOX_RULE.tau,
    Campaign.Kind.VERIFY: VOTE_RULE.tau,
    # further evidence, not an answer of its own: two strangers who agree are enough
    Campaign.Kind.CHECK: VOTE_TAUS["thrifty"],
}
WORKERS = {Campaign.Stopping.FIXED: 3, Campaign.Stopping.ADAPTIVE: 2}
MORE_WORKERS = {Campaign.Stopping.FIXED: 2, Campaign.Stopping.ADAPTIVE: 5}
# Two grids that leave a photo unmarked are enough; one that is marked gets three verdicts more.
GRIDS = 2
MORE_THAN_GRIDS = 5
# A check is worth little where it takes long: two who agree are enough, two more where they do not.
CHECKERS = 2
MORE_CHECKERS = 2
# Where one answer may be enough, workers would never be compared without some pilot tasks.
PILOT_SHARE = 0.08

DEEDS = {
    Campaign.Status.RUNNING: "resume",
    Campaign.Status.PAUSED: "pause",
    Campaign.Status.CLOSED: "close",
}

# A keyed hash of the file name is a shuffle that anybody can repeat, and needs no memory. Pilots
# are spread evenly along it.
_MAKE_TASKS = """
INSERT INTO crowd_task
    (campaign_id, image_id, position, state, n_wanted, n_taken, n_answers, is_pilot)
SELECT %(campaign)s, placed.id, placed.position,
       CASE WHEN placed.state = 'here' THEN 'open' ELSE 'awaited' END,
       CASE WHEN placed.is_pilot THEN greatest(%(n_wanted)s, %(n_pilot)s) ELSE %(n_wanted)s END,
       0, 0, placed.is_pilot
FROM (
    SELECT shuffled.id, shuffled.state, shuffled.position,
           floor((position + 1) * %(pilot_share)s::numeric)
           > floor(position * %(pilot_share)s::numeric) AS is_pilot
    FROM (
        SELECT image.id, image.state,
               row_number() OVER (ORDER BY md5(%(seed)s || image.file_name), image.id) - 1
               AS position
        FROM catalog_image image
        WHERE image.dataset_id = %(dataset)s AND image.super_class = %(super_class)s
          AND (image.split = %(split)s OR %(split)s = '' AND image.split <> 'reserve')
    ) shuffled
) placed
"""


class Options(TypedDict, total=False):
    """What a campaign may leave as it is.

    `split`: only images of that split. `seed`: another order of the tasks. `has_grid`
    (verification) offers workers to screen many photos at once. `missed_cost` (verification, 1 to
    1,000): how many times as bad a missed non-instance is as a false alarm. `lease_s`: for how many
    seconds a task is a worker's. `follows` (check): the box campaign whose boxes are checked where
    their risk is at least `check_risk`, 0 to 1. `pay_per_answer` or `pay_per_hour` (of attention):
    what workers get, in the site's currency (`crowd/pay.py`).
    """

    split: str
    seed: int
    instructions: str
    has_grid: bool
    has_qualification: bool
    missed_cost: float
    lease_s: int
    follows: Campaign
    check_risk: float
    pay_per_answer: float
    pay_per_hour: float


def create(
    *,
    slug: str,
    kind: Campaign.Kind,
    dataset: Dataset,
    super_class: SuperClass,
    stopping: Campaign.Stopping = Campaign.Stopping.FIXED,
    workers_per_task: int | None = None,
    max_workers: int | None = None,
    tau: float | None = None,
    pilot_share: float | None = None,
    n_gold: int = 0,
    by: User | None = None,
    now: datetime,
    **options: Unpack[Options],
) -> Campaign:
    """A campaign with a task for each image of the super-class (and split), in shuffled order; one
    that checks boxes begins without any (`annotate/followup.py`).

    `workers_per_task` is the number of answers wanted (default 3; 2 with a grid and for a check),
    in an adaptive campaign the least (default 2). `max_workers` (default: two more; five more where
    it is adaptive or has a grid) limits how many may answer. `tau` is the risk at which a consensus
    may stand, 0 to 1 (default: `TAU` of the kind). `pilot_share` (0 to 1) of the tasks get three
    answers in any case; by default 8 % where an adaptive campaign may stop after one, else none.
    `n_gold` of the photos whose answer is known become gold (`crowd/gold_making.py`). Raises
    `Invalid` with the reasons by field.
    """
    usual = _usual(kind, stopping, has_grid=options.get("has_grid", False))
    least, most = _limits(usual, workers_per_task, max_workers)
    campaign = Campaign(
        slug=slug,
        kind=kind,
        dataset=dataset,
        super_class=super_class,
        stopping=stopping,
        workers_per_task=least,
        max_workers=most,
        tau=TAU[kind] if tau is None else tau,
        pilot_share=_pilots(stopping, least, most) if pilot_share is None else pilot_share,
        created_by=by,
        **options,
    )
    _check(campaign)
    _store(campaign, n_gold, by=by, now=now)
    return campaign


def _store(campaign: Campaign, n_gold: int, *, by: User | None, now: datetime) -> None:
    """The campaign with its first instructions, its tasks and its gold, and a line in the log."""
    told = {"number": 1, "text": campaign.instructions}
    with transaction.atomic():
        campaign.save()
        Instructions.objects.create(campaign=campaign, **told, written_by=by, written_at=now)
        if campaign.follows is None and not _make_tasks(campaign, now=now):
            raise Invalid("No image fits.", {"super_class": [_nothing_fits(campaign)]})
        asked = {
            "kind": str(campaign.kind),
            "data set": campaign.dataset.slug,
            "super-class": str(campaign.super_class),
        }
        if campaign.follows is not None:
            asked["follows"] = campaign.follows.slug
        audit.record(by, "create", f"campaign {campaign.slug}", asked, now=now, campaign=campaign)
        if n_gold:
            _add_gold(campaign, n_gold, by=by, now=now)


def _usual(kind: Campaign.Kind, stopping: Campaign.Stopping, *, has_grid: bool) -> tuple[int, int]:
    """How many answers are wanted where it is not said, and how many more may be asked for."""
    if kind == Campaign.Kind.CHECK:
        return CHECKERS, MORE_CHECKERS
    if has_grid:
        return GRIDS, MORE_THAN_GRIDS
    return WORKERS[stopping], MORE_WORKERS[stopping]


def _limits(usual: tuple[int, int], least: int | None, most: int | None) -> tuple[int, int]:
    """How many answers are wanted and allowed."""
    wanted = usual[0] if least is None else least
    return wanted, min(wanted + usual[1], MOST_WORKERS) if most is None else most


def _add_gold(campaign: Campaign, count: int, *, by: User | None, now: datetime) -> None:
    try:
        gold_making.add(campaign, count=count, seed=campaign.seed, by=by, now=now)
    except Invalid as error:
        raise Invalid(error.detail, {"n_gold": [error.detail]}) from error


def _pilots(stopping: Campaign.Stopping, least: int, most: int) -> float:
    is_needed = stopping == Campaign.Stopping.ADAPTIVE and least == 1
    return PILOT_SHARE if is_needed and most >= PILOT_ANSWERS else 0.0


def set_status(campaign: Campaign, status: Campaign.Status, *, by: User, now: datetime) -> None:
    """Pause, resume or close; what is so already stays as it is.

    Raises `Conflict` for a closed campaign, which stays closed, and an archived one.
    """
    with transaction.atomic():
        row = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if row.archived_at:
            raise Conflict("The campaign is archived. Bring it back first.")
        if row.status == Campaign.Status.CLOSED:
            raise Conflict("A closed campaign cannot be opened again; clone it instead.")
        if row.status != status:
            Campaign.objects.filter(pk=row.pk).update(status=status)
            deed, subject = DEEDS[status], f"campaign {campaign.slug}"
            audit.record(by, deed, subject, {}, now=now, campaign=campaign)


def _check(campaign: Campaign) -> None:
    if (campaign.kind == Campaign.Kind.CHECK) != (campaign.follows is not None):
        raise Invalid(
            "A check follows a campaign that draws boxes.",
            {"follows": ["Say for a check, and for it alone, which campaign it follows."]},
        )
    if campaign.follows is not None:
        _check_follower(campaign, campaign.follows)
    if campaign.kind != Campaign.Kind.VERIFY and campaign.super_class not in BOXED:
        raise Invalid(
            "Single organisms of this super-class cannot be told apart well enough to box them.",
            {"super_class": [f"Choose one of {', '.join(sorted(BOXED))}."]},
        )
    wrong = _wrong_options(campaign)
    if wrong:
        raise Invalid("The campaign cannot be created like this.", wrong)
    try:
        campaign.full_clean()
    except ValidationError as error:
        raise Invalid("The campaign cannot be created like this.", error.message_dict) from error


def _check_follower(campaign: Campaign, followed: Campaign) -> None:
    """Refuse a check of anything but boxes that nobody checks yet."""
    wrong: dict[str, list[str]] = {}
    asked = (campaign.dataset_id, campaign.split, campaign.super_class)
    others = followed.checks.exclude(status=Campaign.Status.CLOSED)
    if followed.kind != Campaign.Kind.BOX:
        wrong["follows"] = [f"{followed.slug} draws no boxes."]
    elif asked != (followed.dataset_id, followed.split, followed.super_class):
        wrong["follows"] = [f"{followed.slug} asks about other photos."]
    elif other := others.first():
        wrong["follows"] = [f"{other.slug} checks these boxes already; close it first."]
    if not 0 < campaign.check_risk <= 1:
        wrong["check_risk"] = ["The risk from which boxes are checked lies between 0 and 1."]
    if campaign.has_qualification:
        wrong["has_qualification"] = ["There is no practice for checks."]
    if wrong:
        raise Invalid("The check cannot be created like this.", wrong)


def _wrong_options(campaign: Campaign) -> dict[str, list[str]]:
    """What is wrong with options that must fit each other, by field."""
    wrong = pay.wrong(per_answer=campaign.pay_per_answer, per_hour=campaign.pay_per_hour)
    if campaign.has_grid and campaign.kind != Campaign.Kind.VERIFY:
        wrong["has_grid"] = ["Only verification has a grid of photos; boxes are drawn one by one."]
    if campaign.has_qualification and not has_practice(campaign):
        wrong["has_qualification"] = [
            f"There is no practice for {campaign.super_class} yet; choose one of "
            f"{', '.join(TRACED)} or leave it out."
        ]
    least, most = campaign.workers_per_task, campaign.max_workers
    if most < least:
        wrong["max_workers"] = [f"The upper limit, {most}, is below the {least} that are wanted."]
    if not 0 < campaign.tau <= 1:
        wrong["tau"] = ["The risk at which a photo is finished lies between 0 and 1."]
    if not 0 <= campaign.pilot_share <= 1:
        wrong["pilot_share"] = ["The share of pilot tasks lies between 0 and 1."]
    elif campaign.pilot_share and most < PILOT_ANSWERS:
        wrong["pilot_share"] = [f"Pilot tasks need an upper limit of at least {PILOT_ANSWERS}."]
    if not 1 <= campaign.missed_cost <= HIGHEST_COST:
        wrong["missed_cost"] = [f"It is 1 to {HIGHEST_COST:.0f} times as bad."]
    elif campaign.missed_cost != 1 and campaign.kind != Campaign.Kind.VERIFY:
        wrong["missed_cost"] = ["Only verification looks for photos without the animal."]
    return wrong


def _make_tasks(campaign: Campaign, *, now: datetime) -> int:
    """Make all tasks; those of photographs that are not here wait. Returns how many."""
    if campaign.split == Split.RESERVE:
        awaited.want_held(campaign.dataset, super_class=campaign.super_class, now=now)
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
                "n_pilot": PILOT_ANSWERS,
                "pilot_share": campaign.pilot_share,
            },
        )
        n_tasks: int = cursor.rowcount
        cursor.execute("ANALYZE crowd_task")
    return n_tasks


def _nothing_fits(campaign: Campaign) -> str:
    part = f"the {campaign.split} split of " if campaign.split else ""
    return f"There is no image of {campaign.super_class} in {part}{campaign.dataset.slug}."
