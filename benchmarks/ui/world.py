"""A running site with photographs to answer, and people in a browser."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from django.core.management import call_command
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright

from benchmarks import site
from quadrat import embedded
from simulation.scenes import draw_scene
from tests.browser import chromium

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PASSWORD = secrets.token_urlsafe(12)
LONG_MS = 60_000
ROUND_TRIP_MS = 100
MBIT = 10
# name: size in pixels, how many
PHOTOS = {"display": ((2048, 1536), 60), "large": ((4000, 3000), 6)}
CAMPAIGNS = {
    "display": ("box", "display"),
    "large": ("box", "large"),
    "verdicts": ("verify", "display"),
    "grids": ("verify", "display", "--grid"),
}
# asks the browser when each photo was painted, and notes when keys and buttons were pressed
WATCH = """(() => {
  const watched = (window.watched = { paints: [], presses: [], lcp: 0 });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) watched.paints.push([one.url, one.renderTime]);
  }).observe({ type: "element", buffered: true });
  new PerformanceObserver((list) => {
    for (const one of list.getEntries())
      if (one.url.includes("/images/")) watched.lcp = one.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof HTMLImageElement) node.setAttribute("elementtiming", "photo");
  }).observe(document, { childList: true, subtree: true });
  for (const name of ["keydown", "pointerup"])
    addEventListener(name, (event) => watched.presses.push(event.timeStamp), true);
})()"""


def photos(folder: Path, size: tuple[int, int], n: int) -> Path:
    """Birds' photos of that size: three scenes, each copy with a mark of its own."""
    place = folder / "Aves" / "Avis exempli"
    place.mkdir(parents=True)
    scenes = [
        draw_scene(super_class="Aves", seed=60 + i, size=size).image for i in range(min(n, 3))
    ]
    for i in range(n):
        photo = scenes[i % 3].copy()
        photo.paste((0, 0, 4 * i), (0, 0, 32, 32))
        photo.save(place / f"{i:02}.jpg", quality=90)
    return folder


def fill(folder: Path) -> dict[str, str]:
    """Photos, campaigns and an organizer, olga; the paths of the invitations by campaign."""
    call_command("migrate", verbosity=0)
    for name, (size, n) in PHOTOS.items():
        made = photos(folder / name, size, n)
        call_command("import_images", str(made), "--dataset", name, stdout=io.StringIO())
    for name, (kind, dataset, *options) in CAMPAIGNS.items():
        what = ["--kind", kind, "--dataset", dataset, "--super-class", "Aves", *options]
        limits = ["--workers-per-task", "20", "--max-workers", "20"]
        call_command("create_campaign", name, *what, *limits, stdout=io.StringIO())
    call_command(
        "create_user", "olga", "--role", "organizer", "--password", PASSWORD, stdout=io.StringIO()
    )
    return {name: _invitation(name) for name in CAMPAIGNS}


def _invitation(campaign: str) -> str:
    said = io.StringIO()
    call_command("invite", "--campaign", campaign, stdout=said)
    return said.getvalue().strip()


def rows(statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What a statement finds; Django's own connection does not go with a browser in one thread."""
    host = embedded.addresses(site.DATA_DIR).postgres_host
    connection = psycopg2.connect(host=str(host), user="quadrat", dbname="quadrat")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return list(cursor.fetchall())
    finally:
        connection.close()


@dataclass
class World:
    """The site's address, the invitations, and a browser."""

    address: str
    invitations: dict[str, str]
    browser: Browser

    def visitor(self, **options: Any) -> Page:
        """Somebody in a browser of their own, with an empty cache."""
        context = self.browser.new_context(**{"viewport": DESKTOP, **options})
        context.set_default_timeout(LONG_MS)
        context.add_init_script(WATCH)
        return context.new_page()

    def worker(self, campaign: str, **options: Any) -> Page:
        """A newcomer with something to answer before them."""
        page = self.visitor(**options)
        page.goto(self.address + self.invitations[campaign])
        page.get_by_role("button", name="Start", exact=True).click()
        begin(page)
        return page

    def organizer(self) -> Page:
        page = self.visitor()
        page.goto(f"{self.address}/sign-in/")
        page.get_by_label("Name").fill("olga")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    def afresh(self, page: Page, **options: Any) -> Page:
        """The same person with an empty cache."""
        state = page.context.storage_state()
        page.context.close()
        return self.visitor(storage_state=state, **options)


def is_open(page: Page) -> None:
    """Until an answer is taken."""
    page.locator("body[data-open=true]").wait_for(state="attached")


def begin(page: Page) -> None:
    """Past the cards that a newcomer sees first, until an answer is taken."""
    page.wait_for_function(
        "() => document.body?.dataset.open === 'true'"
        " || document.querySelector('#first-start')?.checkVisibility()"
    )
    if page.locator("#first-start").is_visible():
        page.locator("#first-start").click()
    is_open(page)


def channel(page: Page) -> CDPSession:
    return page.context.new_cdp_session(page)


def slow(page: Page) -> None:
    """From here on 100 ms for a round trip and 10 Mbit/s."""
    to = channel(page)
    to.send("Network.enable")
    bytes_per_s = MBIT * 1_000_000 / 8
    line = {"offline": False, "latency": ROUND_TRIP_MS}
    both = {"downloadThroughput": bytes_per_s, "uploadThroughput": bytes_per_s}
    to.send("Network.emulateNetworkConditions", {**line, **both})


@contextmanager
def world() -> Iterator[World]:
    """The site as `make run` starts it, in a data directory that is thrown away."""
    invitations = fill(site.DATA_DIR / "photos")
    with site.running() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.flags()
        )
        yield World(f"http://127.0.0.1:{port}", invitations, browser)
        browser.close()
