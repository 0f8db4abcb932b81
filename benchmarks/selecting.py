"""Selection and splits of ten million staged photographs, beside scans of the same table.

    python -m benchmarks.selecting [--photos 10000000] [--memory-mb 1000] [--archive dwca]

There are 20,000 taxa and 300,000 observers, whose sizes fall as 1/rank. The rows are made by duckdb
straight into the staging; with `--archive` (dwca or inat-open-data) an archive is written and read,
the whole path from the download to the splits. The floors read the columns that selection reads,
once, and join photographs to observations without doing anything with it. Each line is a process
of its own, so that its memory is its own; MB is the highest it was resident.
"""

from __future__ import annotations

import argparse
import atexit
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django
from rich.console import Console
from rich.table import Table

DATA_DIR = Path(tempfile.mkdtemp(prefix="quadrat-bench-"))
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
os.environ |= {"QUADRAT_DATA": str(DATA_DIR), "DJANGO_SETTINGS_MODULE": "quadrat.settings"}
django.setup()

from catalog import splits  # noqa: E402
from catalog.importers import dwca, inat_open_data  # noqa: E402
from catalog.selection import policies  # noqa: E402
from catalog.staging import Staging  # noqa: E402
from simulation import archives  # noqa: E402

# ru_maxrss counts kilobytes on Linux, bytes on macOS
RSS_UNIT = 1 if sys.platform == "darwin" else 1024
SEED = 2017
N_TEST = 182_707  # the paper's
N_TAXA, N_OBSERVERS = 20_000, 300_000
ARCHIVES = {
    "dwca": (archives.write_dwca, dwca.stage),
    "inat-open-data": (archives.write_open_data, inat_open_data.stage),
}
Work = Callable[[Staging], str]

# exp(u ln N) for u evenly in [0, 1) is k with a probability of about 1/k
FILL = (
    "CREATE TEMP MACRO evenly(n, salt) AS hash(n || salt) / 18446744073709551616.0",
    "CREATE TEMP MACRO ranked(n, salt, size) AS exp(evenly(n, salt) * ln(size))::BIGINT",
    """
INSERT INTO taxon
SELECT 't' || n, 'Genus species' || n, CASE WHEN n % 50 = 49 THEN 'hybrid' ELSE 'species' END,
    'Aves', 'Animalia', 'Chordata', 'Aves', '', '', '', '' FROM range(20001) made(n)
""",
    """
INSERT INTO observation
SELECT md5(n::VARCHAR), ranked(n, 'observer', 300000)::VARCHAR, 't' || ranked(n, 'taxon', 20000),
    '2016-05-14', 10 * evenly(n, 'latitude'), 10 * evenly(n, 'longitude'), 25
FROM range({photos} * 6 // 10) made(n)
""",
    """
INSERT INTO photo
SELECT n, n::VARCHAR, md5(floor(({photos} * 6 // 10) * pow(n / {photos}, 1.5))::BIGINT::VARCHAR),
    (n % 5)::INTEGER, 'https://example.org/photos/' || n || '/original.jpg', '', 'jpg',
    'CC BY-NC 4.0', 'https://creativecommons.org/licenses/by-nc/4.0/', 'observer', 2048, 1536
FROM range({photos}) made(n)
""",
    "CHECKPOINT",
)
# max() has every value looked at
SCAN = """
SELECT count(*), max("row"), max(key), max(observation), max(place) FROM photo
"""
JOIN = """
SELECT count(*), max(taxon), max(observer)
FROM photo JOIN observation ON observation.key = photo.observation
"""


def scan(staging: Staging) -> str:
    """Every row once."""
    return _rows(staging, SCAN)


def join(staging: Staging) -> str:
    """Every photograph with its observation, once."""
    return _rows(staging, JOIN)


def choosing(name: str) -> Work:
    """A policy with its own numbers."""

    def choose(staging: Staging) -> str:
        policy = policies()[name]
        found = policy.choose(staging, policy.parameters({}, seed=SEED))
        return f"{found.n_photos:,} of {found.n_taxa:,} taxa"

    return choose


def split(staging: Staging) -> str:
    """The paper's splits, with a sample of the test images."""
    report = splits.assign(staging, seed=SEED, n_test=N_TEST)
    return ", ".join(f"{name} {n:,}" for name, n in report.n_photos.items())


def check(staging: Staging) -> str:
    """The proof that observers are kept apart."""
    return splits.leaks(staging).sentence()


def measure(work: Work, memory_mb: int) -> tuple[float, float, float, str]:
    """Seconds, CPU seconds and peak MB of a process that does only this, and what it found."""
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()

    def run() -> None:
        with Staging.open(DATA_DIR / "staged", memory_mb=memory_mb) as staging:
            staging.sql.execute("SET enable_progress_bar = false")
            begun, cpu_before = time.perf_counter(), time.process_time()
            found = work(staging)
            seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu_before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
        answers.put((seconds, cpu, peak, found))

    process = context.Process(target=run)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("the measured process failed")
    measured: tuple[float, float, float, str] = answers.get()
    return measured


def made(n_photos: int) -> list[tuple[str, Work]]:
    """The rows, straight into the staging."""

    def fill(staging: Staging) -> str:
        for statement in FILL:
            staging.sql.execute(statement.replace("{photos}", str(n_photos)))
        return f"{(staging.directory / 'staging.duckdb').stat().st_size / 1e6:,.0f} MB of file"

    return [("(made)", fill)]


def read(n_photos: int, archive: str) -> list[tuple[str, Work]]:
    """The rows by way of an archive."""
    write, stage = ARCHIVES[archive]
    folder = DATA_DIR / "archive"

    def written(_staging: Staging) -> str:
        write(folder, n_photos, SEED, n_taxa=N_TAXA, n_observers=N_OBSERVERS)
        size = sum(file.stat().st_size for file in folder.iterdir())
        return f"{size / 1e6:,.0f} MB of tables"

    def staged(staging: Staging) -> str:
        stage(folder, staging, on_progress=lambda *_: None)
        n_refused = sum(refused.n for refused in staging.refusals())
        return f"{staging.n_photos():,} photographs, {n_refused:,} rows refused"

    return [("(written)", written), ("read", staged)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--photos", type=int, default=10_000_000)
    parser.add_argument("--memory-mb", type=int, default=1000, help="what duckdb may keep")
    parser.add_argument("--archive", choices=ARCHIVES, help="by way of an archive")
    arguments = parser.parse_args()
    n_photos, archive = arguments.photos, arguments.archive
    table = Table(title=f"{n_photos:,} photographs, duckdb {arguments.memory_mb:,} MB")
    for heading in ("", "seconds", "CPU s", "MB peak"):
        table.add_column(heading, justify="right")
    table.add_column("found")
    for name, work in (
        *(read(n_photos, archive) if archive else made(n_photos)),
        ("floor: one scan", scan),
        ("floor: one join", join),
        ("inat2017", choosing("inat2017")),
        ("splits", split),
        ("leak check", check),
        ("inat2022", choosing("inat2022")),
        ("splits of it", split),
        ("leak check of it", check),
    ):
        seconds, cpu, peak, found = measure(work, arguments.memory_mb)
        table.add_row(name, f"{seconds:.1f}", f"{cpu:.1f}", f"{peak:.0f}", found)
    Console(width=150).print(table)


def _rows(staging: Staging, sql: str) -> str:
    return f"{staging.sql.execute(sql).fetchall()[0][0]:,} rows"


if __name__ == "__main__":
    main()
