"""Real answers with experts' truth, which are not part of the repository.

A directory holds boxes_dev.jsonl, boxes_dev_raw.jsonl (with degenerate boxes),
boxes_dev_truth.jsonl and peers.json, the figures of methods that were run elsewhere. Order 0 is the
order of submission, others are random orders of the workers: the very ones those methods were run
on.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.consensus_scoring import Figures, FloatArray
from consensus import BoxAnswer, BoxImage

SKIPPED = "skipped: no crowd data (name its directory or set QUADRAT_CROWD_DATA)"
OWN_TRIALS = ("prototype", "single worker")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """Another method's figures and the orders they are the mean of."""

    figures: Figures
    orders: tuple[int, ...]


class CrowdData:
    """The answers of a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._records = _read(directory / "boxes_dev.jsonl")
        boxes = {
            one["image_id"]: one["boxes"] for one in _read(directory / "boxes_dev_truth.jsonl")
        }
        self.known = np.array([one["image_id"] in boxes for one in self._records])
        names = [one["image_id"] for one in self._records]
        self.truth: list[FloatArray] = [_xywh(boxes[name]) for name in names if name in boxes]

    def images(self, order: int) -> list[BoxImage]:
        """All images with all answers in an order."""
        return _images(self._records, order)

    def raw_images(self) -> list[BoxImage]:
        """As order 0, with the degenerate boxes people really drew."""
        return _images(_read(self._directory / "boxes_dev_raw.jsonl"), 0)

    def with_truth(self, items: Sequence[Any]) -> list[Any]:
        """Those of `items`, one per image, whose truth is known."""
        return [item for item, is_known in zip(items, self.known.tolist(), strict=True) if is_known]

    def stored(self, n_answers: int) -> dict[str, Stored]:
        """Other methods' figures at a number of answers, over all orders they were run on."""
        peers = json.loads((self._directory / "peers.json").read_text())
        rows = {}
        for key, row in peers["boxes"]["dev"]["offline"].items():
            name, count = key.split("|")
            if int(count) == n_answers and not name.startswith(OWN_TRIALS):
                n_random = int(row.get("random_orders", 0)) if row.get("random_mean") else 0
                rows[name] = Stored(_mean_of(row, n_random), tuple(range(n_random + 1)))
        return rows


def _mean_of(row: Record, n_random: int) -> Figures:
    """The mean over the order of submission and `n_random` random orders."""

    def figure(key: str) -> float:
        random = n_random * row["random_mean"][key] if n_random else 0.0
        return float((row["first"][key] + random) / (n_random + 1))

    return Figures(*map(figure, ("F50", "F75", "F90", "err")))


def _read(path: Path) -> list[Record]:
    with path.open() as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _images(records: Sequence[Record], order: int) -> list[BoxImage]:
    rng = np.random.default_rng(1000 + order)
    images = []
    for record in records:
        answers = [BoxAnswer(a["worker_id"], _xywh(a["boxes"])) for a in record["annotations"]]
        if order:
            answers = [answers[index] for index in rng.permutation(len(answers))]
        images.append(BoxImage(answers, record["width"], record["height"]))
    return images


def _xywh(boxes: Sequence[Sequence[float]]) -> FloatArray:
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


def add_directory(parser: argparse.ArgumentParser) -> None:
    """The argument that names the directory."""
    known = os.environ.get("QUADRAT_CROWD_DATA", "")
    parser.add_argument("directory", nargs="?", default=known, help="real answers with truth")


def open_data(directory: str) -> CrowdData | None:
    """The data, or None where there are none."""
    path = Path(directory)
    return CrowdData(path) if directory and (path / "boxes_dev.jsonl").exists() else None
