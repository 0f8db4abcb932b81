"""What the adjudications of box tasks and of verification tasks have in common."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowd.models import Task, User


class AnyAdjudication(models.Model):
    """One step by which an organizer settles a task, or takes that back; rows are only ever added.

    `version` counts a task's steps from 1 and the newest `is_current`. `result`: the answer that
    stands from then on, in the kind's own words, empty where the crowd's does; whatever else
    belongs to it hangs on the row, copied, so that no later consensus changes it. `ground` and
    `reason`: why. `state_before`, `n_wanted_before` and `n_asked_before` are the task's,
    `consensus_version` that of the crowd's consensus then (0: none). An undo is a step, too:
    `undoes` is the step taken back, and its row carries the result of the one before that.
    """

    class Action(models.TextChoices):
        ACCEPT = "accept", "Consensus accepted"
        EDIT = "edit", "Answered by an organizer"
        ASK = "ask", "One more answer asked for"
        EXCLUDE = "exclude", "Photo excluded"
        UNDO = "undo", "Decision taken back"

    class Ground(models.TextChoices):
        """Why a photo is excluded."""

        BROKEN = "broken", "Broken, blank or unreadable"
        WRONG_GROUP = "wrong_group", "Shows something else altogether"
        UNCLEAR = "unclear", "Nobody can tell what it shows"
        DUPLICATE = "duplicate", "The same photo as another one"
        PEOPLE = "people", "Shows people, or breaks a right"
        OTHER = "other", "Something else"

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="%(app_label)s_adjudications", db_index=False
    )
    version = models.PositiveSmallIntegerField()
    is_current = models.BooleanField(default=True)
    action = models.CharField(max_length=7, choices=Action)
    ground = models.CharField(max_length=11, choices=Ground, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    result = models.CharField(max_length=10, blank=True)
    is_exclusion = models.BooleanField(default=False)
    state_before = models.CharField(max_length=8, choices=Task.State)
    n_wanted_before = models.PositiveSmallIntegerField()
    n_asked_before = models.PositiveSmallIntegerField()
    consensus_version = models.PositiveIntegerField(default=0)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by"
    )
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["task_id", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["task", "version"], name="%(app_label)s_adjudication_version_once"
            ),
            models.UniqueConstraint(
                fields=["task"],
                condition=Q(is_current=True),
                name="%(app_label)s_adjudication_one_current",
            ),
            models.CheckConstraint(
                condition=Q(is_exclusion=False) | Q(result=""),
                name="%(app_label)s_adjudication_excluded_has_no_result",
            ),
            models.CheckConstraint(
                condition=~Q(action="exclude") | (Q(is_exclusion=True) & ~Q(ground="")),
                name="%(app_label)s_adjudication_exclusion_has_a_ground",
            ),
            models.CheckConstraint(
                condition=(Q(action="undo") & Q(undoes__isnull=False))
                | (~Q(action="undo") & Q(undoes__isnull=True)),
                name="%(app_label)s_adjudication_undo_undoes",
            ),
            models.CheckConstraint(
                condition=~Q(action__in=["accept", "edit"]) | ~Q(result=""),
                name="%(app_label)s_adjudication_answer_has_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} v{self.version} of {self.task_id}"

    @property
    def is_settling(self) -> bool:
        """Whether the task is settled from this step on."""
        return bool(self.result) or self.is_exclusion
