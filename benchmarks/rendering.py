"""How fast a data set's own rendition is made, against a bare Pillow loop over the same files.

    .venv/bin/python -m benchmarks.rendering --images 256

The photographs are smooth shapes with noise, 2,048 x 1,536 px. The site's own line reads rows and
storage, names folders, and writes whole files in parts; the loop does what Pillow must in any case.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import PIL.Image
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from benchmarks import site
from catalog import dataset_copies, renditions
from catalog.models import Dataset, Image, Taxon

SIZE = (2048, 1536)
SEED = 5
FILES = 16


def photograph(seed: int) -> bytes:
    """A JPEG of about 1 MB: smooth shapes with noise, as a sensor makes them."""
    rng = np.random.default_rng([SEED, seed])
    coarse = PIL.Image.fromarray(rng.integers(0, 255, (48, 64, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize(SIZE, PIL.Image.Resampling.BICUBIC), dtype=np.int16)
    noisy = np.clip(smooth + rng.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(noisy).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def fill(n_images: int) -> None:
    """A data set of so many photographs with their files."""
    call_command("migrate", verbosity=0)
    dataset = Dataset.objects.create(slug="bench", name="bench")
    taxon = Taxon.objects.create(dataset=dataset, name="Parus major", super_class="Aves")
    bytes_of = [photograph(number) for number in range(FILES)]
    images = Image.objects.bulk_create(
        Image(
            dataset=dataset,
            file_name=f"{number:06}.jpg",
            taxon=taxon,
            super_class="Aves",
            width=SIZE[0],
            height=SIZE[1],
            display_width=SIZE[0],
            display_height=SIZE[1],
            sha256=f"{number:064}",
        )
        for number in range(n_images)
    )
    for number, image in enumerate(images):
        path = full_size(image)
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes_of[number % FILES])


def full_size(image: Image) -> Path:
    return Path(default_storage.path(renditions.name(image.uid, "full")))


def copies(pixels: int) -> Callable[[], None]:
    """The data set's own rendition, part by part as the jobs make it."""

    def work() -> None:
        dataset_copies.begin(Dataset.objects.get(), pixels=pixels, now=timezone.now())
        while dataset_copies.advance(clock=timezone.now):
            pass

    return work


def loop(paths: list[Path], folder: Path, n_threads: int, gap: float | None) -> None:
    """Open, shrink, save: nothing else."""
    folder.mkdir()

    def one(path: Path) -> None:
        with PIL.Image.open(path) as picture:
            picture.thumbnail((800, 800), reducing_gap=gap)
            picture.save(folder / f"{path.parent.name}.jpg", quality=dataset_copies.QUALITY)

    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(one, paths))


def timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds, and CPU seconds of this process."""
    begun, cpu_before = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun, time.process_time() - cpu_before


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--images", type=int, default=256)
    n_images = parser.parse_args().images
    fill(n_images)
    paths = [full_size(image) for image in Image.objects.order_by("pk")]
    n_cores = dataset_copies.n_cores()
    scratch = site.DATA_DIR / "loops"
    scratch.mkdir()
    table = Table(title=f"{n_images} photographs of {SIZE[0]} x {SIZE[1]} px to 800 px")
    for heading in ("", "images/s", "ms each", "CPU ms each"):
        table.add_column(heading, justify="left" if not heading else "right")
    for name, work in (
        ("Pillow alone, one core", lambda: loop(paths, scratch / "one", 1, 1.0)),
        (f"Pillow alone, {n_cores} threads", lambda: loop(paths, scratch / "all", n_cores, 1.0)),
        ("the same, decoded whole", lambda: loop(paths, scratch / "whole", n_cores, None)),
        ("render_dataset, first run", copies(800)),
        ("render_dataset, nothing new", copies(800)),
    ):
        seconds, cpu = (1000 * each / n_images for each in timed(work))
        table.add_row(name, f"{1000 / seconds:,.1f}", f"{seconds:.1f}", f"{cpu:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
