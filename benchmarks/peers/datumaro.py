"""Datumaro's intersect merge, which is also how CVAT merges its replicas.

Every answer of an image is in a data set of its own. Settings: `iou`, the overlap from which boxes
are one (`pairwise_dist`, 0.5 by default), and `cut`, from which follows `quorum`: Datumaro takes
the label from a box that fewer boxes agree on, and we leave out what has no label. The fused box is
the worker's box nearest to the mean.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from typing import Any

from datumaro import Bbox, Dataset, DatasetItem  # type: ignore[import-not-found]
from datumaro.components.merge.intersect_merge import (  # type: ignore[import-not-found]
    IntersectMerge,
)

from benchmarks.peers.lines import Boxes, Image, least, serve


def merge(images: list[Image], settings: dict[str, Any]) -> list[Boxes]:
    """The labelled boxes of every merged image; all images must have equally many answers."""
    n_answers = len(images[0]["answers"])
    if n_answers == 1:  # merging needs two sources
        return [image["answers"][0]["boxes"] for image in images]
    sources = [_source(images, place) for place in range(n_answers)]
    quorum = least(n_answers, settings["cut"])
    merger = IntersectMerge(conf=IntersectMerge.Conf(pairwise_dist=settings["iou"], quorum=quorum))
    merged = {item.id: item for item in merger(*sources)}
    return [
        [list(box.get_bbox()) for box in merged[str(number)].annotations if box.label is not None]
        for number in range(len(images))
    ]


def _source(images: list[Image], place: int) -> Dataset:
    """The answers in one place as a data set."""
    items = [
        DatasetItem(
            id=str(number),
            annotations=[
                Bbox(x, y, w, h, label=0) for x, y, w, h in image["answers"][place]["boxes"]
            ],
        )
        for number, image in enumerate(images)
    ]
    return Dataset.from_iterable(items, categories=["animal"])


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    serve(merge, version("datumaro"))
