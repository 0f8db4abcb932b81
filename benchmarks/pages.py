"""How long the pages take at 450,000 tasks and 1.5 million answers, in this process.

    python -m benchmarks.pages [--data DIR] [--only WORDS] [--scale 1.0] [--recount] [--slow]

Fills a site of its own in two to four minutes (`benchmarks/big_site.py`), runs what jobs run, and
asks for each page through Django's own client: once to warm up, then five times. Milliseconds are
of the whole request without HTTP; a download's end with its first rows. CPU is the processor's time
for one, here and in the database, whatever else the machine was busy with. With `--data` the site
is kept in that directory, and used again where it is filled already; `QUADRAT_DATA=DIR manage.py
up` then shows it (olga, a-long-enough-one). `--only` takes the pages with one of the words in
their name or address, `--slow` prints each page's slowest statements, and `--recount` counts again
what jobs have counted in a site that is used again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from statistics import median

TARGET_MS = 300
N_REQUESTS = 5
SLOW_S = 0.03


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", help="a directory to keep the site in, or to find it in")
    parser.add_argument("--only", default="", help="parts of names or addresses, with commas")
    parser.add_argument("--scale", type=float, default=1.0, help="of the whole size")
    parser.add_argument("--recount", action="store_true", help="count again what jobs count")
    parser.add_argument("--slow", action="store_true", help="print the slowest statements")
    return parser.parse_args()


if __name__ == "__main__" and (arguments := _arguments()).data:
    # before the site is made
    os.environ["QUADRAT_BENCH_DATA"] = os.path.abspath(arguments.data)

import psutil  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpResponseBase  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import URLPattern, URLResolver, get_resolver, resolve  # noqa: E402
from django.utils import timezone  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

from benchmarks import site  # noqa: E402, F401  # isort: skip - it sets Django up
from benchmarks import big_pages, big_site  # noqa: E402
from benchmarks.big_pages import Page  # noqa: E402
from crowd.models import Task, User  # noqa: E402
from quadrat import collected_static  # noqa: E402


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: status and size of the answer, statements, milliseconds of each request."""

    page: Page
    status: int
    n_bytes: int
    n_queries: int
    times_ms: list[float]
    cpu_ms: float
    slow: list[tuple[float, str]]

    @property
    def is_met(self) -> bool:
        return self.status < 400 and max(self.times_ms) <= TARGET_MS


def prepare(*, scale: float, is_anew: bool) -> None:
    """A filled site with everything counted."""
    if "crowd_task" not in connection.introspection.table_names() or not Task.objects.exists():
        began = time.perf_counter()
        big_site.fill(now=timezone.now(), scale=scale)
        print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    big_site.bring_up_to_date(is_anew=is_anew)
    if collected_static.is_stale():
        collected_static.collect(now=timezone.now())


def clients() -> dict[str, Client]:
    """Signed in as the organizer and as the busiest worker."""
    found = {}
    for role, name in (("organizer", big_site.ORGANIZER), ("worker", "worker-0")):
        found[role] = Client(headers={"host": "localhost"})
        found[role].force_login(
            User.objects.get(username=name), backend="crowd.sign_in.UserWithWorkerBackend"
        )
    return found


def measure(page: Page, client: Client) -> Measured:
    """Ask for a page until it has been asked for often enough."""
    with CaptureQueriesContext(connection) as captured:
        status, n_bytes = _fetch(page, client)
    said = [(float(query["time"]), query["sql"]) for query in captured.captured_queries]
    slow = sorted((one for one in said if one[0] >= SLOW_S), reverse=True)
    times, cpu_before = [], _cpu_s()
    for _ in range(N_REQUESTS):
        began = time.perf_counter()
        _fetch(page, client)
        times.append((time.perf_counter() - began) * 1000)
    cpu_ms = (_cpu_s() - cpu_before) * 1000 / N_REQUESTS
    return Measured(page, status, n_bytes, len(said), times, cpu_ms, slow)


def _cpu_s() -> float:
    """Processor time so far, of this process and of the database's that answers it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    spent = psutil.Process(pid).cpu_times()
    return time.process_time() + float(spent.user + spent.system)


def _fetch(page: Page, client: Client) -> tuple[int, int]:
    answer: HttpResponseBase = client.get(page.address)
    if answer.streaming:
        # the heading, and the first rows
        first = islice(iter(answer), 2)
        n_bytes = sum(map(len, first))
        answer.close()
        return answer.status_code, n_bytes
    return answer.status_code, len(getattr(answer, "content", b""))


def table_of(rows: Iterable[Measured]) -> Table:
    table = Table(title=f"{Task.objects.count():,} tasks; target {TARGET_MS} ms")
    for name in ("page", "KB", "queries", "median ms", "max ms", "CPU ms", ""):
        table.add_column(name, justify="left" if name == "page" else "right")
    for row in rows:
        said = "" if row.is_met else "MISSED" if row.status < 400 else str(row.status)
        table.add_row(
            row.page.name,
            f"{row.n_bytes / 1000:,.0f}",
            str(row.n_queries),
            f"{median(row.times_ms):,.0f}",
            f"{max(row.times_ms):,.0f}",
            f"{row.cpu_ms:,.0f}",
            said,
        )
    return table


def unmeasured(pages: Iterable[Page]) -> list[str]:
    """The routes of organizers' pages that no page here is of."""
    measured = {resolve(page.address.partition("?")[0]).view_name for page in pages}
    return sorted(
        {name for name in _routes(get_resolver()) if name.startswith(("dashboard:", "exports:"))}
        - measured
    )


def _routes(resolver: URLResolver, prefix: str = "") -> Iterable[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}"
        else:
            yield from _routes(entry, f"{entry.namespace}:" if entry.namespace else prefix)


def main() -> None:
    prepare(scale=arguments.scale, is_anew=arguments.recount)
    pages = big_pages.pages()
    signed_in = clients()
    rows = []
    for page in pages:
        if any(part in f"{page.name} {page.address}" for part in arguments.only.split(",")):
            rows.append(measure(page, signed_in[page.role]))
            _tell(rows[-1])
    console = Console(width=100)
    console.print(table_of(rows))
    if not arguments.only:
        console.print("Not measured:", ", ".join(unmeasured(pages)))


def _tell(row: Measured) -> None:
    if not arguments.slow:
        return
    print(f"{row.page.name}: {row.status}, {row.page.address}", file=sys.stderr)
    for seconds, sql in row.slow[:4]:
        print(f"  {seconds * 1000:.0f} ms  {sql[:1500]}", file=sys.stderr)


if __name__ == "__main__":
    main()
