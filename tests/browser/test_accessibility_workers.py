"""All that a worker can meet, at four sizes: no violation, and nothing undecided but what people
have looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.hand import draw, expect_boxes
from tests.browser.test_accessibility import BOTH, LIGHT, Theme
from tests.browser.walk import campaign
from tests.site import DESKTOP, PHONE, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

SIZES: list[ViewportSize] = [
    DESKTOP,
    PHONE,
    {"width": 320, "height": 568},
    {"width": 844, "height": 390},
]
# Looked at by people: axe cannot see a colour behind which a photograph, a gradient or another
# element lies. The colours themselves are computed from the tokens (tests/js/tokens.test.js).
REVIEWED = {"color-contrast"}


@pytest.fixture(autouse=True)
def campaigns(site: Site, tmp_path: Path) -> None:
    campaign(site, tmp_path, "axe-box", "box")
    campaign(site, tmp_path, "axe-seen", "verify", "--grid")


def found(page: Page, themes: tuple[Theme, ...]) -> Iterator[str]:
    """What axe finds, or cannot decide, at each size; a task page is dark in every theme."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    for theme in themes:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for size in SIZES:
            page.set_viewport_size(size)
            report = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
            undecided = [one for one in report["incomplete"] if one["id"] not in REVIEWED]
            for rule in [*report["violations"], *undecided]:
                for node in rule["nodes"]:
                    yield f"{size} {theme} {rule['id']}: {node['target']}"


def clean(page: Page, themes: tuple[Theme, ...] = LIGHT) -> None:
    assert list(found(page, themes)) == [], page.url
    page.set_viewport_size(DESKTOP)


def dialog(page: Page, open_it: Callable[[], None]) -> None:
    open_it()
    page.locator("dialog[open]").wait_for()
    clean(page)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_box_page_and_its_dialogs(newcomer: People):
    page = newcomer("axe-box")
    clean(page)
    draw(page, 0.2, 0.2, 0.5, 0.5)
    draw(page, 0.4, 0.4, 0.8, 0.8)
    expect_boxes(page, 2)
    clean(page)
    for key in ("Shift+?", "k", "p", "n"):
        page.locator("#stage").focus()
        dialog(page, lambda key=key: page.keyboard.press(key))  # type: ignore[misc]
    page.set_viewport_size(PHONE)
    page.locator("#open-tools").click()
    clean(page)


def test_the_verification_page_and_its_dialogs(newcomer: People):
    page = newcomer.page()
    page.goto(newcomer.site.address + newcomer.site.invitation("axe-seen"))
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="To the photos").wait_for()
    clean(page)
    page.get_by_role("button", name="To the photos").click()
    page.locator(".tile-photo").first.wait_for()
    page.keyboard.press("Space")
    clean(page)
    dialog(page, lambda: page.keyboard.press("z"))
    page.keyboard.press("g")
    expect(page.locator("body")).to_have_attribute("data-view", "photo")
    clean(page)
    for key in ("Shift+?", "p"):
        page.wait_for_timeout(250)
        dialog(page, lambda key=key: page.keyboard.press(key))  # type: ignore[misc]


@pytest.mark.parametrize("path", ["/box/axe-box/practice/", "/verify/axe-seen/practice/"])
def test_practice(site: Site, newcomer: People, path: str):
    page = newcomer("axe-box")
    page.goto(site.address + path)
    page.locator("#photo img").wait_for()
    page.wait_for_timeout(500)
    page.keyboard.press("Escape")
    clean(page)


@pytest.mark.parametrize("path", ["/", "/my-work/", "/account/"])
def test_a_workers_own_pages(site: Site, newcomer: People, path: str):
    page = newcomer("axe-box")
    page.goto(site.address + path)
    clean(page, BOTH)


def test_the_doors(site: Site, newcomer: People):
    page = newcomer.page()
    for path in (site.invitation("axe-box"), "/sign-in/"):
        page.goto(site.address + path)
        clean(page, BOTH)
