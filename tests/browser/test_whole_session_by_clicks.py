"""A whole session on the box page by clicks alone, without a drag or a key, from the invitation to
the end; then the database has exactly what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import expect_boxes, place
from tests.browser.walk import (
    Drawn,
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
from tests.site import DESKTOP, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture
def invitation(site: Site, tmp_path: Path) -> str:
    """To a campaign of this hand's own: two reports of one photo would take it from the others."""
    return campaign(site, tmp_path, "walk-clicks", "box")


def test_a_whole_session_by_clicks_alone(site: Site, newcomer: People, invitation: str):
    page = newcomer.page(viewport=DESKTOP)
    page.goto(site.address + invitation)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="To the photos").click()
    shown(page)
    page.locator("#open-instructions").click()
    page.locator("#instructions").get_by_role("button", name="Got it").click()
    boxes = boxes_by_clicks(site, page)
    answer(page, page.locator("#submit").click)
    for name in ("#nothing", "#cant-tell"):
        answer(page, page.locator(name).click)
    settled(page, "box")
    page.locator("#problem").click()
    answer(page, page.locator("[data-reason=disturbing]").click)
    settled(page, "box")
    two_points(page, place(site, page), (100, 100, 90, 80), page.mouse.click)
    page.locator("#nothing").click()
    answer(page, page.locator("#clear-yes").click)
    corrected = correct_by_clicks(site, page)
    to_the_rest(page, page.locator("#nothing").click)
    card(page, "rest").get_by_role("button", name="Continue").click()
    settled(page, "box")
    last = two_points(page, place(site, page), (300, 40, 120, 60), page.mouse.click)
    answer(page, page.locator("#submit").click)
    answer(page, page.locator("#nothing").click)
    check(site, page, [boxes, [corrected], [Drawn(last, "click2", "mouse")]], 1)
    card(page, "done").get_by_role("link", name="See other tasks").click()
    expect(page).to_have_url(site.address + "/")


def boxes_by_clicks(site: Site, page: Page) -> list[Drawn]:
    settled(page, "box")
    found = place(site, page)
    click = page.mouse.click
    two_points(page, found, (150, 100, 180, 150), click)
    expect_boxes(page, 1)
    page.locator("[data-edge=left]").click()
    click(*on_screen(found, 120, 200))  # the left edge goes where the click is
    page.locator("[data-edge=whole]").click()
    page.locator("[data-mode=extreme]").click()
    four_points(found, (200, 140, 60, 50), click)
    expect_boxes(page, 2)
    page.locator("[data-mode=corners]").click()
    for name in ("#duplicate", "#delete", "#undo", "#undo"):
        page.locator(name).click()
    expect_boxes(page, 2)
    page.locator("#zoom-in").click()
    page.locator("#zoom-in").click()
    for _ in range(3):
        page.locator("[data-pan='-1,0']").click()
    nearer = place(site, page)
    assert nearer.scale > found.scale
    assert nearer.left > found.left + (found.scale - nearer.scale) * 240
    two_points(page, nearer, (60, 160, 30, 45), click)
    expect_boxes(page, 3)
    page.locator("#zoom-fit").click()
    page.locator("#boxes button").nth(1).click()
    for name in ("right", "right", "down"):
        page.locator(f"#fields .{name}").click()
    step = 2 / found.scale
    return [
        Drawn((120, 100, 210, 150), "click2", "mouse"),
        Drawn((200 + 2 * step, 140 + step, 60, 50), "numbers", "mouse"),
        Drawn((60, 160, 30, 45), "click2", "mouse"),
    ]


def correct_by_clicks(site: Site, page: Page) -> Drawn:
    source = settled(page, "box")
    found = place(site, page)
    two_points(page, found, (100, 100, 90, 80), page.mouse.click)
    answer(page, page.locator("#submit").click)
    page.locator("#go-back").click()
    expect(page.locator("#photo img")).to_have_attribute("src", source)
    page.locator("#boxes button").click()
    page.locator("[data-edge=bottom]").click()
    page.mouse.click(*on_screen(found, 150, 240))
    answer(page, page.locator("#submit").click)
    return Drawn((100, 100, 90, 140), "click2", "mouse")
