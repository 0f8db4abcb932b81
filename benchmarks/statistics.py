"""The statistics of a data set the size of iNat2017, and the page that shows them.

    python -m benchmarks.statistics [--images 449313] [--boxes 561767] [--test-images 182707]

It fills a database of its own (`benchmarks.export_coco`) and counts it in a snapshot. The floor
reads the same tables once, with bare aggregates: no consensus chosen, nothing grouped. The page is
rendered from what was counted last, as it always is; of several times the median.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import psutil
from django.db import connection
from django.test import Client
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from benchmarks import export_coco
from catalog.models import Dataset
from crowd import people
from crowd.models import User
from exports import statistics, statistics_store
from exports.snapshot import open_snapshot
from quadrat import collected_static

N_PAGES = 20
FLOOR = """
SELECT (SELECT sum(width) FROM catalog_image), (SELECT sum(w * h) FROM annotate_consensusbox),
    (SELECT sum(p_instance) FROM verify_consensusverdict)
"""


def floor() -> None:
    """One bare aggregate over each table."""
    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        cursor.fetchall()


def count() -> None:
    """All counts, in a snapshot."""
    counted_cpu()


def counted_cpu() -> float:
    """All counts, in a snapshot; the processor time that the database spent on them, in seconds."""
    with open_snapshot() as snapshot:
        with snapshot.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        statistics.count(snapshot, Dataset.objects.get())
        spent = psutil.Process(pid).cpu_times()
    return float(spent.user + spent.system)


def page_seconds() -> float:
    """The median of the page, by an organizer, with counts at hand."""
    collected_static.collect(now=timezone.now())
    dataset = Dataset.objects.get()
    statistics_store.refresh(dataset, clock=timezone.now)
    client = Client(headers={"host": "localhost"})
    client.force_login(people.add_user("olga", "a-long-enough-one", role=User.Role.ORGANIZER))
    address = f"/dashboard/data-sets/{dataset.slug}/statistics/"

    def look() -> None:
        assert client.get(address).status_code == 200

    look()
    return median(seconds(look) for _ in range(N_PAGES))


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--images", type=int, default=449_313)
    parser.add_argument("--boxes", type=int, default=561_767)
    parser.add_argument("--test-images", type=int, default=182_707)
    arguments = parser.parse_args()
    export_coco.fill(arguments.images, arguments.boxes, arguments.test_images)
    table = Table(
        title=f"{arguments.images:,} images, {arguments.boxes:,} boxes; "
        f"{arguments.test_images:,} verified"
    )
    for heading in ("", "seconds"):
        table.add_column(heading, justify="right")
    table.add_row("bare aggregates", f"{min(seconds(floor) for _ in range(3)):.2f}")
    table.add_row("all counts, first", f"{seconds(count):.2f}")
    table.add_row("all counts, best of 3", f"{min(seconds(count) for _ in range(3)):.2f}")
    table.add_row("processor time of the database", f"{counted_cpu():.2f}")
    table.add_row("page, counted before", f"{page_seconds():.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
