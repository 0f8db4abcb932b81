"""How the same boxes are written for different readers.

`coco`: pixels of the upright full-size image, ids from 1, area = w*h. `inat2017`: as the data set
of Van Horn et al. (CVPR 2018) was published: pixels of the rendition of at most 800 px, category
ids from 0, area = w*h/2, boxes of validation images only where an image shows a single instance.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.models import Split
from exports.models import Release

DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Profile:
    """`max_side` in pixels bounds the rendition that sizes and boxes refer to; None: full size."""

    name: str
    first_category_id: int
    area_share: float
    max_side: int | None
    is_val_single_instance: bool

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the rendition of a full-size image; never enlarged.

        >>> PROFILES["inat2017"].size(2048, 1365), PROFILES["coco"].size(2048, 1365)
        ((800, 533), (2048, 1365))
        """
        longest = max(width, height)
        if self.max_side is None or longest <= self.max_side:
            return width, height
        scale = self.max_side / longest
        return max(1, round(width * scale)), max(1, round(height * scale))

    def has_boxes(self, split: str, n_boxes: int) -> bool:
        """Whether an image's boxes are written at all."""
        return not self.is_val_single_instance or split != Split.VAL or n_boxes == 1


PROFILES = {
    Release.Profile.COCO.value: Profile("coco", 1, 1.0, None, is_val_single_instance=False),
    Release.Profile.INAT2017.value: Profile("inat2017", 0, 0.5, 800, is_val_single_instance=True),
}


def scaled_box(
    x: float, y: float, w: float, h: float, full: tuple[int, int], size: tuple[int, int]
) -> list[float] | None:
    """[x, y, w, h] clipped to a `full` image and scaled to `size`, to 0.01 px.

    None for what has no area inside the image.

    >>> scaled_box(-10, 20, 110, 40, (1000, 500), (500, 250))
    [0.0, 10.0, 50.0, 20.0]
    """
    scale_x, scale_y = size[0] / full[0], size[1] / full[1]
    left = round(max(x, 0.0) * scale_x, DECIMALS)
    top = round(max(y, 0.0) * scale_y, DECIMALS)
    width = round(min(x + w, full[0]) * scale_x - left, DECIMALS)
    height = round(min(y + h, full[1]) * scale_y - top, DECIMALS)
    return [left, top, width, height] if width > 0 and height > 0 else None
