"""The shape of adjudications on the wire, whatever the kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from crowd.adjudicated import AnyAdjudication
from crowd.adjudication import Action, Adjudicator, Ground, R, Wish
from crowd.models import User


class NewStepSerializer(serializers.Serializer[Any]):
    """What an organizer decides; each kind adds its own answer for *edit*."""

    action = serializers.ChoiceField(choices=Action.choices)
    seen = serializers.IntegerField(
        min_value=0,
        help_text="The version of the task's adjudication that you have seen, 0 for none: the "
        "request is refused with 409 if somebody else has decided since.",
    )
    consensus_seen = serializers.IntegerField(
        min_value=0,
        default=0,
        help_text="To accept: the version of the consensus that you have seen.",
    )
    ground = serializers.ChoiceField(
        choices=Ground.choices,
        default="",
        allow_blank=True,
        help_text="To exclude: why.",
    )
    reason = serializers.CharField(
        max_length=500, default="", allow_blank=True, help_text="Why, in your own words."
    )


class StepSerializer(serializers.Serializer[Any]):
    """A step that an organizer has taken; the newest stands."""

    version = serializers.IntegerField()
    action = serializers.ChoiceField(choices=Action.choices)
    ground = serializers.CharField()
    reason = serializers.CharField()
    result = serializers.CharField(
        help_text="What stands from then on: boxed or empty, or a label; empty: the crowd's answer."
    )
    is_exclusion = serializers.BooleanField(help_text="The photo is out of the results.")
    undoes = serializers.IntegerField(
        allow_null=True, help_text="The version of the step that was taken back."
    )
    by = serializers.CharField(help_text="The organizer's name, empty if the login is gone.")
    at = serializers.DateTimeField()


def step_body(row: AnyAdjudication) -> dict[str, Any]:
    """A row, read with `by` and `undoes`, as `StepSerializer` describes it."""
    return {
        "version": row.version,
        "action": row.action,
        "ground": row.ground,
        "reason": row.reason,
        "result": row.result,
        "is_exclusion": row.is_exclusion,
        "undoes": row.undoes.version if row.undoes else None,
        "by": row.by.username if row.by else "",
        "at": row.at,
    }


def carry_out(
    adjudicator: Adjudicator[R],
    task_id: int,
    data: dict[str, Any],
    answer: Any,
    *,
    by: User,
    now: datetime,
) -> R:
    """Do what `data` (of `NewStepSerializer`) says; `answer` is the kind's, for *edit*."""
    wish = Wish(task_id, by, data["seen"], data["reason"].strip())
    match data["action"]:
        case Action.ACCEPT:
            return adjudicator.accept(wish, consensus_seen=data["consensus_seen"], now=now)
        case Action.EDIT:
            return adjudicator.edit(wish, answer, now=now)
        case Action.ASK:
            return adjudicator.ask(wish, now=now)
        case Action.EXCLUDE:
            return adjudicator.exclude(wish, data["ground"], now=now)
        case _:
            return adjudicator.undo(wish, now=now)


def steps(adjudicator: Adjudicator[R], task_id: int) -> list[R]:
    """A task's steps, the newest first, with who took them."""
    rows = adjudicator.rows._default_manager.filter(
        task=task_id, task__campaign__kind=adjudicator.kind
    )
    return list(rows.select_related("by", "undoes").order_by("-version"))
