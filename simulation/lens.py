"""The camera: exposure, softness, vignette and grain over a painted scene."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from simulation.surfaces import Size, grey


def developed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The scene as a camera would have it; nothing moves, so the boxes stay true."""
    if rng.random() < 0.12:
        radius = image.height / 1200 * float(rng.uniform(0.8, 1.7))
        image = image.filter(ImageFilter.GaussianBlur(radius))
    gain, warmth = float(rng.normal(1.0, 0.05)), float(rng.normal(0.0, 0.02))
    if rng.random() < 0.08:
        gain *= 0.72
    tables = [gain * (1 + warmth), gain, gain * (1 - warmth)]
    image = image.point([round(min(255.0, v * tables[k])) for k in range(3) for v in range(256)])
    image = ImageChops.multiply(image, _vignette(image.size))
    return ImageChops.overlay(image, _grain(image.size, int(rng.integers(0, 256))))


@lru_cache(maxsize=4)
def _vignette(size: Size) -> Image.Image:
    y, x = np.mgrid[-1:1:96j, -1:1:128j]
    fall = np.clip(1.02 - 0.12 * (x**2 + y**2) ** 1.25, 0.6, 1.0)
    light = grey(fall * 255, size)
    return Image.merge("RGB", (light, light, light))


@lru_cache(maxsize=1)
def _grain_tile() -> Image.Image:
    noise = np.random.default_rng(35).normal(128, 5.5, (512, 512))
    return Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))


def _grain(size: Size, shift: int) -> Image.Image:
    tile = _grain_tile()
    sheet = Image.new("L", size, 128)
    for y in range(-shift, size[1], tile.height):
        for x in range(-shift * 2 % 512 - 512, size[0], tile.width):
            sheet.paste(tile, (x, y))
    return Image.merge("RGB", (sheet, sheet, sheet))
