"""Whoever comes, with whatever screen and settings: all is in reach, and nothing is hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.hand import draw, expect_boxes
from tests.browser.walk import campaign
from tests.site import DESKTOP, PHONE, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

SMALL: dict[str, ViewportSize] = {
    "a small phone": {"width": 320, "height": 568},
    "1280 by 1024 at 400 %": {"width": 320, "height": 256},
    "1440 by 900 at 200 %": {"width": 720, "height": 450},
    "a phone on its side": {"width": 844, "height": 390},
}
FINGER = 44
MOUSE = 24
OTHER_PAGES = ["/", "/my-work/", "/account/"]
# WCAG 2.2, 1.4.12
SPACED = """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(`* {
  line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-bottom: 2em !important }`); document.adoptedStyleSheets = [sheet]; }"""
# controls that one can press now, and their sizes; links within a sentence may be as high as it
CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, summary, [role=button]')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('[inert]') &&
    !(one.matches('a') && one.closest('p, .credit') && !one.matches('.button')))
  .map((one) => { const of = one.closest('label') ?? one; const r = of.getBoundingClientRect();
    return { name: one.id || one.getAttribute('aria-label') || one.textContent.trim(),
             w: r.width, h: r.height }; })
  .filter(({ w, h }) => w > 1 && h > 1)"""
# what has the focus: whether any of it is seen where it is
FOCUSED = """() => { const one = document.activeElement;
  if (!one || one === document.body) return null;
  window.been ??= new Set(); const isAgain = window.been.has(one); window.been.add(one);
  const r = one.getBoundingClientRect();
  const middle = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]]
    .map(([u, v]) => document.elementFromPoint(r.left + u * r.width, r.top + v * r.height));
  return { isAgain, name: one.id || one.getAttribute('aria-label') ||
    one.textContent.trim().slice(0, 40),
    isSeen: middle.some((top) => top && (one.contains(top) || top.contains(one) ||
      one.labels?.[0]?.contains(top))),
    isInside: r.right > 0 && r.bottom > 0 && r.left < innerWidth && r.top < innerHeight }; }"""
# texts that are cut off, apart from those that end in an ellipsis on purpose
CUT = """() => [...document.querySelectorAll(
    'button, a.button, h1, h2, h3, label, summary, dt, dd, p, li')]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) &&
    !one.closest('.visually-hidden, [aria-hidden=true]') && one.clientWidth > 1)
  .filter((one) => { const style = getComputedStyle(one);
    return style.overflowX !== 'visible' && style.textOverflow !== 'ellipsis' &&
      (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1); })
  .map((one) => one.id || one.textContent.trim().slice(0, 40))"""


def is_as_wide_as_the_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def tour(page: Page, at_most: int = 160) -> list[dict[str, Any]]:
    """All that Tab leads to, in order, until it comes round."""
    found: list[dict[str, Any]] = []
    for _ in range(at_most):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        if one and one["isAgain"]:
            page.evaluate("delete window.been")
            return found
        found += [one] if one else []
    raise AssertionError(f"Tab does not come round: {[one['name'] for one in found]}")


def hidden(found: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in found if not (one["isSeen"] and one["isInside"])]


@pytest.fixture(autouse=True)
def campaigns(site: Site, tmp_path: Path) -> None:
    """Campaigns of these tests' own: each visit holds photos that others then cannot have."""
    campaign(site, tmp_path, "reach-box", "box")
    campaign(site, tmp_path, "reach-seen", "verify")


@pytest.fixture
def grid(site: Site, tmp_path: Path) -> str:
    return site.address + campaign(site, tmp_path, "reach-grid", "verify", "--grid")


def to_grid(people: People, invitation: str, **options: Any) -> Page:
    page = people.page(**options)
    page.goto(invitation)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="To the photos").click()
    page.locator(".tile-photo").first.wait_for()
    return page


@pytest.mark.parametrize("size", SMALL.values(), ids=SMALL)
def test_the_box_page_on_small_screens(newcomer: People, size: ViewportSize):
    page = newcomer("reach-box", viewport=size)
    stage = page.locator("#photo img").bounding_box()
    assert stage
    assert min(stage["width"], stage["height"]) >= 90
    draw(page, 0.2, 0.2, 0.7, 0.7)
    expect_boxes(page, 1)
    assert is_as_wide_as_the_window(page)
    found = tour(page)
    assert hidden(found) == []
    names = {one["name"] for one in found}
    assert {"open-instructions", "stage", "undo", "zoom-in", "cant-tell", "submit"} <= names


@pytest.mark.parametrize("size", SMALL.values(), ids=SMALL)
def test_the_verification_page_on_small_screens(newcomer: People, size: ViewportSize, grid: str):
    page = newcomer("reach-seen", viewport=size)
    photo = page.locator("#stage").bounding_box()
    assert photo
    assert min(photo["width"], photo["height"]) >= 90
    assert is_as_wide_as_the_window(page)
    found = tour(page)
    assert hidden(found) == []
    assert {"open-instructions", "stage", "problem"} <= {one["name"] for one in found}
    assert sum("visible" in one["name"] or "tell" in one["name"] for one in found) == 2
    page = to_grid(newcomer, grid, viewport=size)
    assert is_as_wide_as_the_window(page)
    assert hidden(tour(page)) == []


@pytest.mark.parametrize("size", SMALL.values(), ids=SMALL)
def test_dialogs_and_cards_on_small_screens(newcomer: People, size: ViewportSize):
    page = newcomer("reach-box", viewport=size)
    for opener in ("open-instructions", "problem"):
        page.wait_for_timeout(450)
        page.locator(f"#{opener}").click()
        dialog = page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        assert dialog.evaluate("one => one.scrollWidth <= one.clientWidth")
        last = dialog.locator("button").last
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport()
        last.click()
        expect(dialog).to_be_hidden()


@pytest.mark.parametrize("size", SMALL.values(), ids=SMALL)
def test_the_other_pages_on_small_screens(site: Site, newcomer: People, size: ViewportSize):
    stranger = newcomer.page(viewport=size)
    for path in (site.invitation("reach-box"), "/sign-in/"):
        stranger.goto(site.address + path)
        assert is_as_wide_as_the_window(stranger), path
        assert hidden(tour(stranger)) == [], path
    page = newcomer("reach-box", viewport=size)
    for path in OTHER_PAGES:
        page.goto(site.address + path)
        assert is_as_wide_as_the_window(page), path
        assert hidden(tour(page)) == [], path


def test_words_may_be_spaced_widely(site: Site, newcomer: People, grid: str):
    page = newcomer("reach-box", viewport=PHONE)
    draw(page, 0.2, 0.2, 0.7, 0.7)
    expect_boxes(page, 1)
    spaced_well(page)
    page.locator("#problem").click()
    spaced_well(page)
    for path in OTHER_PAGES:
        page.goto(site.address + path)
        spaced_well(page)
    spaced_well(newcomer("reach-seen", viewport=PHONE))
    spaced_well(to_grid(newcomer, grid, viewport=PHONE))


def spaced_well(page: Page) -> None:
    """Nothing is cut off or runs out of the page at either width."""
    page.evaluate(SPACED)
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        page.wait_for_timeout(100)
        assert is_as_wide_as_the_window(page), page.url
        assert page.evaluate(CUT) == [], page.url
    page.set_viewport_size(PHONE)


def small(page: Page, least: float) -> list[str]:
    return [
        f"{one['name']}: {one['w']:.0f} by {one['h']:.0f}"
        for one in page.evaluate(CONTROLS)
        if min(one["w"], one["h"]) < least - 0.5
    ]


def test_controls_are_large_enough_for_a_finger(site: Site, newcomer: People, grid: str):
    options: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    page = newcomer("reach-box", **options)
    draw(page, 0.2, 0.2, 0.7, 0.7)
    expect_boxes(page, 1)
    assert small(page, FINGER) == []
    page.locator("#open-tools").tap()
    assert small(page, FINGER) == []
    assert small(newcomer("reach-seen", **options), FINGER) == []
    assert small(to_grid(newcomer, grid, **options), FINGER) == []
    for path in OTHER_PAGES:
        page.goto(site.address + path)
        assert small(page, FINGER) == [], path


def test_controls_are_large_enough_for_a_mouse(site: Site, newcomer: People, grid: str):
    page = newcomer("reach-box", viewport=DESKTOP)
    draw(page, 0.2, 0.2, 0.7, 0.7)
    expect_boxes(page, 1)
    assert small(page, MOUSE) == []
    assert small(newcomer("reach-seen", viewport=DESKTOP), MOUSE) == []
    assert small(to_grid(newcomer, grid, viewport=DESKTOP), MOUSE) == []


def paint(page: Page, selector: str, *names: str) -> list[str]:
    """Computed values of the first such element."""
    found: list[str] = page.locator(selector).first.evaluate(
        "(one, names) => names.map((name) => getComputedStyle(one)[name])", list(names)
    )
    return found


def test_forced_colours_show_boxes_focus_and_what_is_chosen(newcomer: People):
    page = newcomer("reach-box", viewport=DESKTOP, forced_colors="active")
    draw(page, 0.1, 0.1, 0.4, 0.4)
    draw(page, 0.5, 0.5, 0.8, 0.8)
    expect_boxes(page, 2)
    (ground,) = paint(page, "body", "backgroundColor")
    (plain,) = paint(page, ".box:not(.is-picked) .line", "stroke")
    (picked,) = paint(page, ".is-picked .line", "stroke")
    assert len({ground, plain, picked}) == 3
    (handle,) = paint(page, ".handle", "fill")
    assert handle != ground
    chosen, other = (
        paint(page, f"[data-mode={mode}]", "backgroundColor")[0] for mode in ("corners", "extreme")
    )
    assert chosen != other
    for button in ("#submit", "#nothing", "#cant-tell"):
        width, colour = paint(page, button, "borderTopWidth", "borderTopColor")
        assert float(width.removesuffix("px")) >= 1
        assert colour != ground
    page.keyboard.press("Tab")
    width, colour = paint(page, ":focus", "outlineWidth", "outlineColor")
    assert float(width.removesuffix("px")) >= 2
    assert colour != ground


def test_nothing_moves_for_those_who_want_it_still(newcomer: People):
    page = newcomer("reach-box", viewport=DESKTOP, reduced_motion="reduce")
    draw(page, 0.1, 0.1, 0.4, 0.4)
    page.locator("#open-instructions").click()
    moving = page.evaluate(
        """[...document.querySelectorAll('*')].filter((one) => { const s = getComputedStyle(one);
             const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
             return seconds(s.transitionDuration) || seconds(s.animationDuration); }).length"""
    )
    assert moving == 0


def test_help_is_in_the_same_place_on_every_task_page(newcomer: People, grid: str):
    pages = [newcomer("reach-box"), newcomer("reach-seen"), to_grid(newcomer, grid)]
    places = [page.locator("#open-instructions").bounding_box() for page in pages]
    assert places[0]
    assert places[1:] == places[:1] * 2
    for page in pages:
        assert page.locator("header button, header a").last.get_attribute("id")


def test_photographer_and_licence_are_under_every_photo(site: Site, newcomer: People):
    for slug in ("skinks", "traces"):
        page = newcomer(slug)
        credit = page.locator(".credit")
        expect(credit).to_be_in_viewport()
        expect(credit.locator("#credit-name")).not_to_be_empty()
        expect(credit.locator("#credit-licence")).not_to_be_empty()
    owned = ["--kind", "verify", "--dataset", "garden", "--super-class", "Reptilia", "--grid"]
    site.manage("create_campaign", "grid-credit", *owned)
    page = to_grid(newcomer, site.address + site.invitation("grid-credit"))
    credits = page.locator(".tile-credit").all_inner_texts()
    assert len(credits) == page.locator(".tile-photo").count()
    assert all(credits)
    page.locator(".tile-closer").first.click()
    expect(page.locator("#magnifier-credit")).not_to_be_empty()
