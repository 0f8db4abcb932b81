"""One image's answers, cleaned and matched; independent of the order of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from consensus.geometry import clipped, edges_of, iou_matrix, usable
from consensus.matching import match
from consensus.types import BoolArray, BoxAnswer, BoxParameters, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class ReadImage:
    """Answers of A workers with B boxes of C candidates.

    workers: sorted; one answer each, the last one. capped: (A,), drew as many as allowed.
    edges, answer, candidate: (B, 4), (B,), (B,), sorted by candidate and then by worker.
    source_box: (S,), ascending, the box that came from row `sources` (S, 2) = (index of the answer,
    index of the box in it) as they were given; S > B where a worker drew a box twice.
    """

    width: int
    height: int
    workers: tuple[str, ...]
    capped: BoolArray
    edges: FloatArray
    answer: IntArray
    candidate: IntArray
    source_box: IntArray
    sources: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """Boxes in a settled order with the answers they belong to and where they came from."""

    edges: FloatArray
    answer: IntArray
    source_box: IntArray
    sources: IntArray

    def taken(self, order: IntArray) -> _Drawn:
        """The boxes `order`, in that order; each at most once."""
        place = np.full(len(self.edges), -1, dtype=np.intp)
        place[order] = np.arange(len(order))
        box = place[self.source_box]
        kept = np.nonzero(box >= 0)[0]
        kept = kept[np.argsort(box[kept], kind="stable")]
        return _Drawn(self.edges[order], self.answer[order], box[kept], self.sources[kept])


def read_image(
    answers: Sequence[BoxAnswer], *, width: int, height: int, parameters: BoxParameters
) -> ReadImage:
    """Clean, deduplicate and match the boxes of one image.

    Raises ValueError if the image has no area.
    """
    if width <= 0 or height <= 0:
        raise ValueError(f"an image needs a positive size, not {width} x {height}")
    last = {answer.worker: index for index, answer in enumerate(answers)}
    workers = sorted(last)
    given = [last[worker] for worker in workers]
    counts = [len(answers[index].boxes_xywh) for index in given]
    drawn = _drawn([answers[index].boxes_xywh for index in given], given, counts)
    drawn = _without_unusable(drawn, width, height)
    candidate = np.zeros(len(drawn.edges), dtype=np.intp)
    if len(drawn.edges) > 1:
        drawn, candidate = _matched(drawn, parameters)
    limit = parameters.max_boxes
    return ReadImage(
        width=width,
        height=height,
        workers=tuple(workers),
        capped=np.array([limit is not None and count >= limit for count in counts], dtype=bool),
        edges=drawn.edges,
        answer=drawn.answer,
        candidate=candidate,
        source_box=drawn.source_box,
        sources=drawn.sources,
    )


def _drawn(boxes: Sequence[FloatArray], given: Sequence[int], counts: Sequence[int]) -> _Drawn:
    """All boxes sorted by place, so that the names of workers decide nothing."""
    n = sum(counts)
    if not n:
        nothing = np.zeros(0, dtype=np.intp)
        return _Drawn(np.zeros((0, 4)), nothing, nothing, nothing.reshape(0, 2))
    edges = edges_of(
        np.concatenate([rows for rows, count in zip(boxes, counts, strict=True) if count])
    )
    answer = np.repeat(np.arange(len(counts)), counts)
    box = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    sources = np.column_stack((np.array(given)[answer], box))
    drawn = _Drawn(edges, answer, np.arange(n), sources)
    if n == len(counts) == 1:
        return drawn
    return drawn.taken(np.lexsort((answer, edges[:, 3], edges[:, 2], edges[:, 1], edges[:, 0])))


def _without_unusable(drawn: _Drawn, width: int, height: int) -> _Drawn:
    """Boxes clipped to the image; what is no box, before or after that, is left out."""
    inside = clipped(drawn.edges, width, height)
    good = usable(drawn.edges) & usable(inside)
    clean = _Drawn(inside, drawn.answer, drawn.source_box, drawn.sources)
    return clean if good.all() else clean.taken(np.nonzero(good)[0])


def _matched(drawn: _Drawn, parameters: BoxParameters) -> tuple[_Drawn, IntArray]:
    """The boxes sorted by candidate, and the candidate of each."""
    iou = iou_matrix(drawn.edges, drawn.edges)
    twins = np.triu((iou >= parameters.duplicate) & (drawn.answer[:, None] == drawn.answer), k=1)
    if twins.any():
        drawn = _without_twins(drawn, twins)
        iou = iou_matrix(drawn.edges, drawn.edges)
    candidate = match(iou, drawn.answer, link=parameters.link)
    order = np.lexsort((drawn.answer, candidate))
    return drawn.taken(order), candidate[order]


def _without_twins(drawn: _Drawn, twins: BoolArray) -> _Drawn:
    """Replace boxes one worker drew twice by their mean."""
    n = len(drawn.edges)
    leader = np.arange(n)
    for box in range(n):
        before = np.nonzero(twins[:, box])[0]
        earlier = before[leader[before] == before]
        leader[box] = earlier[0] if len(earlier) else box
    kept, group = np.unique(leader, return_inverse=True)
    size = np.bincount(group)
    columns = [np.bincount(group, weights=drawn.edges[:, edge]) / size for edge in range(4)]
    came_to = group[drawn.source_box]
    order = np.argsort(came_to, kind="stable")
    fused = np.column_stack(columns)
    return _Drawn(fused, drawn.answer[kept], came_to[order], drawn.sources[order])
