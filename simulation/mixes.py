"""Whole crowds at work: named mixes of workers, and all their answers with the truth.

The mixes answer "how would this do with the workers I may get?". They are made of the kinds of
`simulation.workers` and were settled from what is known of real crowds, before any method of
consensus was tried on them:

- clean: people who were trained or care, two in five of them no more than ordinary; nobody cheats.
- mixed: an open call. Two in five are ordinary, a quarter careful, the rest hasty, with a habit of
  their own, or (one in twenty) not looking at all.
- spam-heavy: an open call that pays by the piece and checks nobody: a quarter does not look.
- biased: instructions that everybody reads differently: three in five draw every box too loose,
  too tight or shifted.

What a single worker reaches against the truth, one answer per image, mean of five seeds of 1,500
images and 40 workers:

    mix          F1@.5   F1@.75  F1@.9   errors per image
    clean         .955    .913    .660    .09
    mixed         .882    .781    .401    .24
    spam-heavy    .742    .652    .343    .52
    biased        .941    .786    .230    .12

For comparison, a single worker among the 43 who boxed pedestrians in 1,448 street scenes (Branson,
Van Horn and Perona, CVPR 2017; one was a spammer) reaches .82 to .85, .54 and .13 against experts.
Most of the gap to `mixed` is in the objects, which are smaller there: a single `mixed` worker set
to those true boxes reaches .79, .57 and .18, `clean` .90, .74 and .32, `spam-heavy` .66, .45 and
.14, `biased` .84, .54 and .11. Read `mixed` as an open crowd and `spam-heavy` as a warning; where
animals are small, expect less than a forecast says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from consensus.types import BoxAnswer, BoxImage
from simulation.answering import Scene, answer_all
from simulation.confusions import (
    BoxConfusions,
    draw_confusion,
)
from simulation.layouts import LayoutParameters, draw_layout
from simulation.workers import (
    LEAST_S,
    PACE_SD,
    WorkerProfile,
    draw_crowd,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

# how steady a hand on the screen is, in shares of the image's longer side
HANDS: Mapping[str, float] = MappingProxyType(
    {"careful": 0.0025, "ordinary": 0.005, "biased": 0.005, "hasty": 0.01}
)
# who says "animal" without a second look: most photographs do show one
LEANS: Mapping[str, float] = MappingProxyType({"ordinary": 0.05, "biased": 0.35, "hasty": 0.2})
ACTIVITY_SD = 1.0  # a few workers do most of the work: log-normal, as in most open calls
BLOCK = 4096  # images whose takers are drawn at once


@dataclass(frozen=True, slots=True)
class Mix:
    """Proportions of the kinds of worker, and who they are: in a few words and in a sentence."""

    kinds: Mapping[str, float] = field(hash=False)
    title: str
    words: str


MIXES: Mapping[str, Mix] = MappingProxyType(
    {
        "clean": Mix(
            {"careful": 0.6, "ordinary": 0.4},
            "trained people",
            "trained people who care; nobody cheats",
        ),
        "mixed": Mix(
            {"careful": 0.25, "ordinary": 0.4, "hasty": 0.2, "biased": 0.1, "spamming": 0.05},
            "an open call",
            "an open call: careful, ordinary and hasty people, one in twenty does not look",
        ),
        "spam-heavy": Mix(
            {"careful": 0.2, "ordinary": 0.3, "hasty": 0.2, "biased": 0.05, "spamming": 0.25},
            "an unchecked open call",
            "an open call that checks nobody: a quarter does not look",
        ),
        "biased": Mix(
            {"careful": 0.15, "ordinary": 0.15, "hasty": 0.1, "biased": 0.6},
            "a habit each",
            "three in five draw every box too loose, too tight or shifted, "
            "or say animal without a second look",
        ),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class BoxWork:
    """Everything a crowd did about boxes, and what is true.

    images: the answers in the order of submission. truth: the true boxes of each image, (n, 4).
    seconds: (images, answers each) of attention. crowd: the profile behind each worker's name.
    """

    images: list[BoxImage]
    truth: list[FloatArray]
    seconds: FloatArray
    crowd: dict[str, WorkerProfile]


def hire(mix: str, n_workers: int, seed: int) -> list[WorkerProfile]:
    """The workers of a named mix, who always answer: giving up is left to the site's crowds.

    An unknown mix: ValueError with the known ones.

    >>> [worker.kind for worker in hire("clean", 3, seed=1)]
    ['careful', 'careful', 'ordinary']
    """
    if mix not in MIXES:
        raise ValueError(f"unknown mix {mix!r}; known: {list(MIXES)}")
    return [
        replace(
            worker,
            hand=HANDS.get(worker.kind, 0.0),
            lean=LEANS.get(worker.kind, 0.0),
            cant_tell=0.0,
        )
        for worker in draw_crowd(n_workers, seed=seed, mix=MIXES[mix].kinds)
    ]


def simulate_boxes(
    n_images: int, n_workers: int, answers_per_image: int, mix: str, seed: int
) -> tuple[list[BoxImage], list[FloatArray]]:
    """What a crowd boxed and the true boxes, the same for the same arguments.

    The images and what misleads in them depend on the seed alone, not on the mix or the numbers
    of workers and answers. Raises ValueError for an unknown mix or more answers than workers.

    >>> images, truth = simulate_boxes(4, 3, 2, "clean", seed=1)
    >>> [len(image.answers) for image in images], len(truth)
    ([2, 2, 2, 2], 4)
    """
    work = work_boxes(n_images, hire(mix, n_workers, seed), answers_per_image, seed)
    return work.images, work.truth


def work_boxes(
    n_images: int,
    crowd: Sequence[WorkerProfile],
    answers_per_image: int,
    seed: int,
    *,
    layouts: LayoutParameters | None = None,
    confusions: BoxConfusions | None = None,
) -> BoxWork:
    """As `simulate_boxes`, with workers, images and confusions of one's own."""
    scenes = draw_scenes(n_images, seed, layouts, confusions)
    takers = draw_takers(n_images, len(crowd), answers_per_image, seed)
    replies = answer_all(crowd, scenes, takers, np.random.default_rng([seed, 0xA5]))
    names = names_of(len(crowd))
    images = []
    for index, (scene, row) in enumerate(zip(scenes, takers.tolist(), strict=True)):
        given = replies[index * len(row) : (index + 1) * len(row)]
        answers = [BoxAnswer(names[who], r.boxes_xywh) for who, r in zip(row, given, strict=True)]
        images.append(BoxImage(answers, scene.layout.width, scene.layout.height))
    n_boxes = np.array([len(reply.boxes_xywh) for reply in replies], dtype=np.float64)
    return BoxWork(
        images=images,
        truth=[scene.layout.boxes_xywh for scene in scenes],
        seconds=seconds_of(crowd, takers, n_boxes.reshape(takers.shape), seed),
        crowd=dict(zip(names, crowd, strict=True)),
    )


def draw_scenes(
    n_images: int,
    seed: int,
    layouts: LayoutParameters | None = None,
    confusions: BoxConfusions | None = None,
) -> list[Scene]:
    """The images of a campaign and what misleads in them."""
    rng = np.random.default_rng([seed, 0x1A])
    scenes = []
    for _ in range(n_images):
        layout = draw_layout(rng, layouts or LayoutParameters())
        scenes.append(Scene(layout, draw_confusion(rng, layout, confusions or BoxConfusions())))
    return scenes


def draw_takers(n_images: int, n_workers: int, n_answers: int, seed: int) -> IntArray:
    """Who answers each image, (images, answers): no worker twice, busy workers more often.

    The first k takers are a fair draw of k, so that fewer answers are a prefix of more. Raises
    ValueError where there are fewer workers than answers.
    """
    if not 0 <= n_answers <= n_workers:
        raise ValueError(f"{n_answers} answers an image need as many workers, not {n_workers}")
    rng = np.random.default_rng([seed, 0x7A])
    activity = rng.normal(0, ACTIVITY_SD, n_workers)
    blocks = [np.empty((0, n_answers), dtype=np.intp)]
    for start in range(0, n_images, BLOCK):
        # the largest of log(weight) + Gumbel noise are a draw by weight without replacement
        keys = activity + rng.gumbel(size=(min(BLOCK, n_images - start), n_workers))
        blocks.append(np.argsort(-keys, axis=1)[:, :n_answers])
    return np.vstack(blocks)


def names_of(n_workers: int) -> list[str]:
    """What simulated workers are called."""
    return [f"w{index:04d}" for index in range(n_workers)]


def seconds_of(
    crowd: Sequence[WorkerProfile], takers: IntArray, n_boxes: FloatArray, seed: int
) -> FloatArray:
    """Seconds of attention of each answer, as `active_seconds` draws them one by one."""
    rng = np.random.default_rng([seed, 0x5E])
    per_image = np.array([worker.seconds_per_image for worker in crowd])
    per_box = np.array([worker.seconds_per_box for worker in crowd])
    median = per_image[takers] + per_box[takers] * n_boxes
    return np.asarray(np.maximum(LEAST_S, median * np.exp(rng.normal(0, PACE_SD, takers.shape))))
