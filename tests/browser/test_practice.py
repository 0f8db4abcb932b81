"""Practice before work, in a real browser: by keyboard, by touch, and nothing of it is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import SETTLE_MS, answers
from tests.browser.test_accessibility import LIGHT, violations
from tests.site import PHONE, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture(scope="module")
def strict(site: Site) -> list[list[list[float]]]:
    """A campaign that asks for practice; returns the true boxes of its first five scenes."""
    site.manage(
        "create_campaign", "strict", "--kind", "box", "--dataset", "garden",
        "--super-class", "Reptilia", "--qualification",
    )  # fmt: skip
    boxes: list[list[list[float]]] = site.ask(
        "[__import__('annotate.practice').practice.truth('Reptilia', n) for n in range(5)]"
    )
    return boxes


def to_practice(people: People, **options) -> Page:
    page = people.page(**options)
    page.goto(people.site.address + people.site.invitation("strict"))
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator("#photo img").wait_for()
    expect(page).to_have_url(re.compile("/box/strict/practice/$"))
    dialog = page.locator("#instructions")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.scrollTop") == 0
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    page.wait_for_timeout(SETTLE_MS)
    return page


def type_box(page: Page, box: list[float], *, number: int = 1) -> None:
    """Draw box `number` with keys alone, then give its exact numbers."""
    page.locator("#stage").focus()
    for key in ("b", "Enter", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#fields-title")).to_have_text(f"Box {number}")
    # small first, so that it can be moved anywhere
    for name, value in (("width", 8), ("height", 8), ("left", box[0]), ("top", box[1])):
        write(page, name, value)
    for index, name in ((2, "width"), (3, "height")):
        write(page, name, box[index])


def write(page: Page, name: str, number: float) -> None:
    field = page.locator(f"#field-{name}")
    field.fill(str(number))
    field.press("Tab")


def test_practice_opens_the_way_by_keyboard_alone(site: Site, newcomer: People, strict):
    page = to_practice(newcomer)
    for number, boxes in enumerate(strict[:4]):
        expect(page.locator("#photo img")).to_have_attribute(
            "src", re.compile(rf"/practice/Reptilia/{number}\.jpg$")
        )
        page.wait_for_timeout(SETTLE_MS)
        for i, box in enumerate(boxes):
            type_box(page, box, number=i + 1)
        page.locator("#stage").focus()
        page.keyboard.press("Enter" if boxes else "n")
        # what was said of the photo before stays in the hidden sheet: focus tells that this is new
        expect(page.locator("#feedback-next")).to_be_focused()
        expect(page.locator("#feedback-remarks")).to_be_empty()
        expect(page.locator("#feedback-title")).to_have_text("Just right")
        if number < 3:
            page.keyboard.press("Enter")
    expect(page.locator("#feedback-progress")).to_have_text("You are ready for the real photos.")
    assert answers(site, page) == []
    page.locator("#feedback-work").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/box/strict/$"))
    expect(page.locator("#photo img")).to_have_attribute("src", re.compile("^/images/"))


def test_what_is_off_is_said_and_shown_on_a_phone(site: Site, newcomer: People, strict):
    page = to_practice(newcomer, viewport=PHONE, has_touch=True)
    photo = page.locator("#photo img").bounding_box()
    assert photo is not None
    scale = photo["width"] / 960
    ((x, y, w, h),) = strict[0]
    for u, v in ((x, y - 0.25 * h), (x + w, y + h)):
        page.touchscreen.tap(photo["x"] + u * scale, photo["y"] + v * scale)
    page.locator("#submit").tap()
    expect(page.locator("#feedback-remarks")).to_contain_text("loose at the top")
    expect(page.locator(".ghosts .true-line")).to_have_count(1)
    assert violations(page, themes=LIGHT) == []
    page.set_viewport_size(PHONE)
    page.locator("#feedback-next").tap()
    expect(page.locator("#feedback")).to_be_hidden()
    expect(page.locator("#photo img")).to_have_attribute("src", re.compile(r"/1\.jpg$"))
    page.goto(f"{site.address}/box/strict/")
    expect(page).to_have_url(re.compile("/practice/$"))


def test_the_same_photo_can_be_tried_again(site: Site, newcomer: People, strict):
    page = to_practice(newcomer)
    page.keyboard.press("n")
    expect(page.locator("#feedback-remarks")).to_have_text("You missed one.")
    page.locator("#feedback-again").click()
    expect(page.locator("#feedback")).to_be_hidden()
    page.wait_for_timeout(SETTLE_MS)
    type_box(page, strict[0][0])
    page.locator("#submit").click()
    expect(page.locator("#feedback-title")).to_have_text("Just right")
    expect(page.locator("#tally")).to_have_text("Practice: 0 of 4")
