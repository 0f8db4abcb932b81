"""People, campaigns, tasks and leases.

What must never happen is a database constraint here: a task with more takers than wanted, a worker
twice on a task, two current answers of one assignment, one key stored twice.
"""

from __future__ import annotations

import secrets
import uuid

from django.contrib.auth.models import AbstractUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from catalog.models import Dataset, Image, Split
from catalog.superclasses import SuperClass


def new_token() -> str:
    """An unguessable word for links."""
    return secrets.token_urlsafe(18)


def new_pseudonym() -> str:
    """What exports call a worker: random, so that nothing leads back to the person."""
    return f"w-{secrets.token_hex(5)}"


class User(AbstractUser):
    """A login. What somebody may do follows from the role alone."""

    class Role(models.TextChoices):
        WORKER = "worker"
        ORGANIZER = "organizer"
        ADMINISTRATOR = "administrator"

    role = models.CharField(max_length=13, choices=Role, default=Role.WORKER)

    class Meta(AbstractUser.Meta):
        constraints = [
            # "Olga" beside "olga" would be taken for her
            models.UniqueConstraint(Lower("username"), name="username_once_in_any_case")
        ]

    @property
    def is_organizer(self) -> bool:
        """Organizers and administrators."""
        return self.is_active and self.role in {self.Role.ORGANIZER, self.Role.ADMINISTRATOR}

    @property
    def is_administrator(self) -> bool:
        return self.is_active and self.role == self.Role.ADMINISTRATOR


class Worker(models.Model):
    """A person answering. Deleting the login (`user`) leaves the answers, anonymous."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        SUSPENDED = "suspended"

    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.SET_NULL)
    pseudonym = models.CharField(max_length=20, unique=True, default=new_pseudonym, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.ACTIVE)
    is_simulated = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.pseudonym


MOST_WORKERS = 20


class Campaign(models.Model):
    """What is asked of the crowd: a kind of answer, on the images of one super-class."""

    class Kind(models.TextChoices):
        BOX = "box"
        VERIFY = "verify"

    class Status(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        CLOSED = "closed"

    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=6, choices=Kind)
    status = models.CharField(max_length=7, choices=Status, default=Status.RUNNING)
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="campaigns")
    split = models.CharField(max_length=5, choices=Split, blank=True)
    super_class = models.CharField(max_length=20, choices=SuperClass)
    workers_per_task = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORKERS)]
    )
    max_workers = models.PositiveSmallIntegerField(
        default=5, validators=[MinValueValidator(1), MaxValueValidator(MOST_WORKERS)]
    )
    lease_s = models.PositiveIntegerField(default=600, validators=[MinValueValidator(30)])
    instructions = models.TextField(blank=True)
    seed = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(workers_per_task__gte=1, max_workers__gte=F("workers_per_task")),
                name="campaign_limit_not_under_the_wish",
            )
        ]

    def __str__(self) -> str:
        return self.slug


class Task(models.Model):
    """One image in one campaign.

    `n_taken` counts the slots in use: live leases and answers that count. `n_answers` counts the
    answers alone. `position` is the task's place in the campaign's shuffled order; it has no unique
    index, because a second index on (campaign, position) tempts the planner away from
    `task_free_slots`.
    `aggregate_due_at` is set by whatever makes the consensus stale and cleared by the job that has
    written a fresh one, so that no aggregation is ever lost.
    """

    class State(models.TextChoices):
        OPEN = "open"
        RETIRED = "retired"
        DISPUTED = "disputed"

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="tasks")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    n_wanted = models.PositiveSmallIntegerField()
    n_taken = models.PositiveSmallIntegerField(default=0)
    n_answers = models.PositiveSmallIntegerField(default=0)
    agreement = models.FloatField(null=True, blank=True)
    risk = models.FloatField(null=True, blank=True)
    aggregate_due_at = models.DateTimeField(null=True, blank=True)
    state_changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["campaign_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "image"], name="task_once_per_image"),
            models.CheckConstraint(
                condition=Q(n_taken__lte=F("n_wanted")), name="task_never_over_the_wanted_number"
            ),
            models.CheckConstraint(
                condition=Q(n_answers__lte=F("n_taken")), name="task_answers_hold_slots"
            ),
        ]
        indexes = [
            # what claiming walks along: only tasks with a free slot are in it
            models.Index(
                fields=["campaign", "position"],
                name="task_free_slots",
                condition=Q(state="open", n_taken__lt=F("n_wanted")),
            ),
            models.Index(
                fields=["aggregate_due_at"],
                name="task_due",
                condition=Q(aggregate_due_at__isnull=False),
            ),
            models.Index(fields=["campaign", "agreement"], name="task_agreement"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.position}"


class Enrolment(models.Model):
    """A worker in a campaign: how far along its tasks the worker has come.

    Claiming starts behind `cursor`, so its cost does not grow with what the worker has done.
    Behind the last task the cursor goes back to the start for what was given back meanwhile,
    not before `next_lap_at`.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="enrolments", db_index=False
    )
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="enrolments")
    cursor = models.IntegerField(default=-1)
    next_lap_at = models.DateTimeField(null=True, blank=True)
    n_claimed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "worker"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.worker_id} in {self.campaign_id}"


class Assignment(models.Model):
    """One task leased to one worker until a time. The row outlives the lease."""

    class State(models.TextChoices):
        LEASED = "leased"
        SUBMITTED = "submitted"
        EXPIRED = "expired"
        RELEASED = "released"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )
    # No index on the worker alone: the planner would take it for a claim's "has this worker had
    # this task?" and read all that the worker has ever done, instead of one row by (task, worker).
    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    state = models.CharField(max_length=9, choices=State, default=State.LEASED)
    is_extra = models.BooleanField(default=False)
    claimed_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "worker"], name="worker_once_per_task")
        ]
        indexes = [
            models.Index(
                fields=["lease_until"], name="assignment_leases", condition=Q(state="leased")
            ),
            models.Index(
                fields=["worker", "claimed_at"], name="assignment_held", condition=Q(state="leased")
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Outcome(models.TextChoices):
    """What a worker said about a task as a whole."""

    ANSWERED = "answered"
    NOTHING = "nothing"
    CANT_TELL = "cant_tell"
    PROBLEM = "problem"


class Answer(models.Model):
    """What annotations and verdicts share. Rows are only ever added; a newer version takes over
    `is_current`. `task` and `worker` repeat the assignment's, for reading without a join."""

    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False
    )
    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, related_name="%(class)ss", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    is_current = models.BooleanField(default=True)
    is_extra = models.BooleanField(default=False)
    outcome = models.CharField(max_length=9, choices=Outcome)
    idempotency_key = models.UUIDField()
    timing = models.JSONField(default=dict)
    comment = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "idempotency_key"], name="%(class)s_key_once"
            ),
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(is_current=True),
                name="%(class)s_one_current",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} by {self.worker_id} on {self.task_id}"


class SkillEstimate(models.Model):
    """A worker's latest skill in one kind of task; `values` are the method's own numbers."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="skills")
    kind = models.CharField(max_length=6, choices=Campaign.Kind)
    method = models.CharField(max_length=40)
    values = models.JSONField()
    n_answers = models.PositiveIntegerField()
    fitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "kind"], name="skill_once_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} skill of {self.worker_id}"


class Invitation(models.Model):
    """A link that lets somebody in with a role, until it expires, is used up or is revoked."""

    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    role = models.CharField(max_length=13, choices=User.Role, default=User.Role.WORKER)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    n_uses = models.PositiveIntegerField(default=0)
    is_revoked = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(n_uses__lte=F("max_uses")),
                name="invitation_not_overused",
            )
        ]

    def __str__(self) -> str:
        return f"invitation as {self.role}"


class AuditEntry(models.Model):
    """Who did what, when: rows are only ever added."""

    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
