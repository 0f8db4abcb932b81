"""The icons of the site on a phone's home screen, drawn from the one mark when first asked for."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from PIL import Image, ImageDraw

MARK: Path = settings.BASE_DIR / "static" / "quadrat" / "icon.svg"
# side of the mark's own drawing
GRID = 32
# drawn larger and scaled down: smooth edges
FINER = 4
# whatever shape a phone cuts an icon to, it leaves a circle of 4/5 of the width (W3C, maskable
# icons); the corners of the mark lie in it
SAFE = 0.85
SIZES = {"icon": (192, 512), "maskable": (512,), "touch": (180,)}
"""What there is, in pixels: `icon` with round corners, `maskable` and `touch` filling the square,
for phones that cut a shape of their own."""

_RECTANGLE = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)(?:h-|H)[\d.]+z")


@cache
def drawn(use: str, size: int) -> bytes:
    """The mark as PNG, `size` pixels square."""
    side = size * FINER
    ground, *shapes = ElementTree.parse(MARK).getroot()  # noqa: S314 - our own file
    picture = Image.new("RGBA", (side, side))
    pen = ImageDraw.Draw(picture)
    whole, colour = (0, 0, side - 1, side - 1), ground.attrib["fill"]
    if use == "icon":
        pen.rounded_rectangle(whole, side * float(ground.attrib["rx"]) / GRID, fill=colour)
    else:
        pen.rectangle(whole, fill=colour)
    for shape in shapes:
        _draw(pen, shape.attrib, side, 1.0 if use == "icon" else SAFE)
    stored = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _draw(pen: ImageDraw.ImageDraw, shape: dict[str, str], side: int, scale: float) -> None:
    """The rectangles of one path, scaled about the middle of the picture."""
    unit = side / GRID * scale
    middle = side / 2 * (1 - scale)
    half = float(shape.get("stroke-width", 0)) / 2
    for rectangle in _RECTANGLE.findall(shape["d"]):
        x, y, w, h = map(float, rectangle)
        edges = (x - half, y - half, x + w + half, y + h + half)
        place = [middle + edge * unit for edge in edges]
        if half:
            pen.rectangle(place, outline=shape["stroke"], width=round(2 * half * unit))
        else:
            pen.rectangle(place, fill=shape["fill"])
