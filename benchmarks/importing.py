"""The import of chosen photographs, as rows without files, beside a bare COPY of the same rows.

    python -m benchmarks.importing [--photos 500000]

The photographs are staged by duckdb: 6 observations to 10 photographs, 20,000 taxa and 300,000
observers whose sizes fall as 1/rank. The floors are PostgreSQL's COPY of the rows of images alone,
and of images and tasks, into tables with all their indexes and constraints, in one transaction,
from memory: no observers, no observations, nothing looked up. Each line is a process of its own;
MB is the highest it was resident, the database's memory not counted.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from benchmarks import site
from catalog.importers.save import save
from catalog.models import Dataset, Image
from catalog.staging import Staging
from catalog.superclasses import SuperClass
from crowd import campaigns
from crowd.models import Campaign

# ru_maxrss counts kilobytes on Linux, bytes on macOS
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
Measured = tuple[float, float, float]

STAGE = """
CREATE MACRO evenly(n, salt) AS hash(n, salt) / 18446744073709551616.0;
CREATE MACRO ranked(n, salt, size) AS exp(evenly(n, salt) * ln(size))::BIGINT;
INSERT INTO taxon
SELECT 't' || n, 'Genus species' || n, 'species', 'Aves', 'Animalia', 'Chordata', 'Aves',
    'Passeriformes', 'Paridae', 'Parus', '' FROM range(20001) made(n);
INSERT INTO observation
SELECT md5(n::VARCHAR), ranked(n, 'observer', 300000)::VARCHAR, 't' || ranked(n, 'taxon', 20000),
    '2016-05-14', 10 * evenly(n, 'latitude'), 10 * evenly(n, 'longitude'), 25
FROM range($photos * 6 // 10) made(n);
INSERT INTO photo
SELECT n, n::VARCHAR, md5((n * 6 // 10)::VARCHAR), (n % 2)::INTEGER,
    'https://example.org/photos/' || n || '/original.jpg', '', 'jpg', 'CC BY-NC 4.0',
    'https://creativecommons.org/licenses/by-nc/4.0/', 'observer ' || n % 1000, 2048, 1536
FROM range($photos) made(n);
"""
TABLES = ("catalog_image", "crowd_task")


def stage(directory: Path, n_photos: int) -> None:
    """What a reader and a policy leave behind."""
    with Staging.open(directory) as staging:
        for statement in STAGE.split(";")[:-1]:
            given = {"photos": n_photos} if "$photos" in statement else {}
            staging.sql.execute(statement, given)
        staging.choose_all()


def read(directory: Path) -> None:
    """The records alone."""
    with Staging.open(directory) as staging:
        for _ in staging.records():
            pass


def store(directory: Path) -> None:
    """Records to rows, as import_images does it."""
    with Staging.open(directory) as staging:
        save(staging.records(), "bench", now=timezone.now())


def copy(tables: tuple[str, ...], texts: dict[str, bytes]) -> None:
    """Bare COPY into empty tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(texts[table]))


def dump() -> dict[str, bytes]:
    """The rows of images and tasks as COPY writes them."""
    texts = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            written = io.BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", written)
            texts[table] = written.getvalue()
    return texts


def empty() -> None:
    """No image and no task; observations stay, as the images point to them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE catalog_image, crowd_task CASCADE")


def measure(work: Callable[[], None]) -> Measured:
    """Seconds, CPU seconds (the database's are not in them) and MB of a process of its own."""
    connection.close()
    answers = multiprocessing.get_context("fork").SimpleQueue()

    def run() -> None:
        begun, cpu = time.perf_counter(), time.process_time()
        work()
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
        answers.put((seconds, cpu, peak))

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("the measured process failed")
    found: Measured = answers.get()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=int, default=500_000)
    n_photos = parser.parse_args().photos
    directory = site.DATA_DIR / "staged"
    call_command("migrate", verbosity=0)
    stage(directory, n_photos)
    lines = [
        ("records alone", measure(lambda: read(directory))),
        ("import", measure(lambda: store(directory))),
        ("import again, 0 new", measure(lambda: store(directory))),
    ]
    campaigns.create(
        slug="bench",
        kind=Campaign.Kind.BOX,
        dataset=Dataset.objects.get(),
        super_class=SuperClass.AVES,
        now=timezone.now(),
    )
    if Image.objects.count() != n_photos:
        sys.exit("not all photographs were imported")
    texts = dump()
    for tables in (TABLES[:1], TABLES):
        empty()
        name = "COPY of " + " and ".join(table.partition("_")[2] + "s" for table in tables)
        lines.append((name, measure(partial(copy, tables, texts))))
    table = Table(title=f"{n_photos:,} photographs")
    for heading in ("", "seconds", "rows/s", "CPU s", "MB"):
        table.add_column(heading, justify="right")
    for name, (seconds, cpu, peak) in lines:
        table.add_row(
            name, f"{seconds:.1f}", f"{n_photos / seconds:,.0f}", f"{cpu:.1f}", f"{peak:.0f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
