"""Import from archives that list observations: staged, chosen from, split, and only then stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from catalog import splits
from catalog.importers import formats, local_photos, recipes
from catalog.importers.formats import Form
from catalog.importers.records import Unusable
from catalog.importers.report import Report
from catalog.importers.save import save
from catalog.importers.workplace import workplace
from catalog.selection import Chosen, policies
from catalog.splits import SplitReport
from catalog.staging import RefusedRows, Staging

SPLITS = ("inat2017",)


class Watcher(Protocol):
    """Who is told how far an import has come."""

    def share(self, words: str, share: float | None) -> None:
        """A step is done to that share, 0 to 1; None: it is under way."""

    def count(self, words: str, total: int) -> Callable[[int], None]:
        """A step of so many items begins; the answer is told how many more are through."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of an import from an archive.

    `given` is a path or a query; `images` a folder of photographs that need not be fetched;
    `policy` the name of a selection policy ('': all photographs) and `parameters` its settings;
    `splits` the name of a way to split ('': none), with its seed and number of test images.
    """

    given: str
    form: Form
    images: Path | None = None
    policy: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    splits: str = ""
    seed: int = 0
    n_test: int | None = None


@dataclass(frozen=True, slots=True)
class Staged:
    """What was read: photographs, and the observations, observers and taxa they are of."""

    n_photos: int
    n_observations: int
    n_observers: int
    n_taxa: int
    refused: list[RefusedRows]


@dataclass(slots=True)
class Outcome:
    """What became of an import from an archive; None is what was not asked for or not reached."""

    staged: Staged
    chosen: Chosen | None = None
    splits: SplitReport | None = None
    report: Report | None = None


def run(wish: Wish, slug: str, watcher: Watcher, *, now: datetime) -> Outcome:
    """Import into the data set of that slug, which is created when absent.

    Nothing is stored before all of the archive has been read. Raises `Unusable` where it cannot be
    read, the wish makes no sense, or the data set's splits would move.
    """
    parameters = _parameters(wish)
    with workplace(slug, inputs=_inputs(wish)) as directory, Staging.open(directory) as staging:
        formats.stage(wish.given, wish.form, staging, watcher.share)
        outcome = Outcome(_staged(staging))
        if not outcome.staged.n_photos:
            return outcome
        watcher.share("Choosing", None)
        if parameters is None:
            staging.choose_all()
        else:
            outcome.chosen = policies()[wish.policy].choose(staging, parameters)
        watcher.share("Choosing", 1.0)
        if wish.splits:
            outcome.splits = _split(wish, staging, watcher)
        if staging.n_chosen():
            recipes.keep(slug, recipes.of(staging, _asked(wish, parameters)))
            outcome.report = _stored(wish, slug, staging, watcher, now=now)
    return outcome


def _inputs(wish: Wish) -> list[Path]:
    """What is read of the disk; a query is no path, and may be too long for one."""
    given = [] if wish.form == "inat-api" else [Path(wish.given)]
    return given + ([wish.images] if wish.images else [])


def _parameters(wish: Wish) -> Any:
    """The policy's parameters; None without a policy."""
    if not wish.policy:
        if wish.parameters:
            raise Unusable("--set belongs to a policy (--policy).")
        return None
    known = policies()
    if wish.policy not in known:
        raise Unusable(f"There is no policy {wish.policy}; there is {', '.join(sorted(known))}.")
    return known[wish.policy].parameters(wish.parameters, seed=wish.seed)


def _asked(wish: Wish, parameters: Any) -> recipes.Recipe:
    is_drawn = bool(wish.splits)
    return {
        "format": wish.form,
        "policy": wish.policy,
        "parameters": asdict(parameters) if parameters is not None else {},
        "splits": wish.splits,
        "seed": wish.seed if is_drawn else None,
        "n_test": wish.n_test,
    }


def _split(wish: Wish, staging: Staging, watcher: Watcher) -> SplitReport:
    watcher.share("Splitting", None)
    report = splits.assign(staging, seed=wish.seed, n_test=wish.n_test)
    found = splits.leaks(staging)
    if found.n_leaking:
        raise Unusable(
            f"The splits are not as they should be, so nothing was stored. {found.sentence()}"
        )
    watcher.share("Splitting", 1.0)
    return report


def _stored(wish: Wish, slug: str, staging: Staging, watcher: Watcher, *, now: datetime) -> Report:
    folders = [path for path in reversed(_inputs(wish)) if path.is_dir()]
    reading = staging.records(folders[0] if folders else None)
    if wish.images is not None:
        reading = local_photos.taken(reading, wish.images)
    return save(reading, slug, watcher.count("Writing", reading.total), now=now)


def _staged(staging: Staging) -> Staged:
    n_observations, n_observers, n_taxa = staging.sql.execute(
        "SELECT (SELECT count(*) FROM observation), (SELECT count(DISTINCT observer) "
        "FROM observation WHERE observer <> ''), (SELECT count(*) FROM taxon)"
    ).fetchall()[0]
    return Staged(staging.n_photos(), n_observations, n_observers, n_taxa, staging.refusals())
