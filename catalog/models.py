"""Data sets, taxa, images and their reference answers.

Sizes and boxes are in pixels of the upright full-size image, boxes [x, y, w, h].
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from catalog.superclasses import SuperClass


class Split(models.TextChoices):
    """The part of a data set an image belongs to; empty where a data set has none."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Dataset(models.Model):
    """A named collection of images."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Taxon(models.Model):
    """A category of a data set; `category_id` is the one its import file gave, kept for tracing."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="taxa")
    name = models.CharField(max_length=200)
    super_class = models.CharField(max_length=20, choices=SuperClass)
    category_id = models.IntegerField(null=True, blank=True)

    class Meta:
        ordering = ["dataset_id", "super_class", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "super_class", "name"], name="taxon_once_in_a_dataset"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Image(models.Model):
    """One photograph. Its identity is (data set, file name); URLs carry only `uid`."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="images")
    file_name = models.CharField(max_length=500)
    taxon = models.ForeignKey(Taxon, null=True, blank=True, on_delete=models.PROTECT)
    super_class = models.CharField(max_length=20, choices=SuperClass, blank=True)
    split = models.CharField(max_length=5, choices=Split, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    display_width = models.PositiveIntegerField()
    display_height = models.PositiveIntegerField()
    licence = models.CharField(max_length=200, blank=True)
    licence_url = models.CharField(max_length=500, blank=True)
    rights_holder = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["dataset_id", "file_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "file_name"], name="image_once_in_a_dataset"
            ),
            models.CheckConstraint(
                condition=Q(
                    width__gte=1, height__gte=1, display_width__gte=1, display_height__gte=1
                ),
                name="image_has_a_size",
            ),
        ]
        indexes = [models.Index(fields=["dataset", "super_class", "split"])]

    def __str__(self) -> str:
        return self.file_name


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
