"""What the crowd has found in a verification campaign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crowd.models import Campaign, Outcome, Task
from tallies import labels
from verify import queries, screening
from verify.models import Label


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label: images whose consensus it is, the mean probability it has there, votes for it."""

    label: str
    words: str
    is_instance: bool
    n_images: int
    probability: float | None
    n_votes: int


@dataclass(frozen=True, slots=True)
class VerdictTable:
    """Every label, then what is not yet known; `counted_at` None: as it is now."""

    rows: list[LabelRow]
    n_undecided: int
    n_cant_tell: int
    n_problem: int
    counted_at: datetime | None

    @property
    def n_instances(self) -> int:
        return sum(row.n_images for row in self.rows if row.is_instance)

    @property
    def n_non_instances(self) -> int:
        return sum(row.n_images for row in self.rows if not row.is_instance)


@dataclass(frozen=True, slots=True)
class Grids:
    """How a campaign's grids do: photos marked in them, and what they caught of the gold that
    does not show the animal; `is_reliable` while that is enough."""

    n_flagged: int
    n_seen: int
    n_marked: int
    is_reliable: bool

    @property
    def share(self) -> float | None:
        return self.n_marked / self.n_seen if self.n_seen else None


def grids(campaign: Campaign) -> Grids:
    """Counts of the whole campaign."""
    found = queries.sensitivity(campaign)
    n_flagged = Task.objects.filter(campaign=campaign, is_flagged=True).count()
    return Grids(n_flagged, found.n_seen, found.n_marked, screening.is_reliable(found))


def verdict_table(campaign: Campaign, *, is_live: bool) -> VerdictTable:
    """Images by current consensus, and all current votes but those on gold: as they are now, or as
    jobs have counted them."""
    found = (None if is_live else labels.read(campaign)) or labels.now(campaign)
    images: Mapping[str, tuple[int, float | None]] = found.photos
    votes = found.votes
    rows = [
        LabelRow(
            label=label.value,
            words=str(label.label),
            is_instance=label == Label.ANIMAL,
            n_images=images.get(label.value, (0, None))[0],
            probability=images.get(label.value, (0, None))[1],
            n_votes=votes.get((Outcome.ANSWERED.value, label.value), 0),
        )
        for label in Label
    ]
    return VerdictTable(
        rows,
        n_undecided=images.get("", (0, None))[0],
        n_cant_tell=votes.get((Outcome.CANT_TELL.value, ""), 0),
        n_problem=votes.get((Outcome.PROBLEM.value, ""), 0),
        counted_at=found.counted_at,
    )
