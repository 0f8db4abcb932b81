"""Decode the bytes of one photograph, once, whole and upright.

A file is judged by its content, never by its extension. Whatever is wrong with it ends as
`Unreadable`, whose message says what and what to do about it.
"""

from __future__ import annotations

import io
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast

import PIL.Image
from django.conf import settings
from PIL.Image import Transpose

# MPO, the JPEG with a second picture of some cameras, comes in through JPEG
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP")
MAX_BYTES = 512 * 1024 * 1024
# a picture of more pixels than this is decoded alone: it takes hundreds of megabytes
_LARGE_PIXELS = 30_000_000
_one_large_picture = threading.Lock()

_ORIENTATION_TAG = 0x0112
# EXIF 2.32, section 4.6.4 A: the transposition that undoes each orientation
_UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_READABLE = "JPEG, PNG, WebP, TIFF, GIF or BMP"
# by their first bytes: what people hand in by mistake, and the remedy
_LOOK_ALIKES = (
    (b"%PDF", f"is a PDF document; export the photograph as {_READABLE}"),
    (b"%!PS", f"is a PostScript file; export it as {_READABLE}"),
    (b"\xc5\xd0\xd3\xc6", f"is a PostScript file; export it as {_READABLE}"),
    (b"<svg", f"is an SVG drawing; export it as {_READABLE}"),
    (b"<?xml", f"is an XML or SVG file, not a photograph; export it as {_READABLE}"),
    (b"<!doctype html", "is a web page, not an image; fetch the image itself again"),
    (b"<html", "is a web page, not an image; fetch the image itself again"),
    (b"version https://git-lfs", "is a Git LFS pointer; run git lfs pull and import again"),
    (b"{", "is a JSON file; to import the images it describes, name the file itself"),
    (b"pk\x03\x04", "is a zip archive; unpack it and import the folder"),
    (b"\x1f\x8b", "is a gzip archive; unpack it and import the folder"),
    (b"\xff\xd8\xff", "is a damaged JPEG file; fetch it again"),
    (b"\x89png", "is a damaged PNG file; fetch it again"),
    (b"riff", "is a damaged WebP file, or sound or video; fetch it again"),
)


class Unreadable(ValueError):
    """A file that is no usable photograph; the message names the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One decoded photograph.

    `pixels` is upright, in mode L, RGB or CMYK, without metadata. `icc_profile` is empty where the
    file has none. `is_browser_ready`: the file's own bytes show the same picture in any browser.
    """

    pixels: PIL.Image.Image
    icc_profile: bytes
    is_browser_ready: bool


def decode(data: bytes) -> Picture:
    """The picture in these bytes; of an animation, its first frame.

    Raises `Unreadable` where they hold no whole image of at most `settings.MAX_IMAGE_PIXELS`.
    """
    if not data:
        raise Unreadable("is empty (0 bytes); fetch it again")
    with _opened(data) as source:
        _check_size(*source.size)
        is_large = source.width * source.height > _LARGE_PIXELS
        with _one_large_picture if is_large else nullcontext():
            return _decoded(source)


def _opened(data: bytes) -> PIL.Image.Image:
    # Pillow would warn at its limit and fail at twice as much; `_check_size` decides instead
    PIL.Image.MAX_IMAGE_PIXELS = None
    try:
        return PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    except PIL.UnidentifiedImageError as error:
        raise Unreadable(_what_it_is(data)) from error
    # hostile bytes raise nearly anything out of a decoder, and one file must not stop an import
    except Exception as error:
        raise Unreadable(f"cannot be read ({_named(error)}); save it again as JPEG") from error


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Unreadable(f"has no pixels ({width} x {height}); fetch it again")
    if width * height > settings.MAX_IMAGE_PIXELS:
        raise Unreadable(
            f"has {width} x {height} pixels, more than the limit of {settings.MAX_IMAGE_PIXELS:,}; "
            "shrink it, or raise QUADRAT_MAX_IMAGE_PIXELS"
        )


def _decoded(source: PIL.Image.Image) -> Picture:
    try:
        source.load()
        orientation = _orientation(source)
        icc_profile = source.info.get("icc_profile") or b""
        is_browser_ready = orientation == 1 and _shows_in_a_browser(source)
        pixels = _plain(source)
        if orientation in _UPRIGHT:
            pixels = pixels.transpose(_UPRIGHT[orientation])
        # whatever is saved from here on knows nothing of camera, place or comments
        pixels.info.clear()
    except Unreadable:
        raise
    # as above: anything can come out of a damaged file
    except Exception as error:
        raise Unreadable(
            f"is truncated or damaged ({_named(error)}); fetch it again, or save it again as JPEG"
        ) from error
    return Picture(pixels, icc_profile, is_browser_ready)


def _orientation(source: PIL.Image.Image) -> int:
    """The EXIF orientation, 1 where there is none or the metadata are beyond reading."""
    try:
        value = source.getexif().get(_ORIENTATION_TAG, 1)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, IndexError, ArithmeticError):
        return 1
    return value if value in _UPRIGHT else 1


def _shows_in_a_browser(source: PIL.Image.Image) -> bool:
    is_still = source.format == "MPO" or getattr(source, "n_frames", 1) == 1
    return (
        source.format in ("JPEG", "MPO", "PNG", "WEBP")
        and source.mode in ("1", "L", "LA", "P", "RGB", "RGBA")
        and is_still
    )


def _plain(source: PIL.Image.Image) -> PIL.Image.Image:
    """The same picture in mode L, RGB or CMYK; what is transparent becomes white."""
    if source.mode.startswith("I"):
        return _from_16_bit(source)
    if source.mode == "F":
        raise Unreadable("holds floating-point values; save it with 8 bits a channel")
    if source.has_transparency_data:
        layered = source.convert("RGBA")
        backdrop = PIL.Image.new("RGBA", layered.size, "white")
        return PIL.Image.alpha_composite(backdrop, layered).convert("RGB")
    if source.mode in ("L", "RGB", "CMYK"):
        return source
    return source.convert("L" if source.mode == "1" else "RGB")


def _from_16_bit(source: PIL.Image.Image) -> PIL.Image.Image:
    """Greyscale of more than 8 bits, by its highest bit in use: sensors fill 10, 12, 14 or 16."""
    wide = source.convert("I")
    # a single band has one pair of extremes, which Pillow's types cannot say
    _, brightest = cast("tuple[int, int]", wide.getextrema())
    n_bits = max(8, brightest.bit_length())
    factor = 255 / (2**n_bits - 1)
    return wide.point(lambda value: value * factor).convert("L")


def _what_it_is(data: bytes) -> str:
    head = data[:256].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, message in _LOOK_ALIKES:
        if head.startswith(magic.lower()):
            return message
    if data[4:8] == b"ftyp":
        return f"is HEIC, AVIF or a video, which are not read; convert it to {_READABLE}"
    return f"is not an image; only {_READABLE} files are read"


def _named(error: Exception) -> str:
    text = " ".join(str(error).split())[:120]
    return text or type(error).__name__
