"""Releases over the wire."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from catalog.models import Split
from exports.models import Release


class NewReleaseSerializer(serializers.Serializer[dict[str, Any]]):
    """What to release."""

    profile = serializers.ChoiceField(
        choices=Release.Profile.choices,
        default=Release.Profile.COCO,
        help_text="`coco`: full-size pixels, ids from 1. `inat2017`: at most 800 px, category ids "
        "from 0.",
    )
    split = serializers.ChoiceField(
        choices=Split.choices,
        default="",
        allow_blank=True,
        help_text="Only this split; empty: one file per split.",
    )
    is_allowing_undecided = serializers.BooleanField(
        default=False,
        help_text="Keep test images whose verification is undecided instead of refusing.",
    )
    is_allowing_stale = serializers.BooleanField(
        default=False,
        help_text="Release the consensus as it stands instead of waiting until every answer is in "
        "it, and none that is left out.",
    )


class ReleaseFileSerializer(serializers.Serializer[dict[str, Any]]):
    """A file of a release."""

    name = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the file's bytes, in hexadecimal digits.")
    size = serializers.IntegerField(help_text="In bytes.")
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="What the file holds: images, annotations ..."
    )
    url = serializers.URLField(help_text="Where to download it.")


class ReleaseSerializer(serializers.ModelSerializer[Release]):
    """A release: what was asked, how far it is, what came out."""

    dataset = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    progress = serializers.FloatField(read_only=True, help_text="The share done, 0 to 1.")
    counts = serializers.DictField(child=serializers.IntegerField(), read_only=True)
    files = serializers.SerializerMethodField()
    error = serializers.CharField(read_only=True, help_text="Why it failed, and how to go on.")
    stale = serializers.CharField(
        read_only=True,
        help_text="What was not worked into the consensus yet: what a waiting release waits for, "
        "or what one that is allowed to be stale was made without.",
    )

    class Meta:
        model = Release
        fields = [
            "id",
            "dataset",
            "number",
            "profile",
            "split",
            "is_allowing_undecided",
            "is_allowing_stale",
            "state",
            "progress",
            "counts",
            "files",
            "error",
            "stale",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields

    @extend_schema_field(ReleaseFileSerializer(many=True))
    def get_files(self, release: Release) -> list[dict[str, Any]]:
        """Each file with the address to take it from."""
        request = self.context.get("request")
        route = "exports:release_file"
        return [
            file | {"url": reverse(route, args=[release.pk, file["name"]], request=request)}
            for file in release.files
        ]
