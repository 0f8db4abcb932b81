"""What an image record claims as answers, brought onto the pixels of the decoded image.

Boxes are [x, y, w, h] in pixels, origin top left, edges not pixel centres.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.importers.records import ImageRecord
from catalog.models import Reference
from catalog.superclasses import SuperClass

_TOLERATED_PX = 1


@dataclass(frozen=True, slots=True)
class ReferenceAnswer:
    """The fields of one `Reference`; `boxes_xywh` in pixels of the upright full-size image."""

    boxes_xywh: list[list[float]] | None = None
    status: Reference.Status | None = None
    reason: str = ""


def answers(
    record: ImageRecord, width: int, height: int
) -> tuple[dict[SuperClass, ReferenceAnswer], list[str]]:
    """The reference answers of a record by super-class, and what of it was left out and why.

    `width` and `height` are those of the upright decoded image. A super-class with a box is an
    instance, whatever the record leaves open.
    """
    boxes, notes = _fitted(record, width, height)
    found = {
        super_class: ReferenceAnswer(kept, Reference.Status.INSTANCE if kept else None)
        for super_class, kept in boxes.items()
    }
    if record.super_class and record.status:
        kept = boxes.get(record.super_class)
        found[record.super_class] = ReferenceAnswer(kept, record.status, record.reason)
    return found, notes


def _fitted(
    record: ImageRecord, width: int, height: int
) -> tuple[dict[SuperClass, list[list[float]]], list[str]]:
    factors = scale(record.claimed_size, width, height)
    kept: dict[SuperClass, list[list[float]]] = {}
    notes: list[str] = []
    for super_class, boxes in record.boxes_xywh.items():
        if factors is None and boxes:
            continue
        inside = [clipped(_scaled(box, factors), width, height) for box in boxes]
        whole = [box for box in inside if box]
        if len(whole) < len(boxes):
            notes.append("a box lies wholly outside the image: left out")
        if whole or not boxes:
            kept[super_class] = whole
    if factors is None and any(record.boxes_xywh.values()):
        claimed = " x ".join(map(str, record.claimed_size or ()))
        notes.append(
            f"its boxes are for {claimed} pixels, another shape than the upright image has: "
            "boxes left out"
        )
    return kept, notes


def scale(claimed: tuple[int, int] | None, width: int, height: int) -> tuple[float, float] | None:
    """What takes x and y of the claimed size to the real one; None where the shapes differ.

    A pixel more or less is no difference; another rendition of the same shape is scaled.

    >>> scale((800, 600), 800, 601), scale((800, 600), 1600, 1200), scale((600, 800), 800, 600)
    ((1.0, 1.0), (2.0, 2.0), None)
    """
    if claimed is None:
        return 1.0, 1.0
    claimed_width, claimed_height = claimed
    off_px = max(abs(claimed_width - width), abs(claimed_height - height))
    if off_px <= _TOLERATED_PX:
        return 1.0, 1.0
    if not _is_one_shape(claimed, (width, height)):
        return None
    return width / claimed_width, height / claimed_height


def _is_one_shape(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one factor explains both sides, those of the smaller image being rounded."""
    small, large = sorted((one, other))
    least = max((side - _TOLERATED_PX) / of for side, of in zip(small, large, strict=True))
    most = min((side + _TOLERATED_PX) / of for side, of in zip(small, large, strict=True))
    return least <= most


def clipped(box: list[float], width: int, height: int) -> list[float] | None:
    """The part of a box inside the image, None where there is none.

    >>> clipped([-5.0, 2.0, 20.0, 4.0], 10, 10), clipped([12.0, 0.0, 5.0, 5.0], 10, 10)
    ([0.0, 2.0, 10.0, 4.0], None)
    """
    x, y, w, h = box
    if x >= 0 and y >= 0 and x + w <= width and y + h <= height:
        return box
    left, top = max(x, 0.0), max(y, 0.0)
    right, bottom = min(x + w, float(width)), min(y + h, float(height))
    if right <= left or bottom <= top:
        return None
    return [left, top, right - left, bottom - top]


def _scaled(box: list[float], factors: tuple[float, float] | None) -> list[float]:
    if factors is None or factors == (1.0, 1.0):
        return box
    by_x, by_y = factors
    return [box[0] * by_x, box[1] * by_y, box[2] * by_x, box[3] * by_y]
