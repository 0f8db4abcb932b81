"""Weighted box fusion (Solovyev, Wang and Gabruseva 2021) by its authors: `ensemble-boxes`.

Every worker is a model of weight 1 and every box has score 1, so that the score of a fused box is
the share of the workers who drew it; a box stays if enough of them did. Settings: `iou`, the
overlap from which boxes are one (the package's own: 0.55), and `cut`.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version
from typing import Any

from ensemble_boxes import weighted_boxes_fusion  # type: ignore[import-not-found]

from benchmarks.peers.lines import Boxes, Image, least, serve


def merge(images: list[Image], settings: dict[str, Any]) -> list[Boxes]:
    """The fused boxes of every image."""
    return [_fused(image, settings["iou"], settings["cut"]) for image in images]


def _fused(image: Image, iou: float, cut: str) -> Boxes:
    width, height = image["width"], image["height"]
    drawn = [
        [
            [x / width, y / height, (x + w) / width, (y + h) / height]
            for x, y, w, h in answer["boxes"]
        ]
        for answer in image["answers"]
    ]
    if not any(drawn):
        return []
    ones = [[1.0] * len(boxes) for boxes in drawn]
    fused, scores, _ = weighted_boxes_fusion(drawn, ones, ones, iou_thr=iou)
    wanted = least(len(drawn), cut) / len(drawn) - 1e-6
    return [
        [left * width, top * height, (right - left) * width, (bottom - top) * height]
        for (left, top, right, bottom), score in zip(fused.tolist(), scores.tolist(), strict=True)
        if score >= wanted
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # boxes a rounding error outside the image
    serve(merge, version("ensemble-boxes"))
