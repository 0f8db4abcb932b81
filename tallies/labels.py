"""What the crowd of a verification campaign has said: the topic as it is counted and read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count

from crowd.models import Campaign, Task
from tallies import store
from verify.models import ConsensusVerdict, Verdict

TOPIC = "labels"
KINDS = (Campaign.Kind.VERIFY,)


@dataclass(frozen=True, slots=True)
class Labels:
    """`photos`: by label how many photos have it as their consensus ("" for none), and the mean
    probability it has there. `votes`: by outcome and label the current votes, gold apart.
    `counted_at` is None for what is so at this moment."""

    photos: dict[str, tuple[int, float]]
    votes: dict[tuple[str, str], int]
    counted_at: datetime | None = None


def count(campaign: Campaign) -> dict[str, Any]:
    """What is kept of a campaign."""
    found = now(campaign)
    return {
        "photos": {label: list(row) for label, row in found.photos.items()},
        "votes": [[*key, n] for key, n in found.votes.items()],
    }


def read(campaign: Campaign) -> Labels | None:
    """What was counted last; None where that has not been done yet."""
    kept = store.read(campaign, TOPIC)
    if kept is None:
        return None
    photos = {label: (n, mean) for label, (n, mean) in kept.content["photos"].items()}
    votes = {(outcome, label): n for outcome, label, n in kept.content["votes"]}
    return Labels(photos, votes, kept.counted_at)


def now(campaign: Campaign) -> Labels:
    """The same as it is at this moment: reads all that the campaign has."""
    consensus = ConsensusVerdict.objects.filter(task__campaign=campaign, is_current=True)
    photos = consensus.values("label").annotate(n=Count("pk"), mean=Avg("probability"))
    answers = Verdict.objects.filter(task__campaign=campaign, is_current=True)
    asked = answers.exclude(task__state=Task.State.GOLD)
    votes = asked.values("outcome", "label").annotate(n=Count("pk"))
    return Labels(
        {row["label"]: (row["n"], row["mean"]) for row in photos.order_by("label")},
        {(row["outcome"], row["label"]): row["n"] for row in votes.order_by("outcome", "label")},
    )
