"""For the pages of photographs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What belongs to a key; None where nothing does.

    >>> of({7: "seven"}, 7), of({}, 7)
    ('seven', None)
    """
    return found.get(key)
