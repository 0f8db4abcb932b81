"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Kind = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """Part of a text: in both, in the old one alone, or in the new one alone."""

    kind: Kind
    text: str


def differences(old: str, new: str) -> list[Piece]:
    """Both texts as one, with what is gone before what is new in its place.

    >>> [(piece.kind, piece.text) for piece in differences("Box every bird.", "Box each bird.")]
    [('same', 'Box '), ('gone', 'every '), ('new', 'each '), ('same', 'bird.')]
    >>> differences("", "")
    []
    """
    before, after = _words(old), _words(new)
    pieces = []
    # without its "popular" words it finds less, in long texts
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[start:end])))
            continue
        if end > start:
            pieces.append(Piece("gone", "".join(before[start:end])))
        if new_end > new_start:
            pieces.append(Piece("new", "".join(after[new_start:new_end])))
    return pieces


def _words(text: str) -> list[str]:
    """Words with the spaces behind them; the end of a line is a word of its own."""
    return re.findall(r"\n|[^\S\n]*[^\s]+[^\S\n]*|[^\S\n]+", text)
