"""Boxes over a photograph: which colour, dash and letter each worker gets, and where letters go.

Boxes are [x, y, w, h] in pixels of the upright full-size image, which is also the drawing's view
box, so nothing is scaled here. Pure: no database, no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

# Okabe and Ito's palette has seven colours that show on a photograph; further workers are grey.
N_COLOURS = 7
LETTER_WIDTH = 0.75  # of the letter's height, roughly a capital's advance
CARD_LETTER_SHARE = 0.055
PHOTO_LETTER_SHARE = 0.022

XYWH = Sequence[float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """One box and where its worker's letter stands (the foot of the letter)."""

    x: float
    y: float
    w: float
    h: float
    letter_x: float
    letter_y: float


@dataclass(frozen=True, slots=True)
class Layer:
    """What one worker drew. `style` is the CSS class that carries colour and dash."""

    letter: str
    style: str
    boxes: tuple[Rectangle, ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A drawing in pixels of the full-size image; `words` say it without seeing it. `before` are
    the boxes of an earlier consensus, where two are compared. `is_known`: in the place of a
    consensus are boxes that are known, of a gold photo; `is_settled`: an organizer's answer."""

    width: int
    height: int
    letter_size: float
    layers: tuple[Layer, ...]
    consensus: tuple[Rectangle, ...]
    before: tuple[Rectangle, ...] | None = None
    is_known: bool = False
    is_settled: bool = False

    @property
    def words(self) -> str:
        if self.before is not None:
            return f"Boxes before {len(self.before)}, after {len(self.consensus)}"
        drawn = ", ".join(f"{layer.letter} {len(layer.boxes)}" for layer in self.layers)
        crowd = f"boxes by worker: {drawn}" if drawn else "no worker's boxes"
        what = "Decided boxes" if self.is_settled else "Consensus"
        return f"{'Known boxes' if self.is_known else what} {len(self.consensus)}; {crowd}"


def letter(index: int) -> str:
    """The initial of the worker who answered `index`-th (from 0).

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    rounds, place = divmod(index, len(ascii_uppercase))
    return ascii_uppercase[place] * (rounds + 1)


def style(index: int) -> str:
    """The CSS class of the `index`-th worker: seven colours, each with its own dash, then grey.

    >>> style(0), style(6), style(7)
    ('worker-1', 'worker-7', 'worker-rest')
    """
    return f"worker-{index + 1}" if index < N_COLOURS else "worker-rest"


def draw(
    width: int,
    height: int,
    boxes_by_worker: Sequence[Sequence[XYWH]],
    consensus: Sequence[XYWH],
    *,
    letter_share: float = CARD_LETTER_SHARE,
    is_known: bool = False,
    is_settled: bool = False,
) -> Overlay:
    """The drawing of one task. `letter_share` is the letters' height as a share of the longer side.

    Workers' boxes lie nearly on top of each other, so each worker's letter stands one letter
    further along the upper edge than the worker's before.

    >>> drawing = draw(100, 50, [[[10, 10, 20, 20]], []], [[10, 10, 20, 20]])
    >>> drawing.words
    'Consensus 1; boxes by worker: A 1, B 0'
    """
    size = round(letter_share * max(width, height), 2)
    layers = tuple(
        Layer(
            letter=letter(index),
            style=style(index),
            boxes=tuple(_rectangle(box, index, size, width, height) for box in boxes),
        )
        for index, boxes in enumerate(boxes_by_worker)
    )
    crowd = tuple(_rectangle(box, 0, size, width, height) for box in consensus)
    return Overlay(width, height, size, layers, crowd, is_known=is_known, is_settled=is_settled)


def draw_change(width: int, height: int, before: Sequence[XYWH], after: Sequence[XYWH]) -> Overlay:
    """The drawing of two consensuses of one photo.

    >>> draw_change(100, 50, [[10, 10, 20, 20]], []).words
    'Boxes before 1, after 0'
    """
    old, new = (
        tuple(_rectangle(box, 0, 0.0, width, height) for box in boxes) for boxes in (before, after)
    )
    return Overlay(width, height, 0.0, (), new, before=old)


def _rectangle(box: XYWH, index: int, size: float, width: int, height: int) -> Rectangle:
    x, y, w, h = (round(value, 2) for value in box)
    letter_x = min(x + size * (0.25 + LETTER_WIDTH * index), width - size)
    letter_y = min(max(y + size, size), height - 0.1 * size)
    return Rectangle(x, y, w, h, round(letter_x, 2), round(letter_y, 2))
