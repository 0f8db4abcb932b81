"""Images flattened into arrays: answers, boxes, candidates, and rows (candidate x answer).

The same arithmetic then serves one image (a new answer arrived) and a whole campaign (skills are
fitted again). Boxes are sorted by candidate, so sums over a candidate are `np.add.reduceat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from consensus.reading import ReadImage, read_image
from consensus.types import BoolArray, BoxImage, BoxParameters, BoxSkill, FloatArray, IntArray

# Images worked on together: enough to be fast, few enough to stay small.
BLOCK = 1024


@dataclass(frozen=True, slots=True, eq=False)
class SkillArrays:
    """Skills of J workers as arrays: (J,) each, habit (J, 4); see `BoxSkill`."""

    miss: FloatArray
    false_box: FloatArray
    scale: FloatArray
    habit: FloatArray
    n_answers: FloatArray
    quality: FloatArray

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
            quality=np.array([skill.quality for skill in found], dtype=np.float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A block of I images with A answers, B boxes, C candidates and R rows.

    size: (I, 2), width and height in pixels. answer_*: (A,). box_*: (B,), edges (B, 4).
    candidate_*: (C,); candidate_first is the first of its boxes. row_*: (R,), every candidate with
    every answer that says something about it: a worker who drew as many boxes as allowed has missed
    nothing.
    source_*: (S,) or (S, 2), as in `ReadImage`, `source_box` ascending.
    """

    n_images: int
    size: FloatArray
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
    source_box: IntArray
    sources: IntArray

    @property
    def longer_side(self) -> FloatArray:
        """Pixels, (I,)."""
        return np.asarray(self.size.max(axis=1))

    @property
    def area(self) -> FloatArray:
        """Square pixels, (I,)."""
        return np.asarray(self.size.prod(axis=1))

    @property
    def box_worker(self) -> IntArray:
        """The worker who drew each box, (B,)."""
        return self.answer_worker[self.box_answer]

    @property
    def answers_of_image(self) -> IntArray:
        """How many workers answered each image, (I,)."""
        return np.bincount(self.answer_image, minlength=self.n_images)


def in_blocks(images: Iterable[BoxImage]) -> Iterator[list[BoxImage]]:
    """The images in order, some at a time."""
    stream = iter(images)
    while block := list(islice(stream, BLOCK)):
        yield block


def read_block(
    images: Iterable[BoxImage], worker_index: dict[str, int], parameters: BoxParameters
) -> Rows:
    """Clean, match and flatten images; workers new to `worker_index` get the next numbers."""
    read = [
        read_image(image.answers, width=image.width, height=image.height, parameters=parameters)
        for image in images
    ]
    for image in read:
        for worker in image.workers:
            worker_index.setdefault(worker, len(worker_index))
    return flatten(read, worker_index)


def flatten(images: Sequence[ReadImage], worker_index: Mapping[str, int]) -> Rows:
    """Put images into one block; `worker_index` numbers the workers."""
    n_answers = np.array([len(image.workers) for image in images], dtype=np.intp)
    n_candidates = np.array(
        [int(image.candidate[-1]) + 1 if len(image.candidate) else 0 for image in images],
        dtype=np.intp,
    )
    answer_start = np.cumsum(n_answers) - n_answers
    candidate_start = np.cumsum(n_candidates) - n_candidates
    n_boxes = np.array([len(image.edges) for image in images], dtype=np.intp)
    box_start = np.cumsum(n_boxes) - n_boxes
    box_answer = _joined([im.answer + at for im, at in zip(images, answer_start, strict=True)])
    box_candidate = _joined(
        [im.candidate + at for im, at in zip(images, candidate_start, strict=True)]
    )
    candidate_image = np.repeat(np.arange(len(images)), n_candidates)
    answer_capped = np.concatenate([np.zeros(0, dtype=bool), *(image.capped for image in images)])
    votes = np.bincount(box_candidate, minlength=len(candidate_image))
    sizes = np.array([(im.width, im.height) for im in images], dtype=np.float64).reshape(-1, 2)
    row_candidate, row_answer, row_voted = _cross(
        n_answers[candidate_image], answer_start[candidate_image], box_candidate, box_answer
    )
    telling = row_voted | ~answer_capped[row_answer]
    return Rows(
        n_images=len(images),
        size=sizes,
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
        source_box=_joined([im.source_box + at for im, at in zip(images, box_start, strict=True)]),
        sources=np.vstack([np.zeros((0, 2), dtype=np.intp), *(im.sources for im in images)]),
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
