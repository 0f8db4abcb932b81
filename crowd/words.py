"""What a campaign asks, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from catalog.superclasses import WORDS, SuperClass, Words
from crowd.models import Campaign, Outcome


def words(campaign: Campaign) -> Words:
    return WORDS[SuperClass(campaign.super_class)]


def question(campaign: Campaign) -> str:
    """The one sentence at the top of the task page."""
    asked = words(campaign)
    by_kind = {
        Campaign.Kind.BOX: asked.box,
        Campaign.Kind.VERIFY: asked.see,
        Campaign.Kind.CHECK: asked.check,
    }
    return _(by_kind[Campaign.Kind(campaign.kind)])


def outcome_words(outcome: str) -> str:
    """What a worker said of a photo as a whole, as on the page's buttons."""
    return {
        Outcome.ANSWERED: _("Answered"),
        Outcome.NOTHING: _("Nothing to box"),
        Outcome.CANT_TELL: _("Can't tell"),
        Outcome.PROBLEM: _("Photo problem"),
    }[Outcome(outcome)]


def duration(seconds: float) -> str:
    """Working time as people say it.

    >>> duration(20), duration(200), duration(4500)
    ('under a minute', '3 min', '1 h 15 min')
    """
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
