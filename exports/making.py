"""From a waiting release to its files: all of them, or none and the reason."""

from __future__ import annotations

import logging
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from exports import queries, staleness
from exports.composition import write_files
from exports.errors import ReleaseRefused, StillWorkedIn
from exports.folders import folder_of
from exports.models import Release
from exports.writing import WrittenFile

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Report = Callable[[float], None]

PROGRESS_STEP = 0.01
# A release waits so long for a consensus that is stale; then it fails and says how to go on.
PATIENCE = timedelta(hours=1)
_IN_TOTAL = ("images", "annotations", "boxed", "empty", "not_looked", "disputed", "excluded")
_DECISIONS = ("test_images", "kept", "excluded", "undecided", "not_verified")
_LOCK = "pg_try_advisory_lock(hashtext('quadrat-release'), %s)"
_UNLOCK = "pg_advisory_unlock(hashtext('quadrat-release'), %s)"


def make_unfinished(*, clock: Clock) -> int:
    """Make every release that waits, and any whose maker has died; returns how many.

    Safe to run twice and at once: whoever holds a release makes it, the others pass it by. A
    release that cannot be made says why in `error` and does not stop the next one. One whose
    consensus is stale waits on, and says for what in `stale`.
    """
    n_made = 0
    for release in queries.unfinished():
        with holding(release.pk) as is_ours:
            if is_ours and _is_unfinished(release) and not _is_to_wait(release, now=clock()):
                n_made += _made(release, clock=clock)
    return n_made


def _is_to_wait(release: Release, *, now: datetime) -> bool:
    """Whether the consensus is stale and the release has not waited too long; stored if so."""
    if release.is_allowing_stale or now - release.created_at > PATIENCE:
        return False
    stale = staleness.read(release.dataset)
    if stale:
        _store(release, state=Release.State.WAITING, progress=0, stale=stale.words())
    return bool(stale)


def _made(release: Release, *, clock: Clock) -> bool:
    """Make a release; False if it waits after all."""
    try:
        run(release, folder_of(release), clock=clock)
    except StillWorkedIn as refusal:
        # something has come in since it was looked at
        if clock() - release.created_at <= PATIENCE:
            _store(release, state=Release.State.WAITING, error="", finished_at=None)
            return False
        logger.warning("%s was not made: %s", release, refusal.detail)
    except ReleaseRefused as refusal:
        logger.warning("%s was not made: %s", release, refusal.detail)
    return True


@contextmanager
def holding(release_id: int) -> Iterator[bool]:
    """Yields True if nobody else is making this release.

    It is the database session that holds the lock: a killed process gives it back at once. A row
    lock would do the same but would hide the progress until the end.
    """
    is_ours = _ask(_LOCK, release_id)
    try:
        yield is_ours
    finally:
        if is_ours:
            _ask(_UNLOCK, release_id)


def run(release: Release, folder: Path, *, clock: Clock, progress: Report | None = None) -> Release:
    """Make a release that the caller holds: its files appear in `folder` together, at the end.

    `progress` is called with the share done, 0 to 1, as it is stored in the row. Raises
    `ReleaseRefused`; whatever is raised, the release has failed and says so.
    """
    _store(release, state=Release.State.RUNNING, progress=0, error="", stale="", started_at=clock())
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        files = write_files(release, draft, _recorder(release, progress))
        _publish(draft, folder)
    except BaseException as error:
        # also when interrupted: a release that nobody makes any more must not say it is running
        reason = error.detail if isinstance(error, ReleaseRefused) else _unforeseen(error)
        _store(release, state=Release.State.FAILED, error=reason, finished_at=clock())
        raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _store(
        release,
        state=Release.State.READY,
        progress=1,
        files=[asdict(file) for file in files],
        counts=totals(files) | release.counts,
        stale=release.stale,
        finished_at=clock(),
    )
    return release


def totals(files: list[WrittenFile]) -> dict[str, int]:
    """The counts of a whole release: images, annotations and statuses added up over its splits,
    and, where there is a filtered test manifest, `test_` and each decision."""
    found: Counter[str] = Counter(dict.fromkeys(_IN_TOTAL, 0))
    for file in files:
        if "annotations" in file.counts:
            found.update({name: file.counts[name] for name in _IN_TOTAL})
    for file in files:
        if "test_images" in file.counts:
            decided = {
                f"test_{name.removeprefix('test_')}": file.counts[name] for name in _DECISIONS
            }
            return dict(found) | decided
    return dict(found)


def _is_unfinished(release: Release) -> bool:
    release.refresh_from_db(fields=["state"])
    return release.state in {Release.State.WAITING, Release.State.RUNNING}


def _ask(function: str, release_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}", [release_id])
        (answer,) = cursor.fetchone()
    return bool(answer)


def _recorder(release: Release, progress: Report | None) -> Report:
    """Stores the share done in steps of a hundredth, and passes it on."""

    def record(share: float) -> None:
        if share - release.progress >= PROGRESS_STEP or share >= 1:
            _store(release, progress=share)
            if progress is not None:
                progress(share)

    return record


def _publish(draft: Path, folder: Path) -> None:
    # files of a run that died between this and its last line
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _unforeseen(error: BaseException) -> str:
    return f"It stopped: {type(error).__name__}. The log of the process that made it says more."


def _store(release: Release, **values: object) -> None:
    for name, value in values.items():
        setattr(release, name, value)
    release.save(update_fields=list(values))
