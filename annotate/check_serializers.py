"""The shape of a check on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from annotate.models import MAX_BOXES
from crowd.models import Outcome
from crowd.serializers import AnswerSerializer


class InspectionSerializer(AnswerSerializer):
    """What a worker says of the boxes on a photo."""

    outcome = serializers.ChoiceField(
        choices=[Outcome.ANSWERED.value, Outcome.CANT_TELL.value, Outcome.PROBLEM.value]
    )
    are_tight = serializers.ListField(
        child=serializers.BooleanField(),
        required=False,
        default=list,
        max_length=MAX_BOXES,
        help_text="For each box in its order: is it tight on one animal?",
    )
    are_all_boxed = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Is no animal left without a box? Where there is no box: is there none at all?",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        is_answered = data["outcome"] == Outcome.ANSWERED
        if is_answered != (data["are_all_boxed"] is not None):
            raise serializers.ValidationError(
                {"are_all_boxed": "Answer it with the outcome 'answered', and only with it."}
            )
        if not is_answered and data["are_tight"]:
            raise serializers.ValidationError(
                {"are_tight": f"With the outcome '{data['outcome']}' there can be no answers."}
            )
        return data


class CheckSerializer(serializers.Serializer[Any]):
    boxes = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4),
        max_length=MAX_BOXES,
        help_text="The boxes in question, [x, y, w, h] each, in pixels of the upright full-size "
        "image; none where workers found nothing to box.",
    )
