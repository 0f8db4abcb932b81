"""Images flattened into arrays: answers, boxes, candidates, and rows (candidate x answer).

The same arithmetic then serves one image (a new answer arrived) and a whole campaign (skills are
fitted again). Boxes are sorted by candidate, so sums over a candidate are `np.add.reduceat`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from consensus.geometry import clipped, edges_of, iou_matrix, usable
from consensus.matching import match
from consensus.types import (
    BoolArray,
    BoxAnswer,
    BoxParameters,
    BoxSkill,
    FloatArray,
    IntArray,
)

Sources = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReadImage:
    """One image's answers after cleaning and matching; independent of the order of the answers.

    workers: sorted; one answer each, the last one. capped: (workers,), drew as many as allowed.
    edges, answer, candidate, sources: per box, sorted by candidate. iou: (boxes, boxes).
    """

    width: int
    height: int
    workers: tuple[str, ...]
    capped: BoolArray
    edges: FloatArray
    answer: IntArray
    candidate: IntArray
    sources: tuple[Sources, ...]
    iou: FloatArray


def read_image(
    answers: Sequence[BoxAnswer], *, width: int, height: int, parameters: BoxParameters
) -> ReadImage:
    """Clean, deduplicate and match the boxes of one image.

    Raises ValueError if the image has no area.
    """
    if width <= 0 or height <= 0:
        raise ValueError(f"an image needs a positive size, not {width} x {height}")
    last = {answer.worker: index for index, answer in enumerate(answers)}
    workers = tuple(sorted(last))
    drawn = [edges_of(answers[last[worker]].boxes_xywh) for worker in workers]
    limit = parameters.max_boxes
    capped = np.array([limit is not None and len(boxes) >= limit for boxes in drawn], dtype=bool)
    edges, answer, sources = _boxes_in_order(drawn, [last[worker] for worker in workers])
    good = usable(edges)
    edges = clipped(edges, width, height)
    good &= usable(edges)
    if not good.all():
        edges, answer = edges[good], answer[good]
        sources = [source for source, is_good in zip(sources, good, strict=True) if is_good]
    iou = iou_matrix(edges, edges)
    twins = np.triu((iou >= parameters.duplicate) & (answer[:, None] == answer), k=1)
    if twins.any():
        edges, answer, sources = _without_twins(edges, answer, sources, twins)
        iou = iou_matrix(edges, edges)
    candidate = match(iou, answer, link=parameters.link)
    order = np.argsort(candidate, kind="stable")
    return ReadImage(
        width=width,
        height=height,
        workers=workers,
        capped=capped,
        edges=edges[order],
        answer=answer[order],
        candidate=candidate[order],
        sources=tuple(sources[box] for box in order.tolist()),
        iou=iou[np.ix_(order, order)],
    )


def _boxes_in_order(
    drawn: Sequence[FloatArray], indices: Sequence[int]
) -> tuple[FloatArray, IntArray, list[Sources]]:
    """All boxes sorted by worker and then by place, with where they came from."""
    edges = np.vstack([np.zeros((0, 4)), *drawn])
    counts = [len(boxes) for boxes in drawn]
    answer = np.repeat(np.arange(len(drawn), dtype=np.intp), counts)
    sources: list[Sources] = [
        ((index, box),) for index, n in zip(indices, counts, strict=True) for box in range(n)
    ]
    order = np.lexsort((edges[:, 3], edges[:, 2], edges[:, 1], edges[:, 0], answer))
    return edges[order], answer[order], [sources[box] for box in order.tolist()]


def _without_twins(
    edges: FloatArray, answer: IntArray, sources: list[Sources], twins: BoolArray
) -> tuple[FloatArray, IntArray, list[Sources]]:
    """Replace boxes one worker drew twice by their mean."""
    groups: dict[int, list[int]] = {}
    leader = list(range(len(edges)))
    for box in range(len(edges)):
        earlier = [other for other in np.nonzero(twins[:, box])[0].tolist() if other in groups]
        leader[box] = earlier[0] if earlier else box
        groups.setdefault(leader[box], []).append(box)
    merged = np.array([edges[group].mean(axis=0) for group in groups.values()])
    kept = np.array(list(groups), dtype=np.intp)
    together = [
        tuple(sorted(source for box in group for source in sources[box]))
        for group in groups.values()
    ]
    return merged, answer[kept], together


@dataclass(frozen=True, slots=True, eq=False)
class SkillArrays:
    """Skills of J workers as arrays: (J,) each, habit (J, 4)."""

    miss: FloatArray
    false_box: FloatArray
    scale: FloatArray
    habit: FloatArray
    n_answers: FloatArray

    @classmethod
    def of(cls, workers: Sequence[str], skills: Mapping[str, BoxSkill]) -> SkillArrays:
        """The skills of `workers` in their order, the prior for those without one."""
        prior = BoxSkill.prior()
        found = [skills.get(worker, prior) for worker in workers]
        return cls(
            miss=np.array([skill.miss for skill in found], dtype=np.float64),
            false_box=np.array([skill.false_box for skill in found], dtype=np.float64),
            scale=np.array([skill.scale for skill in found], dtype=np.float64),
            habit=np.array([skill.habit for skill in found], dtype=np.float64).reshape(-1, 4),
            n_answers=np.array([skill.n_answers for skill in found], dtype=np.float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A block of I images with A answers, B boxes, C candidates and R rows.

    longer_side, area: (I,), pixels. answer_*: (A,). box_*: (B,), edges (B, 4). candidate_*: (C,);
    candidate_first is the first of its boxes. row_*: (R,), every candidate with every answer that
    says something about it: a worker who drew as many boxes as allowed has missed nothing.
    """

    n_images: int
    longer_side: FloatArray
    area: FloatArray
    answer_image: IntArray
    answer_worker: IntArray
    answer_capped: BoolArray
    box_edges: FloatArray
    box_answer: IntArray
    box_candidate: IntArray
    candidate_image: IntArray
    candidate_first: IntArray
    candidate_votes: IntArray
    row_candidate: IntArray
    row_answer: IntArray
    row_voted: BoolArray

    @property
    def box_worker(self) -> IntArray:
        """The worker who drew each box, (B,)."""
        return self.answer_worker[self.box_answer]

    @property
    def answers_of_image(self) -> IntArray:
        """How many workers answered each image, (I,)."""
        return np.bincount(self.answer_image, minlength=self.n_images)


def flatten(images: Sequence[ReadImage], worker_index: Mapping[str, int]) -> Rows:
    """Put images into one block; `worker_index` numbers the workers."""
    n_answers = np.array([len(image.workers) for image in images], dtype=np.intp)
    n_candidates = np.array(
        [int(image.candidate[-1]) + 1 if len(image.candidate) else 0 for image in images],
        dtype=np.intp,
    )
    answer_start = np.cumsum(n_answers) - n_answers
    candidate_start = np.cumsum(n_candidates) - n_candidates
    box_answer = _joined([im.answer + at for im, at in zip(images, answer_start, strict=True)])
    box_candidate = _joined(
        [im.candidate + at for im, at in zip(images, candidate_start, strict=True)]
    )
    candidate_image = np.repeat(np.arange(len(images)), n_candidates)
    answer_capped = np.concatenate([np.zeros(0, dtype=bool), *(image.capped for image in images)])
    votes = np.bincount(box_candidate, minlength=len(candidate_image))
    sizes = np.array([(image.width, image.height) for image in images], dtype=np.float64)
    row_candidate, row_answer, row_voted = _cross(
        n_answers[candidate_image], answer_start[candidate_image], box_candidate, box_answer
    )
    telling = row_voted | ~answer_capped[row_answer]
    return Rows(
        n_images=len(images),
        longer_side=sizes.max(axis=1),
        area=sizes.prod(axis=1),
        answer_image=np.repeat(np.arange(len(images)), n_answers),
        answer_worker=np.array(
            [worker_index[worker] for image in images for worker in image.workers], dtype=np.intp
        ),
        answer_capped=answer_capped,
        box_edges=np.vstack([np.zeros((0, 4)), *(image.edges for image in images)]),
        box_answer=box_answer,
        box_candidate=box_candidate,
        candidate_image=candidate_image,
        candidate_first=np.cumsum(votes) - votes,
        candidate_votes=votes,
        row_candidate=row_candidate[telling],
        row_answer=row_answer[telling],
        row_voted=row_voted[telling],
    )


def _joined(parts: Sequence[IntArray]) -> IntArray:
    return np.concatenate([np.zeros(0, dtype=np.intp), *parts])


def _cross(
    repeats: IntArray, first_answer: IntArray, box_candidate: IntArray, box_answer: IntArray
) -> tuple[IntArray, IntArray, BoolArray]:
    """Every candidate with every answer of its image, and whether that answer boxed it."""
    row_start = np.cumsum(repeats) - repeats
    candidate = np.repeat(np.arange(len(repeats)), repeats)
    answer = np.arange(len(candidate)) - row_start[candidate] + first_answer[candidate]
    voted = np.zeros(len(candidate), dtype=bool)
    voted[row_start[box_candidate] + box_answer - first_answer[box_candidate]] = True
    return candidate, answer, voted
