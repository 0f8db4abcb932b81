"""A large simulated crowd's answers on disk, so that reading them need not be held in memory.

A folder holds flat arrays: per image its size and number of answers, per answer its
worker and number of boxes, per box [x, y, w, h] in pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.consensus_scoring import FloatArray, IntArray
from consensus import BoxAnswer, BoxImage
from simulation.mixes import hire, work_boxes

CHUNK = 10_000
MIX = "mixed"


def write(folder: Path, n_images: int, n_answers: int, n_workers: int) -> None:
    """Simulate in chunks, one crowd for all, and store flat arrays in `folder`."""
    crowd = hire(MIX, n_workers, seed=1)
    sizes, workers, n_boxes, boxes = [], [], [], []
    for chunk, start in enumerate(range(0, n_images, CHUNK)):
        n = min(CHUNK, n_images - start)
        for image in work_boxes(n, crowd, n_answers, seed=100 + chunk).images:
            sizes.append((image.width, image.height))
            for answer in image.answers:
                workers.append(int(answer.worker[1:]))
                n_boxes.append(len(answer.boxes_xywh))
                boxes.append(answer.boxes_xywh)
        boxes = [np.concatenate(boxes)]
    np.save(folder / "sizes.npy", np.array(sizes, dtype=np.int32))
    np.save(folder / "workers.npy", np.array(workers, dtype=np.int32).reshape(n_images, n_answers))
    np.save(folder / "counts.npy", np.array(n_boxes, dtype=np.int32))
    np.save(folder / "boxes.npy", boxes[0])


def stream(folder: Path) -> Iterator[BoxImage]:
    """The images one by one; the arrays stay on disk."""
    sizes, workers = _open(folder, "sizes"), _open(folder, "workers")
    counts, boxes = _open(folder, "counts"), _open(folder, "boxes")
    n_answers, at = workers.shape[1], 0
    for index, (width, height) in enumerate(sizes):
        answers = []
        for place, worker in enumerate(workers[index].tolist()):
            n = int(counts[index * n_answers + place])
            answers.append(BoxAnswer(f"w{worker:04d}", np.array(boxes[at : at + n])))
            at += n
        yield BoxImage(answers, int(width), int(height))


def medians(folder: Path) -> FloatArray:
    """The least that any method must do: read, and take medians per edge of given candidates.

    The candidates are taken as given: the boxes in the same place of the answers of an image. It
    matters here only that there are as many of them.
    """
    boxes = np.load(folder / "boxes.npy")
    counts, workers = np.load(folder / "counts.npy"), np.load(folder / "workers.npy")
    edges = np.hstack((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]))
    place = np.arange(len(boxes)) - np.repeat(np.cumsum(counts) - counts, counts)
    image = np.repeat(np.arange(len(counts)) // workers.shape[1], counts)
    _, candidate = np.unique(image * 100 + place, return_inverse=True)
    votes = np.bincount(candidate)
    start = np.cumsum(votes) - votes
    found = np.empty((len(votes), 4))
    for column in range(4):
        ordered = edges[np.lexsort((edges[:, column], candidate)), column]
        low, high = ordered[start + (votes - 1) // 2], ordered[start + votes // 2]
        found[:, column] = (low + high) / 2
    return found


def _open(folder: Path, name: str) -> IntArray:
    array: IntArray = np.load(folder / f"{name}.npy", mmap_mode="r")
    return array
