"""What a campaign asks, in words."""

from __future__ import annotations

from catalog.superclasses import WORDS, SuperClass, Words
from crowd.models import Campaign


def words(campaign: Campaign) -> Words:
    return WORDS[SuperClass(campaign.super_class)]


def question(campaign: Campaign) -> str:
    """The one sentence at the top of the task page."""
    if campaign.kind == Campaign.Kind.BOX:
        return f"Box all {words(campaign).plural}"
    return f"Can you see the {words(campaign).singular} itself?"
