"""Staged photographs from a plain list: one (taxon, observer, observation) for each."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from catalog.staging import Staging


class Shot(NamedTuple):
    """A photograph; its key is that of its observation and its place there."""

    taxon: str
    observer: str
    observation: str
    place: int = 0

    @property
    def key(self) -> str:
        return f"{self.observation}/{self.place}"


def fill(
    staging: Staging,
    shots: Iterable[Shot],
    *,
    shuffle: int = 0,
    names: dict[str, str] | None = None,
    ranks: dict[str, str] | None = None,
) -> None:
    """Stage these and nothing else. `shuffle` is the seed of the order the rows are listed in."""
    shots = list(shots)
    random.Random(shuffle).shuffle(shots)
    staging.clear()
    observations = list({shot.observation: shot for shot in shots}.values())
    random.Random(shuffle + 1).shuffle(observations)
    taxa = sorted({shot.taxon for shot in shots})
    random.Random(shuffle + 2).shuffle(taxa)
    names, ranks = names or {}, ranks or {}
    _insert(
        staging,
        "INSERT INTO taxon SELECT key, name, rank, 'Aves', '', '', '', '', '', '', '' "
        "FROM (SELECT unnest(?) AS key, unnest(?) AS name, unnest(?) AS rank)",
        [(taxon, names.get(taxon, f"Avis {taxon}"), ranks.get(taxon, "species")) for taxon in taxa],
    )
    _insert(
        staging,
        "INSERT INTO observation SELECT key, observer, taxon, '', NULL, NULL, NULL "
        "FROM (SELECT unnest(?) AS key, unnest(?) AS observer, unnest(?) AS taxon)",
        [(shot.observation, shot.observer, shot.taxon) for shot in observations],
    )
    _insert(
        staging,
        "INSERT INTO photo SELECT *, 'https://example.org', '', 'jpg', '', '', '', NULL, NULL "
        "FROM (SELECT unnest(?), unnest(?), unnest(?), unnest(?))",
        [(n, shot.key, shot.observation, shot.place) for n, shot in enumerate(shots)],
    )


def chosen(staging: Staging) -> dict[str, str]:
    """The split of every chosen photograph, by its key."""
    return dict(
        staging.sql.execute(
            'SELECT photo.key, chosen.split FROM chosen JOIN photo USING ("row")'
        ).fetchall()
    )


def observers(taxon: str, n_observations: Sequence[int], *, n_photos: int = 1) -> list[Shot]:
    """As many observers as numbers; each with that many observations of `n_photos` each."""
    return [
        Shot(taxon, f"o{number:03}", f"{taxon}-{number:03}-{which}", place)
        for number, n in enumerate(n_observations)
        for which in range(n)
        for place in range(n_photos)
    ]


def _insert(staging: Staging, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
    if rows:
        staging.sql.execute(sql, [list(column) for column in zip(*rows, strict=True)])
