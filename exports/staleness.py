"""What the stored consensus of a data set does not say yet: a release is not made over that.

It is read from the rows themselves, in the snapshot that a release is made from, and not from the
times of what happened: whatever was decided, and whoever is working on it, a consensus either rests
on the answers that count or it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models import Dataset
from crowd.models import ConsensusVersion
from exports.errors import StillWorkedIn

# Only workers who have ever been left out can be in a consensus wrongly, or be missing from it.
_IMAGES = """
SELECT count(DISTINCT stale.image_id) FROM (
    SELECT task.image_id FROM crowd_task task
    JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
    WHERE campaign.dataset_id = %(dataset)s AND task.aggregate_due_at IS NOT NULL
    UNION ALL
    SELECT task.image_id FROM crowd_worker worker
    JOIN annotate_annotation answer ON answer.worker_id = worker.id AND answer.is_current
    JOIN crowd_task task ON task.id = answer.task_id
    JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
    JOIN annotate_consensus consensus ON consensus.task_id = task.id AND consensus.is_current
    WHERE campaign.dataset_id = %(dataset)s AND worker.exclusion_changed_at IS NOT NULL
        AND (consensus.evidence @> to_jsonb(answer.id)) = worker.is_excluded
    UNION ALL
    SELECT task.image_id FROM crowd_worker worker
    JOIN verify_verdict answer ON answer.worker_id = worker.id AND answer.is_current
    JOIN crowd_task task ON task.id = answer.task_id
    JOIN crowd_campaign campaign ON campaign.id = task.campaign_id
    JOIN verify_consensusverdict consensus ON consensus.task_id = task.id AND consensus.is_current
    WHERE campaign.dataset_id = %(dataset)s AND worker.exclusion_changed_at IS NOT NULL
        AND (consensus.evidence @> to_jsonb(answer.id)) = worker.is_excluded
) stale
"""
_UNDER_WAY = """
SELECT campaign.slug, version.reason FROM crowd_consensusversion version
JOIN crowd_campaign campaign ON campaign.id = version.campaign_id
WHERE campaign.dataset_id = %(dataset)s AND version.made_at IS NULL
ORDER BY campaign.slug COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class Staleness:
    """n_images: photographs with answers that are not in their consensus yet, or that are in it
    but left out. under_way: the campaigns whose consensus is being gone over, `by_hand` those of
    them where that was begun by `recompute_consensus`."""

    n_images: int = 0
    under_way: list[str] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.n_images or self.under_way)

    def words(self) -> str:
        """What is stale, as a sentence; empty if nothing is.

        >>> Staleness(1, ["birds"]).words()
        '1 photo is still being worked in, and the consensus of birds is being gone over.'
        """
        n = self.n_images
        said = [f"{n} photo{'s are' if n > 1 else ' is'} still being worked in"] if n else []
        if self.under_way:
            said.append(f"the consensus of {' and '.join(self.under_way)} is being gone over")
        together = ", and ".join(said)
        return f"{together[:1].upper()}{together[1:]}." if together else ""


def read(dataset: Dataset, *, using: BaseDatabaseWrapper | None = None) -> Staleness:
    """What is stale in a data set now, or in a snapshot of it."""
    known = {"dataset": dataset.pk}
    with (using or connection).cursor() as cursor:
        cursor.execute(_IMAGES, known)
        (n_images,) = cursor.fetchone()
        cursor.execute(_UNDER_WAY, known)
        rows = cursor.fetchall()
    by_hand = [slug for slug, reason in rows if reason == ConsensusVersion.Reason.RECOMPUTE]
    return Staleness(n_images, [slug for slug, _ in rows], by_hand)


def refuse(stale: Staleness) -> None:
    """Raises `StillWorkedIn`, with how to go on, if anything is stale."""
    if not stale:
        return
    again = "".join(
        f" If recompute_consensus was interrupted, run it once more: recompute_consensus {slug}."
        for slug in stale.by_hand
    )
    raise StillWorkedIn(
        f"{stale.words()} A release would freeze answers that are left out, or miss some that "
        "count. Leave the site running and ask again in a few minutes; where that does not help, "
        f"the log of the Celery worker says why.{again} Or release the consensus as it stands "
        "(--stale)."
    )
