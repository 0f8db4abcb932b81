"""What is counted of a campaign's answers and kept: pages read these rows alone.

All of it can be counted again from the answers at any time (`tallies/counting.py`).
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from crowd.models import Campaign, Worker


class Tally(models.Model):
    """The figures of one topic about a campaign, as the topic's own module writes and reads them.

    `counted_at` is when counting began, so that whatever was there before is in it; it took
    `took_s` seconds. `mark` says how far the campaign was then: the same mark again, and there is
    nothing to count.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tallies")
    topic = models.CharField(max_length=20)
    content = models.JSONField()
    mark = models.JSONField()
    took_s = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "topic"], name="tally_once_per_topic")
        ]

    def __str__(self) -> str:
        return f"{self.topic} of {self.campaign_id}"


class Figures(models.Model):
    """What a worker's answers add up to: current ones, in one campaign, those to gold apart.

    `n_answers` of which `n_empty` said that there is nothing and `n_unusable` could not be given;
    `n_boxes` drawn; `seconds` of attention for the `n_timed` answers that tell. Against the
    consensus: `n_compared` answers. Boxes: `n_objects` consensus boxes, `n_matched`, `n_missed`,
    `n_extra`, `n_loose` (IoU under 0.75) and the sum of the matched ones' IoU. Verdicts: `n_same`
    are as the consensus. `n_gold` answers to gold were scored, `n_gold_good` of them good.
    """

    n_answers = models.PositiveIntegerField()
    n_empty = models.PositiveIntegerField()
    n_unusable = models.PositiveIntegerField()
    n_boxes = models.PositiveIntegerField()
    n_timed = models.PositiveIntegerField()
    seconds = models.FloatField()
    n_compared = models.PositiveIntegerField()
    n_same = models.PositiveIntegerField()
    n_objects = models.PositiveIntegerField()
    n_matched = models.PositiveIntegerField()
    n_missed = models.PositiveIntegerField()
    n_extra = models.PositiveIntegerField()
    n_loose = models.PositiveIntegerField()
    iou_sum = models.FloatField()
    n_gold = models.PositiveIntegerField()
    n_gold_good = models.PositiveIntegerField()

    class Meta:
        abstract = True


class WorkerTally(Figures):
    """A worker in a campaign, all days together.

    `median_s` of attention an answer, and `median_box_s` a box of answers with boxes. `habits_px`,
    `habits_share` and `habits_sd` are the mean offset of left, top, right and bottom edge from the
    consensus, outwards positive, in pixels and as a share of the box's side, and the standard
    deviation of that share over boxes; empty where no box was matched. `methods` and `pointers`
    count the boxes by how they were drawn.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="tallies")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    median_s = models.FloatField(null=True, blank=True)
    median_box_s = models.FloatField(null=True, blank=True)
    habits_px = ArrayField(models.FloatField())
    habits_share = ArrayField(models.FloatField())
    habits_sd = ArrayField(models.FloatField())
    methods = models.JSONField(default=dict)
    pointers = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "worker"], name="worker_tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.worker_id} in {self.campaign_id}"


class WorkerDay(Figures):
    """A worker in a campaign on one day (UTC)."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, db_index=False, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "day", "worker"], name="worker_day_once")
        ]
        indexes = [models.Index(fields=["worker", "campaign", "day"], name="worker_day_of_worker")]

    def __str__(self) -> str:
        return f"{self.worker_id} in {self.campaign_id} on {self.day}"
