"""One line of a file of answers: a JSON object, checked.

Ids and labels may be any string or number, labels also true and false. Equal numbers are one id
(1 and 1.0); 1, "1" and true are three. Boxes are [x, y, w, h] in pixels of the upright full-size
image.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from consensus.geometry import MIN_SIDE_PX
from consensus.types import FourFloats

Scalar = str | int | float | bool
MAX_SIDE_PX = 2**31 - 1
# A box that says nothing keeps its place in the answer, so that later ones keep their numbers.
NO_BOX: FourFloats = (0.0, 0.0, 0.0, 0.0)
LONGEST_SHOWN = 40


class Malformed(ValueError):
    """What is wrong with a line, in words."""


@dataclass(frozen=True, slots=True)
class BoxLine:
    """All answers about one image, in the order in which they were submitted.

    answers: per worker the boxes; of several answers by one worker the last. dropped: which boxes
    say nothing, and why; they are `NO_BOX` in `answers`.
    """

    id: Scalar
    width: int
    height: int
    answers: tuple[tuple[Scalar, list[FourFloats]], ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoteLine:
    """All votes on one item, in the order in which they were submitted; group "" for none.

    votes: per worker the label; of several votes by one worker the last.
    """

    id: Scalar
    group: Scalar
    votes: tuple[tuple[Scalar, Scalar], ...]


@dataclass(frozen=True, slots=True)
class TruthLine:
    """The true label of one item, as somebody audited it."""

    id: Scalar
    label: Scalar


def key_of(value: Scalar) -> Hashable:
    """Equal for what counts as the same id or label.

    >>> key_of(1) == key_of(1.0), key_of(1) == key_of(True), key_of(1) == key_of("1")
    (True, False, False)
    """
    return value if isinstance(value, str) else (isinstance(value, bool), value)


def parse_boxes(text: bytes) -> BoxLine:
    """The answers of one line of `boxes`. Raises Malformed."""
    line = _object_of(text)
    width, height = _side_of(line, "width"), _side_of(line, "height")
    answers: dict[Hashable, tuple[Scalar, list[FourFloats]]] = {}
    dropped: dict[Hashable, list[str]] = {}
    for place, answer in enumerate(_list_of(line, "annotations"), start=1):
        where = f"annotation {place}"
        worker, rows = _worker_of(answer, where), _list_of(answer, "boxes", where)
        drawn, reasons = [], []
        for number, row in enumerate(rows, start=1):
            box = _box_of(row, f"{where}, box {number}")
            reason = _why_no_box(box, width, height)
            drawn.append(NO_BOX if reason else box)
            if reason:
                reasons.append(f"box {number} of worker {shown(worker)} left out: {reason}")
        key = key_of(worker)
        answers.pop(key, None)
        answers[key], dropped[key] = (worker, drawn), reasons
    reasons = [reason for of_worker in dropped.values() for reason in of_worker]
    image_id = _id_of(line, "image_id")
    return BoxLine(image_id, width, height, tuple(answers.values()), tuple(reasons))


def parse_votes(text: bytes) -> VoteLine:
    """The votes of one line of `votes`. Raises Malformed."""
    line = _object_of(text)
    votes: dict[Hashable, tuple[Scalar, Scalar]] = {}
    for place, vote in enumerate(_list_of(line, "votes"), start=1):
        where = f"vote {place}"
        worker = _worker_of(vote, where)
        key = key_of(worker)
        votes.pop(key, None)
        votes[key] = (worker, _label_of(vote, where))
    group = line.get("group")
    if group is not None and not _is_id(group):
        raise Malformed(f"group must be text or a number{_not(group)}")
    return VoteLine(_id_of(line, "item_id"), "" if group is None else group, tuple(votes.values()))


def parse_truth(text: bytes) -> TruthLine:
    """The audited item of one line. Raises Malformed."""
    line = _object_of(text)
    return TruthLine(_id_of(line, "item_id"), _label_of(line))


def is_label(value: object) -> bool:
    """Whether a JSON value can be a label."""
    return isinstance(value, bool) or _is_id(value)


def shown(value: object) -> str:
    """A JSON value as people see it in a message, shortened."""
    try:
        text = json.dumps(value)
    except RecursionError:
        return "a value nested too deep to show"
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def _object_of(text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text, object_pairs_hook=_object)
    except Malformed:
        raise
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg} (column {error.colno})") from None
    except UnicodeDecodeError:
        raise Malformed("not UTF-8 text") from None
    except (ValueError, RecursionError):
        raise Malformed("not JSON that can be read: a number too long or nested too deep") from None
    if not isinstance(line, dict):
        raise Malformed(f"must be a JSON object{_not(line)}")
    return line


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object, in which no key may stand twice: one of the two values would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for number, key in enumerate(keys) if key in keys[:number])
        raise Malformed(f"the key {shown(twice)} stands twice in one object")
    return found


def _required(item: dict[str, Any], name: str, where: str = "") -> Any:
    if name not in item:
        raise Malformed(f"{where}: {name} is missing" if where else f"{name} is missing")
    return item[name]


def _list_of(item: dict[str, Any], name: str, where: str = "") -> list[Any]:
    value = _required(item, name, where)
    if not isinstance(value, list):
        raise Malformed(f"{where}: " * bool(where) + f"{name} must be a list{_not(value)}")
    return value


def _id_of(item: dict[str, Any], name: str, where: str = "") -> Scalar:
    value = _required(item, name, where)
    if not _is_id(value):
        raise Malformed(
            f"{where}: " * bool(where) + f"{name} must be text or a number{_not(value)}"
        )
    identity: Scalar = value
    return identity


def _label_of(item: dict[str, Any], where: str = "") -> Scalar:
    value = _required(item, "label", where)
    if not is_label(value):
        raise Malformed(
            f"{where}: " * bool(where) + f"label must be text, a number, true or false{_not(value)}"
        )
    label: Scalar = value
    return label


def _worker_of(answer: Any, where: str) -> Scalar:
    if not isinstance(answer, dict):
        raise Malformed(f"{where} must be a JSON object{_not(answer)}")
    return _id_of(answer, "worker_id", where)


def _side_of(line: dict[str, Any], name: str) -> int:
    value = _required(line, name)
    if not _is_number(value) or not 1 <= value <= MAX_SIDE_PX or value != int(value):
        raise Malformed(f"{name} must be a whole number of pixels, 1 or more{_not(value)}")
    return int(value)


def _box_of(row: Any, where: str) -> FourFloats:
    if not isinstance(row, list) or len(row) != 4 or not all(map(_is_number, row)):
        raise Malformed(f"{where} must be four numbers, [x, y, w, h]{_not(row)}")
    try:
        x, y, w, h = map(float, row)
    except OverflowError:
        return (inf, inf, inf, inf)
    return (x, y, w, h)


def _why_no_box(box: FourFloats, width: int, height: int) -> str:
    """Why a box says nothing; "" for one that does. As `geometry.usable` before and after
    clipping."""
    x, y, w, h = box
    right, bottom = x + w, y + h
    if not (isfinite(x) and isfinite(y) and isfinite(right) and isfinite(bottom)):
        return "not finite"
    if right - x < MIN_SIDE_PX or bottom - y < MIN_SIDE_PX:
        return "a side under 1 px"
    if right <= 0 or bottom <= 0 or x >= width or y >= height:
        return "outside the image"
    if min(right, width) - max(x, 0) < MIN_SIDE_PX or min(bottom, height) - max(y, 0) < MIN_SIDE_PX:
        return "a side under 1 px inside the image"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_id(value: object) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, str | int) and not isinstance(value, bool)


def _not(value: object) -> str:
    return f", not {shown(value)}"
