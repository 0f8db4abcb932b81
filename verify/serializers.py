"""The shape of a verdict on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from crowd.models import Outcome
from crowd.serializers import AnswerSerializer
from verify.models import Label


class VerdictSerializer(AnswerSerializer):
    outcome = serializers.ChoiceField(
        choices=[Outcome.ANSWERED.value, Outcome.CANT_TELL.value, Outcome.PROBLEM.value]
    )
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Label.choices, required=False, allow_null=True, allow_blank=True, default=""
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data["label"] = data["label"] or ""
        if (data["outcome"] == Outcome.ANSWERED) != bool(data["label"]):
            raise serializers.ValidationError(
                {"label": "Give a label with the outcome 'answered', and only with it."}
            )
        return data
