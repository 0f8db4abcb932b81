"""A figure's chart as a file, SVG or PNG, drawn once and kept under a hash of what it shows."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from django.conf import settings

from charts.figures import Figure, fingerprint_of
from charts.files import write_whole
from charts.running import rendered
from charts.theme import in_light

Kind = Literal["svg", "png"]
LIMIT_S = 20
KEPT_FOR = timedelta(days=30)


def image(figure: Figure, kind: Kind, *, now: datetime) -> bytes:
    """The picture, in the light theme. Raises NotDrawn."""
    spec = fingerprint_of(in_light(figure.in_file()))
    name = hashlib.sha256(version("vl-convert-python").encode() + spec).hexdigest()
    path = folder() / f"{name}.{kind}"
    if path.is_file():
        return path.read_bytes()
    drawn = rendered(kind, spec, limit_s=LIMIT_S)
    _forget_old(now)
    write_whole(path, drawn)
    return drawn


def folder() -> Path:
    """Where drawn charts are kept; all of it can be deleted at any time."""
    return Path(settings.DATA_DIR) / "run" / "charts"


def _forget_old(now: datetime) -> None:
    since = (now - KEPT_FOR).timestamp()
    for path in folder().glob("*"):
        if path.stat().st_mtime < since:
            path.unlink(missing_ok=True)
