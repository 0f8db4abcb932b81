"""A data set's own rendition: every photograph at most so many pixels wide or high, as JPEG.

Van Horn et al. (CVPR 2018) publish their data set at 800 px. It is made from the full size, in
sRGB and without any metadata, below `settings.COPIES_ROOT/<data set>/<pixels>/`; the layout is in
`catalog/dataset_folders.py`. `files.csv` beside the photographs says which is which.

A job makes a part, one at a time wherever it runs, with a thread for each core. What lies in the
folder under its own name is whole, so whatever is killed is begun again and loses one part at most.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import PIL.Image
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from catalog import pictures, renditions
from catalog.dataset_folders import Folders, folders, path_of
from catalog.dataset_listing import write_listing
from catalog.models import Dataset, DatasetCopy, Image

PIXELS = 800
LEAST_PIXELS, MOST_PIXELS = 32, 8192
QUALITY = 90
# about three seconds of work for two cores: answers that come meanwhile do not wait longer
PART = 128
_MOST_FAILURES = 20
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('quadrat-dataset-copies'))"


class Unsuitable(ValueError):
    """A copy that cannot be made; the message names the reason."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one photograph: made, kept, or `reason` why neither."""

    is_made: bool
    reason: str = ""


def begin(dataset: Dataset, *, pixels: int = PIXELS, now: datetime) -> DatasetCopy:
    """Have the copy of a data set made, or brought up to date with what has come since.

    Jobs do the work (`advance`). One that is under way goes on. Raises `Unsuitable`.
    """
    if not LEAST_PIXELS <= pixels <= MOST_PIXELS:
        raise Unsuitable(f"A copy is {LEAST_PIXELS} to {MOST_PIXELS} pixels large, not {pixels}.")
    n_images = Image.objects.filter(dataset=dataset, state=Image.State.HERE).count()
    if not n_images:
        raise Unsuitable(f"No photograph of {dataset.slug} is here yet.")
    with transaction.atomic():
        copy, is_new = DatasetCopy.objects.select_for_update().get_or_create(
            dataset=dataset, pixels=pixels, defaults={"asked_at": now, "n_images": n_images}
        )
        if not is_new and copy.state != DatasetCopy.State.RUNNING:
            _begin_again(copy, n_images, now)
    return copy


def _begin_again(copy: DatasetCopy, n_images: int, now: datetime) -> None:
    copy.state = DatasetCopy.State.RUNNING
    copy.cursor = copy.n_made = copy.n_kept = copy.n_failed = 0
    copy.n_images, copy.failures, copy.error = n_images, [], ""
    copy.asked_at, copy.ended_at = now, None
    copy.save()


def folder_of(copy: DatasetCopy) -> Path:
    """The folder of a copy, whether it exists yet or not."""
    return Path(settings.COPIES_ROOT) / copy.dataset.slug / str(copy.pixels)


def advance(*, clock: Callable[[], datetime]) -> bool:
    """Make the next part of the copy that was asked for first; False where there is none to make
    now, be it that another process is at it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK)
            if cursor.fetchone() != (True,):
                return False
        running = DatasetCopy.objects.filter(state=DatasetCopy.State.RUNNING)
        copy = running.select_related("dataset").order_by("asked_at", "pk").first()
        if copy is None:
            return False
        try:
            _make_part(copy, clock)
        except OSError as error:
            copy.state, copy.ended_at = DatasetCopy.State.FAILED, clock()
            copy.error = f"{folder_of(copy)} cannot be written: {error.strerror or error}."
        copy.save()
    return True


def _make_part(copy: DatasetCopy, clock: Callable[[], datetime]) -> None:
    waiting = Image.objects.filter(dataset=copy.dataset, state=Image.State.HERE, pk__gt=copy.cursor)
    images = list(waiting.order_by("pk")[:PART])
    names = folders(copy.dataset)
    if not images:
        write_listing(copy.dataset, folder_of(copy), names)
        copy.state, copy.ended_at = DatasetCopy.State.READY, clock()
        copy.n_images = copy.n_done
        return
    for image, outcome in zip(images, _outcomes(copy, images, names), strict=True):
        copy.n_made += outcome.is_made
        copy.n_kept += not outcome.is_made and not outcome.reason
        if outcome.reason:
            copy.n_failed += 1
            failure = {"file_name": image.file_name, "reason": outcome.reason}
            copy.failures = [*copy.failures, failure][:_MOST_FAILURES]
    copy.cursor = images[-1].pk
    copy.n_images = max(copy.n_images, copy.n_done)


def _outcomes(copy: DatasetCopy, images: list[Image], names: Folders) -> list[_Outcome]:
    folder = folder_of(copy)
    with ThreadPoolExecutor(n_cores()) as pool:
        # the threads only touch files: the connection belongs to this one
        return list(
            pool.map(
                lambda image: _copied(image, folder / path_of(image, names), copy.pixels), images
            )
        )


def _copied(image: Image, path: Path, pixels: int) -> _Outcome:
    """See to one copy. Raises OSError where it cannot be written."""
    with suppress(FileNotFoundError):
        if path.stat().st_size:
            return _Outcome(is_made=False)
    try:
        with default_storage.open(renditions.name(image.uid, "full")) as file:
            data = file.read()
        jpeg = shrunk(data, (image.width, image.height), pixels)
    except pictures.Unreadable as error:
        return _Outcome(is_made=False, reason=str(error))
    except OSError as error:
        reason = f"its file cannot be read ({error.strerror or error}); import it again"
        return _Outcome(is_made=False, reason=reason)
    path.parent.mkdir(parents=True, exist_ok=True)
    # always the same name: what a killed job leaves behind, the next one overwrites
    candidate = path.with_name(f".{path.name}.new")
    candidate.write_bytes(jpeg)
    candidate.replace(path)
    return _Outcome(is_made=True)


def shrunk(data: bytes, size: tuple[int, int], pixels: int) -> bytes:
    """The JPEG of a full-size rendition at `pixels` at most.

    `size` is the image's (width, height) in pixels, upright. Raises `pictures.Unreadable`.
    """
    wanted = size_of(*size, pixels)
    try:
        small = _drafted(data, size, wanted)
    except pictures.Unreadable:
        raise
    # hostile bytes raise nearly anything out of a decoder
    except Exception as error:
        raise pictures.Unreadable(f"cannot be decoded ({error}); import it again") from error
    small.info.clear()
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def _drafted(data: bytes, size: tuple[int, int], wanted: tuple[int, int]) -> PIL.Image.Image:
    with PIL.Image.open(io.BytesIO(data), formats=pictures.FORMATS) as source:
        if source.size != size:
            raise pictures.Unreadable(
                f"is {source.width} x {source.height} px, not {size[0]} x {size[1]} as imported"
            )
        if source.format not in ("JPEG", "MPO") or source.mode not in ("L", "RGB"):
            picture = pictures.decode(data)
            return renditions.in_srgb(_resized(picture.pixels, wanted, None), picture.icc_profile)
        icc_profile = source.info.get("icc_profile") or b""
        # libjpeg leaves out what would be thrown away: up to an eighth of each side is decoded
        drafted = source.draft(None, wanted)
        return renditions.in_srgb(_resized(source, wanted, drafted and drafted[1]), icc_profile)


def _resized(
    pixels: PIL.Image.Image, wanted: tuple[int, int], box: tuple[float, float, float, float] | None
) -> PIL.Image.Image:
    if pixels.size == wanted and box is None:
        return pixels.copy()
    return pixels.resize(wanted, PIL.Image.Resampling.BICUBIC, box=box)


def size_of(width: int, height: int, pixels: int) -> tuple[int, int]:
    """Width and height of a copy; never enlarged. Boxes of the profile `inat2017` refer to it.

    >>> size_of(2048, 1365, 800), size_of(640, 480, 800), size_of(5000, 3, 800)
    ((800, 533), (640, 480), (800, 1))
    """
    longest = max(width, height)
    if longest <= pixels:
        return width, height
    scale = pixels / longest
    return max(1, round(width * scale)), max(1, round(height * scale))


def n_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
