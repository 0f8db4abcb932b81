"""Seconds and memory of our consensus, beside the least there is to do and other methods.

    python -m benchmarks.consensus_speed [--full]

The answers of a simulated open crowd. Seconds are of processor time, of all threads; every line
runs in a process of its own, so that its peak of memory, imports included, is its own. `read and
medians` reads flat arrays and takes a median per edge over candidates that are given to it: the
least that any method must do. 10,000 images are in memory before the clock starts; `--full` adds
450,000 images with 3 answers, read from disk as they are needed, which takes minutes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from benchmarks import consensus_stored
from benchmarks.consensus_methods import greedy
from benchmarks.consensus_peers import PEERS, Peer, Unavailable
from benchmarks.consensus_targets import judge
from consensus import BoxImage, fit_boxes, merge_boxes, merge_campaign

# ru_maxrss counts kilobytes on Linux, bytes on macOS
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
IMAGES, ANSWERS, WORKERS = 10_000, 5, 300
FULL_IMAGES, FULL_ANSWERS, FULL_WORKERS = 450_000, 3, 3_000
WANTED_S = 5.0
WANTED_MIB = 2048.0
WANTED_FULL_S = 600.0
SINGLES = 500
T = TypeVar("T")


class Cost(NamedTuple):
    """Seconds of processor time and peak MiB of the process, imports included."""

    seconds: float
    peak_mib: float


class Source(NamedTuple):
    """Images in memory, or read from `folder` anew each time they are asked for."""

    folder: Path
    held: list[BoxImage] | None

    def images(self) -> Iterable[BoxImage]:
        return consensus_stored.stream(self.folder) if self.held is None else self.held


def ours(source: Source) -> None:
    """Fit and merge."""
    for _ in merge_campaign(source.images())[1]:
        pass


def fitting(source: Source) -> None:
    """Fit alone."""
    fit_boxes(source.images())


def reading(source: Source) -> None:
    """What a pass over the images costs before anything is done with them."""
    for _ in source.images():
        pass


def floor(source: Source) -> None:
    """Read the arrays and take medians."""
    consensus_stored.medians(source.folder)


def greedily(source: Source) -> None:
    """The baseline of `benchmarks.consensus_methods`."""
    greedy(list(source.images()), link=0.4, cut="most")


def apart(function: Callable[..., T], *arguments: object) -> T:
    """The result of a function run in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def cost(what: Callable[[Source], None], folder: Path, is_streamed: bool) -> Cost:
    """What it costs; to be run apart."""
    source = Source(folder, None if is_streamed else list(consensus_stored.stream(folder)))
    begun = time.process_time()
    what(source)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 2**20
    return Cost(seconds, peak)


def fused(folder: Path) -> float:
    """Seconds of weighted box fusion alone, in its own environment."""
    with Peer("wbf") as peer:
        images = list(consensus_stored.stream(folder))
        return peer.merge(images, {"iou": 0.55, "cut": "most"})[1]


def one_by_one(folder: Path) -> float:
    """Median milliseconds of merging one image with known skills, as after every answer."""
    fit = fit_boxes(consensus_stored.stream(folder))
    spent = []
    for image, _ in zip(consensus_stored.stream(folder), range(SINGLES), strict=False):
        begun = time.perf_counter()
        merge_boxes(
            image.answers,
            width=image.width,
            height=image.height,
            skills=fit.skills,
            parameters=fit.parameters,
        )
        spent.append(1000 * (time.perf_counter() - begun))
    return float(np.median(spent))


def measure(n_images: int, n_answers: int, n_workers: int, *, is_full: bool) -> None:
    """Print the costs of one size, and what was wanted of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        apart(consensus_stored.write, folder, n_images, n_answers, n_workers)
        whole, least = (apart(cost, what, folder, is_full) for what in (ours, floor))
        rows = {
            "quadrat, fit and merge": whole,
            "  of which fit": apart(cost, fitting, folder, is_full),
            "  of which reading (one of two)": apart(cost, reading, folder, is_full),
            "read and medians (floor)": least,
        }
        if not is_full:
            rows |= others(folder)
        show(f"{n_images:,} images with {n_answers} answers", n_images, rows, whole, least)
        judge("seconds", whole.seconds, WANTED_FULL_S if is_full else WANTED_S)
        judge("peak MiB", whole.peak_mib, WANTED_MIB)
        if not is_full:
            print(f"  one image with known skills: {apart(one_by_one, folder):.2f} ms (median)")


def others(folder: Path) -> dict[str, Cost]:
    """The other methods, as far as they can be run here."""
    rows = {"greedy IoU + median": apart(cost, greedily, folder, False)}
    try:
        rows[PEERS["wbf"]] = Cost(fused(folder), float("nan"))
    except Unavailable as why:
        print(f"skipped {PEERS['wbf']}: {why}", file=sys.stderr)
    return rows


def show(title: str, n_images: int, rows: dict[str, Cost], whole: Cost, least: Cost) -> None:
    """One table."""
    print(f"\n{title}")
    print(f"  {'':34} {'s':>8} {'us/image':>9} {'MiB':>6} {'x floor':>8} {'x ours':>7}")
    for name, (seconds, peak) in rows.items():
        print(
            f"  {name:34} {seconds:8.2f} {1e6 * seconds / n_images:9.0f} {peak:6.0f}"
            f" {seconds / least.seconds:8.1f} {seconds / whole.seconds:7.2f}"
        )


def main() -> None:
    """Measure the small size, and the large one if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="450,000 images, too")
    is_full = parser.parse_args().full
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    measure(IMAGES, ANSWERS, WORKERS, is_full=False)
    if is_full:
        measure(FULL_IMAGES, FULL_ANSWERS, FULL_WORKERS, is_full=True)


if __name__ == "__main__":
    main()
