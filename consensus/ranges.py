"""In which ranges the constants of a method make sense."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite


@dataclass(frozen=True, slots=True)
class Range:
    """Finite numbers from `low` to `high`.

    excludes_low: `low` itself is not allowed. is_whole: only whole numbers. is_optional: None is
    allowed, too.

    >>> str(Range(0, 1, excludes_low=True)), str(Range(1, is_whole=True, is_optional=True))
    ('greater than 0 and at most 1', 'none or a whole number of at least 1')
    """

    low: float
    high: float = inf
    excludes_low: bool = False
    is_whole: bool = False
    is_optional: bool = False

    def __contains__(self, value: object) -> bool:
        if value is None:
            return self.is_optional
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return False
        if self.is_whole and not isinstance(value, int):
            return False
        return self.low <= value <= self.high and not (self.excludes_low and value == self.low)

    def __str__(self) -> str:
        words = f"{'greater than' if self.excludes_low else 'at least'} {self.low:g}"
        if self.high < inf:
            words += f" and at most {self.high:g}"
        if self.is_whole:
            words = f"a whole number of {words}"
        return f"none or {words}" if self.is_optional else words


SHARE = Range(0, 1)
POSITIVE_SHARE = Range(0, 1, excludes_low=True)
POSITIVE = Range(0, excludes_low=True)
NOT_NEGATIVE = Range(0)
AT_LEAST_ONE = Range(1, is_whole=True)
LIMIT = Range(1, is_whole=True, is_optional=True)


def check(parameters: object, allowed: Mapping[str, Range]) -> None:
    """Raise ValueError, with name, value and range, for an attribute outside its range.

    Of a tuple every number is checked.
    """
    for name, among in allowed.items():
        for value in _numbers(getattr(parameters, name)):
            if value not in among:
                raise ValueError(f"{name} must be {among}, not {value}")


def _numbers(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for part in value:
            yield from _numbers(part)
    else:
        yield value
