"""The shapes of an overlay as SVG. A page of photographs has hundreds of them, and a template that
writes each number by itself takes longer than everything else on the page."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from dashboard.overlay import Layer, Rectangle

register = template.Library()


@register.filter
def rectangles(boxes: Iterable[Rectangle]) -> SafeString:
    """Each box twice, a halo below the line that is drawn. Nothing but numbers goes in.

    >>> rectangles([Rectangle(1, 2, 30.5, 4, 1, 2)])
    '<rect class="halo" x="1" y="2" width="30.5" height="4"/><rect class="drawn" x="1" y="2" \
width="30.5" height="4"/>'
    """
    places = (f'x="{box.x}" y="{box.y}" width="{box.w}" height="{box.h}"' for box in boxes)
    return SafeString(
        "".join(f'<rect class="halo" {at}/><rect class="drawn" {at}/>' for at in places)
    )


@register.filter
def letters(layer: Layer, size: float) -> SafeString:
    """The worker's letter at each of the worker's boxes, `size` pixels high.

    >>> letters(Layer("B", "worker-2", (Rectangle(1, 2, 30.5, 4, 1, 9.5),)), 12)
    '<text x="1" y="9.5" font-size="12">B</text>'
    """
    return SafeString(
        "".join(
            f'<text x="{box.letter_x}" y="{box.letter_y}" font-size="{size}">{layer.letter}</text>'
            for box in layer.boxes
        )
    )
