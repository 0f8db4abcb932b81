"""What may happen to a worker in the middle of an answer, and what the site must hold afterwards.

The task pages are told apart by how one answer is given on them; what happens is the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error, Page, expect

from simulation.scenes import draw_scene
from tests.browser.hand import SETTLE_MS, draw
from tests.site import Site

N_PHOTOS = 60
SIZE = (480, 360)
LONG_MS = 30_000
# a clock that is wrong by so many milliseconds
SKEW = """(shift => {
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
})(%d)"""
FILL = """() => {
  for (let size = 1 << 20, i = 0; size >= 1; i += 1) {
    try { localStorage.setItem(`others:${i}`, "x".repeat(size)); } catch { size >>= 1; }
  }
}"""


@dataclass(frozen=True)
class Work:
    """A task page: its campaign, the table of its answers, how an answer is given."""

    name: str
    options: tuple[str, ...]
    table: str
    answer_path: str
    n_each: int
    give: Callable[[Page], None]
    press_twice: Callable[[Page], None]


def is_open(page: Page) -> None:
    """Until an answer is taken."""
    expect(page.locator("body")).to_have_attribute("data-open", "true", timeout=LONG_MS)


def source(page: Page) -> str:
    """What is before the worker: the address of a photo, or the first of a grid."""
    first = page.locator(".tile").first
    if page.locator("body").get_attribute("data-view") == "grid":
        return first.get_attribute("data-id") or ""
    return page.locator("#photo img").get_attribute("src") or ""


def is_taken(page: Page, before: str) -> None:
    """Until something else than this is before the worker, or a card."""
    page.wait_for_function(
        """before => document.body.dataset.open === "false"
            || (document.body.dataset.view === "grid"
                ? document.querySelector(".tile")?.dataset.id
                : document.querySelector("#photo img")?.getAttribute("src")) !== before""",
        arg=before,
        timeout=LONG_MS,
    )


def box(page: Page) -> None:
    is_open(page)
    before = source(page)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    expect(page.locator("#submit")).to_have_attribute("aria-disabled", "false")
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#submit").click()
    is_taken(page, before)


def box_twice(page: Page) -> None:
    is_open(page)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    expect(page.locator("#submit")).to_have_attribute("aria-disabled", "false")
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#submit").dblclick()


def verdict(page: Page) -> None:
    is_open(page)
    before = source(page)
    page.wait_for_timeout(SETTLE_MS)
    page.keyboard.press("2")
    is_taken(page, before)


def verdict_twice(page: Page) -> None:
    is_open(page)
    page.wait_for_timeout(SETTLE_MS)
    page.locator("[data-label=tracks]").dblclick()


def seen(page: Page) -> None:
    is_open(page)
    all_of_them = re.compile(r"^(\d+) of \1 seen")
    expect(page.locator("#grid-count")).to_have_text(all_of_them, timeout=LONG_MS)


def grid(page: Page) -> None:
    seen(page)
    before = source(page)
    page.locator("#submit-grid").click()
    is_taken(page, before)


def grid_twice(page: Page) -> None:
    seen(page)
    page.locator("#submit-grid").dblclick()


BOX = Work(
    "chaos-boxes", ("--kind", "box"), "annotate_annotation", "**/annotation/", 1, box, box_twice
)
SINGLE = Work(
    "chaos-verdicts",
    ("--kind", "verify"),
    "verify_verdict",
    "**/verdict*/",
    1,
    verdict,
    verdict_twice,
)
GRID = Work(
    "chaos-grids",
    ("--kind", "verify", "--grid"),
    "verify_verdict",
    "**/verdict*/",
    24,
    grid,
    grid_twice,
)
ALL = (BOX, SINGLE, GRID)


def steppe(folder: Path) -> Path:
    """Mammals' photos, small and quickly made: each a scene with a mark of its own."""
    place = folder / "Mammalia" / "Equus exempli"
    place.mkdir(parents=True)
    scenes = [draw_scene(super_class="Mammalia", seed=40 + i, size=SIZE).image for i in range(3)]
    for i in range(N_PHOTOS):
        photo = scenes[i % 3].copy()
        photo.paste((0, 4 * i, 0), (0, 0, 16, 16))
        photo.save(place / f"{i:02}.jpg")
    return folder


def prepare(site: Site, folder: Path) -> None:
    """The photos and a campaign for each page, once in the life of a site."""
    if site.rows("SELECT 1 FROM catalog_dataset WHERE slug = 'steppe'"):
        return
    site.manage("import_images", str(steppe(folder)), "--dataset", "steppe")
    for work in ALL:
        what = ("--dataset", "steppe", "--super-class", "Mammalia", *work.options)
        site.manage(
            "create_campaign", work.name, *what, "--workers-per-task", "20", "--max-workers", "20"
        )


def come(site: Site, page: Page, work: Work) -> Page:
    """Somebody new, with something to answer before them."""
    page.goto(site.address + site.invitation(work.name))
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="To the photos").click()
    is_open(page)
    return page


def reopened(page: Page) -> Page:
    """The first tab is gone; the same person comes back in another one, with a connection."""
    address, context = page.url, page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    return again


def crash(page: Page) -> None:
    """The tab's process dies at once, as it does when a phone needs the memory."""
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash", timeout=5000)


def worker_key(page: Page) -> str:
    return str(json.loads(page.locator("#page-data").text_content() or "")["worker"]["key"])


def stored(site: Site, work: Work, key: str) -> list[tuple[str, bool]]:
    """Assignment and `is_extra` of every answer of a worker, all versions."""
    return site.rows(
        f"SELECT a.assignment_id::text, a.is_extra FROM {work.table} a"
        " JOIN crowd_worker w ON w.id = a.worker_id WHERE w.pseudonym = %s ORDER BY a.id",
        key,
    )


def holds_once(site: Site, page: Page, work: Work, n: int) -> None:
    """Until everything has been sent; then the site has so many answers, one an assignment."""
    expect(page.locator("#status")).to_have_attribute("data-state", "saved", timeout=60_000)
    found = [assignment for assignment, _ in stored(site, work, worker_key(page))]
    assert len(found) == n
    assert len(set(found)) == n
