"""COCO detection JSON, streamed: one `images` row per image, whether it has boxes or not."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson
from django.db.models import TextChoices

from crowd.models import Task
from exports.headers import Header
from exports.profiles import DECIMALS, scaled_box
from exports.queries import BoxRecord, ImageRecord
from exports.writing import JsonFile, Spool, WrittenFile

_DIGITS = 4
# plain strings: an enumeration's members are slow to look up a million times
_RETIRED = Task.State.RETIRED.value
_DISPUTED = Task.State.DISPUTED.value


class Status(TextChoices):
    """What is known of an image's boxes: an empty image is not one that nobody has looked at."""

    BOXED = "boxed"
    EMPTY = "empty"
    NOT_LOOKED = "not_looked"
    DISPUTED = "disputed"
    EXCLUDED = "excluded"


def status_of(image: ImageRecord, n_boxes: int, *, is_excluded: bool) -> Status:
    """The first that holds: excluded, disputed, boxed, empty, not looked at."""
    if is_excluded:
        return Status.EXCLUDED
    if image.boxing_state == _DISPUTED:
        return Status.DISPUTED
    if image.is_boxing_adjudicated:
        return Status.BOXED if n_boxes else Status.EMPTY
    if not image.n_looked:
        return Status.NOT_LOOKED
    if n_boxes:
        return Status.BOXED
    # one early "nothing" verifies nothing yet
    return Status.EMPTY if image.boxing_state == _RETIRED else Status.NOT_LOOKED


class DetectionFile:
    """The file of one split; images are added in the order of their ids.

    Annotations wait on disk until the last image is known, because readers and people expect them
    behind the images.
    """

    def __init__(self, path: Path, header: Header, split: str) -> None:
        self._file = JsonFile(path)
        self._folder = path.parent
        self._header = header
        self._split = split
        self._n_annotations = 0
        self._statuses: Counter[str] = Counter()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._file)
            self._spool = Spool(self._folder)
            stack.callback(self._spool.close)
            self._header.write(self._file, self._split, "boxes by the consensus of a crowd")
            self._file.begin_array("images")
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._file.end_array()
            self._file.spooled_array("annotations", self._spool)
        self._stack.__exit__(kind, error, trace)

    def add(
        self, image_id: int, image: ImageRecord, boxes: list[BoxRecord], *, is_excluded: bool
    ) -> None:
        """Add an image and its boxes; an excluded image has none, whether it is no test image any
        more or an organizer has taken it out."""
        is_excluded = is_excluded or image.excluded_for is not None
        status = status_of(image, len(boxes), is_excluded=is_excluded)
        self._statuses[status] += 1
        size = self._header.profile.size(image.width, image.height)
        self._file.item(self._image_row(image_id, image, size, len(boxes), status))
        if not is_excluded and self._header.profile.has_boxes(self._split, len(boxes)):
            for box in boxes:
                self._add_box(image_id, image, size, box)

    def result(self) -> WrittenFile:
        """Once the context has ended: the file, with the numbers of images, boxes and statuses."""
        counts = {"images": self._statuses.total(), "annotations": self._n_annotations}
        return self._file.result(
            counts | {status.value: self._statuses[status] for status in Status}
        )

    def _image_row(
        self,
        image_id: int,
        image: ImageRecord,
        size: tuple[int, int],
        n_boxes: int,
        status: Status,
    ) -> dict[str, object]:
        return {
            "id": image_id,
            "file_name": image.file_name,
            "width": size[0],
            "height": size[1],
            "license": self._header.licence_id(image),
            "rights_holder": image.rights_holder,
            "attributes": {
                "status": status,
                "super_class": image.super_class,
                "category_id": self._header.category_id(image),
                "campaign": image.campaign,
                "is_finished": image.boxing_state == _RETIRED,
                "is_capped": bool(image.is_capped),
                "n_boxes": n_boxes,
                "n_looked": image.n_looked or 0,
                "n_unusable": image.n_unusable or 0,
                "expected_unseen": _rounded(image.expected_unseen),
                "risk": _rounded(image.risk),
                "mean_iou": _rounded(image.mean_iou),
                "consensus_version": image.boxing_version,
                "method": image.boxing_method,
            },
        }

    def _add_box(
        self, image_id: int, image: ImageRecord, size: tuple[int, int], box: BoxRecord
    ) -> None:
        full = image.width, image.height
        bbox = scaled_box(box.x, box.y, box.w, box.h, full, size)
        if bbox is None:
            return
        self._n_annotations += 1
        self._spool.add(
            {
                "id": self._n_annotations,
                "image_id": image_id,
                "category_id": self._header.category_id(image),
                "bbox": bbox,
                "area": round(bbox[2] * bbox[3] * self._header.profile.area_share, _DIGITS),
                "iscrowd": 0,
                "segmentation": [],
                "attributes": {
                    "score": _rounded(box.score),
                    "n_workers": box.n_workers,
                    "n_looked": box.n_looked,
                    "spread": _spread(box.spread, size[0] / full[0], size[1] / full[1]),
                },
            }
        )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _spread(stored: str, scale_x: float, scale_y: float) -> list[float]:
    left, top, right, bottom = orjson.loads(stored)
    return [
        round(left * scale_x, DECIMALS),
        round(top * scale_y, DECIMALS),
        round(right * scale_x, DECIMALS),
        round(bottom * scale_y, DECIMALS),
    ]
