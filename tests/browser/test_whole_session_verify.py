"""A whole session of verification by keys alone and by taps alone, one photo at a time and in
grids, from the invitation to the end; then the database has exactly what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import saved
from tests.browser.walk import (
    N_PHOTOS,
    REST,
    answer,
    campaign,
    card,
    is_at_rest,
    outcomes,
    reach,
    settled,
)
from tests.site import DESKTOP, PHONE, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

FIRST = ["animal", "tracks", "scat", "habitat", "remains", "cant_tell"]
MEANT = [
    *[(label, "") for label in FIRST],
    ("problem", "person"),
    ("scat", ""),  # was "tracks", and taken back
    *[("animal", "")] * (N_PHOTOS - 8),
]
N_TAPPED = 8


@pytest.fixture
def invite(site: Site, tmp_path: Path) -> Callable[..., str]:
    """Invites to a campaign of each session's own: reports and marks change what others get."""

    def new(slug: str, *options: str) -> str:
        return site.address + campaign(site, tmp_path, slug, "verify", *options)

    return new


def check(site: Site, page: Page) -> None:
    saved(page)
    assert [found[:2] for found in outcomes(site, page, "verify")] == MEANT


def labels(site: Site, page: Page) -> Counter[str]:
    return Counter(label for label, *_ in outcomes(site, page, "verify"))


def test_one_photo_one_key(site: Site, newcomer: People, invite: Callable[..., str]):
    page = newcomer.page(viewport=DESKTOP)
    page.goto(invite("seen-keys"))
    reach(page, page.get_by_role("button", name="Start", exact=True))
    press = page.keyboard.press
    press("Enter")
    reach(page, page.get_by_role("button", name="To the photos"))
    press("Enter")
    shown(page)
    press("Shift+?")
    expect(page.locator("#instructions")).to_be_visible()
    press("Enter")
    for key in "123450":
        say(page, lambda key=key: press(key))  # type: ignore[misc]
    settled(page, "verify")
    press("p")
    reach(page, page.locator("[data-reason=person]"))
    say(page, lambda: press("Enter"))
    source = say(page, lambda: press("2"))
    press("Backspace")
    expect(page.locator("#photo img")).to_have_attribute("src", source)
    settled(page, "verify")
    press("z")
    expect(page.locator("#stage")).to_have_class("stage is-near")
    say(page, lambda: press("3"))
    while not is_at_rest(page):
        say(page, lambda: press("1"))
    expect(card(page, "rest")).to_contain_text(str(REST))
    press("Enter")
    say(page, lambda: press("1"))
    say(page, lambda: press("Numpad1"))
    card(page, "done")
    check(site, page)
    press("Enter")
    expect(page).to_have_url(site.address + "/")


def test_one_photo_one_tap(site: Site, newcomer: People, invite: Callable[..., str]):
    page = newcomer.page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(invite("seen-taps"))
    page.get_by_role("button", name="Start", exact=True).tap()
    page.get_by_role("button", name="To the photos").tap()
    shown(page)
    page.locator("#open-instructions").tap()
    page.locator("#instructions").get_by_role("button", name="Got it").tap()
    for label in FIRST[:-1]:
        say(page, page.locator(f"[data-label={label}]").tap)
    say(page, page.locator("[data-outcome=cant_tell]").tap)
    settled(page, "verify")
    page.locator("#problem").tap()
    say(page, page.locator("[data-reason=person]").tap)
    source = say(page, page.locator("[data-label=tracks]").tap)
    page.locator("#go-back").tap()
    expect(page.locator("#photo img")).to_have_attribute("src", source)
    say(page, page.locator("[data-label=scat]").tap)
    animal = page.locator("[data-label=animal]")
    while not is_at_rest(page):
        say(page, animal.tap)
    card(page, "rest").get_by_role("button", name="Continue").tap()
    say(page, animal.tap)
    say(page, animal.tap)
    check(site, page)
    card(page, "done").get_by_role("link", name="See other tasks").tap()
    expect(page).to_have_url(site.address + "/")


def say(page: Page, press: Callable[[], None]) -> str:
    """Answer this photo; its address."""
    return answer(page, press, "verify")


def tiles(page: Page) -> Locator:
    return page.locator(".tile-photo")


def all_seen(page: Page, n: int) -> None:
    """Until all photos of the grid have been on screen long enough."""
    expect(tiles(page)).to_have_count(n)
    expect(page.locator(".tile.is-seen")).to_have_count(n)


def look_at_all(page: Page, n: int, before: str) -> str:
    """See every photo of a grid that is another than the one before; the name of its first."""
    first = page.locator(".tile").first
    expect(first).not_to_have_attribute("data-id", before)
    expect(tiles(page)).to_have_count(n)
    page.locator(".tile").last.scroll_into_view_if_needed()
    all_seen(page, n)
    return str(first.get_attribute("data-id"))


def test_a_grid_by_keys(site: Site, newcomer: People, invite: Callable[..., str]):
    page = newcomer.page(viewport=DESKTOP)
    page.goto(invite("grid-keys", "--grid"))
    reach(page, page.get_by_role("button", name="Start", exact=True))
    press = page.keyboard.press
    press("Enter")
    reach(page, page.get_by_role("button", name="To the photos"))
    press("Enter")
    all_seen(page, N_PHOTOS)
    expect(tiles(page).first).to_be_focused()
    for key in ("ArrowRight", "Space", "ArrowDown", "Space", "z"):
        press(key)
    expect(page.locator("#magnifier")).to_be_visible()
    press("z")
    expect(tiles(page).nth(7)).to_be_focused()
    press("End")
    press("Space")
    press("Space")  # not that one after all
    press("Enter")
    for key in "25":
        settled(page, "verify")
        press(key)
        saved(page)
    card(page, "done")
    saved(page)
    assert labels(site, page) == {"animal": N_PHOTOS - 2, "tracks": 1, "remains": 1}


def test_grids_by_taps(site: Site, newcomer: People, invite: Callable[..., str]):
    page = newcomer.page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(invite("grid-taps", "--grid"))
    page.get_by_role("button", name="Start", exact=True).tap()
    page.get_by_role("button", name="To the photos").tap()
    first = look_at_all(page, N_TAPPED, "")
    tiles(page).nth(2).tap()
    page.locator(".tile-closer").nth(3).tap()
    page.locator("#magnifier-mark").tap()
    page.locator("#magnifier").get_by_role("button", name="Back to the grid").tap()
    expect(page.locator("#grid-count")).to_contain_text("2 marked")
    page.locator("#submit-grid").tap()
    for label in ("scat", "habitat"):
        settled(page, "verify")
        page.locator(f"[data-label={label}]").tap()
        saved(page)
    left = N_PHOTOS - N_TAPPED
    while left:
        first = look_at_all(page, min(left, N_TAPPED), first)
        page.locator("#submit-grid").tap()
        left -= min(left, N_TAPPED)
    card(page, "done")
    saved(page)
    assert labels(site, page) == {"animal": N_PHOTOS - 2, "scat": 1, "habitat": 1}
