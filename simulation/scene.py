"""What a drawn scene is: the picture and its truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PIL import Image

from simulation.curves import FloatArray

Reason = Literal["animal", "tracks", "scat", "habitat", "remains"]
Status = Literal["instance", "non_instance"]


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture (RGB) and what is true of it.

    `boxes_xywh` (n, 4), 0 <= n <= 10: the visible part of every animal, whole pixels, inside the
    image. `reason` is "animal" exactly where `status` is "instance"; such a scene without boxes
    is an image in which there is nothing to box.
    """

    image: Image.Image
    super_class: str
    taxon: str
    status: Status
    reason: Reason
    boxes_xywh: FloatArray
