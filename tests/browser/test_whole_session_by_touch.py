"""A whole session on the box page by touch alone, from the invitation to the end; then the
database has exactly what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import expect_boxes, place
from tests.browser.test_editor import Fingers
from tests.browser.walk import (
    Drawn,
    Point,
    answer,
    campaign,
    card,
    check,
    four_points,
    on_screen,
    settled,
    to_the_rest,
    two_points,
)
from tests.site import PHONE, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture
def invitation(site: Site, tmp_path: Path) -> str:
    """To a campaign of this hand's own: two reports of one photo would take it from the others."""
    return campaign(site, tmp_path, "walk-touch", "box")


def test_a_whole_session_by_touch_alone(site: Site, newcomer: People, invitation: str):
    page = newcomer.page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(site.address + invitation)
    page.get_by_role("button", name="Start", exact=True).tap()
    page.get_by_role("button", name="To the photos").tap()
    shown(page)
    page.locator("#open-instructions").tap()
    page.locator("#instructions").get_by_role("button", name="Got it").tap()
    boxes = boxes_by_touch(site, page)
    answer(page, page.locator("#submit").tap)
    for name in ("#nothing", "#cant-tell"):
        answer(page, page.locator(name).tap)
    settled(page, "box")
    page.locator("#problem").tap()
    answer(page, page.locator("[data-reason=disturbing]").tap)
    # Nothing to box has no place beside boxes on a phone: they are deleted first
    settled(page, "box")
    two_points(page, place(site, page), (100, 100, 90, 80), page.touchscreen.tap)
    expect(page.locator("#nothing")).to_be_hidden()
    page.locator("#delete").tap()
    answer(page, page.locator("#nothing").tap)
    corrected = correct_by_touch(site, page)
    to_the_rest(page, page.locator("#nothing").tap)
    card(page, "rest").get_by_role("button", name="Continue").tap()
    settled(page, "box")
    last = two_points(page, place(site, page), (300, 40, 120, 60), page.touchscreen.tap)
    answer(page, page.locator("#submit").tap)
    answer(page, page.locator("#nothing").tap)
    check(site, page, [boxes, [corrected], [Drawn(last, "click2", "touch")]], 1.5)
    card(page, "done").get_by_role("link", name="See other tasks").tap()
    expect(page).to_have_url(site.address + "/")


def swipe(page: Page, start: Point, end: Point) -> None:
    """One finger from here to there, at rest before it is lifted."""
    fingers = Fingers(page)
    fingers.put("touchStart", start)
    for share in (0.3, 0.7, 1, 1):
        x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        fingers.put("touchMove", (x, y))
        page.wait_for_timeout(60)
    fingers.put("touchEnd")


def pinch(page: Page, middle: Point) -> None:
    """Two fingers move apart, to twice their distance."""
    x, y = middle
    fingers = Fingers(page)
    fingers.put("touchStart", (x - 40, y), (x + 40, y))
    for half in (50, 65, 80):
        fingers.put("touchMove", (x - half, y), (x + half, y))
        page.wait_for_timeout(60)
    fingers.put("touchEnd")


def choose(page: Page, mode: str) -> None:
    """How a box is drawn, in the sheet of tools, which is closed again."""
    page.locator("#open-tools").tap()
    page.locator(f"[data-mode={mode}]").tap()
    page.locator("#open-tools").tap()
    expect(page.locator("#tools")).to_be_hidden()


def boxes_by_touch(site: Site, page: Page) -> list[Drawn]:
    settled(page, "box")
    found = place(site, page)
    swipe(page, on_screen(found, 100, 60), on_screen(found, 380, 260))
    expect_boxes(page, 1)
    swipe(page, on_screen(found, 380, 260), on_screen(found, 400, 300))  # its corner
    page.locator("#edge-cycle").tap()
    page.touchscreen.tap(*on_screen(found, 80, 200))  # its left edge
    for _ in range(4):
        page.locator("#edge-cycle").tap()
    two_points(page, found, (150, 130, 90, 80), page.touchscreen.tap)  # inside it
    expect_boxes(page, 2)
    tag = on_screen(found, 150, 130)
    swipe(page, (tag[0] + 10, tag[1] - 10), (tag[0] + 10 + 40 * found.scale, tag[1] - 10))
    page.locator("#open-tools").tap()
    page.locator("#duplicate-too").tap()
    expect_boxes(page, 3)
    page.locator("#open-tools").tap()
    for name in ("#delete", "#undo", "#delete"):  # what comes back is selected
        page.locator(name).tap()
    expect_boxes(page, 2)
    choose(page, "extreme")
    pinch(page, on_screen(found, 420, 320))
    nearer = place(site, page)
    assert nearer.scale == pytest.approx(2 * found.scale, rel=0.1)
    four_points(nearer, (410, 290, 50, 40), page.touchscreen.tap)
    expect_boxes(page, 3)
    page.locator("#fields .up").tap()
    page.locator("#zoom-fit").tap()
    choose(page, "corners")
    return [
        Drawn((80, 60, 320, 240), "click2", "touch"),
        Drawn((190, 130, 90, 80), "drag", "touch"),
        Drawn((410, 290 - 2 / nearer.scale, 50, 40), "numbers", "touch"),
    ]


def correct_by_touch(site: Site, page: Page) -> Drawn:
    source = settled(page, "box")
    found = place(site, page)
    two_points(page, found, (100, 100, 90, 80), page.touchscreen.tap)
    answer(page, page.locator("#submit").tap)
    page.locator("#go-back").tap()
    expect(page.locator("#photo img")).to_have_attribute("src", source)
    page.locator("#boxes button").tap()
    swipe(page, on_screen(found, 190, 180), on_screen(found, 260, 240))
    answer(page, page.locator("#submit").tap)
    return Drawn((100, 100, 160, 140), "drag", "touch")
