"""Agreement by the size of the consensus box.

Boxes are [x, y, w, h] in pixels of the upright full-size image. A size is that of the COCO
evaluation, of an area as Van Horn et al. (CVPR 2018, section 3.3) take it: w h / 2 in the rendition
of at most 800 pixels.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from functools import partial

import numpy as np

from annotate.models import ConsensusBox
from consensus import BoxImage
from consensus.alpha import ratio
from consensus.bootstrap import Statistic
from consensus.geometry import edges_of, paired_iou
from consensus.types import FloatArray, IntArray
from tallies import agreement_groups
from tallies.agreement_content import SizeRow
from tallies.agreement_sample import BoxTask

MAX_SIDE = 800
AREA_SHARE = 0.5
SIZES = ("small", "medium", "large")
SIZE_LIMITS = (32**2, 96**2)


def fused(tasks: Sequence[BoxTask], *, first_unit: int) -> FloatArray:
    """(unit, size class, sum of IoU, matched, workers who boxed it, who could have) of every
    consensus box of these tasks, (6, C)."""
    by_task = {task.task_id: (unit, task) for unit, task in enumerate(tasks, start=first_unit)}
    places = {
        box_id: xywh
        for task in tasks
        for ids, answer in zip(task.box_ids, task.image.answers, strict=True)
        for box_id, xywh in zip(ids, answer.boxes_xywh, strict=True)
    }
    boxes = (
        ConsensusBox.objects.filter(consensus__task__in=list(by_task), consensus__is_current=True)
        .order_by("consensus_id", "number")
        .values_list("consensus__task_id", "x", "y", "w", "h", "n_workers", "n_looked", "sources")
    )
    found, ours, theirs, of = [], [], [], []
    for number, (task_id, *xywh, n_workers, n_looked, sources) in enumerate(boxes):
        unit, task = by_task[task_id]
        found.append((unit, _size_of(xywh, task.image), n_workers, n_looked))
        for box_id in sources:
            if box_id in places:
                ours.append(places[box_id])
                theirs.append(xywh)
                of.append(number)
    iou = paired_iou(edges_of(np.array(ours)), edges_of(np.array(theirs)))
    owner = np.array(of, dtype=np.intp)
    table = np.array(found, dtype=np.float64).reshape(-1, 4).T
    summed = np.bincount(owner, weights=iou, minlength=len(found))
    n_matched = np.bincount(owner, minlength=len(found)).astype(np.float64)
    return np.vstack([table[:2], summed, n_matched, table[2:]])


def _size_of(xywh: Sequence[float], image: BoxImage) -> int:
    """Small, medium or large: 0, 1, 2."""
    x, y, w, h = xywh
    inside_w, inside_h = min(x + w, image.width) - max(x, 0), min(y + h, image.height) - max(y, 0)
    scale = min(1.0, MAX_SIDE / max(image.width, image.height))
    area = inside_w * inside_h * scale * scale * AREA_SHARE
    return bisect(SIZE_LIMITS, area)


def rows(read: Sequence[FloatArray], *, seed: int) -> list[SizeRow]:
    """The sizes that there are, from what `fused` gave, with intervals over images."""
    unit, size, iou, matched, n_workers, n_looked = np.concatenate(
        [np.zeros((6, 0)), *read], axis=1
    )
    made = []
    for number, name in enumerate(SIZES):
        these = np.nonzero(size == number)[0]
        if not len(these):
            continue
        units, place = np.unique(unit[these], return_inverse=True)
        by_image = [
            np.bincount(place, weights=values[these]).astype(np.float64)
            for values in (iou, matched, n_workers, n_looked)
        ]
        found = agreement_groups.figures(
            partial(_size_figures, by_image), units.astype(np.intp), seed=seed
        )
        made.append(SizeRow(name, len(these), found["iou"], found["found"]))
    return made


def _size_figures(by_image: Sequence[FloatArray], _: IntArray) -> dict[str, Statistic]:
    overlap, n_matched, n_workers, n_looked = by_image
    return {
        "iou": lambda w: ratio(w @ overlap, w @ n_matched),
        "found": lambda w: ratio(w @ n_workers, w @ n_looked),
    }
