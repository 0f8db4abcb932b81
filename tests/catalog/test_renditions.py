"""One file in, three upright files out; whatever is no usable image is refused in words."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import cast

import PIL.Image
import pytest
from django.core.files.storage import InMemoryStorage, default_storage
from PIL import ImageCms, PngImagePlugin
from PIL.Image import Transpose

from catalog import renditions
from catalog.pictures import Unreadable
from tests.catalog.photographs import BLUE, RED, bomb, encoded, photo, picture, with_exif

UID = uuid.UUID("5f0c1d9e-0000-4000-8000-000000000001")
# what a camera held that way stores: the inverse of each correction
STORED_AS = {
    1: None,
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


def opened(data: bytes) -> PIL.Image.Image:
    image = PIL.Image.open(io.BytesIO(data))
    image.load()
    return image


def grey(data: bytes, at: tuple[int, int]) -> int:
    return cast(int, opened(data).convert("L").getpixel(at))


def is_near(image: PIL.Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = cast("tuple[int, int, int]", image.convert("RGB").getpixel(at))
    return all(abs(a - b) < 40 for a, b in zip(found, colour, strict=True))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_every_orientation_comes_out_upright(orientation: int, form: str) -> None:
    upright = picture(90, 60)
    turned = STORED_AS[orientation]
    stored = upright.transpose(turned) if turned is not None else upright
    rendered = renditions.render(with_exif(stored, orientation, form))
    assert rendered.size == rendered.display_size == (90, 60)
    for kind in renditions.KINDS:
        image = opened(rendered.files[kind])
        assert image.size == (90, 60)
        assert is_near(image, (4, 4), RED), kind
        assert not is_near(image, (85, 55), RED), kind
        assert image.getexif().get(0x0112, 1) == 1


def test_display_copy_and_thumbnail_tell_nothing_about_camera_and_place() -> None:
    data = encoded(
        picture(), exif=PIL.Image.Exif(), comment=b"SecretComment", xmp=b"<x>SecretXmp</x>"
    )
    for given in (with_exif(picture()), with_exif(picture(), 6), data):
        rendered = renditions.render(given)
        for kind in renditions.KINDS[1:]:
            image = opened(rendered.files[kind])
            assert not image.getexif()
            assert not image.info.keys() & {"exif", "comment", "xmp", "icc_profile"}
            assert b"Secret" not in rendered.files[kind]


def test_sizes_are_bounded_and_the_shape_is_kept() -> None:
    rendered = renditions.render(photo(3000, 1500))
    assert rendered.size == (3000, 1500)
    assert rendered.display_size == (2048, 1024)
    display, thumbnail = (opened(rendered.files[kind]) for kind in renditions.KINDS[1:])
    assert display.size == (2048, 1024)
    assert thumbnail.size == (320, 160)
    assert display.info["progressive"] and thumbnail.info["progressive"]


def test_a_small_image_is_not_enlarged() -> None:
    rendered = renditions.render(photo(100, 80))
    assert rendered.display_size == (100, 80)
    assert opened(rendered.files["thumbnail"]).size == (100, 80)


def test_upright_bytes_are_kept_as_they_are() -> None:
    for form in ("JPEG", "PNG", "WEBP"):
        data = encoded(picture(), form)
        assert renditions.render(data).files["full"] == data


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("L", "PNG"),
        ("LA", "PNG"),
        ("P", "PNG"),
        ("RGBA", "PNG"),
        ("RGBA", "WEBP"),
        ("1", "PNG"),
        ("P", "GIF"),
        ("RGB", "BMP"),
        ("CMYK", "TIFF"),
        ("YCbCr", "TIFF"),
    ],
)
def test_every_usual_mode_becomes_a_plain_jpeg(mode: str, form: str) -> None:
    rendered = renditions.render(encoded(picture(mode=mode), form))
    for kind in renditions.KINDS[1:]:
        image = opened(rendered.files[kind])
        assert image.format == "JPEG"
        assert image.mode in ("L", "RGB")
    assert grey(rendered.files["display"], (3, 3)) < grey(rendered.files["display"], (40, 30))
    assert opened(rendered.files["full"]).mode != "CMYK"


def test_transparency_becomes_white_not_black() -> None:
    image = picture().convert("RGBA")
    image.putpixel((30, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 0), (20, 10, 60, 40))
    display = opened(renditions.render(encoded(image, "PNG")).files["display"])
    assert is_near(display, (40, 25), (255, 255, 255))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("brightest", [4095, 65535])
def test_16_bit_greyscale_keeps_its_shades(form: str, brightest: int) -> None:
    image = PIL.Image.new("I;16", (40, 40), 0)
    for x in range(40):
        for y in range(40):
            image.putpixel((x, y), brightest * x // 39)
    display = renditions.render(encoded(image, form)).files["display"]
    shades = [grey(display, (x, 20)) for x in (0, 10, 20, 30, 39)]
    assert shades == sorted(shades)
    assert shades[0] < 20 and 100 < shades[2] < 160 and shades[4] > 235


def test_a_progressive_jpeg_is_read() -> None:
    assert renditions.render(encoded(picture(), progressive=True)).size == (60, 40)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_gives_its_first_frame(form: str) -> None:
    second = PIL.Image.new("RGB", (60, 40), BLUE)
    data = encoded(picture(), form, save_all=True, append_images=[second])
    rendered = renditions.render(data)
    for kind in renditions.KINDS:
        image = opened(rendered.files[kind])
        assert getattr(image, "n_frames", 1) == 1
        assert is_near(image, (4, 3), RED)


def test_colours_of_a_profile_are_brought_to_srgb() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert is_near(
        opened(renditions.render(encoded(picture(), icc_profile=srgb)).files["display"]),
        (4, 3),
        RED,
    )
    broken = encoded(picture(), icc_profile=b"no profile at all" * 20)
    assert is_near(opened(renditions.render(broken).files["display"]), (4, 3), RED)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_huge_and_broken_metadata_do_no_harm() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("note", "x" * 900_000, zip=True)
    assert renditions.render(encoded(picture(), "PNG", pnginfo=texts)).size == (60, 40)
    assert renditions.render(encoded(picture(), exif=b"Exif\0\0MM\0*rubbish" * 2000)).size == (
        60,
        40,
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"just some words", "is not an image"),
        (b'{"images": []}', "JSON"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<!DOCTYPE html><html>404", "web page"),
        (b"\0\0\0\x18ftypheic....", "HEIC"),
        (b"version https://git-lfs.github.com/spec/v1", "git lfs pull"),
        (photo()[:20], "damaged JPEG"),
    ],
)
def test_what_is_no_image_is_refused_by_its_content(data: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        renditions.render(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_a_truncated_file_is_refused_with_a_remedy(form: str) -> None:
    noise = PIL.Image.effect_noise((300, 200), 90).convert("RGB")
    data = encoded(noise, form)
    with pytest.raises(Unreadable, match=r"(fetch|save) it again"):
        renditions.render(data[: len(data) // 2])


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(Unreadable, match="60000 x 60000 pixels, more than the limit"):
        renditions.render(bomb())


def test_the_limit_of_pixels_is_the_sites(settings) -> None:
    settings.MAX_IMAGE_PIXELS = 60 * 40
    assert renditions.render(photo(60, 40)).size == (60, 40)
    with pytest.raises(Unreadable, match="QUADRAT_MAX_IMAGE_PIXELS"):
        renditions.render(photo(61, 40))


def test_files_appear_whole_under_names_that_tell_nothing() -> None:
    assert not renditions.exist(UID)
    renditions.store(UID, renditions.render(photo()))
    assert renditions.exist(UID)
    folder = Path(default_storage.path(renditions.name(UID, "full"))).parent
    assert sorted(each.name for each in folder.iterdir()) == [
        "display.jpg",
        "full",
        "thumbnail.jpg",
    ]
    assert folder.parent.name == "5f"


def test_storing_again_replaces_and_an_empty_file_does_not_count() -> None:
    rendered = renditions.render(photo())
    renditions.store(UID, rendered)
    Path(default_storage.path(renditions.name(UID, "display"))).write_bytes(b"")
    assert not renditions.exist(UID)
    renditions.store(UID, rendered)
    assert default_storage.open(renditions.name(UID, "display")).read() == rendered.files["display"]


def test_a_storage_without_paths_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    remote = InMemoryStorage()
    monkeypatch.setattr(renditions, "default_storage", remote)
    rendered = renditions.render(photo())
    renditions.store(UID, rendered)
    renditions.store(UID, rendered)
    assert renditions.exist(UID)
    assert remote.open(renditions.name(UID, "full")).read() == rendered.files["full"]
