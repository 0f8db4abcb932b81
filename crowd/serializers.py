"""The shapes of the crowd's API."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from crowd.claiming import Lease
from crowd.leases import MAX_CLAIM, Mode
from crowd.models import Answer, Outcome

MOST_TIMINGS = 40
TIMING_NAME = re.compile(r"[a-z0-9_]{1,40}")


class ClaimSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=MAX_CLAIM, default=1)
    mode = serializers.ChoiceField(
        choices=Mode.choices,
        default=Mode.SINGLE,
        help_text="How the photos are shown: alone, or in a grid (where the campaign has them).",
    )


class ImageSerializer(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="The display copy, at most 2,048 pixels on a side.")
    thumbnail_url = serializers.CharField()
    width = serializers.IntegerField(help_text="Of the upright full-size image, in pixels.")
    height = serializers.IntegerField()
    display_width = serializers.IntegerField()
    display_height = serializers.IntegerField()
    credit = serializers.CharField()
    licence = serializers.CharField()
    licence_url = serializers.CharField()


class AssignmentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    campaign = serializers.SlugField()
    kind = serializers.CharField()
    lease_until = serializers.DateTimeField()
    server_time = serializers.DateTimeField()
    image = ImageSerializer()


class AssignmentsSerializer(serializers.Serializer[Any]):
    assignments = AssignmentSerializer(many=True)
    instructions = serializers.IntegerField(
        help_text="Number of the version of the campaign's instructions that holds now."
    )


class LeaseSerializer(serializers.Serializer[Any]):
    lease_until = serializers.DateTimeField()
    server_time = serializers.DateTimeField()


class ErrorSerializer(serializers.Serializer[Any]):
    detail = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


class TimingField(serializers.DictField):
    """Numbers by name, at most 40 of them, looked at only when they are that few."""

    child = serializers.FloatField(min_value=0, max_value=1e15, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST_TIMINGS:
            raise serializers.ValidationError(f"At most {MOST_TIMINGS} numbers, by name.")
        if not all(TIMING_NAME.fullmatch(str(name)) for name in data):
            raise serializers.ValidationError("Names are up to 40 of a-z, 0-9 and _.")
        numbers: dict[str, Any] = super().to_internal_value(data)
        if any(number is not None and not math.isfinite(number) for number in numbers.values()):
            raise serializers.ValidationError("Only finite numbers.")
        return numbers


class AnswerSerializer(serializers.Serializer[Any]):
    """What an annotation and a verdict share. `timing` is numbers in milliseconds, by name."""

    idempotency_key = serializers.UUIDField(
        help_text="Made by the sender once per answer; the same key again returns the stored one."
    )
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    timing = TimingField(required=False, default=dict)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class StoredAnswerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    assignment = serializers.UUIDField()
    version = serializers.IntegerField()
    outcome = serializers.CharField()
    extra = serializers.BooleanField(
        help_text="True: it came late and is kept beyond the wanted number of answers."
    )
    replayed = serializers.BooleanField(help_text="True: this key had been stored before.")


def assignment_body(lease: Lease, slug: str, kind: str, *, now: datetime) -> dict[str, Any]:
    """One lease as `AssignmentSerializer` describes it; built by hand, as this is the hot path."""
    image = lease.image
    return {
        "id": lease.id,
        "campaign": slug,
        "kind": kind,
        "lease_until": lease.lease_until,
        "server_time": now,
        "image": {
            "url": reverse("crowd:image", args=[image.uid, "display"]),
            "thumbnail_url": reverse("crowd:image", args=[image.uid, "thumbnail"]),
            "width": image.width,
            "height": image.height,
            "display_width": image.display_width,
            "display_height": image.display_height,
            "credit": image.rights_holder,
            "licence": image.licence,
            "licence_url": image.licence_url,
        },
    }


def stored_body(answer: Answer, *, is_replay: bool) -> dict[str, Any]:
    """An answer as `StoredAnswerSerializer` describes it."""
    return {
        "id": answer.pk,
        "assignment": answer.assignment_id,
        "version": answer.version,
        "outcome": answer.outcome,
        "extra": answer.is_extra,
        "replayed": is_replay,
    }
