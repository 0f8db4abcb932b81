"""Checks: cheap questions about the boxes that a crowd has drawn (Su, Deng and Fei-Fei 2012).

Boxes are [x, y, w, h] in pixels of the upright full-size image.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from crowd.models import Answer, Task


class Check(models.Model):
    """What a task of a check campaign asks of a photo with boxes of the crowd: is each of them
    tight on one animal, and are all animals boxed?

    `boxes` are the consensus boxes that are asked about, [x, y, w, h] each, as they were when the
    question was made; `consensus` is the version that they are from and `risk` was its risk.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="check_question")
    consensus = models.ForeignKey(
        "annotate.Consensus", on_delete=models.CASCADE, related_name="checks"
    )
    boxes = models.JSONField()
    risk = models.FloatField()
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"check of {self.consensus_id}"


class Inspection(Answer):
    """One worker's answer to a check: for each box in its order whether it is tight on one animal,
    and whether all animals are boxed; both empty unless the outcome is *answered*."""

    are_tight = models.JSONField(default=list)
    are_all_boxed = models.BooleanField(null=True)

    class Meta(Answer.Meta):
        constraints = [
            *Answer.Meta.constraints,
            models.CheckConstraint(
                condition=Q(outcome="answered", are_all_boxed__isnull=False)
                | (~Q(outcome="answered") & Q(are_all_boxed__isnull=True)),
                name="inspection_says_all_iff_answered",
            ),
        ]
        indexes = [
            models.Index(fields=["task"], name="inspection_current", condition=Q(is_current=True)),
            models.Index(fields=["worker", "received_at"], name="inspection_of_worker"),
            models.Index(
                fields=["task"],
                name="inspection_reported",
                condition=Q(is_current=True, outcome__in=["cant_tell", "problem"]),
            ),
        ]


class ConsensusCheck(models.Model):
    """The crowd's answer to one check, one row a version.

    `p_tight` gives each box's probability that it is tight on one animal, `p_all_boxed` that
    nothing was left out. `evidence`, `fingerprint` and `is_settled` are as for boxes.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="consensus_checks")
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    method = models.CharField(max_length=40)
    p_tight = models.JSONField()
    p_all_boxed = models.FloatField()
    n_votes = models.PositiveSmallIntegerField()
    n_unusable = models.PositiveSmallIntegerField()
    risk = models.FloatField()
    evidence = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    is_settled = models.BooleanField(default=False, db_default=False)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="consensus_check_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(is_current=True), name="consensus_check_one_current"
            ),
        ]

    def __str__(self) -> str:
        return f"check v{self.version} of {self.task_id}"
