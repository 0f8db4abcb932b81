"""Why a release cannot be made, in the words an organizer is shown."""

from __future__ import annotations

from crowd.errors import Conflict


class ReleaseRefused(Conflict):
    """What was asked for cannot be released as things stand; `detail` says how to go on."""


class StillWorkedIn(ReleaseRefused):
    """Some answers are not in the consensus yet, or are still in it though they are left out."""
