"""Grids of many photos: what is marked in one is shown alone from then on.

Two grids that leave a photo unmarked say that it shows the animal. One that anybody marks never
comes in a grid again and gets `ALONE` verdicts of workers who saw it alone, each with its reason.
"""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Greatest

from crowd.models import Campaign, Task
from verify import queries
from verify.models import Label, Verdict
from verify.queries import Sensitivity

ALONE = 3
# What a grid must catch of the gold without the animal, and from how much of it that is known: one
# slip alone must not end the grids.
LEAST_SENSITIVITY = 0.95
LEAST_SEEN = 20


def is_mark(verdict: Verdict) -> bool:
    """Whether a verdict says that a photo needs more than a glance."""
    return verdict.mode == Verdict.Mode.MARKED or verdict.label != Label.ANIMAL


def n_missing(verdicts: list[Verdict]) -> int:
    """How many verdicts of workers who saw the photo alone a marked one still needs."""
    n_alone = sum(verdict.mode != Verdict.Mode.GRID for verdict in verdicts)
    return max(0, ALONE - n_alone)


def flag(task_id: int) -> None:
    """Show this photo alone from now on, where its campaign has grids, and to enough workers.

    In the transaction that stores the verdict; a gold task stays what it is.
    """
    voted = queries.evidence().filter(task=task_id)
    wanted = F("n_answers") + n_missing(list(voted))
    tasks = Task.objects.filter(pk=task_id, campaign__has_grid=True)
    tasks.exclude(state=Task.State.GOLD).update(
        is_flagged=True, n_wanted=Greatest("n_wanted", wanted)
    )


def is_reliable(found: Sensitivity) -> bool:
    """Whether grids catch enough of what they are for, as far as that is known.

    >>> is_reliable(Sensitivity(n_seen=19, n_marked=0)), is_reliable(Sensitivity(20, 19))
    (True, True)
    >>> is_reliable(Sensitivity(n_seen=20, n_marked=18))
    False
    """
    if found.n_seen < LEAST_SEEN:
        return True
    return found.n_marked / found.n_seen >= LEAST_SENSITIVITY


def offers_grid(campaign: Campaign) -> bool:
    """Whether workers get grids now: the campaign has them, and they catch enough."""
    return campaign.has_grid and is_reliable(queries.sensitivity(campaign))
