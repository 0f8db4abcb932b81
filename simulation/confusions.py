"""What several workers get wrong alike, because it lies in the image and not in the worker.

Independent mistakes vanish when enough workers answer; shared ones stay, and make every forecast
that leaves them out too rosy. Each event below belongs to one image and carries the probability
with which ANY worker who looks falls for it, careful or not.

How strong they are is an assumption. The defaults were made once for all crowds and before any
method of consensus was tried on them. One measurement was at hand: of some 600 pedestrians in
street scenes (Branson, Van Horn and Perona, CVPR 2017) one in thirty was boxed by none of seven
workers. Photographs that somebody took of an animal are kinder; the defaults let about one object
in 150 go unseen by five.

`CLARITY` has a second set for forecasts, for images in which people and experts disagree on what
there is to box and where it ends. It was set by hand against half of those street scenes, forecast
with the workers of a pilot of 200 of them and objects as small as there. With 3, 5 and 7 answers,
and adaptively:

    errors an image      .21  .18  .20, .20 with 2.5 answers   (defaults .06  .04  .05, .06)
    measured, experts    .21  .18  .18, .20 with 2.6 answers
    F1 at IoU .75        .80  .84  .86                         (defaults .91  .95  .96)
    measured, experts    .70  .79  .82
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from simulation.layouts import Layout, iou

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class BoxConfusions:
    """How often images mislead, and whom; shares and probabilities 0..1, ranges are uniform.

    hard: share of the objects that are half hidden or camouflaged; hard_missed: range of the
        probability that a worker who would have found it overlooks it.
    decoy: share of the images with something that looks like an animal (a log, a statue, an animal
        of another super-class); decoy_boxed: range of the probability that a worker boxes it.
    merge: share of the pairs of objects with an IoU over `merge_iou` that look like one animal;
        merge_boxed: range of the probability that a worker draws one box around both.
    unclear: share of the objects with an edge that can be seen in two places (a tail in the grass,
        a shadow); unclear_taken: range of the probability that a worker takes the wrong one;
        unclear_by: range of how far inside or outside it lies, in shares of the side.
    """

    hard: float = 0.05
    hard_missed: Range = (0.2, 0.9)
    decoy: float = 0.05
    decoy_boxed: Range = (0.05, 0.5)
    merge: float = 0.2
    merge_iou: float = 0.1
    merge_boxed: Range = (0.1, 0.5)
    unclear: float = 0.10
    unclear_taken: Range = (0.1, 0.6)
    unclear_by: Range = (0.08, 0.25)


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """What misleads in one image of n objects.

    missed: (n,) probability of overlooking each object in spite of looking.
    decoys_xywh: (d, 4) boxes around nothing; boxed: (d,) probability of each.
    pairs: (m, 2) objects that look like one; merged: (m,) probability of each.
    shift: (n, 4) where else each left, top, right and bottom edge can be seen, as a share of the
        side, rightwards and downwards positive; taken: (n,) probability of seeing it there.
    """

    missed: FloatArray
    decoys_xywh: FloatArray
    boxed: FloatArray
    pairs: IntArray
    merged: FloatArray
    shift: FloatArray
    taken: FloatArray

    @classmethod
    def none(cls, n_objects: int) -> Confusion:
        """An image in which nothing misleads."""
        return cls(
            missed=np.zeros(n_objects),
            decoys_xywh=np.empty((0, 4)),
            boxed=np.empty(0),
            pairs=np.empty((0, 2), dtype=np.intp),
            merged=np.empty(0),
            shift=np.zeros((n_objects, 4)),
            taken=np.zeros(n_objects),
        )


DEFAULTS = BoxConfusions()
ARGUABLE = BoxConfusions(
    hard=0.12,
    hard_missed=(0.4, 1.0),
    decoy=0.12,
    decoy_boxed=(0.2, 1.0),
    merge=0.3,
    merge_boxed=(0.2, 0.8),
    unclear=0.8,
    unclear_taken=(0.3, 1.0),
    unclear_by=(0.05, 0.25),
)


def draw_confusion(
    rng: np.random.Generator, layout: Layout, confusions: BoxConfusions = DEFAULTS
) -> Confusion:
    """What misleads in the image of a layout.

    >>> layout = Layout(np.array([[10.0, 10, 50, 50], [30, 10, 50, 50]]), 200, 100)
    >>> always = BoxConfusions(merge=1, hard=0, decoy=0, unclear=0)
    >>> draw_confusion(np.random.default_rng(1), layout, always).pairs.tolist()
    [[0, 1]]
    """
    n = len(layout.boxes_xywh)
    is_hard = rng.random(n) < confusions.hard
    pairs = _alike(layout.boxes_xywh, rng, confusions)
    decoys = _decoys(layout, rng, confusions)
    is_unclear = rng.random(n) < confusions.unclear
    return Confusion(
        missed=is_hard * rng.uniform(*confusions.hard_missed, n),
        decoys_xywh=decoys,
        boxed=rng.uniform(*confusions.decoy_boxed, len(decoys)),
        pairs=pairs,
        merged=rng.uniform(*confusions.merge_boxed, len(pairs)),
        shift=_shifts(is_unclear, rng, confusions),
        taken=is_unclear * rng.uniform(*confusions.unclear_taken, n),
    )


def _alike(boxes: FloatArray, rng: np.random.Generator, confusions: BoxConfusions) -> IntArray:
    """Overlapping pairs that look like one; an object is in one pair at most."""
    taken: set[int] = set()
    chosen = []
    for first, second in combinations(range(len(boxes)), 2):
        if first in taken or second in taken:
            continue
        is_close = iou(boxes[first], boxes[second]) > confusions.merge_iou
        if is_close and rng.random() < confusions.merge:
            chosen.append((first, second))
            taken.update((first, second))
    return np.array(chosen, dtype=np.intp).reshape(-1, 2)


def _decoys(layout: Layout, rng: np.random.Generator, confusions: BoxConfusions) -> FloatArray:
    """At most one thing that looks like an animal, clear of the others."""
    if rng.random() >= confusions.decoy:
        return np.empty((0, 4))
    size = rng.uniform(0.08, 0.5, 2) * (layout.width, layout.height)
    corner = rng.random(2) * ((layout.width, layout.height) - size)
    decoy = np.concatenate([corner, size])[None, :]
    is_hidden = any(iou(decoy[0], box) > 0.1 for box in layout.boxes_xywh)
    return np.empty((0, 4)) if is_hidden else decoy


def _shifts(
    is_unclear: NDArray[np.bool_], rng: np.random.Generator, confusions: BoxConfusions
) -> FloatArray:
    """One edge of each unclear object, inwards twice as often as outwards."""
    shift = np.zeros((len(is_unclear), 4))
    for index in np.nonzero(is_unclear)[0]:
        edge = int(rng.integers(4))
        inwards = 1.0 if edge < 2 else -1.0
        direction = inwards if rng.random() < 2 / 3 else -inwards
        shift[index, edge] = direction * rng.uniform(*confusions.unclear_by)
    return shift


# Shares of verification tasks without the animal itself: Mammalia have many (tracks, scat), Aves
# and Reptilia under 1.1 % (Van Horn et al., CVPR 2018, section 3.2.1).
NON_INSTANCES: Mapping[str, float] = {"Mammalia": 0.04, "Aves": 0.010, "Reptilia": 0.008}
LABELS = ("animal", "tracks", "scat", "habitat", "remains")
# what is there instead of the animal, roughly as observers of each super-class report it
REASONS: Mapping[str, tuple[float, ...]] = {
    "Mammalia": (0.45, 0.25, 0.10, 0.20),
    "Aves": (0.10, 0.05, 0.35, 0.50),
    "Reptilia": (0.15, 0.05, 0.10, 0.70),
}


@dataclass(frozen=True, slots=True)
class VerdictConfusions:
    """How often photographs look like another label to everybody.

    non_instance: share of the images without the animal that look as if it were there (a shed
        skin, a decoy). instance: share of those with it that look as if it were not (camouflage).
    taken: range of the probability that a worker falls for it.
    """

    non_instance: float = 0.10
    instance: float = 0.01
    taken: Range = (0.2, 0.8)


def draw_lookalike(
    rng: np.random.Generator,
    truth: str,
    labels: Sequence[str] = LABELS,
    confusions: VerdictConfusions | None = None,
) -> tuple[str, float] | None:
    """The label that the image looks like and the probability that a worker takes it for that;
    None where nothing misleads. The first label is the instance.

    >>> draw_lookalike(np.random.default_rng(1), "scat", confusions=VerdictConfusions(1, 1, (1, 1)))
    ('animal', 1.0)
    """
    known = confusions or VerdictConfusions()
    is_instance = truth == labels[0]
    if rng.random() >= (known.instance if is_instance else known.non_instance):
        return None
    others = [label for label in labels[1:] if label != truth] if is_instance else [labels[0]]
    return others[int(rng.integers(len(others)))], float(rng.uniform(*known.taken))


@dataclass(frozen=True, slots=True)
class Clarity:
    """How clear it is what is right, in a sentence and in figures."""

    words: str
    boxes: BoxConfusions
    verdicts: VerdictConfusions


CLARITY: Mapping[str, Clarity] = {
    "clear": Clarity(
        "photographs that somebody took of one animal", BoxConfusions(), VerdictConfusions()
    ),
    # of verdicts nothing was measured: about twice as much as where things are clear
    "arguable": Clarity(
        "small, crowded or half hidden animals, on which experts would disagree, too",
        ARGUABLE,
        VerdictConfusions(non_instance=0.25, instance=0.02, taken=(0.3, 0.9)),
    ),
}
