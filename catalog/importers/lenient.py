"""Single values of foreign JSON: each function takes anything and returns what can be used."""

from __future__ import annotations

import math
from collections.abc import Mapping

from catalog.importers.records import Refused

_INT_MAX = 2**31 - 1
_SHOWN_CHARACTERS = 40
# beyond any image, and far from where sums of floats overflow
_FARTHEST_PX = 1e9


def key(value: object) -> str | None:
    """An id as one comparable text, as some files write 7 and others "7"; None for no id.

    >>> key(7), key("7"), key(7.0), key(True), key([7])
    ('7', '7', '7', None, None)
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return str(value) or None


def integer(value: object) -> int | None:
    """A whole number that a database column holds, else None."""
    text = key(value)
    if text is None or not text.isascii() or not text.removeprefix("-").isdigit():
        return None
    number = int(text) if len(text) < 20 else _INT_MAX + 1
    return number if abs(number) <= _INT_MAX else None


def text(value: object, limit: int | None = None) -> str:
    """The text without what a database refuses, cut at `limit` characters; "" for anything else."""
    if not isinstance(value, str):
        return ""
    kept = value.encode("utf-8", "ignore").decode().replace("\0", "")
    return " ".join(kept.split())[:limit]


def shown(value: object) -> str:
    """A foreign value for a message: short, on one line.

    >>> shown("Dinosauria"), shown([1, 2])
    ("'Dinosauria'", '[1, 2]')
    """
    written = ascii(value)
    return written if len(written) <= _SHOWN_CHARACTERS else written[:_SHOWN_CHARACTERS] + "..."


def mapping(value: object) -> Mapping[str, object]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[object]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def size(width: object, height: object) -> tuple[int, int] | None:
    """(width, height) in pixels where both are positive whole numbers, else None."""
    w, h = integer(width), integer(height)
    if w is None or h is None or w < 1 or h < 1:
        return None
    return w, h


def box(value: object) -> list[float]:
    """[x, y, w, h] of finite numbers with positive sides. Raises `Refused` for anything else."""
    if not isinstance(value, list) or len(value) != 4:
        raise Refused(f"box {shown(value)} is not [x, y, w, h]")
    numbers = [_number(each) for each in value]
    if not all(abs(each) <= _FARTHEST_PX for each in numbers):
        raise Refused(f"box {shown(value)} holds something that is no number of pixels")
    if numbers[2] <= 0 or numbers[3] <= 0:
        raise Refused(f"box {shown(value)} has no width or height")
    return numbers


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf
