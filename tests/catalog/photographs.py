"""Small photographs for the tests, as bytes and as files."""

from __future__ import annotations

import io
import json
import struct
import zlib
from pathlib import Path
from typing import Any

import PIL.Image

RED, BLUE, GREY = (220, 20, 20), (20, 20, 220), (128, 128, 128)


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> PIL.Image.Image:
    """Grey with a red mark in the top left corner, a fifth of each side."""
    made = PIL.Image.new("RGB", (width, height), GREY)
    made.paste(RED, (0, 0, width // 5, height // 5))
    return made.convert(mode)


def encoded(image: PIL.Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def photo(width: int = 60, height: int = 40) -> bytes:
    return encoded(picture(width, height), quality=92)


def with_exif(image: PIL.Image.Image, orientation: int = 1, form: str = "JPEG") -> bytes:
    """The image with an orientation, a camera and a place in its EXIF."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    exif[0x0110] = "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (46.0, 31.0, 12.0)})
    return encoded(image, form, exif=exif)


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes whose header promises billions of pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def put(folder: Path, name: str, data: bytes | None = None) -> Path:
    """A file below the folder; a photograph unless the bytes are given."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(photo() if data is None else data)
    return path


def coco(
    folder: Path,
    images: list[Any],
    annotations: list[Any] | None = None,
    **parts: Any,
) -> Path:
    """A JSON file with two categories: 1 the great tit, a bird, and 2 the red fox, a mammal."""
    content = {
        "images": images,
        "annotations": annotations or [],
        "categories": [
            {"id": 1, "name": "Parus major", "supercategory": "Aves"},
            {"id": 2, "name": "Vulpes vulpes", "supercategory": "Mammalia"},
        ],
        **parts,
    }
    path = folder / "photos.json"
    path.write_text(json.dumps(content))
    return path


def row(number: int, name: str | None = None, **fields: Any) -> dict[str, Any]:
    """An image of a JSON file, 60 x 40 pixels."""
    return {
        "id": number,
        "file_name": name or f"{number}.jpg",
        "width": 60,
        "height": 40,
        **fields,
    }


def box(
    image: int, category: Any = 1, bbox: Any = (10, 5, 20, 15), **fields: Any
) -> dict[str, Any]:
    given = list(bbox) if isinstance(bbox, tuple) else bbox
    return {"id": 1, "image_id": image, "category_id": category, "bbox": given, **fields}
