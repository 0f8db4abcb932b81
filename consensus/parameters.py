"""Changing the constants of a method by name, as somebody types them: `link=0.4`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from math import isfinite
from typing import Any, TypeVar, get_args, get_type_hints

P = TypeVar("P")
NUMBERS = (int, float)


def described(parameters: Any) -> str:
    """Names and values of a dataclass of parameters, as they are typed.

    >>> from consensus.box_methods import MajorityParameters
    >>> described(MajorityParameters())
    'link=0.4, more_than=0.5, max_boxes=10'
    """
    return ", ".join(
        f"{field.name}={_typed(getattr(parameters, field.name))}" for field in fields(parameters)
    )


def with_values(parameters: P, assignments: Iterable[str]) -> P:
    """The parameters (a frozen dataclass) with some of them replaced, each given as `name=value`.

    Values are numbers, lists of them (`[0.1, 0.2]`), or `none` where a parameter may be missing.
    Raises ValueError for an unknown name, with all there are and their values, for a value that is
    no such thing, and for what the parameters refuse themselves.

    >>> from consensus.box_methods import MajorityParameters
    >>> with_values(MajorityParameters(), ["link=0.5", "max_boxes=none"])
    MajorityParameters(link=0.5, more_than=0.5, max_boxes=None)
    """
    hints = get_type_hints(type(parameters))
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, sign, text = (part.strip() for part in assignment.partition("="))
        if not sign:
            raise ValueError(f"{assignment!r} is not name=value")
        if name not in hints:
            raise ValueError(
                f"there is no parameter {name!r}; there are: {described(parameters) or 'none'}"
            )
        values[name] = _read(name, text, getattr(parameters, name), hints[name])
    return replace(parameters, **values)  # type: ignore[type-var]


def _read(name: str, text: str, default: object, hint: Any) -> object:
    among = get_args(hint) or (hint,)
    if type(None) in among and text.lower() in {"none", "null"}:
        return None
    # what is missing unless told has the type that it may have
    like = default if default is not None else next(kind() for kind in among if kind in NUMBERS)
    try:
        return _like(json.loads(text), like)
    except (ValueError, OverflowError, RecursionError) as error:
        raise ValueError(
            f"{name} cannot be {text!r}; it is like its default, {_typed(default)}"
        ) from error


def _like(value: object, default: object) -> object:
    """`value` in the type and shape of `default`."""
    if isinstance(default, tuple):
        if not isinstance(value, list) or len(value) != len(default):
            raise ValueError
        return tuple(_like(part, like) for part, like in zip(value, default, strict=True))
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError
    if isinstance(default, int):
        if value != int(value):
            raise ValueError
        return int(value)
    return float(value)


def _typed(value: object) -> str:
    return "none" if value is None else json.dumps(value)
