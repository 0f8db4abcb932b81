"""True boxes of images that nobody has drawn: how many animals there are, how large, and where.

Boxes are float arrays of shape (n, 4), one [x, y, w, h] per row, in pixels of the upright
full-size image, origin top left. Randomness is always an argument.

The defaults follow photographs of iNaturalist: the photographer went for one animal, 1.25 boxes
an image in the data set of Van Horn et al. (CVPR 2018), with a long tail of flocks and herds, whose
members stand in each other's way. Images in which there is nothing to box are more frequent than
there, since a campaign sees images that nobody has filtered yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
MOST_OBJECTS = 10
MIN_SIDE_PX = 8.0
N_TRIES = 12  # places tried for an object before it is put down smaller

# longer side and format (longer by shorter) of cameras and telephones, and of smaller copies
LONGER_SIDES_PX = (800, 1024, 1280, 1600, 2048, 3000, 4000)
FORMATS = (4 / 3, 4 / 3, 3 / 2, 16 / 9, 1.0)


@dataclass(frozen=True, slots=True)
class LayoutParameters:
    """What images of a campaign are like.

    empty: share of the images without anything to box, 0..1.
    group: share of the others with two objects or more; another: probability that a group has one
        more, again and again, up to `most` objects. The defaults give 1.25 objects per image that
        has any.
    herd: share of the groups whose members overlap; the others are scattered.
    overlap: largest IoU of two objects of a herd, 0..1.
    smallest, largest: the larger of width and height as a share of the image's, 0..1. Single
        objects spread evenly about the middle; members of groups are at most `largest_member`.
    portrait: share of the images that are higher than wide.
    longer_sides_px: longer sides of the images, all equally frequent.
    """

    empty: float = 0.15
    group: float = 0.10
    another: float = 0.6
    most: int = MOST_OBJECTS
    herd: float = 0.5
    overlap: float = 0.5
    smallest: float = 0.05
    largest: float = 0.95
    largest_member: float = 0.5
    portrait: float = 0.35
    longer_sides_px: tuple[int, ...] = LONGER_SIDES_PX

    def __post_init__(self) -> None:
        shares = (self.empty, self.group, self.another, self.herd, self.overlap, self.portrait)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("the shares of a layout lie between 0 and 1")
        if not 0 < self.smallest <= self.largest_member <= self.largest <= 1:
            raise ValueError("needs 0 < smallest <= largest_member <= largest <= 1")
        if self.most < 2 or not self.longer_sides_px or min(self.longer_sides_px) < 100:
            raise ValueError("needs most >= 2 and images of at least 100 pixels")


DEFAULTS = LayoutParameters()


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One image of `width` x `height` pixels and its true boxes, (n, 4), n >= 0."""

    boxes_xywh: FloatArray
    width: int
    height: int


def draw_layout(rng: np.random.Generator, parameters: LayoutParameters = DEFAULTS) -> Layout:
    """The true boxes of one image and its size; every box lies inside the image.

    >>> layout = draw_layout(np.random.default_rng(3), LayoutParameters(empty=0))
    >>> layout.width, layout.height, layout.boxes_xywh.shape
    (2250, 3000, (1, 4))
    """
    width, height = _image_size(rng, parameters)
    n = _n_objects(rng, parameters)
    is_herd = n > 1 and rng.random() < parameters.herd
    boxes: list[FloatArray] = []
    for side in _shares(n, rng, parameters):
        shape = _shape(side, width, height, rng)
        boxes.append(_herded(shape, boxes, width, height, rng, parameters) if is_herd and boxes
                     else _scattered(shape, boxes, width, height, rng))  # fmt: skip
    return Layout(np.array(boxes, dtype=np.float64).reshape(-1, 4), width, height)


def _image_size(rng: np.random.Generator, parameters: LayoutParameters) -> tuple[int, int]:
    longer = parameters.longer_sides_px[int(rng.integers(len(parameters.longer_sides_px)))]
    shorter = round(longer / FORMATS[int(rng.integers(len(FORMATS)))])
    return (shorter, longer) if rng.random() < parameters.portrait else (longer, shorter)


def _n_objects(rng: np.random.Generator, parameters: LayoutParameters) -> int:
    if rng.random() < parameters.empty:
        return 0
    if rng.random() >= parameters.group:
        return 1
    n = 2
    while n < parameters.most and rng.random() < parameters.another:
        n += 1
    return n


def _shares(n: int, rng: np.random.Generator, parameters: LayoutParameters) -> list[float]:
    """The larger of width and height of each object, as a share of the image's.

    The members of a group are of one size, give or take a fifth: they are of one kind and about
    as far away.
    """
    low = parameters.smallest
    if n <= 1:
        return [low + (parameters.largest - low) * float(rng.beta(1.5, 1.5)) for _ in range(n)]
    high = max(low, parameters.largest_member / np.sqrt(n / 2))
    typical = low + (high - low) * float(rng.beta(1.5, 2.5))
    return np.clip(typical * np.exp(rng.normal(0, 0.2, n)), low, high).tolist()  # type: ignore[no-any-return]


def _shape(share: float, width: int, height: int, rng: np.random.Generator) -> tuple[float, float]:
    """Width and height in pixels: as long as `share` says in one direction, less in the other."""
    wide_by_high = float(np.exp(rng.normal(0.15, 0.4)))
    unit = share * min(width / wide_by_high, height)
    return max(unit * wide_by_high, MIN_SIDE_PX), max(unit, MIN_SIDE_PX)


def _scattered(
    shape: tuple[float, float],
    boxes: Sequence[FloatArray],
    width: int,
    height: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Anywhere in the image, as far from the others as a few tries allow."""
    best, least = np.zeros(4), np.inf
    for _ in range(N_TRIES):
        place = np.array([*(rng.random(2) * (width - shape[0], height - shape[1])), *shape])
        overlap = _largest_iou(place, boxes)
        if overlap < least:
            best, least = place, overlap
        if least == 0:
            break
    return best


def _herded(
    shape: tuple[float, float],
    boxes: Sequence[FloatArray],
    width: int,
    height: int,
    rng: np.random.Generator,
    parameters: LayoutParameters,
) -> FloatArray:
    """Partly before one of the others, mostly sideways, with an IoU of up to `overlap`.

    Two boxes of one size that are shifted by a share f of their side have the IoU (1-f)/(1+f).
    """
    for _ in range(N_TRIES):
        other = boxes[int(rng.integers(len(boxes)))]
        wanted = float(rng.uniform(0.05, max(parameters.overlap, 0.05)))
        by = (1 - wanted) / (1 + wanted) * (1 if rng.random() < 0.5 else -1)
        aside, upwards = (by, 0.1 * rng.normal()) if rng.random() < 0.75 else (0.0, by)
        x = other[0] + (other[2] - shape[0]) / 2 + aside * other[2]
        y = other[1] + (other[3] - shape[1]) / 2 + upwards * other[3]
        place = np.array([x, y, *shape])
        is_inside = x >= 0 and y >= 0 and x + shape[0] <= width and y + shape[1] <= height
        if is_inside and _largest_iou(place, boxes) <= parameters.overlap:
            return place
    return _scattered(shape, boxes, width, height, rng)


def _largest_iou(place: FloatArray, boxes: Sequence[FloatArray]) -> float:
    """The largest IoU with any of the boxes, 0 without any."""
    return max((iou(place, other) for other in boxes), default=0.0)


def iou(a: FloatArray, b: FloatArray) -> float:
    """Intersection over union of two boxes [x, y, w, h], 0..1; 0 where both have no area.

    >>> round(iou(np.array([0.0, 0, 10, 10]), np.array([5.0, 0, 10, 10])), 3)
    0.333
    """
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if across <= 0 or down <= 0:
        return 0.0
    common = across * down
    return float(common / (a[2] * a[3] + b[2] * b[3] - common))
