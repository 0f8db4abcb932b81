"""People, campaigns, tasks and leases.

What must never happen is a database constraint here: a task with more takers than wanted, a worker
twice on a task, two current answers of one assignment, one key stored twice.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from catalog.models import Image, Reference

# People and campaigns are models of this app as well.
from crowd.asked import HIGHEST_COST as HIGHEST_COST  # noqa: PLC0414 - handed on
from crowd.asked import MOST_WORKERS as MOST_WORKERS  # noqa: PLC0414 - handed on
from crowd.asked import PILOT_ANSWERS as PILOT_ANSWERS  # noqa: PLC0414 - handed on
from crowd.asked import Campaign as Campaign  # noqa: PLC0414 - handed on
from crowd.correspondence import Message as Message  # noqa: PLC0414 - handed on
from crowd.identities import User as User  # noqa: PLC0414 - handed on
from crowd.identities import Worker as Worker  # noqa: PLC0414 - handed on
from crowd.identities import new_pseudonym as new_pseudonym  # noqa: PLC0414 - migrations name it
from crowd.identities import new_token
from crowd.record import AuditEntry as AuditEntry  # noqa: PLC0414 - handed on
from crowd.record import Instructions as Instructions  # noqa: PLC0414 - handed on


class Task(models.Model):
    """One image in one campaign.

    `n_taken` counts the slots in use: live leases and answers that count. `n_answers` counts the
    answers alone, `n_excluded` those of them that are left out; each of these is wanted once more.
    `position` is the task's place in the campaign's shuffled order; it has no unique
    index, because a second index on (campaign, position) tempts the planner away from
    `task_free_slots`.
    `aggregate_due_at` is set by whatever makes the consensus stale and cleared by the job that has
    written a fresh one, so that no aggregation is ever lost.
    `is_flagged`: somebody has marked the photo in a grid, so it is shown alone from then on.
    `reports_seen_at`: an organizer has looked at whatever workers had reported by then.
    In the state *awaited* the photograph has not been fetched yet: nobody can take such a task.
    In the state *gold* the answer is known (`GoldStandard`): such a task wants no number of answers
    and counts none, and its answers enter neither consensus nor skills. A photo that has been asked
    about may have a gold task beside the ordinary one.
    `is_adjudicated`: an organizer has settled it, and no consensus changes its state; *excluded* is
    a photo that an organizer has taken out of the results. `n_asked`: so many answers it is to get
    before its consensus counts again, as an organizer wants one more; 0 for the campaign's rule.
    """

    class State(models.TextChoices):
        OPEN = "open"
        RETIRED = "retired"
        DISPUTED = "disputed"
        GOLD = "gold"
        AWAITED = "awaited"
        EXCLUDED = "excluded"

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="tasks")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    n_wanted = models.PositiveSmallIntegerField()
    n_taken = models.PositiveSmallIntegerField(default=0)
    n_answers = models.PositiveSmallIntegerField(default=0)
    n_excluded = models.PositiveSmallIntegerField(default=0, db_default=0)
    is_pilot = models.BooleanField(default=False, db_default=False)
    is_flagged = models.BooleanField(default=False, db_default=False)
    is_adjudicated = models.BooleanField(default=False, db_default=False)
    n_asked = models.PositiveSmallIntegerField(default=0, db_default=0)
    agreement = models.FloatField(null=True, blank=True)
    risk = models.FloatField(null=True, blank=True)
    aggregate_due_at = models.DateTimeField(null=True, blank=True)
    state_changed_at = models.DateTimeField(null=True, blank=True)
    reports_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["campaign_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "image"],
                condition=~Q(state="gold"),
                name="task_once_per_image",
            ),
            models.UniqueConstraint(
                fields=["campaign", "image"],
                condition=Q(state="gold"),
                name="task_gold_once_per_image",
            ),
            models.CheckConstraint(
                condition=Q(n_taken__lte=F("n_wanted")), name="task_never_over_the_wanted_number"
            ),
            models.CheckConstraint(
                condition=Q(n_answers__lte=F("n_taken")), name="task_answers_hold_slots"
            ),
            models.CheckConstraint(
                condition=Q(n_excluded__lte=F("n_answers")), name="task_excluded_are_answers"
            ),
            models.CheckConstraint(
                condition=~Q(state="gold") | Q(n_wanted=0, aggregate_due_at__isnull=True),
                name="task_gold_wants_no_number",
            ),
            models.CheckConstraint(
                condition=~Q(state="awaited") | Q(n_taken=0), name="task_awaited_is_not_taken"
            ),
            models.CheckConstraint(
                condition=Q(is_adjudicated=True, state__in=["retired", "excluded"])
                | (Q(is_adjudicated=False) & ~Q(state="excluded")),
                name="task_adjudicated_is_at_rest",
            ),
        ]
        indexes = [
            # what claiming walks along: only tasks with a free slot are in it
            models.Index(
                fields=["campaign", "position"],
                name="task_free_slots",
                condition=Q(state="open", n_taken__lt=F("n_wanted")),
            ),
            # what claiming walks along for a worker nobody has been compared with yet
            models.Index(
                fields=["campaign", "position"],
                name="task_pilot_slots",
                condition=Q(is_pilot=True, state="open", n_taken__lt=F("n_wanted")),
            ),
            models.Index(
                fields=["aggregate_due_at"],
                name="task_due",
                condition=Q(aggregate_due_at__isnull=False),
            ),
            models.Index(fields=["campaign", "agreement"], name="task_agreement"),
            # what the gallery walks along: the most doubtful first, or what was finished last
            models.Index(
                F("campaign"),
                F("risk").desc(nulls_last=True),
                F("id"),
                name="task_doubtful",
                condition=Q(n_answers__gte=1),
            ),
            models.Index(
                F("campaign"),
                F("state_changed_at").desc(nulls_last=True),
                F("id"),
                name="task_latest",
                condition=Q(n_answers__gte=1),
            ),
            # what organizers walk along: the disputed and the riskiest, then what they have settled
            models.Index(
                F("campaign"),
                F("state"),
                F("risk").desc(),
                F("id"),
                name="task_riskiest",
                condition=Q(state__in=["disputed", "retired"], is_adjudicated=False),
            ),
            models.Index(
                F("campaign"),
                F("state_changed_at").desc(),
                F("id"),
                name="task_settled",
                condition=Q(is_adjudicated=True),
            ),
            # what opening walks along when photographs have arrived
            models.Index(fields=["image"], name="task_awaited", condition=Q(state="awaited")),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.position}"


class Enrolment(models.Model):
    """A worker in a campaign: practice before it, and how far along its tasks the worker has come.

    `n_practised` counts the practice photos tried, `practice` tells of the latest of them whether
    they were done well, and `qualified_at` when that was enough (`crowd/qualification.py`).
    `is_to_practise`: an organizer has sent the worker back, and it is not passed again yet.
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
    n_practised = models.PositiveIntegerField(default=0, db_default=0)
    practice = models.JSONField(default=list)
    qualified_at = models.DateTimeField(null=True, blank=True)
    is_to_practise = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "worker"], name="enrolled_once")]

    def __str__(self) -> str:
        return f"{self.worker_id} in {self.campaign_id}"


class Assignment(models.Model):
    """One task leased to one worker until a time. The row outlives the lease.

    `is_grid`: it was handed out among others in a grid.
    """

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
    is_grid = models.BooleanField(default=False, db_default=False)
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


class GoldStandard(models.Model):
    """A task whose answer is known from a reference; it teaches nobody and measures workers.

    It is handed out among the others and looks like them (`crowd/gold.py`). Once `withdrawn_at` is
    set it is handed out no more, and its scores do not count. `campaign` repeats the task's.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="gold")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="gold")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["campaign_id", "id"]

    def __str__(self) -> str:
        return f"gold {self.task_id}"


class GoldScore(models.Model):
    """A worker's answer to a gold task, compared with what is known; a newer answer replaces it.

    `version` is that of the answer. `is_good`: right, so that it may count for or against the
    worker; None where the worker could not tell. `is_missed`: something was overlooked (an animal
    left out; a photo without the animal let through). `quality`, 0..1, is the kind's own measure,
    and `details` are its numbers (`gold_scoring` of the kind). `is_grid`: shown in a grid.
    """

    gold = models.ForeignKey(GoldStandard, on_delete=models.CASCADE, related_name="scores")
    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="score")
    worker = models.ForeignKey(Worker, on_delete=models.PROTECT, related_name="gold_scores")
    version = models.PositiveSmallIntegerField()
    is_good = models.BooleanField(null=True)
    is_missed = models.BooleanField()
    is_grid = models.BooleanField()
    quality = models.FloatField(null=True, blank=True)
    details = models.JSONField(default=dict)
    scored_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_good__isnull=True, quality__isnull=True)
                | Q(is_good__isnull=False, quality__gte=0, quality__lte=1),
                name="gold_score_has_a_quality",
            )
        ]

    def __str__(self) -> str:
        return f"{self.quality} on {self.gold_id}"


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


class Fit(models.Model):
    """One estimation of everybody's skills in a kind of task.

    `parameters` are the method's own, as learned in this fit: whatever merges answers takes them
    from the newest fit. `n_workers`, `n_answers` and `n_tasks` say what it was estimated from,
    without excluded workers. `last_answer` is the highest id of an answer when it began.
    """

    kind = models.CharField(max_length=6, choices=Campaign.Kind)
    method = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    n_workers = models.PositiveIntegerField()
    n_answers = models.PositiveIntegerField()
    n_tasks = models.PositiveIntegerField()
    last_answer = models.BigIntegerField(default=0)
    fitted_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "-id"], name="fit_newest")]

    def __str__(self) -> str:
        return f"{self.kind} fit {self.pk}"


class Look(models.Model):
    """The last time that skills were estimated from a kind's answers, stored as a fit or not.

    `last_answer` is the highest id of an answer, and `excluded` the ids of all excluded workers, as
    they were read when it began; `n_answers` is from how many answers it estimated.
    """

    kind = models.CharField(max_length=6, choices=Campaign.Kind)
    method = models.CharField(max_length=40)
    n_answers = models.PositiveIntegerField()
    last_answer = models.BigIntegerField()
    excluded = models.JSONField(default=list)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "method"], name="look_once_per_method")
        ]

    def __str__(self) -> str:
        return f"{self.kind} look up to {self.last_answer}"


class SkillEstimate(models.Model):
    """A worker's latest skill in one kind of task; `values` are the method's own numbers.

    `n_answers` counts the answers that were compared with somebody else's. `quality` is the skill
    in one number, 0..1, and `quality_sd` its standard deviation (`crowd/intervals.py`).
    """

    fit = models.ForeignKey(
        Fit, null=True, blank=True, on_delete=models.SET_NULL, related_name="skills"
    )
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="skills")
    kind = models.CharField(max_length=6, choices=Campaign.Kind)
    method = models.CharField(max_length=40)
    values = models.JSONField()
    n_answers = models.PositiveIntegerField()
    quality = models.FloatField(null=True, blank=True)
    quality_sd = models.FloatField(null=True, blank=True)
    fitted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "kind"], name="skill_once_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} skill of {self.worker_id}"


class ConsensusVersion(models.Model):
    """A numbered version of a campaign's whole consensus, made by going over all its tasks.

    The consensus of a task as of a version is its newest row with an id of at most `last_row`.
    While it is being made, `made_at` is empty and `cursor` is the id of the last task done.
    `n_changed` counts the tasks whose consensus changed (what that means: `difference` of the
    kind's `differences`), `n_reopened` and `n_retired` those that went from one state to the other.
    `n_begun` is how often it was begun: an earlier start is not in the counts, though it may have
    written rows.
    """

    class Reason(models.TextChoices):
        REFIT = "refit", "Skills estimated again"
        EXCLUSION = "exclusion", "Answers left out or taken back in"
        RECOMPUTE = "recompute", "Recomputed by hand"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    reason = models.CharField(max_length=9, choices=Reason)
    method = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    fit = models.ForeignKey(
        Fit, null=True, blank=True, on_delete=models.SET_NULL, related_name="versions"
    )
    n_tasks = models.PositiveIntegerField(default=0)
    n_changed = models.PositiveIntegerField(default=0)
    n_reopened = models.PositiveIntegerField(default=0)
    n_retired = models.PositiveIntegerField(default=0)
    n_begun = models.PositiveSmallIntegerField(default=1, db_default=1)
    cursor = models.BigIntegerField(default=0)
    last_row = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["campaign_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(made_at__isnull=True),
                name="version_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.campaign_id}"


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
