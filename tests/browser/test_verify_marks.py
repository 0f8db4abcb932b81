"""Grids one after the other, and what becomes of a photo that somebody has marked in one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hand import saved
from tests.browser.test_verify_grid import (
    GRID,
    N_PHOTOS,
    answer,
    labels,
    marked,
    meadow,
    seen,
    single,
    tiles,
    worker_key,
)
from tests.site import People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "heath"
REST = N_PHOTOS - GRID
SMALL = re.compile(r"/images/[^/]+/thumbnail")
LONG_MS = 30_000


@pytest.fixture(scope="module")
def heath(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A campaign with grids of its own photos, of which nobody has had any."""
    site.manage(
        "import_images", str(meadow(tmp_path_factory.mktemp("heath"))), "--dataset", CAMPAIGN
    )
    options = ["--workers-per-task", "20", "--max-workers", "20", "--grid"]
    what = ["--kind", "verify", "--dataset", CAMPAIGN, "--super-class", "Mammalia"]
    site.manage("create_campaign", CAMPAIGN, *what, *options)
    return CAMPAIGN


@pytest.fixture
def enter(site: Site, newcomer: People, heath: str) -> Callable[..., Page]:
    def come(small_photos: Callable[[Route], None] | None = None) -> Page:
        newcomer.expected += ["net::ERR_"]
        page = newcomer.page()
        if small_photos:
            page.route(SMALL, small_photos)
        page.goto(site.address + site.invitation(heath))
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_role("button", name="To the photos").click()
        tiles(page).first.wait_for()
        n_broken = 1 if small_photos else 0
        seen(page, GRID - n_broken, GRID)
        return page

    return come


def modes(site: Site, page: Page) -> Counter[str]:
    """How this person saw what they answered."""
    rows = site.rows(
        "SELECT v.mode FROM verify_verdict v JOIN crowd_worker w ON w.id = v.worker_id"
        " WHERE w.pseudonym = %s AND v.is_current",
        worker_key(page),
    )
    return Counter(mode for (mode,) in rows)


def flagged(site: Site) -> list[str]:
    """The images that are shown alone now."""
    rows = site.rows(
        "SELECT i.uid::text FROM crowd_task t JOIN catalog_image i ON i.id = t.image_id"
        " JOIN crowd_campaign c ON c.id = t.campaign_id WHERE t.is_flagged AND c.slug = %s",
        CAMPAIGN,
    )
    return [uid for (uid,) in rows]


def say_nothing(route: Route) -> None:
    """The server takes its time."""


def test_the_next_grid_is_there_before_the_server_has_said_a_word(enter: Callable[..., Page]):
    page = enter()
    page.wait_for_function(
        "n => performance.getEntriesByType('resource')"
        ".filter(e => e.name.includes('/thumbnail')).length >= n",
        arg=N_PHOTOS,
    )
    page.wait_for_load_state("networkidle")
    page.route("**/api/**", say_nothing)
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_count(REST)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tile img')].every(img => img.naturalWidth > 0)"
    )
    seen(page, REST, REST)


def test_a_small_photo_that_does_not_load_is_not_called_marked(
    site: Site, enter: Callable[..., Page]
):
    lost: list[str] = []

    def lose_one(route: Route) -> None:
        lost.append(route.request.url)
        if route.request.url == lost[0]:
            route.abort()
        else:
            route.continue_()

    page = enter(lose_one)
    expect(marked(page)).to_have_count(0)
    page.keyboard.press("Enter")
    single(page)
    expect(page.locator("#toast")).to_have_text(re.compile("^This small photo did not load"))
    page.keyboard.press("1")
    expect(tiles(page)).to_have_count(REST, timeout=LONG_MS)
    page.locator("#status").scroll_into_view_if_needed()
    page.evaluate("window.dispatchEvent(new Event('online'))")  # what is held back goes at once
    saved(page)
    assert labels(site, page) == {"animal": GRID}
    assert modes(site, page) == {"grid": GRID - 1, "single": 1}
    assert flagged(site) == []


def test_what_one_marks_comes_in_nobodys_grid_again_but_alone(
    site: Site, enter: Callable[..., Page]
):
    first = enter()
    tiles(first).nth(2).click()
    first.keyboard.press("Enter")
    answer(first, "2")
    expect(tiles(first)).to_have_count(REST, timeout=LONG_MS)
    first.evaluate("window.dispatchEvent(new Event('online'))")
    saved(first)
    assert modes(site, first) == {"grid": GRID - 1, "marked": 1}
    (uid,) = flagged(site)

    second = enter()
    sources = second.locator(".tile img")
    assert uid not in str(sources.evaluate_all("all => all.map(img => img.src)"))
    second.keyboard.press("Enter")
    expect(tiles(second)).to_have_count(REST - 1, timeout=LONG_MS)
    assert uid not in str(sources.evaluate_all("all => all.map(img => img.src)"))
    seen(second, REST - 1, REST - 1)
    second.keyboard.press("Enter")
    single(second)
    expect(second.locator("#toast")).to_have_text("The other photos come one at a time.")
    expect(second.locator("#photo img")).to_have_attribute("src", re.compile(uid))
    second.keyboard.press("2")
    expect(second.locator("#note-done")).to_be_visible(timeout=LONG_MS)
    saved(second)
    assert modes(site, second) == {"grid": N_PHOTOS - 1, "single": 1}
    assert labels(site, second) == {"animal": N_PHOTOS - 1, "tracks": 1}
