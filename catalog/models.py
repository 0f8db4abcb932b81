"""Data sets, taxa, images and their reference answers.

Sizes and boxes are in pixels of the upright full-size image, boxes [x, y, w, h].
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Lower

from catalog.superclasses import SuperClass


class Split(models.TextChoices):
    """The part of a data set an image belongs to; empty where a data set has none."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"
    # test images that were not sampled: kept for later, and never mixed into the other splits
    RESERVE = "reserve"


class Dataset(models.Model):
    """A named collection of images.

    `recipe` says how it was chosen and split where an import did that (format, policy and its
    parameters, splits, seed, a digest of what was chosen); empty for any other.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    recipe = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Taxon(models.Model):
    """A category of a data set; `category_id` is the one its import file gave, kept for tracing.

    `source_key` is its identity in the archive it came from; `rank` is in lower case ("species",
    "genus", ...). Rank and lineage are empty where an import told nothing of them.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="taxa")
    name = models.CharField(max_length=200)
    super_class = models.CharField(max_length=20, choices=SuperClass)
    category_id = models.IntegerField(null=True, blank=True)
    source_key = models.CharField(max_length=200, blank=True, default="", db_default="")
    rank = models.CharField(max_length=40, blank=True, default="", db_default="")
    kingdom = models.CharField(max_length=100, blank=True, default="", db_default="")
    phylum = models.CharField(max_length=100, blank=True, default="", db_default="")
    class_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    order_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    family = models.CharField(max_length=100, blank=True, default="", db_default="")
    genus = models.CharField(max_length=100, blank=True, default="", db_default="")
    common_name = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        ordering = ["dataset_id", "super_class", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "super_class", "name"], name="taxon_once_in_a_dataset"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Observer(models.Model):
    """Who observed, under the key an archive knows them by; nothing else is kept of them."""

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="observers", db_index=False
    )
    key = models.CharField(max_length=200)

    class Meta:
        ordering = ["dataset_id", "key"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "key"], name="observer_once_in_a_dataset")
        ]

    def __str__(self) -> str:
        return self.key


class Observation(models.Model):
    """One organism seen by one observer at a place and time; it has one or more photographs.

    `observed_on` is a date as the archive writes it, up to a day ("2016-05-14"); latitude and
    longitude in degrees (WGS 84), `uncertainty_m` in metres. Without an observer it has no split.
    """

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="observations", db_index=False
    )
    key = models.CharField(max_length=200)
    observer = models.ForeignKey(
        Observer, null=True, blank=True, on_delete=models.PROTECT, related_name="observations"
    )
    taxon = models.ForeignKey(
        Taxon, null=True, blank=True, on_delete=models.PROTECT, related_name="observations"
    )
    observed_on = models.CharField(max_length=10, blank=True, default="", db_default="")
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    uncertainty_m = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["dataset_id", "key"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "key"], name="observation_once_in_a_dataset")
        ]

    def __str__(self) -> str:
        return self.key


class Image(models.Model):
    """One photograph. Its identity is (data set, file name); URLs carry only `uid`.

    In the state *awaited* its file has not been fetched from `source_url` yet, in *failed* it will
    not be, and in *held*, that of test images in reserve, it is not before somebody wants it: sizes
    are 0 and `sha256` is empty until it is here. `fetch_due_at` is when the next try is due,
    `n_attempts` how many there were, `fetch_error` what the last one ran into. `place` is the
    photograph's among those of its observation, from 0.
    """

    class State(models.TextChoices):
        HERE = "here"
        AWAITED = "awaited"
        FAILED = "failed"
        HELD = "held"

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    # the unique names begin with the data set: an index of its own would only slow imports
    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="images", db_index=False
    )
    file_name = models.CharField(max_length=500)
    taxon = models.ForeignKey(Taxon, null=True, blank=True, on_delete=models.PROTECT)
    super_class = models.CharField(max_length=20, choices=SuperClass, blank=True)
    split = models.CharField(max_length=7, choices=Split, blank=True)
    observation = models.ForeignKey(
        Observation, null=True, blank=True, on_delete=models.PROTECT, related_name="images"
    )
    place = models.PositiveIntegerField(default=0, db_default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    display_width = models.PositiveIntegerField(default=0)
    display_height = models.PositiveIntegerField(default=0)
    licence = models.CharField(max_length=200, blank=True)
    licence_url = models.CharField(max_length=500, blank=True)
    rights_holder = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    imported_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=7, choices=State, default=State.HERE, db_default=State.HERE)
    source_url = models.CharField(max_length=1000, blank=True, default="", db_default="")
    n_attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    fetch_due_at = models.DateTimeField(null=True, blank=True)
    fetch_error = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        ordering = ["dataset_id", "file_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "file_name"], name="image_once_in_a_dataset"
            ),
            models.CheckConstraint(
                condition=~Q(state="here")
                | Q(width__gte=1, height__gte=1, display_width__gte=1, display_height__gte=1),
                name="image_has_a_size",
            ),
            models.CheckConstraint(
                condition=Q(state="here") | ~Q(source_url=""),
                name="image_awaited_has_an_address",
            ),
        ]
        indexes = [
            # counting a data set reads this alone, whatever an image's row holds
            models.Index(fields=["dataset", "super_class", "split", "state"], name="image_counts"),
            models.Index(
                fields=["dataset"], name="image_fetch_trouble", condition=~Q(fetch_error="")
            ),
            # what fetching walks along, server by server (`catalog/arrivals.py`): only photographs
            # that are still wanted are in it
            models.Index(
                Lower(Func("source_url", Value("/"), Value(3), function="split_part")),
                "fetch_due_at",
                name="image_awaited_by_host",
                condition=Q(state="awaited"),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class PhotoHost(models.Model):
    """A server that photographs are fetched from; `name` as it stands in their addresses, lower
    case, with the port where there is one. It is not asked again before `next_at`."""

    name = models.CharField(max_length=1000, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Reference(models.Model):
    """An imported answer: truth for simulation, gold standard to be. Never a worker's answer.

    `boxes_xywh` holds the boxes of one super-class (null: the import said nothing about boxes;
    an empty list: it said that there are none). `status` and `reason` say what a verification
    should find; `reason` is empty where the import did not name it.
    """

    class Status(models.TextChoices):
        INSTANCE = "instance"
        NON_INSTANCE = "non_instance"

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="references")
    super_class = models.CharField(max_length=20, choices=SuperClass)
    boxes_xywh = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=12, choices=Status, blank=True)
    reason = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "super_class"], name="reference_once_per_super_class"
            )
        ]

    def __str__(self) -> str:
        return f"{self.super_class} on {self.image_id}"


class DatasetCopy(models.Model):
    """A data set's own rendition: its photographs at `pixels` at most, as a folder of JPEG files.

    The folder is made part by part (`catalog/dataset_copies.py`): `cursor` is the highest image id
    that has been seen to. Of the `n_images` that were here when it was asked for, `n_made` were
    rendered, `n_kept` were there already and `n_failed` could not be; `failures` holds the first
    of these as {file_name, reason}. `error` says why all of it has stopped.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    dataset = models.ForeignKey(
        Dataset, on_delete=models.CASCADE, related_name="copies", db_index=False
    )
    pixels = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.RUNNING)
    cursor = models.BigIntegerField(default=0)
    n_images = models.PositiveIntegerField(default=0)
    n_made = models.PositiveIntegerField(default=0)
    n_kept = models.PositiveIntegerField(default=0)
    n_failed = models.PositiveIntegerField(default=0)
    failures = models.JSONField(default=list)
    error = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["dataset_id", "pixels"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "pixels"], name="copy_once_of_a_size")
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} at {self.pixels} px"

    @property
    def n_done(self) -> int:
        """Images that have been seen to, one way or another."""
        return self.n_made + self.n_kept + self.n_failed
