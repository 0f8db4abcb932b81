"""Workers' verdicts and the crowd's consensus on them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowd.adjudicated import AnyAdjudication
from crowd.models import Answer, Task


class Label(models.TextChoices):
    """An instance, or a non-instance with its reason (paper, section 3.2.1)."""

    ANIMAL = "animal", "Animal visible"
    TRACKS = "tracks", "Tracks"
    SCAT = "scat", "Scat"
    HABITAT = "habitat", "Habitat or nest only"
    REMAINS = "remains", "Feather, bone, molt or other"


class Verdict(Answer):
    """One worker's answer; `label` is empty unless the outcome is *answered*.

    `mode` says how the worker saw the photo: alone, among others in a grid without marking it, or
    marked in a grid and then alone.
    """

    class Mode(models.TextChoices):
        SINGLE = "single"
        GRID = "grid"
        MARKED = "marked"

    label = models.CharField(max_length=8, choices=Label, blank=True)
    mode = models.CharField(max_length=6, choices=Mode, default=Mode.SINGLE, db_default=Mode.SINGLE)

    class Meta(Answer.Meta):
        constraints = [
            *Answer.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(outcome="answered") & ~Q(label=""))
                | (~Q(outcome="answered") & Q(label="")),
                name="verdict_label_iff_answered",
            ),
            models.CheckConstraint(
                condition=~Q(mode="grid") | Q(label="animal"), name="verdict_of_grid_is_animal"
            ),
        ]
        indexes = [
            models.Index(fields=["task"], name="verdict_current", condition=Q(is_current=True)),
            models.Index(fields=["worker", "received_at"], name="verdict_of_worker"),
            # the few answers that say what kept a worker from answering, told without their rows
            models.Index(
                fields=["task"],
                include=["id", "worker", "outcome", "comment", "received_at"],
                name="verdict_reported",
                condition=Q(is_current=True, outcome__in=["cant_tell", "problem"]),
            ),
        ]


class ConsensusVerdict(models.Model):
    """The crowd's answer to one verification task, one row a version.

    `probabilities` gives each label's; `p_instance` is the animal's. `votes` counts the labels as
    given. `evidence`, `fingerprint` and `is_settled` are as for boxes.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="consensus_verdicts")
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    method = models.CharField(max_length=40)
    label = models.CharField(max_length=8, choices=Label, blank=True)
    probability = models.FloatField()
    p_instance = models.FloatField()
    probabilities = models.JSONField()
    votes = models.JSONField()
    n_votes = models.PositiveSmallIntegerField()
    n_unusable = models.PositiveSmallIntegerField()
    risk = models.FloatField()
    evidence = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    is_settled = models.BooleanField(default=False, db_default=False)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="consensus_verdict_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(is_current=True), name="consensus_verdict_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} v{self.version} of {self.task_id}"


class Adjudication(AnyAdjudication):
    """A step by which an organizer settles a verification task; `result` is the label."""
