"""What is asked of the crowd: campaigns."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from catalog.models import Dataset, Split
from catalog.superclasses import SuperClass
from consensus.stopping import BOX_RULE
from crowd.identities import User

MOST_WORKERS = 20
PILOT_ANSWERS = 3
HIGHEST_COST = 1000.0
# boxes are checked where so many errors an image are expected
CHECK_RISK = 0.1


class Campaign(models.Model):
    """What is asked of the crowd: a kind of answer, on the images of one super-class.

    `stopping` fixed: each task wants `workers_per_task` answers, and one more at a time up to
    `max_workers` where their consensus is doubtful. Adaptive: `workers_per_task` is the least, and
    a task retires as soon as its risk is at most `tau`. `pilot_share` of the tasks want at least
    `PILOT_ANSWERS` answers from the start, so that workers can be compared. `has_grid`: workers
    may screen many photos at once, for groups where nearly every photo shows the animal.
    `missed_cost` (verification): how many times as bad it is to let an image without the animal
    through as to leave a good one out. `has_qualification`: workers pass a practice before they are
    handed a task. `instructions` is the newest version's text and `n_instructions` its number
    (`Instructions`). `archived_at`: out of all lists since then; such a campaign does not run.
    A *check* campaign asks about the boxes of another one, `follows`, wherever their risk is at
    least `check_risk`. `pay_per_answer` and `pay_per_hour` (of attention), one of them at most, are
    what a worker gets, in the site's currency; 0 for volunteers.
    """

    class Kind(models.TextChoices):
        BOX = "box"
        VERIFY = "verify"
        CHECK = "check"

    class Status(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        CLOSED = "closed"

    class Stopping(models.TextChoices):
        FIXED = "fixed"
        ADAPTIVE = "adaptive"

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=6, choices=Kind)
    status = models.CharField(max_length=7, choices=Status, default=Status.RUNNING)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="campaigns")
    split = models.CharField(max_length=7, choices=Split, blank=True)
    super_class = models.CharField(max_length=20, choices=SuperClass)
    workers_per_task = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORKERS)]
    )
    max_workers = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORKERS)]
    )
    stopping = models.CharField(
        max_length=8, choices=Stopping, default=Stopping.FIXED, db_default=Stopping.FIXED
    )
    tau = models.FloatField(
        default=BOX_RULE.tau,
        db_default=BOX_RULE.tau,
        validators=[MinValueValidator(0.001), MaxValueValidator(1.0)],
    )
    missed_cost = models.FloatField(
        default=1.0,
        db_default=1.0,
        validators=[MinValueValidator(1.0), MaxValueValidator(HIGHEST_COST)],
    )
    pilot_share = models.FloatField(
        default=0.0, db_default=0.0, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)]
    )
    has_grid = models.BooleanField(default=False, db_default=False)
    has_qualification = models.BooleanField(default=False, db_default=False)
    lease_s = models.PositiveIntegerField(default=600, validators=[MinValueValidator(30)])
    instructions = models.TextField(blank=True)
    n_instructions = models.PositiveIntegerField(default=1, db_default=1)
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="checks"
    )
    check_risk = models.FloatField(default=CHECK_RISK, db_default=CHECK_RISK)
    pay_per_answer = models.FloatField(default=0.0, db_default=0.0)
    pay_per_hour = models.FloatField(default=0.0, db_default=0.0)
    seed = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True) | ~Q(status="running"),
                name="campaign_archived_does_not_run",
            ),
            models.CheckConstraint(
                condition=Q(workers_per_task__gte=1, max_workers__gte=F("workers_per_task")),
                name="campaign_limit_not_under_the_wish",
            ),
            models.CheckConstraint(
                condition=Q(tau__gt=0, pilot_share__gte=0, pilot_share__lte=1),
                name="campaign_stopping_makes_sense",
            ),
            models.CheckConstraint(
                condition=Q(pilot_share=0) | Q(max_workers__gte=PILOT_ANSWERS),
                name="campaign_limit_allows_pilots",
            ),
            models.CheckConstraint(
                condition=Q(missed_cost=1)
                | Q(kind="verify", missed_cost__gte=1, missed_cost__lte=HIGHEST_COST),
                name="campaign_cost_is_of_verdicts",
            ),
            models.CheckConstraint(
                condition=Q(has_grid=False) | Q(kind="verify"), name="campaign_grid_is_of_verdicts"
            ),
            models.CheckConstraint(
                condition=Q(kind="check", follows__isnull=False)
                | (~Q(kind="check") & Q(follows__isnull=True)),
                name="campaign_check_follows_another",
            ),
            models.CheckConstraint(
                condition=Q(check_risk__gte=0, pay_per_answer__gte=0, pay_per_hour__gte=0)
                & (Q(pay_per_answer=0) | Q(pay_per_hour=0)),
                name="campaign_pay_makes_sense",
            ),
        ]

    def __str__(self) -> str:
        return self.slug
