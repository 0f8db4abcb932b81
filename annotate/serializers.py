"""The shape of an annotation on the wire."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from annotate import practice
from annotate.models import MAX_BOXES, Box
from crowd import drawings, practice_page
from crowd.adjudication_wire import NewStepSerializer
from crowd.models import Campaign, Outcome
from crowd.practice_page import practice_body
from crowd.serializers import AnswerSerializer


class BoxSerializer(serializers.Serializer[Any]):
    """One box, `bbox` as [x, y, w, h] in pixels of the upright full-size image."""

    bbox = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4)
    method = serializers.ChoiceField(choices=Box.Method.choices, required=False, allow_blank=True)
    pointer = serializers.ChoiceField(choices=Box.Pointer.choices, required=False, allow_blank=True)
    scale = serializers.FloatField(
        min_value=0, max_value=1e6, required=False, allow_null=True, default=None
    )
    n_edits = serializers.IntegerField(min_value=0, max_value=10**6, required=False, default=0)
    draw_ms = serializers.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, allow_null=True, default=None
    )

    def validate_bbox(self, bbox: list[float]) -> list[float]:
        if not all(math.isfinite(number) for number in bbox):
            raise serializers.ValidationError("The four numbers must be finite.")
        if bbox[2] <= 0 or bbox[3] <= 0:
            raise serializers.ValidationError("Width and height must be above zero.")
        return bbox


class AnnotationSerializer(AnswerSerializer):
    # the limit comes first: a million boxes are refused without looking at one
    boxes: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=BoxSerializer(), required=False, default=list, max_length=MAX_BOXES
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        n_boxes = len(data["boxes"])
        if data["outcome"] == Outcome.ANSWERED and n_boxes == 0:
            raise serializers.ValidationError(
                {"boxes": "An answer needs a box; to say that there is none, send 'nothing'."}
            )
        if data["outcome"] != Outcome.ANSWERED and n_boxes > 0:
            raise serializers.ValidationError(
                {"boxes": f"With the outcome '{data['outcome']}' there can be no boxes."}
            )
        return data


class BoxStepSerializer(NewStepSerializer):
    """What an organizer decides on a box task; `boxes`, for *edit*, may be none."""

    boxes: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=BoxSerializer(), required=False, default=list, max_length=MAX_BOXES
    )


class TriedSerializer(serializers.Serializer[Any]):
    """What a worker says of a practice photo: an annotation without key and timing."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    boxes: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=BoxSerializer(), required=False, default=list, max_length=MAX_BOXES
    )


def scene_body(campaign: Campaign, number: int, *, now: datetime) -> dict[str, Any]:
    """A practice photo in the shape of an assignment; `number` counts what a worker tried."""
    at = [drawings.VERSION, campaign.super_class, number % practice.N_SCENES]
    url = reverse("annotate:practice_picture", args=at)
    return practice_page.scene_body(campaign, number, url=url, size=practice.SIZE, now=now)


def feedback_body(feedback: practice.Feedback) -> dict[str, Any]:
    """What the practice page shows after an answer."""
    return {
        "is_good": feedback.is_good,
        "title": feedback.title,
        "remarks": feedback.remarks,
        "truth": feedback.true_xywh,
        "practice": practice_body(feedback.practice),
    }
