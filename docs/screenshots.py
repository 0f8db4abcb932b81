"""The pictures in the documentation, taken from a running site with the demo.

    .venv/bin/python -m docs.screenshots                          those shown, to docs/images
    .venv/bin/python -m docs.screenshots --all --output pictures  every page, at both sizes,
                                          the workers' pages in every state; --only takes some

`make run` first; PORT and QUADRAT_DATA must be the same here as there. The script joins as a guest
and signs in as the demo's organizer; it draws boxes and hands nothing in. `--grid` names a
verification campaign with a grid, which the demo has not: `create_campaign ... --grid` makes one.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from docs import check_states, worker_states
from docs.worker_states import BOX, VERIFY, Shot, settled
from quadrat.env import BASE_DIR, DATA_DIR, PORT
from tests.browser import chromium

ADDRESS = f"http://127.0.0.1:{PORT}"
IMAGES = Path(__file__).resolve().parent / "images"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
SHOWN = {
    "box-desktop",
    "box-phone",
    "verify-phone",
    "overview-desktop",
    "agreement-desktop",
    "photo-desktop",
    "photos-desktop",
    "versions-desktop",
}


def birds(page: Page) -> None:
    """Box every bird of the photo, as the demo's reference has them."""
    settled(page)
    found = page.locator("#photo img")
    place = found.bounding_box()
    uid = (found.get_attribute("src") or "").split("/")[-2]
    width, boxes = reference(uid)
    if place is None:
        raise SystemExit("The task page shows no photo; is there an open task in the demo?")
    scale = place["width"] / width
    for x, y, w, h in boxes:
        left, top = place["x"] + x * scale, place["y"] + y * scale
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + w * scale / 2, top + h * scale / 2, steps=3)
        page.mouse.move(left + w * scale, top + h * scale, steps=3)
        page.mouse.up()


def reference(uid: str) -> tuple[int, list[list[float]]]:
    """The width of an image and its true boxes, both in pixels of the full size."""
    ask = (
        "import json; from catalog.models import Reference; "
        f"found = Reference.objects.select_related('image').get(image__uid='{uid}'); "
        "print(json.dumps([found.image.width, found.boxes_xywh]))"
    )
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", ask]
    said = subprocess.run(command, capture_output=True, check=True, cwd=BASE_DIR).stdout  # noqa: S603
    width, boxes = json.loads(said)
    return width, boxes


def worker_shots(way_in: dict[str, Any]) -> list[Shot]:
    return [
        Shot("join", way_in["worker_link"]),
        Shot("box", BOX, birds),
        Shot("verify", VERIFY, settled),
        *worker_states.OTHER_PAGES,
        *worker_states.BOX_PAGE,
        *worker_states.VERIFY_PAGE,
        *check_states.CHECK_PAGE,
    ]


def grid_shots(campaign: str) -> list[Shot]:
    """The pages of a grid, if there is such a campaign."""
    if not campaign:
        return []
    return [replace(shot, path=shot.path.format(grid=campaign)) for shot in worker_states.GRID_PAGE]


def organizer_shots(page: Page) -> list[Shot]:
    """The organizer's pages; some are looked up where others link to them."""
    tasks, consensus = ("/dashboard/campaigns/birds/" + tab for tab in ("tasks/", "consensus/"))
    found = {
        "photo": linked(page, tasks + "?state=disputed", "a[href*='/dashboard/tasks/']"),
        "versions": linked(page, consensus, "a[href*='/compare/?old=before']"),
        "worker": linked(page, "/dashboard/campaigns/birds/workers/", "a.row-link"),
    }
    shots = [
        Shot("overview", "/dashboard/"),
        Shot("super-classes", "/dashboard/super-classes/"),
        Shot("campaign-box", "/dashboard/campaigns/birds/"),
        Shot("quality", "/dashboard/campaigns/birds/quality/"),
        Shot("taxa", "/dashboard/campaigns/birds/taxa/"),
        Shot("agreement", "/dashboard/campaigns/birds/agreement/"),
        Shot("agreements", "/dashboard/agreement/"),
        Shot("checks", "/dashboard/campaigns/birds/checks/"),
        Shot("gold", "/dashboard/campaigns/birds/gold/"),
        Shot("campaign-verify", "/dashboard/campaigns/mammals-seen/"),
        Shot("photos", "/dashboard/campaigns/birds/tasks/"),
        Shot("workers", "/dashboard/campaigns/birds/workers/"),
        Shot("history", consensus),
        Shot("campaign-new", "/dashboard/campaigns/new/"),
        Shot("releases", "/dashboard/releases/"),
        Shot("data-sets", "/dashboard/data-sets/"),
        Shot("data-set", "/dashboard/data-sets/field-scenes/"),
        Shot("data-set-plan", "/dashboard/data-sets/field-scenes/plan/"),
        Shot("api", "/api/docs/"),
    ]
    return [*shots, *(Shot(name, path) for name, path in found.items() if path)]


def linked(page: Page, path: str, link: str) -> str | None:
    """Where the first such link of a page leads, if there is one."""
    page.goto(ADDRESS + path)
    first = page.locator(link).first
    return first.get_attribute("href") if first.count() else None


def join(page: Page, way_in: dict[str, Any]) -> None:
    page.goto(ADDRESS + way_in["worker_link"])
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="To the photos").click()
    page.wait_for_load_state("networkidle")


def sign_in(page: Page, way_in: dict[str, Any]) -> None:
    page.goto(f"{ADDRESS}/sign-in/")
    page.get_by_label("Name").fill(way_in["organizer"]["username"])
    page.get_by_label("Password").fill(way_in["organizer"]["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


@contextmanager
def visitor(browser: Browser, size: str) -> Iterator[Page]:
    """Somebody with a browser of their own, which has a window of this size."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def take_all(page: Page, shots: list[Shot], size: str, given: argparse.Namespace) -> None:
    """The pictures that were asked for, of these."""
    for shot in shots:
        name = f"{shot.name}-{size}"
        if (given.all or name in SHOWN) and re.search(given.only, name):
            with worker_states.fresh(page):
                try:
                    take(page, shot, given.output / f"{name}.png")
                except Error as error:
                    sys.stderr.write(f"{name} could not be taken: {error}\n")


def take(page: Page, shot: Shot, path: Path) -> None:
    """One picture, with so few colours that it stays small."""
    if shot.before is not None:
        shot.before(page)
    page.goto(ADDRESS + shot.path)
    if shot.prepare is not None:
        shot.prepare(page)
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    few = picture.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path}  {path.stat().st_size // 1000} kB\n")


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=chromium.flags()
        )
        yield browser
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m docs.screenshots")
    parser.add_argument("--all", action="store_true", help="every page at both sizes")
    parser.add_argument("--output", type=Path, default=IMAGES)
    parser.add_argument("--only", default="", help="those whose name matches this pattern")
    parser.add_argument("--grid", default="", help="a verification campaign that has a grid")
    given = parser.parse_args()
    try:
        way_in = json.loads((DATA_DIR / "demo.json").read_text())
    except FileNotFoundError:
        sys.exit(f"There is no demo in {DATA_DIR}: start one with `make run`.")
    given.output.mkdir(parents=True, exist_ok=True)
    with chromium_browser() as browser:
        for size in SIZES:
            with visitor(browser, size) as page:
                join(page, way_in)
                take_all(page, [*worker_shots(way_in), *grid_shots(given.grid)], size, given)
            with visitor(browser, size) as page:
                take_all(page, worker_states.STRANGERS_PAGES, size, given)
            with visitor(browser, size) as page:
                sign_in(page, way_in)
                take_all(page, organizer_shots(page), size, given)


if __name__ == "__main__":
    main()
