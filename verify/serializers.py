"""The shape of a verdict on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from crowd import drawings, practice_page
from crowd.adjudication_wire import NewStepSerializer
from crowd.models import Campaign, Outcome
from crowd.practice_page import practice_body
from crowd.serializers import AnswerSerializer, StoredAnswerSerializer
from verify import practice
from verify.models import Label, Verdict

MAX_BATCH = 24


class VerdictSerializer(AnswerSerializer):
    outcome = serializers.ChoiceField(
        choices=[Outcome.ANSWERED.value, Outcome.CANT_TELL.value, Outcome.PROBLEM.value]
    )
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Label.choices, required=False, allow_null=True, allow_blank=True, default=""
    )

    mode = serializers.ChoiceField(
        choices=Verdict.Mode.choices,
        default=Verdict.Mode.SINGLE.value,
        help_text="How the photo was seen: alone (`single`), in a grid and not marked (`grid`, "
        "always with the label animal), or marked in a grid and then alone (`marked`).",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        data["label"] = data["label"] or ""
        if data["mode"] == Verdict.Mode.GRID and data["label"] != Label.ANIMAL:
            raise serializers.ValidationError(
                {"mode": "Whatever is not the animal is marked in the grid and answered alone."}
            )
        if (data["outcome"] == Outcome.ANSWERED) != bool(data["label"]):
            raise serializers.ValidationError(
                {"label": "Give a label with the outcome 'answered', and only with it."}
            )
        return data


class VerdictStepSerializer(NewStepSerializer):
    """What an organizer decides on a verification task."""

    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Label.choices, allow_blank=True, default="", help_text="The answer, for *edit*."
    )


class VerdictsSerializer(serializers.Serializer[Any]):
    """A batch: the verdicts of a whole grid. Each is judged by itself, later."""

    verdicts = serializers.ListField(
        child=serializers.DictField(), min_length=1, max_length=MAX_BATCH
    )


class VerdictOfSerializer(VerdictSerializer):
    """A verdict that says itself which assignment it answers."""

    assignment = serializers.UUIDField()


class VerdictBatchSerializer(serializers.Serializer[Any]):
    """The batch as the API's documentation shows it."""

    verdicts = VerdictOfSerializer(many=True)


class VerdictResultSerializer(serializers.Serializer[Any]):
    status = serializers.IntegerField(help_text="What the same answer would have got alone.")
    body = StoredAnswerSerializer(help_text="Or the error, in the shape of all errors.")


class VerdictResultsSerializer(serializers.Serializer[Any]):
    results = VerdictResultSerializer(many=True)


class TriedSerializer(serializers.Serializer[Any]):
    """What a worker says of a practice photo: a verdict without key and timing."""

    outcome = serializers.ChoiceField(choices=Outcome.choices)
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Label.choices, required=False, allow_null=True, allow_blank=True, default=""
    )


def scene_body(campaign: Campaign, number: int, *, now: datetime) -> dict[str, Any]:
    """A practice photo in the shape of an assignment; `number` counts what a worker tried."""
    at = [drawings.VERSION, campaign.super_class, number % practice.N_SCENES]
    url = reverse("verify:practice_picture", args=at)
    return practice_page.scene_body(campaign, number, url=url, size=practice.SIZE, now=now)


def feedback_body(feedback: practice.Feedback) -> dict[str, Any]:
    """What the practice page shows after an answer."""
    return {
        "is_good": feedback.is_good,
        "title": feedback.title,
        "remarks": [feedback.remark],
        "label": feedback.label,
        "truth": feedback.true_xywh,
        "practice": practice_body(feedback.practice),
    }
