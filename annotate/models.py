"""Workers' annotations, their boxes, and the crowd's consensus.

Boxes are [x, y, w, h] in pixels of the upright full-size image, edges not pixel centres.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

# What checks are made of are models of this app as well.
from annotate.check_models import Check as Check  # noqa: PLC0414 - handed on
from annotate.check_models import ConsensusCheck as ConsensusCheck  # noqa: PLC0414 - handed on
from annotate.check_models import Inspection as Inspection  # noqa: PLC0414 - handed on
from crowd.adjudicated import AnyAdjudication
from crowd.models import Answer, Task

MAX_BOXES = 10


class Annotation(Answer):
    """One worker's whole answer to a box task: 0 to 10 boxes, or none could be given."""

    class Meta(Answer.Meta):
        indexes = [
            models.Index(fields=["task"], name="annotation_current", condition=Q(is_current=True)),
            models.Index(fields=["worker", "received_at"], name="annotation_of_worker"),
            # the few answers that say what kept a worker from answering, told without their rows
            models.Index(
                fields=["task"],
                include=["id", "worker", "outcome", "comment", "received_at"],
                name="annotation_reported",
                condition=Q(is_current=True, outcome__in=["cant_tell", "problem"]),
            ),
        ]


class Box(models.Model):
    """One rectangle of an annotation, and how it was drawn.

    `scale` is CSS pixels per full-size pixel at the last edit: how fine the worker could point.
    """

    class Method(models.TextChoices):
        DRAG = "drag"
        CLICK2 = "click2"
        EXTREME = "extreme"
        KEYS = "keys"
        NUMBERS = "numbers"

    class Pointer(models.TextChoices):
        MOUSE = "mouse"
        TOUCH = "touch"
        PEN = "pen"
        KEYS = "keys"

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="boxes")
    number = models.PositiveSmallIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    w = models.FloatField()
    h = models.FloatField()
    method = models.CharField(max_length=7, choices=Method, blank=True)
    pointer = models.CharField(max_length=5, choices=Pointer, blank=True)
    scale = models.FloatField(null=True, blank=True)
    n_edits = models.PositiveIntegerField(default=0)
    draw_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["annotation_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["annotation", "number"], name="box_number_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MAX_BOXES), name="box_at_most_ten"
            ),
            models.CheckConstraint(
                condition=Q(x__gte=0, y__gte=0, w__gt=0, h__gt=0), name="box_has_a_place_and_size"
            ),
        ]

    def __str__(self) -> str:
        return f"box {self.number} of {self.annotation_id}"


class Consensus(models.Model):
    """The crowd's answer to one box task, one row a version; the newest is the current one.

    `evidence` lists the ids of the annotations it was made from and `fingerprint` is a hash over
    them, the skills and the method. `is_settled`: the task was retired with this consensus. A new
    version is made where the evidence or the result has changed (`annotate/differences.py`).
    `is_compared`: each answer of its evidence has been compared with it (`Comparison`).
    """

    class Status(models.TextChoices):
        BOXED = "boxed"
        EMPTY = "empty"
        NOT_LOOKED = "not_looked"

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="consensuses")
    version = models.PositiveIntegerField()
    is_current = models.BooleanField(default=True)
    status = models.CharField(max_length=10, choices=Status)
    method = models.CharField(max_length=40)
    n_looked = models.PositiveSmallIntegerField()
    n_unusable = models.PositiveSmallIntegerField()
    expected_unseen = models.FloatField()
    risk = models.FloatField()
    mean_iou = models.FloatField(null=True, blank=True)
    count_agreement = models.FloatField(null=True, blank=True)
    is_capped = models.BooleanField(default=False)
    evidence = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    is_settled = models.BooleanField(default=False, db_default=False)
    is_compared = models.BooleanField(default=False, db_default=False)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "version"], name="consensus_version_once"),
            models.UniqueConstraint(
                fields=["task"], condition=Q(is_current=True), name="consensus_one_current"
            ),
        ]
        indexes = [
            # what comparing walks along
            models.Index(
                fields=["id"],
                name="consensus_to_compare",
                condition=Q(is_current=True, is_compared=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.status} v{self.version} of {self.task_id}"


class ConsensusBox(models.Model):
    """One box of a consensus. `score` is the probability that it is there; `spread` the standard
    deviation of its left, top, right and bottom edge in pixels; `sources` the ids of the workers'
    boxes it was fused from."""

    consensus = models.ForeignKey(Consensus, on_delete=models.CASCADE, related_name="boxes")
    number = models.PositiveSmallIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    w = models.FloatField()
    h = models.FloatField()
    score = models.FloatField()
    n_workers = models.PositiveSmallIntegerField()
    n_looked = models.PositiveSmallIntegerField()
    spread = models.JSONField()
    sources = models.JSONField()

    class Meta:
        ordering = ["consensus_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["consensus", "number"], name="consensus_box_once")
        ]

    def __str__(self) -> str:
        return f"consensus box {self.number} of {self.consensus_id}"


class Comparison(models.Model):
    """A current annotation against the current consensus that it went into.

    There is one where at least two workers have looked. `n_objects` consensus boxes: `n_matched` of
    them have a box of this worker's, `n_missed` have none; `n_extra` boxes of the worker went into
    no consensus box. `n_loose` of the matched ones overlap by less than an IoU of 0.75. `ious` are
    the matched ones' IoU. The next three hold left, top, right and bottom edge, outwards positive:
    the sum of the offsets in pixels, that of the offsets as a share of the consensus box's width
    or height, and that of the squares of those shares. Other columns repeat the annotation's, so
    that figures over all answers read this narrow table alone. It can be made again at any time.
    """

    annotation = models.OneToOneField(
        Annotation, on_delete=models.CASCADE, primary_key=True, related_name="comparison"
    )
    campaign = models.ForeignKey(
        "crowd.Campaign", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+"
    )
    worker = models.ForeignKey(
        "crowd.Worker",
        on_delete=models.CASCADE,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    received_at = models.DateTimeField()
    n_boxes = models.PositiveSmallIntegerField()
    n_objects = models.PositiveSmallIntegerField()
    n_matched = models.PositiveSmallIntegerField()
    n_missed = models.PositiveSmallIntegerField()
    n_extra = models.PositiveSmallIntegerField()
    n_loose = models.PositiveSmallIntegerField()
    ious = ArrayField(models.FloatField())
    edges_px = ArrayField(models.FloatField(), size=4)
    edges_share = ArrayField(models.FloatField(), size=4)
    edges_square = ArrayField(models.FloatField(), size=4)

    class Meta:
        indexes = [
            models.Index(fields=["task"], name="comparison_of_task"),
            models.Index(fields=["campaign", "worker", "received_at"], name="comparison_of_worker"),
        ]

    def __str__(self) -> str:
        return f"comparison of {self.annotation_id}"


class Adjudication(AnyAdjudication):
    """A step by which an organizer settles a box task; `result` is *boxed* or *empty*."""


class AdjudicatedBox(models.Model):
    """One box of the answer that an organizer has let stand."""

    adjudication = models.ForeignKey(Adjudication, on_delete=models.CASCADE, related_name="boxes")
    number = models.PositiveSmallIntegerField()
    x = models.FloatField()
    y = models.FloatField()
    w = models.FloatField()
    h = models.FloatField()

    class Meta:
        ordering = ["adjudication_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["adjudication", "number"], name="adjudicated_box_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MAX_BOXES),
                name="adjudicated_box_at_most_ten",
            ),
            models.CheckConstraint(
                condition=Q(x__gte=0, y__gte=0, w__gt=0, h__gt=0), name="adjudicated_box_has_a_size"
            ),
        ]

    def __str__(self) -> str:
        return f"box {self.number} of {self.adjudication_id}"
