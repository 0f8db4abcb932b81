"""Consensus boxes on real crowd answers with experts' truth, beside the stored peers.

    python benchmarks/consensus_boxes.py [DIRECTORY] [--answers 2 3 5 7] [--orders 1]

DIRECTORY (or the environment variable QUADRAT_CROWD_DATA) holds boxes_dev.jsonl,
boxes_dev_truth.jsonl, peers.json and score_boxes.py; they are not part of the repository, and
without them the benchmark says so and exits with 0. Order 0 is the order of submission, others are
random orders of the workers. Skills are fitted on all images with the same answers as are merged.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from consensus import BoxAnswer, BoxImage, fit_boxes, merge_boxes

Record = dict[str, Any]
FIGURES = ("F50", "F75", "F90", "err")


def read(path: Path) -> list[Record]:
    """JSON objects, one a line."""
    with path.open() as lines:
        return [json.loads(line) for line in lines if line.strip()]


def image_of(record: Record, n_answers: int, order: int) -> BoxImage:
    """The first `n_answers` answers of a record in the given order."""
    answers = record["annotations"]
    if order:
        shuffle = np.random.default_rng([order, sum(map(ord, record["image_id"]))])
        answers = [answers[index] for index in shuffle.permutation(len(answers))]
    return BoxImage(
        [
            BoxAnswer(answer["worker_id"], np.array(answer["boxes"], dtype=float).reshape(-1, 4))
            for answer in answers[:n_answers]
        ],
        record["width"],
        record["height"],
    )


def consensus_of(records: Sequence[Record], n_answers: int, order: int) -> tuple[list[Record], str]:
    """Consensus records as the scorer reads them, and how long everything took."""
    images = [image_of(record, n_answers, order) for record in records]
    begun = time.perf_counter()
    skills = fit_boxes(images).skills
    fitted = time.perf_counter()
    found = [
        merge_boxes(image.answers, width=image.width, height=image.height, skills=skills)
        for image in images
    ]
    merged = time.perf_counter()
    rows = [
        {
            "image_id": record["image_id"],
            "boxes": [{"bbox": box.xywh, "score": box.score} for box in consensus.boxes],
        }
        for record, consensus in zip(records, found, strict=True)
    ]
    per_image = 1000 * (merged - fitted) / len(images)
    return rows, f"fit {fitted - begun:.2f} s, merge {per_image:.2f} ms an image"


def show(name: str, figures: dict[str, float], remark: str = "") -> None:
    """One line of the table."""
    print(f"  {name:34}", *(f"{figures[key]:.3f}" for key in FIGURES), remark)


def compare(directory: Path, n_answers: int, orders: Sequence[int]) -> None:
    """Print our figures, the mean over `orders`, above those of the peers."""
    sys.path.insert(0, str(directory))
    scorer = __import__("score_boxes")
    records, truth = read(directory / "boxes_dev.jsonl"), read(directory / "boxes_dev_truth.jsonl")
    peers = json.loads((directory / "peers.json").read_text())["boxes"]["dev"]["offline"]
    scores, remark = [], ""
    for order in orders:
        rows, remark = consensus_of(records, n_answers, order)
        scores.append(scorer.score(truth, rows))
    print(f"{n_answers} answers, orders {list(orders)}: F1 at IoU .5 / .75 / .9, errors per image")
    show("quadrat", {key: float(np.mean([s[key] for s in scores])) for key in FIGURES}, remark)
    for key, figures in sorted(peers.items()):
        name, count = key.split("|")
        if int(count) == n_answers:
            is_first = list(orders) == [0] or not figures.get("random_mean")
            show(name, figures["first" if is_first else "random_mean"])


def main() -> None:
    """Compare for every number of answers, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", nargs="?", default=os.environ.get("QUADRAT_CROWD_DATA", ""))
    parser.add_argument("--answers", nargs="+", type=int, default=[2, 3, 5, 7])
    parser.add_argument("--orders", nargs="+", type=int, default=[0])
    arguments = parser.parse_args()
    directory = Path(arguments.directory)
    if not arguments.directory or not (directory / "boxes_dev.jsonl").exists():
        print("skipped: no crowd data (name its directory or set QUADRAT_CROWD_DATA)")
        return
    for n_answers in arguments.answers:
        compare(directory, n_answers, arguments.orders)


if __name__ == "__main__":
    main()
