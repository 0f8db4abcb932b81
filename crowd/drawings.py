"""Drawn pictures for instructions and practice: made when they are first asked for, then kept.

They lie in the default storage under `drawn/<version>/`. A drawing is the same whoever makes it,
so two that are made at once do no harm, and nothing is lost with the folder.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image

# counts up when drawings change, so that nobody gets the old ones
VERSION = 1
_QUALITY = 85


def jpeg(name: str, draw: Callable[[], Image.Image]) -> bytes:
    """The picture kept under `name`, drawn now if there is none."""
    path = f"drawn/{VERSION}/{name}"
    try:
        with default_storage.open(path) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return _keep(path, draw())


def truth(name: str, draw: Callable[[], list[list[float]]]) -> list[list[float]]:
    """The true boxes of a drawing, [x, y, w, h] each, kept like pictures."""
    path = f"drawn/{VERSION}/{name}"
    try:
        with default_storage.open(path) as file:
            return list(json.load(file))
    except FileNotFoundError:
        boxes = draw()
        _write(path, json.dumps(boxes).encode())
        return boxes


def _keep(path: str, picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY, progressive=True)
    data = buffer.getvalue()
    _write(path, data)
    return data


def _write(path: str, data: bytes) -> None:
    if isinstance(default_storage, FileSystemStorage):
        _write_whole(Path(default_storage.path(path)), data)
    else:
        default_storage.save(path, ContentFile(data))


def _write_whole(path: Path, data: bytes) -> None:
    """Nobody reads half a picture, and each of two writers has a file of its own until the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    candidate = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    candidate.write_bytes(data)
    candidate.replace(path)
