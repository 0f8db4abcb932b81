"""A whole session on the box page by keyboard alone, from the invitation to the end; then the
database has exactly what was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import expect_boxes
from tests.browser.walk import (
    Drawn,
    answer,
    campaign,
    card,
    check,
    reach,
    settled,
    to_the_rest,
)
from tests.site import DESKTOP, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture
def invitation(site: Site, tmp_path: Path) -> str:
    """To a campaign of this hand's own: two reports of one photo would take it from the others."""
    return campaign(site, tmp_path, "walk-keys", "box")


def keys(page: Page, *names: str) -> None:
    """Press keys one after the other; `Left*3` is three times."""
    for name in names:
        key, _, times = name.partition("*")
        for _ in range(int(times or 1)):
            page.keyboard.press(key)


def test_a_whole_session_by_keyboard_alone(site: Site, newcomer: People, invitation: str):
    page = newcomer.page(viewport=DESKTOP)
    page.goto(site.address + invitation)
    reach(page, page.get_by_role("button", name="Start", exact=True))
    keys(page, "Enter")
    reach(page, page.get_by_role("button", name="To the photos"))
    keys(page, "Enter")
    shown(page)
    keys(page, "Shift+?")
    expect(page.locator("#instructions")).to_be_visible()
    keys(page, "Enter")
    expect(page.locator("#instructions")).to_be_hidden()
    boxes = boxes_by_keys(page)
    answer(page, lambda: keys(page, "Control+Enter"))
    answer(page, lambda: keys(page, "n"))
    answer(page, lambda: keys(page, "u"))
    answer(page, lambda: problem_by_keys(page))
    answer(page, lambda: clear_by_keys(page))
    corrected = correct_by_keys(page)
    to_the_rest(page, lambda: keys(page, "n"))
    keys(page, "Enter")
    settled(page, "box")
    last = a_box_by_keys(page)
    answer(page, lambda: keys(page, "Enter"))
    answer(page, lambda: keys(page, "n"))
    card(page, "done")
    check(site, page, [boxes, [corrected], [last]], 0)
    keys(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(site.address + "/")


def a_box_by_keys(page: Page) -> Drawn:
    """From the middle (240, 180), in steps of a fortieth of the photo's 360 pixels."""
    keys(page, "b", "ArrowLeft*10", "ArrowUp*8", "Enter", "ArrowRight*20", "ArrowDown*16", "Enter")
    expect_boxes(page, 1)
    return Drawn((150, 108, 180, 144), "keys", "keys")


def boxes_by_keys(page: Page) -> list[Drawn]:
    settled(page, "box")
    a_box_by_keys(page)
    keys(page, "e", "Shift+ArrowLeft*3", "e*4")  # its left edge, then the whole box again
    keys(page, "ArrowDown", "Control+z", "Control+y", "Shift+ArrowUp*2")
    # four outermost points, inside that box
    keys(page, "x", "b", "ArrowUp*3", "Enter", "ArrowLeft*2", "ArrowDown*3", "Space")
    keys(page, "ArrowRight*4", "Enter", "ArrowLeft*2", "ArrowDown*3", "Enter", "x")
    expect_boxes(page, 2)
    keys(page, "+*3", "Escape", "ArrowRight*2", "ArrowUp", "0")  # a closer look changes nothing
    keys(page, "]*2", "Control+d")
    expect_boxes(page, 3)
    keys(page, "Delete", "Control+z", "Delete")  # what comes back is selected
    expect_boxes(page, 2)
    keys(page, "b", "Space", "ArrowRight*2", "ArrowDown*2", "Space")
    expect_boxes(page, 3)
    for name, number in (("left", "20.5"), ("top", "30"), ("width", "44"), ("height", "55.5")):
        reach(page, page.locator(f"#field-{name}"))
        keys(page, "Control+a")
        page.keyboard.type(number)
    keys(page, "Shift+Tab", "Tab")
    return [
        Drawn((147, 115, 183, 144), "keys", "keys"),
        Drawn((222, 153, 36, 54), "keys", "keys"),
        Drawn((20.5, 30, 44, 55.5), "numbers", "keys"),
    ]


def problem_by_keys(page: Page) -> None:
    keys(page, "p")
    reach(page, page.locator("[data-reason=disturbing]"))
    keys(page, "Enter")


def clear_by_keys(page: Page) -> None:
    a_box_by_keys(page)
    keys(page, "n")
    reach(page, page.locator("#clear-yes"))
    keys(page, "Enter")


def correct_by_keys(page: Page) -> Drawn:
    source = settled(page, "box")
    a_box_by_keys(page)
    answer(page, lambda: keys(page, "Enter"))
    keys(page, "Shift+Z")
    expect(page.locator("#photo img")).to_have_attribute("src", source)
    expect_boxes(page, 1)
    keys(page, "[", "ArrowRight", "e*4", "Shift+ArrowDown*5")  # aside, and a lower bottom edge
    answer(page, lambda: keys(page, "Enter"))
    return Drawn((159, 108, 180, 149), "keys", "keys")
