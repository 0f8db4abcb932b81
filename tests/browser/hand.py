"""What a hand does on the box page, in pixels of the full-size image, and what the site then holds.

The place of the photo is read from the page as painted, not from the editor's own arithmetic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.site import Site, shown, wait_for_another

Bbox = list[float]
# the page refuses answers given before anybody can have looked
SETTLE_MS = 450


@dataclass(frozen=True, slots=True)
class Place:
    """Where the photo is in the window; `scale` is CSS pixels per full-size pixel."""

    left: float
    top: float
    scale: float

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left) / self.scale, (y - self.top) / self.scale


def place(site: Site, page: Page) -> Place:
    """Where the photo that is shown lies now."""
    ((width,),) = site.rows("SELECT width FROM catalog_image WHERE uid = %s", shown(page))
    box = page.locator("#photo img").bounding_box()
    assert box is not None
    return Place(box["x"], box["y"], box["width"] / width)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, drag and let go, in CSS pixels of the window."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=2)
    page.mouse.move(*end, steps=2)
    page.mouse.up()


def draw(page: Page, left: float, top: float, right: float, bottom: float) -> None:
    """Drag a box whose corners are given as shares of the photo as it is painted now."""
    box = page.locator("#photo img").bounding_box()
    assert box is not None
    corners = [
        (round(box["x"] + u * box["width"]), round(box["y"] + v * box["height"]))
        for u, v in ((left, top), (right, bottom))
    ]
    drag(page, corners[0], corners[1])


def submit(page: Page) -> None:
    """Press Submit; the next photo, or thanks, is there when it returns."""
    uid = shown(page)
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#submit").click()
    wait_for_another(page, uid)


def saved(page: Page) -> None:
    """Until the site has every answer."""
    expect(page.locator("#status")).to_have_attribute("data-state", "saved", timeout=30_000)


def count(page: Page) -> Locator:
    return page.locator("#count")


def expect_boxes(page: Page, n: int) -> None:
    expect(count(page)).to_have_text(re.compile(rf"^{n} of 10"))


def answers(site: Site, page: Page) -> list[tuple[int, str]]:
    """The ids and outcomes of all that this person has sent, all versions."""
    return site.rows(
        "SELECT a.id, a.outcome FROM annotate_annotation a JOIN crowd_worker w"
        " ON w.id = a.worker_id WHERE w.pseudonym = %s ORDER BY a.id",
        page.evaluate("JSON.parse(document.getElementById('page-data').textContent).worker.key"),
    )


def stored(site: Site, page: Page) -> list[tuple[Bbox, str, str]]:
    """This person's boxes as the database has them: bbox, method, pointer."""
    found = site.rows(
        "SELECT x, y, w, h, method, pointer FROM annotate_box WHERE annotation_id = ANY(%s)"
        " ORDER BY annotation_id, number",
        [row[0] for row in answers(site, page)],
    )
    return [(list(row[:4]), row[4], row[5]) for row in found]
