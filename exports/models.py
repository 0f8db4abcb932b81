"""Releases: frozen exports."""

from __future__ import annotations

from django.db import models

from catalog.models import Dataset, Split
from crowd.models import User


class Release(models.Model):
    """A frozen export of a data set: what was asked, what came out, the hash of each file.

    `files` is a list of {name, sha256, size}; `counts` what the files hold, and as `not_here` how
    many images were left out because they have not been fetched. `stale` says what was
    not worked into the consensus yet (`exports/staleness.py`): of a release that waits, what it
    waits for; of one that is allowed to be stale, what it was made without. Otherwise it is empty.
    """

    class Profile(models.TextChoices):
        COCO = "coco", "COCO detection"
        INAT2017 = "inat2017", "iNat2017"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    profile = models.CharField(max_length=8, choices=Profile, default=Profile.COCO)
    split = models.CharField(max_length=7, choices=Split, blank=True)
    is_allowing_undecided = models.BooleanField(default=False)
    is_allowing_stale = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    progress = models.FloatField(default=0)
    counts = models.JSONField(default=dict)
    files = models.JSONField(default=list)
    error = models.TextField(blank=True)
    stale = models.TextField(blank=True, db_default="")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["dataset_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="release_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} release {self.number}"
