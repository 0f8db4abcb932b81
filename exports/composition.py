"""Which files a release has, and what goes into each: one pass over the images of each split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models import Split
from exports import queries, staleness
from exports.coco import DetectionFile
from exports.errors import ReleaseRefused
from exports.filtering import Decision, decide
from exports.headers import Header, read_header
from exports.manifest import TestManifest
from exports.models import Release
from exports.profiles import PROFILES
from exports.snapshot import open_snapshot
from exports.writing import WrittenFile

# undecided test images stop a release, so they are looked for first
_ORDER = [Split.TEST.value, Split.TRAIN.value, Split.VAL.value, ""]
REPORT_EVERY = 500

Report = Callable[[float], None]


def write_files(release: Release, folder: Path, report: Report) -> list[WrittenFile]:
    """Write the files of a release into an empty folder, by name.

    `report` is called with the share done, 0 to 1. Raises `ReleaseRefused` where the data set has
    no images to release, or test images that are still undecided, and `StillWorkedIn` where its
    consensus is stale. Where it may be, `release.stale` says how, for the caller to store; and
    `release.counts` how many images were left out because they have not been fetched.
    """
    with open_snapshot() as snapshot:
        stale = staleness.read(release.dataset, using=snapshot)
        if not release.is_allowing_stale:
            staleness.refuse(stale)
        release.stale = stale.words()
        parts = _parts(snapshot, release)
        sizes = {split: part.n_here for split, part in parts.items() if part.n_here}
        n_not_here = sum(part.n_not_here for part in parts.values())
        release.counts = {"not_here": n_not_here} if n_not_here else {}
        header = read_header(snapshot, release.dataset, PROFILES[release.profile])
        progress = _Progress(sum(sizes.values()), report)
        files: list[WrittenFile] = []
        for split in sizes:
            if split == Split.TEST:
                files += _write_test(snapshot, release, header, folder, progress)
            else:
                files.append(_write_part(snapshot, header, split, folder, progress))
    return sorted(files, key=lambda file: file.name)


class _Progress:
    """Counts images and reports now and then."""

    def __init__(self, n_images: int, report: Report) -> None:
        self._n_images = n_images
        self._n_done = 0
        self._report = report

    def step(self) -> None:
        self._n_done += 1
        if self._n_done % REPORT_EVERY == 0 or self._n_done == self._n_images:
            self._report(self._n_done / self._n_images)


def _parts(snapshot: BaseDatabaseWrapper, release: Release) -> dict[str, queries.Part]:
    """The numbers of images of each split to write, in the order of writing."""
    found = queries.parts(snapshot, release.dataset)
    wanted = [release.split] if release.split else _ORDER
    parts = {split: found[split] for split in wanted if split in found}
    if not any(part.n_here for part in parts.values()):
        part = f"the {release.split} split of " if release.split else ""
        raise ReleaseRefused(f"There are no images in {part}{release.dataset.slug}.")
    return parts


def _write_part(
    snapshot: BaseDatabaseWrapper, header: Header, split: str, folder: Path, progress: _Progress
) -> WrittenFile:
    with DetectionFile(folder / f"{split or 'all'}.json", header, split) as file:
        rows = queries.images(snapshot, header.dataset, split)
        for image_id, (image, boxes) in enumerate(rows, start=1):
            file.add(image_id, image, boxes, is_excluded=False)
            progress.step()
    return file.result()


def _write_test(
    snapshot: BaseDatabaseWrapper,
    release: Release,
    header: Header,
    folder: Path,
    progress: _Progress,
) -> list[WrittenFile]:
    """The test split, and where it is verified, the filtered manifest and the ledger as well."""
    verified = queries.verified_super_classes(snapshot, release.dataset)
    split = Split.TEST.value
    undecided: Counter[str] = Counter()
    with ExitStack() as stack:
        file = stack.enter_context(DetectionFile(folder / f"{split}.json", header, split))
        manifest = stack.enter_context(TestManifest(folder, header)) if verified else None
        rows = queries.images(snapshot, release.dataset, split)
        for image_id, (image, boxes) in enumerate(rows, start=1):
            finding = decide(image, verified)
            is_excluded = finding.decision == Decision.EXCLUDED
            undecided[image.super_class] += finding.decision == Decision.UNDECIDED
            file.add(image_id, image, boxes, is_excluded=is_excluded)
            if manifest is not None:
                manifest.add(image_id, image, finding)
            progress.step()
    if not release.is_allowing_undecided:
        _refuse_undecided(+undecided)
    return [file.result(), *(manifest.results() if manifest is not None else [])]


def _refuse_undecided(undecided: Counter[str]) -> None:
    n_images = undecided.total()
    if not n_images:
        return
    by_super_class = ", ".join(f"{n} of {name}" for name, n in sorted(undecided.items()))
    raise ReleaseRefused(
        f"{n_images} test image{'s are' if n_images > 1 else ' is'} still undecided "
        f"({by_super_class}): the verification of each is open, disputed, closed without being "
        "sure, or has not begun. Finish the verify campaigns and settle what is disputed, or allow "
        "undecided images "
        "(--allow-undecided): they then stay in the test set, marked undecided."
    )
