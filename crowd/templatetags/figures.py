"""How figures are written on organizers' pages. What is not known is an en dash everywhere."""

from __future__ import annotations

from datetime import datetime
from math import floor

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

register = template.Library()

UNKNOWN = "–"


@register.filter
def whole(value: int | None) -> str:
    """1,234

    >>> whole(1234), whole(None)
    ('1,234', '–')
    """
    return UNKNOWN if value is None else f"{value:,}"


@register.filter
def decimal(value: float | None, digits: int = 2) -> str:
    """A score with a fixed number of digits, so that columns line up.

    >>> decimal(0.8), decimal(2.345, 1), decimal(None)
    ('0.80', '2.3', '–')
    """
    return UNKNOWN if value is None else f"{value:.{digits}f}"


@register.filter
def percent(value: float | None) -> str:
    """A share in whole percent; never 100 % or 0 % unless it is exactly that.

    >>> percent(0.5), percent(0.999), percent(0.001), percent(1.0), percent(None)
    ('50 %', '> 99 %', '< 1 %', '100 %', '–')
    """
    if value is None:
        return UNKNOWN
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{floor(100 * value + 0.5)} %"


@register.filter
def spaced(name: str) -> str:
    """The name of a count as words.

    >>> spaced("not_looked")
    'not looked'
    """
    return name.replace("_", " ")


@register.filter
def seconds(value: float | None) -> str:
    """A short time with its unit.

    >>> seconds(3.21), seconds(95), seconds(None)
    ('3.2 s', '1 min 35 s', '–')
    """
    if value is None:
        return UNKNOWN
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02} s"


@register.filter
def ago(at: datetime | None, now: datetime) -> SafeString:
    """How long ago, the exact time on hover."""
    if at is None:
        return format_html("{}", UNKNOWN)
    exact = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    said = timesince(at, now, depth=1)
    words = "just now" if (now - at).total_seconds() < 60 else f"{said} ago"
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, words)
