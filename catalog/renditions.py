"""The files of an image: upright full size, display copy, thumbnail.

They live in the default storage under `ab/<uid>/`, where `ab` are the first two digits of the
uid. Display copy and thumbnail are progressive JPEG in sRGB without any metadata; the full size
keeps the bytes as imported where those are upright and shown by every browser, and so may carry
the camera's position: it is for organizers and researchers, not for workers.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from uuid import UUID

import PIL.Image
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import ImageCms

from catalog import pictures

Kind = Literal["full", "display", "thumbnail"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DISPLAY_PX = 2048
THUMBNAIL_PX = 320
_QUALITY: dict[Kind, int] = {"full": 95, "display": 85, "thumbnail": 80}
_FILE_NAMES: dict[Kind, str] = {
    "full": "full",
    "display": "display.jpg",
    "thumbnail": "thumbnail.jpg",
}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@dataclass(frozen=True, slots=True)
class Renditions:
    """The files of one image, not yet stored; sizes are (width, height) in pixels, upright."""

    size: tuple[int, int]
    display_size: tuple[int, int]
    files: Mapping[Kind, bytes]


def name(uid: UUID, kind: Kind) -> str:
    """Where the default storage keeps a rendition.

    >>> name(UUID("5f0c1d9e-0000-4000-8000-000000000001"), "display")
    '5f/5f0c1d9e-0000-4000-8000-000000000001/display.jpg'
    """
    return f"{uid.hex[:2]}/{uid}/{_FILE_NAMES[kind]}"


def content_type(head: bytes) -> str:
    """The media type of a rendition by its first 12 bytes; the full size comes in three.

    >>> content_type(b"RIFF....WEBPVP8 "), content_type(b"\\xff\\xd8\\xff\\xe0")
    ('image/webp', 'image/jpeg')
    """
    if head.startswith(b"\x89PNG"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "image/jpeg"


def render(data: bytes) -> Renditions:
    """The renditions of an image file, which is decoded once.

    Raises `pictures.Unreadable` with reason and remedy where the bytes are no usable image.
    """
    picture = pictures.decode(data)
    if picture.is_browser_ready:
        full = data
        display = in_srgb(_shrunk(picture.pixels, DISPLAY_PX), picture.icc_profile)
    else:
        pixels = in_srgb(picture.pixels, picture.icc_profile)
        full = _jpeg(pixels, "full")
        display = _shrunk(pixels, DISPLAY_PX)
    thumbnail = _shrunk(display, THUMBNAIL_PX)
    return Renditions(
        size=picture.pixels.size,
        display_size=display.size,
        files={
            "full": full,
            "display": _jpeg(display, "display"),
            "thumbnail": _jpeg(thumbnail, "thumbnail"),
        },
    )


def store(uid: UUID, renditions: Renditions) -> None:
    """Write all files of an image; each appears whole or not at all, whatever was there before."""
    for kind in KINDS:
        _write(name(uid, kind), renditions.files[kind])


def exist(uid: UUID) -> bool:
    """Whether every file of the image is there and holds something."""
    names = [name(uid, kind) for kind in KINDS]
    return all(default_storage.exists(each) and default_storage.size(each) > 0 for each in names)


def _shrunk(pixels: PIL.Image.Image, longest_px: int) -> PIL.Image.Image:
    factor = longest_px / max(pixels.size)
    if factor >= 1:
        return pixels
    width, height = (max(1, round(side * factor)) for side in pixels.size)
    return pixels.resize((width, height), PIL.Image.Resampling.LANCZOS, reducing_gap=2.0)


def in_srgb(pixels: PIL.Image.Image, icc_profile: bytes) -> PIL.Image.Image:
    """The same picture in mode L, or in RGB and sRGB; `icc_profile` is empty for none."""
    if pixels.mode == "L":
        return pixels
    if icc_profile:
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
            converted = ImageCms.profileToProfile(pixels, profile, _SRGB, outputMode="RGB")
        # a profile that is damaged or for another colour space: the plain conversion has to do
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    # converting copies, and a copy of a large picture takes hundreds of megabytes
    return pixels if pixels.mode == "RGB" else pixels.convert("RGB")


def _jpeg(pixels: PIL.Image.Image, kind: Kind) -> bytes:
    buffer = io.BytesIO()
    is_full = kind == "full"
    pixels.save(
        buffer,
        "JPEG",
        quality=_QUALITY[kind],
        subsampling=0 if is_full else 2,
        progressive=not is_full,
    )
    return buffer.getvalue()


def _write(path_name: str, data: bytes) -> None:
    if not isinstance(default_storage, FileSystemStorage):
        # S3 and the like: a write there is whole or not at all
        default_storage.delete(path_name)
        default_storage.save(path_name, ContentFile(data))
        return
    path = Path(default_storage.path(path_name))
    path.parent.mkdir(parents=True, exist_ok=True)
    # always the same name: what a killed import leaves behind, the next one overwrites
    candidate = path.with_name(f".{path.name}.new")
    candidate.write_bytes(data)
    candidate.replace(path)
