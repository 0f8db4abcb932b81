"""Screening many photos at once: what was not seen is no vote, and nothing is lost or doubled."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from simulation.scenes import draw_scene
from tests.browser.hand import saved
from tests.browser.test_accessibility import LIGHT, violations
from tests.site import DESKTOP, PHONE, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "screening"
N_PHOTOS = 30
GRID = 24
BATCH = "**/api/verdicts/"


def meadow(folder: Path) -> Path:
    """Mammals' photos, small and quickly made: each a scene with a mark of its own."""
    place = folder / "Mammalia" / "Cervus exempli"
    place.mkdir(parents=True)
    scenes = [draw_scene(super_class="Mammalia", seed=i, size=(480, 360)).image for i in range(3)]
    for i in range(N_PHOTOS):
        photo = scenes[i % 3].copy()
        photo.paste((8 * i, 0, 0), (0, 0, 16, 16))
        photo.save(place / f"{i:02}.jpg")
    return folder


@pytest.fixture(scope="module")
def campaign(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = meadow(tmp_path_factory.mktemp("meadow"))
    site.manage("import_images", str(folder), "--dataset", "meadow")
    options = ["--workers-per-task", "20", "--max-workers", "20", "--grid"]
    what = ["--kind", "verify", "--dataset", "meadow", "--super-class", "Mammalia"]
    site.manage("create_campaign", CAMPAIGN, *what, *options)
    return CAMPAIGN


@pytest.fixture
def enter(site: Site, newcomer: People, campaign: str) -> Callable[..., Page]:
    """Somebody new, with a grid before them."""

    def come(**options: object) -> Page:
        newcomer.expected += ["net::ERR_", "status of 500"]
        # what somebody has marked comes in nobody's grid again: each test begins with all of them
        site.rows("UPDATE crowd_task SET is_flagged = false")
        page = newcomer.page(**options)
        page.goto(site.address + site.invitation(campaign))
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_role("button", name="To the photos").click()
        tiles(page).first.wait_for()
        return page

    return come


def tiles(page: Page) -> Locator:
    return page.locator(".tile-photo")


def seen(page: Page, n: int, of: int) -> None:
    """Until so many photos of the grid count as seen."""
    expect(page.locator("#grid-count")).to_have_text(re.compile(rf"^{n} of {of} seen"))


def marked(page: Page) -> Locator:
    return page.locator('.tile-photo[aria-pressed="true"]')


def verdicts(site: Site, page: Page) -> list[tuple[str, str]]:
    """Assignment and label or outcome of this person's current verdicts."""
    return site.rows(
        "SELECT v.assignment_id::text, coalesce(nullif(v.label, ''), v.outcome)"
        " FROM verify_verdict v JOIN crowd_worker w ON w.id = v.worker_id"
        " WHERE w.pseudonym = %s AND v.is_current ORDER BY v.id",
        worker_key(page),
    )


def worker_key(page: Page) -> str:
    text = page.locator("#page-data").text_content()
    return str(json.loads(text or "")["worker"]["key"])


def labels(site: Site, page: Page) -> Counter[str]:
    """How often each label; fails where an assignment was answered twice, or a row doubled."""
    found = verdicts(site, page)
    assert len({assignment for assignment, _ in found}) == len(found)
    return Counter(label for _, label in found)


def n_rows(site: Site, page: Page) -> int:
    """All versions."""
    ((n,),) = site.rows(
        "SELECT count(*) FROM verify_verdict v JOIN crowd_worker w ON w.id = v.worker_id"
        " WHERE w.pseudonym = %s",
        worker_key(page),
    )
    return int(n)


def single(page: Page) -> None:
    """Until one photo is shown alone and an answer is taken."""
    expect(page.locator("body")).to_have_attribute("data-view", "photo")
    expect(page.locator("body")).to_have_attribute("data-open", "true")
    page.wait_for_timeout(250)


def answer(page: Page, key: str) -> None:
    single(page)
    source = page.locator("#photo img").get_attribute("src")
    page.keyboard.press(key)
    page.wait_for_function(
        "source => document.querySelector('#photo img')?.getAttribute('src') !== source",
        arg=source,
    )


def test_a_grid_by_keyboard_alone(site: Site, enter: Callable[..., Page]):
    page = enter()
    expect(tiles(page)).to_have_count(GRID)
    seen(page, GRID, GRID)
    expect(tiles(page).first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(marked(page)).to_have_count(2)
    page.keyboard.press("z")
    expect(page.locator("#magnifier")).to_be_visible()
    page.keyboard.press("z")
    expect(tiles(page).nth(7)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text(re.compile("^You marked 2 photos"))
    answer(page, "2")
    answer(page, "3")
    seen(page, N_PHOTOS - GRID, N_PHOTOS - GRID)
    page.keyboard.press("Enter")
    expect(page.locator("#note-done")).to_be_visible(timeout=20_000)
    saved(page)
    assert labels(site, page) == {"animal": N_PHOTOS - 2, "tracks": 1, "scat": 1}
    assert n_rows(site, page) == N_PHOTOS


def test_what_was_not_on_screen_is_no_vote_and_comes_again(site: Site, enter: Callable[..., Page]):
    page = enter(viewport={"width": 1440, "height": 520})
    seen(page, 12, GRID)
    hidden = page.locator(".tile:not(.is-seen)").evaluate_all("all => all.map(t => t.dataset.id)")
    assert len(hidden) == 12
    page.locator("#submit-grid").click()
    expect(page.locator("#toast")).to_have_text(re.compile("^12 photos were not on screen"))
    expect(page.locator(".tile").first).to_have_attribute("data-id", hidden[0])
    saved(page)
    assert labels(site, page) == {"animal": 12}
    assert not {assignment for assignment, _ in verdicts(site, page)} & set(hidden)
    shown = page.locator(".tile").evaluate_all("all => all.map(t => t.dataset.id)")
    assert set(hidden) <= set(shown)


def test_held_enter_submits_once_and_never_unseen_photos(site: Site, enter: Callable[..., Page]):
    page = enter()
    page.keyboard.down("Enter")
    for _ in range(20):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    page.wait_for_timeout(300)
    assert len(verdicts(site, page)) <= GRID
    assert all(label == "animal" for _, label in verdicts(site, page))
    expect(page.locator("body")).to_have_attribute("data-view", "grid")


def test_a_grid_taken_back_and_marked_after_all(site: Site, enter: Callable[..., Page]):
    page = enter()
    seen(page, GRID, GRID)
    first = page.locator(".tile").first.get_attribute("data-id")
    page.keyboard.press("Enter")
    seen(page, N_PHOTOS - GRID, N_PHOTOS - GRID)
    saved(page)
    assert labels(site, page) == {"animal": GRID}
    page.locator("#go-back").click()
    expect(page.locator(".tile").first).to_have_attribute("data-id", first or "")
    seen(page, GRID, GRID)
    page.wait_for_timeout(250)
    tiles(page).first.click()
    page.keyboard.press("Enter")
    answer(page, "4")
    expect(tiles(page)).to_have_count(N_PHOTOS - GRID)
    saved(page)
    assert dict(verdicts(site, page))[first or ""] == "habitat"
    assert labels(site, page) == {"animal": GRID - 1, "habitat": 1}


def test_marks_survive_a_closed_tab(enter: Callable[..., Page]):
    page = enter()
    tiles(page).nth(3).click()
    tiles(page).nth(5).click()
    address, context = page.url, page.context
    page.close()
    again = context.new_page()
    again.goto(address)
    expect(marked(again)).to_have_count(2)


def test_a_grid_submitted_offline_in_a_tab_that_dies(site: Site, enter: Callable[..., Page]):
    page = enter()
    seen(page, GRID, GRID)
    tiles(page).first.click()
    page.context.set_offline(True)
    page.locator("#submit-grid").click()
    expect(page.locator("#status-text")).to_have_text(f"Offline, {GRID - 1} answers kept here")
    assert verdicts(site, page) == []
    address, context = page.url, page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    saved(again)
    expect(marked(again)).to_have_count(1)
    assert labels(site, again) == {"animal": GRID - 1}
    assert n_rows(site, again) == GRID - 1


def test_batches_through_server_errors_and_lost_replies(site: Site, enter: Callable[..., Page]):
    page = enter()
    keys: list[list[str]] = []

    def trouble(route: Route) -> None:
        sent = json.loads(route.request.post_data or "")["verdicts"]
        keys.append([one["idempotency_key"] for one in sent])
        if len(keys) == 1:
            route.fetch()  # stored, but nobody is told
            route.abort("connectionreset")
        elif len(keys) == 2:
            route.fulfill(status=500, body="{}")
        else:
            route.continue_()

    page.route(BATCH, trouble)
    page.route("**/verdict/", lambda route: route.fulfill(status=500, body="{}"), times=3)
    seen(page, GRID, GRID)
    page.keyboard.press("Enter")
    seen(page, N_PHOTOS - GRID, N_PHOTOS - GRID)
    saved(page)
    assert len(keys) > 1
    assert sorted(keys[0]) == sorted(keys[1])
    assert labels(site, page) == {"animal": GRID}
    assert n_rows(site, page) == GRID


def test_a_grid_by_touch(site: Site, enter: Callable[..., Page]):
    page = enter(viewport=PHONE, has_touch=True, is_mobile=True)
    expect(tiles(page)).to_have_count(8)
    seen(page, 8, 8)
    tiles(page).nth(2).tap()
    expect(marked(page)).to_have_count(1)
    tiles(page).nth(4).dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})
    expect(page.locator("#magnifier")).to_be_visible()
    page.locator("#magnifier-mark").tap()
    page.get_by_role("button", name=re.compile("^Back to the grid")).tap()
    expect(marked(page)).to_have_count(2)
    page.locator("#submit-grid").tap()
    for name in ("Tracks", "Can't tell"):
        single(page)
        page.get_by_role("button", name=name).tap()
    expect(tiles(page)).to_have_count(8)
    saved(page)
    assert labels(site, page) == {"animal": 6, "tracks": 1, "cant_tell": 1}


def test_single_verdicts_wait_for_company_and_can_be_taken_back(
    site: Site, enter: Callable[..., Page]
):
    page = enter()
    page.keyboard.press("g")
    sent: list[int] = []
    page.on(
        "request",
        lambda one: (
            sent.append(len(json.loads(one.post_data or "")["verdicts"]))
            if "/api/verdicts/" in one.url
            else None
        ),
    )
    answer(page, "1")
    single(page)
    page.keyboard.press("Backspace")
    expect(page.locator("#toast")).to_have_text(re.compile("You had: Animal visible"))
    answer(page, "2")
    for _ in range(6):
        answer(page, "1")
    assert verdicts(site, page) == []
    answer(page, "1")
    saved(page)
    assert sent == [8]
    assert labels(site, page) == {"animal": 7, "tracks": 1}
    assert n_rows(site, page) == 8


def test_a_closed_tab_sends_or_keeps_what_was_answered(site: Site, enter: Callable[..., Page]):
    page = enter()
    page.locator("#mode").click()
    for _ in range(3):
        answer(page, "1")
    address, context = page.url, page.context
    page.close()
    again = context.new_page()
    again.goto(address)
    single(again)
    saved(again)
    assert labels(site, again) == {"animal": 3}
    assert n_rows(site, again) == 3


def test_the_last_single_verdict_brings_thanks_and_is_stored(site: Site, newcomer: People):
    page = newcomer("traces")
    expect(page.locator("#mode")).to_be_hidden()
    for _ in range(2):
        answer(page, "1")
    single(page)
    page.keyboard.press("2")
    expect(page.locator("#note-done")).to_be_visible(timeout=20_000)
    saved(page)
    assert labels(site, page) == {"animal": 2, "tracks": 1}


def test_the_grid_has_no_violation(enter: Callable[..., Page]):
    page = enter()
    seen(page, GRID, GRID)
    tiles(page).first.click()
    assert violations(page, themes=LIGHT) == []
    page.set_viewport_size(DESKTOP)
    page.keyboard.press("z")
    expect(page.locator("#magnifier")).to_be_visible()
    assert violations(page, themes=LIGHT) == []
