"""What agreement on boxes is made of, summed image by image.

Sums of many images are a few arrays: agreement over any part of them, or over a resample, needs no
look at the answers (`alpha`, `bootstrap`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import islice

import numpy as np

from consensus.geometry import paired_iou
from consensus.pairs import Pairs
from consensus.reading import ReadImage, read_image
from consensus.rows import Rows, flatten
from consensus.types import BoxImage, BoxParameters, FloatArray, IntArray

BLOCK = 1024
# Boxes of different images are compared in thousandths of their images' sides.
THOUSANDTHS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class BoxSums:
    """U images, each with answers of at least two workers; (U,) where nothing else is said.

    iou, equal, difference: means over pairs of workers of their boxes' IoU, of drawing equally many
        boxes, and of how many more one drew than the other.
    matched_iou: mean IoU of two workers' boxes of the same object; nan where no two boxed the same.
    values: what workers said about objects, boxes and nothings together. distance: over its
        objects, the mean distance of its pairs times its values. boxes, nothings: among the values.
    drawn: (B, 4), edges of all boxes in thousandths of their image's sides; drawn_unit: (B,), the
        image of each, ascending.
    """

    iou: FloatArray
    equal: FloatArray
    difference: FloatArray
    matched_iou: FloatArray
    values: FloatArray
    distance: FloatArray
    boxes: FloatArray
    drawn: FloatArray
    drawn_unit: IntArray

    @classmethod
    def of(cls, images: Iterable[BoxImage], parameters: BoxParameters) -> BoxSums:
        """Of the images that at least two workers have answered, in their order.

        Raises ValueError for an image without area.
        """
        return cls.joined([cls.of_rows(rows) for rows in _blocks(images, parameters)])

    @classmethod
    def of_rows(cls, rows: Rows, pairs: Pairs | None = None) -> BoxSums:
        """Of a block whose images have at least two workers each; `pairs` are the block's."""
        pairs = Pairs.of(rows) if pairs is None else pairs
        iou, equal = pairs.by_image()
        values, distance, boxes = _by_object(rows)
        image = rows.answer_image[rows.box_answer]
        # a block's boxes are sorted by candidate, and its candidates by image
        drawn = rows.box_edges / np.tile(rows.size[image], 2) * THOUSANDTHS
        return cls(
            iou=iou,
            equal=equal,
            difference=_count_differences(rows),
            matched_iou=pairs.matched_iou(),
            values=values,
            distance=distance,
            boxes=boxes,
            drawn=drawn,
            drawn_unit=image,
        )

    @classmethod
    def joined(cls, parts: Sequence[BoxSums]) -> BoxSums:
        """Several blocks as one, in their order."""
        start = np.cumsum([0, *(part.n_units for part in parts)])
        columns = {
            field.name: np.concatenate(
                [np.zeros(0), *(getattr(part, field.name) for part in parts)]
            )
            for field in fields(cls)[:-2]
        }
        units = [part.drawn_unit + at for part, at in zip(parts, start, strict=False)]
        return cls(
            **columns,
            drawn=np.concatenate([np.zeros((0, 4)), *(part.drawn for part in parts)]),
            drawn_unit=np.concatenate([np.zeros(0, dtype=np.intp), *units]),
        )

    @property
    def n_units(self) -> int:
        """U."""
        return len(self.iou)

    def taken(self, units: IntArray) -> BoxSums:
        """These images alone, `units` ascending."""
        place = np.full(self.n_units, -1, dtype=np.intp)
        place[units] = np.arange(len(units))
        unit = place[self.drawn_unit]
        kept = unit >= 0
        columns = {field.name: getattr(self, field.name)[units] for field in fields(self)[:-2]}
        return BoxSums(**columns, drawn=self.drawn[kept], drawn_unit=unit[kept])


def _blocks(images: Iterable[BoxImage], parameters: BoxParameters) -> Iterator[Rows]:
    """Images with at least two workers, in blocks."""
    comparable = (read for read in _read(images, parameters) if len(read.workers) >= 2)
    while block := list(islice(comparable, BLOCK)):
        workers = {worker for image in block for worker in image.workers}
        yield flatten(block, {worker: index for index, worker in enumerate(sorted(workers))})


def _read(images: Iterable[BoxImage], parameters: BoxParameters) -> Iterator[ReadImage]:
    for image in images:
        yield read_image(
            image.answers, width=image.width, height=image.height, parameters=parameters
        )


def _by_object(rows: Rows) -> tuple[FloatArray, FloatArray, FloatArray]:
    """values, distance, boxes of a block, (I,) each."""
    n = rows.n_images
    looked = np.bincount(rows.row_candidate, minlength=len(rows.candidate_votes))
    nothings = looked - rows.candidate_votes
    near = _summed_distances(rows)
    missed = rows.candidate_votes * nothings
    pairs = rows.candidate_votes * (rows.candidate_votes - 1) / 2 + missed
    # an object that one worker drew and nobody else can say anything about is not compared
    is_compared = pairs > 0
    distance = looked * (near + missed) / np.where(is_compared, pairs, 1)
    by_candidate = (looked * is_compared, distance, rows.candidate_votes * is_compared)
    values, apart, boxes = (
        np.bincount(rows.candidate_image, weights=one, minlength=n).astype(np.float64)
        for one in by_candidate
    )
    return values, apart, boxes


def _summed_distances(rows: Rows) -> FloatArray:
    """Sum of 1 - IoU over the pairs of boxes of every candidate, (C,)."""
    summed = np.zeros(len(rows.candidate_votes))
    for votes in np.unique(rows.candidate_votes[rows.candidate_votes >= 2]).tolist():
        these = np.nonzero(rows.candidate_votes == votes)[0]
        boxes = rows.box_edges[rows.candidate_first[these, None] + np.arange(votes)]
        distance = 1 - paired_iou(boxes[:, :, None], boxes[:, None])
        summed[these] = distance.sum(axis=(1, 2)) / 2
    return summed


def _count_differences(rows: Rows) -> FloatArray:
    """Mean over pairs of workers of the difference of their numbers of boxes, (I,).

    In ascending order the k-th of n numbers is larger than k others and smaller than n - 1 - k.
    """
    counts = np.bincount(rows.box_answer, minlength=len(rows.answer_image))
    order = np.lexsort((counts, rows.answer_image))
    n = rows.answers_of_image
    start = np.cumsum(n) - n
    place = np.arange(len(order)) - start[rows.answer_image]
    signed = (2 * place - n[rows.answer_image] + 1) * counts[order]
    summed = np.bincount(rows.answer_image, weights=signed, minlength=rows.n_images)
    return np.asarray(summed / (n * (n - 1) / 2))
