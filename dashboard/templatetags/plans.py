"""How money and working time are written on the planning page."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def money(value: float) -> str:
    """A sum in whatever currency; cents where they matter.

    >>> money(48.2), money(12345.6)
    ('48.20', '12,346')
    """
    return f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


@register.filter
def hours(value: float) -> str:
    """Working time with its unit.

    >>> hours(0.4), hours(1.26), hours(340.2)
    ('24 min', '1.3 h', '340 h')
    """
    if value < 1:
        return f"{60 * value:.0f} min"
    return f"{value:.1f} h" if value < 100 else f"{value:,.0f} h"


@register.filter
def rate(value: float) -> str:
    """A price as it was given, however small.

    >>> rate(0.04), rate(12), rate(1234.5)
    ('0.04', '12', '1,234.5')
    """
    return f"{value:,.6g}"
