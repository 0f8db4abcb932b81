"""What an import tells of itself, within bounded memory however much it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.importers.records import Refusal

KEPT = 1000
NAMED = 3
OTHERS = "for other reasons, too many to list"


@dataclass(slots=True)
class Named:
    """How many files something is true of, and the names of the first three."""

    n: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, n: int, names: Iterable[str]) -> None:
        """Count `n` more, of which some are named."""
        self.n += n
        self.names += list(names)[: NAMED - len(self.names)]


@dataclass
class Report:
    """What an import did; every image counts once.

    `n_completed` images were there and gained something; `n_awaited` of those in the data set are
    still to be fetched, `n_held` in reserve are not before somebody asks for them. `refusals`
    holds the first thousand, `refused` counts all by reason and `notes` what was left out or
    differed, by text.
    """

    n_new: int = 0
    n_unchanged: int = 0
    n_completed: int = 0
    n_awaited: int = 0
    n_held: int = 0
    n_refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    refused: dict[str, Named] = field(default_factory=dict)
    notes: dict[str, Named] = field(default_factory=dict)

    @property
    def n_kept(self) -> int:
        """Images that are in the data set after the import."""
        return self.n_new + self.n_unchanged + self.n_completed

    def refuse(self, refusal: Refusal) -> None:
        """Count an image that was not imported."""
        self.n_refused += 1
        if len(self.refusals) < KEPT:
            self.refusals.append(refusal)
        _count(self.refused, refusal.reason, 1, [refusal.file_name])

    def note(self, text: str, file_name: str) -> None:
        """Tell something about one file."""
        _count(self.notes, text, 1, [file_name])

    def note_many(self, text: str, n: int, file_names: Iterable[str]) -> None:
        """Tell something about `n` files, some of which are named."""
        _count(self.notes, text, n, file_names)


def _count(found: dict[str, Named], text: str, n: int, names: Iterable[str]) -> None:
    if text not in found and len(found) >= KEPT:
        text = OTHERS
    found.setdefault(text, Named()).add(n, names)
