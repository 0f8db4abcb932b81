"""The shape of an annotation on the wire."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from annotate.models import MAX_BOXES, Box
from crowd.models import Outcome
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
