"""The edges of a session: the first cards, the end, a lease that ends, signed out in the middle."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.hand import answers, draw, expect_boxes, saved, stored, submit
from tests.browser.test_accessibility import LIGHT, violations
from tests.site import DESKTOP, PHONE, People, Site, begin, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "edges"
# a clock that is wrong by so many milliseconds, as the page sees it
WRONG_CLOCK = """
{
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...parts) { parts.length ? super(...parts) : super(Right.now() + %d); }
    static now() { return Right.now() + %d; }
  };
}
"""
TWO_HOURS_MS = 7_200_000


@pytest.fixture(scope="module", autouse=True)
def _campaign(site: Site) -> None:
    site.manage(
        "create_campaign", CAMPAIGN, "--kind", "box", "--dataset", "garden",
        "--super-class", "Reptilia", "--workers-per-task", "20", "--max-workers", "20",
    )  # fmt: skip
    for name in ("tess", "uma"):
        site.manage("create_user", name, "--role", "worker", "--password", make.PASSWORD)


@pytest.fixture
def worker(newcomer: People) -> Page:
    newcomer.expected += ["net::ERR_", "status of 401", "status of 409"]
    return newcomer(CAMPAIGN)


def sign_in(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.address}/sign-in/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site.address}/")


def sign_out(page: Page, site: Site) -> None:
    page.goto(f"{site.address}/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in/"))


def come_back(page: Page) -> None:
    """The worker looks at the tab again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.fixture
def tess(site: Site, newcomer: People) -> Page:
    """Somebody with a password, with two boxes on the first photo."""
    newcomer.expected += ["status of 401"]
    page = newcomer.page()
    sign_in(page, site, "tess")
    page.goto(f"{site.address}/box/{CAMPAIGN}/")
    page.locator("#note-first, #photo img").locator("visible=true").first.wait_for()
    if page.locator("#note-first").is_visible():
        begin(page)
    shown(page)
    draw(page, 0.2, 0.2, 0.5, 0.5)
    draw(page, 0.55, 0.55, 0.8, 0.8)
    expect_boxes(page, 2)
    return page


def test_the_first_cards_come_once(site: Site, newcomer: People):
    page = newcomer.page(viewport=PHONE, has_touch=True)
    page.goto(site.address + site.invitation(CAMPAIGN))
    page.get_by_role("button", name="Start", exact=True).tap()
    cards = page.locator("#note-first")
    expect(cards.locator("li")).to_have_count(4)
    expect(cards).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert violations(page, themes=LIGHT) == []
    begin(page)
    page.reload()
    shown(page)
    expect(cards).to_be_hidden()
    expect(page.locator("#hint")).to_be_visible()


def test_practice_is_one_press_from_the_first_cards(site: Site, newcomer: People):
    page = newcomer.page()
    page.goto(site.address + site.invitation(CAMPAIGN))
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="Practise first").click()
    expect(page.locator("#instructions")).to_be_visible()
    page.keyboard.press("Enter")
    page.goto(f"{site.address}/box/{CAMPAIGN}/")
    shown(page)
    expect(page.locator("#note-first")).to_be_hidden()


def test_a_session_ends_with_what_it_came_to(site: Site, worker: Page):
    worker.evaluate(
        """() => {
          const {worker} = JSON.parse(document.getElementById("page-data").textContent);
          const kept = {day: new Date().toDateString(), n: 19};
          localStorage.setItem(`quadrat:${worker.key}:tally`, JSON.stringify(kept));
        }"""
    )
    worker.route("**/api/me/box/", lambda route: route.fulfill(json={"sentences": ["Kind."]}))
    draw(worker, 0.3, 0.3, 0.6, 0.6)
    worker.wait_for_timeout(500)
    worker.locator("#submit").click()
    card = worker.locator("#note-rest")
    expect(card.get_by_role("heading")).to_have_text("Thank you. 20 photos today")
    expect(card).to_contain_text("Kind.")
    assert violations(worker, themes=LIGHT) == []
    saved(worker)
    card.get_by_role("link", name="My work").click()
    expect(worker.locator(".own-answers li")).to_have_count(1)
    expect(worker.locator(".own-answers li")).to_contain_text("1 box")
    expect(worker.locator(".own-photo .drawn")).to_have_count(1)
    for size in (DESKTOP, PHONE):
        worker.set_viewport_size(size)
        assert worker.evaluate("document.documentElement.scrollWidth") == size["width"]
    assert violations(worker, themes=("light", "dark")) == []


def test_signed_out_and_in_again_in_another_tab_the_boxes_stay(site: Site, tess: Page):
    other = tess.context.new_page()
    before, n_boxes = len(answers(site, tess)), len(stored(site, tess))
    sign_out(other, site)
    come_back(tess)
    expect(tess.locator("#signed-out")).to_be_visible()
    for _ in range(3):  # browsers let a second Escape close what the first must not
        tess.keyboard.press("Escape")
    tess.wait_for_timeout(300)
    expect(tess.locator("#signed-out")).to_be_visible()
    assert tess.locator("#overlay .line, #overlay .box").count() > 0
    expect_boxes(tess, 2)
    assert violations(tess, themes=LIGHT) == []
    sign_in(other, site, "tess")
    expect(tess.locator("#signed-out")).to_be_hidden(timeout=15_000)
    expect_boxes(tess, 2)
    tess.set_viewport_size(DESKTOP)
    submit(tess)
    saved(tess)
    assert len(answers(site, tess)) == before + 1
    assert len(stored(site, tess)) == n_boxes + 2


def test_signing_in_in_the_same_tab_brings_the_boxes_back(site: Site, tess: Page):
    other = tess.context.new_page()
    uid = shown(tess)
    sign_out(other, site)
    come_back(tess)
    tess.get_by_role("link", name="Sign in", exact=True).click()
    tess.get_by_label("Name").fill("tess")
    tess.get_by_label("Password").fill(make.PASSWORD)
    tess.get_by_role("button", name="Sign in").click()
    assert shown(tess) == uid
    expect(tess.locator("#toast")).to_have_text("We restored your 2 boxes.")
    expect_boxes(tess, 2)


def test_nothing_is_sent_in_the_name_of_somebody_else(site: Site, tess: Page):
    other = tess.context.new_page()
    before = len(answers(site, tess))
    sign_out(other, site)
    sign_in(other, site, "uma")
    tess.wait_for_timeout(500)
    tess.locator("#submit").click()
    expect(tess.locator("#signed-out")).to_be_visible()
    expect(tess.locator("#signed-out-who")).to_contain_text("Somebody else is signed in")
    assert len(answers(site, tess)) == before
    ((n_of_uma,),) = site.rows(
        "SELECT count(*) FROM crowd_assignment a JOIN crowd_worker w ON w.id = a.worker_id"
        " JOIN crowd_user u ON u.id = w.user_id WHERE u.username = 'uma'"
    )
    assert n_of_uma == 0
    sign_out(other, site)
    sign_in(other, site, "tess")
    expect(tess.locator("#signed-out")).to_be_hidden(timeout=15_000)
    saved(tess)
    assert len(answers(site, tess)) == before + 1


def test_a_lease_that_cannot_be_renewed_is_told_and_kept_by_a_press(site: Site, newcomer: People):
    newcomer.expected += ["net::ERR_"]
    page = newcomer.page()
    page.clock.install()
    page.goto(site.address + site.invitation(CAMPAIGN))
    page.get_by_role("button", name="Start", exact=True).click()
    begin(page)
    page.route("**/renew/", lambda route: route.abort("internetdisconnected"))
    bar = page.locator("#lease-warning")
    page.clock.run_for(6_000)
    expect(bar).to_be_hidden()
    page.clock.fast_forward(8 * 60_000 + 10_000)
    expect(page.locator("#lease-text")).to_have_text(
        "This photo is kept for you for 2 more minutes."
    )
    assert violations(page, themes=LIGHT) == []
    page.get_by_role("button", name="Keep it longer").click()
    expect(page.locator("#live-assertive")).to_contain_text("There is no connection")
    expect(bar).to_be_visible()
    page.unroute("**/renew/")
    page.get_by_role("button", name="Keep it longer").click()
    expect(bar).to_be_hidden()


def test_an_answer_after_the_lease_is_stored_and_the_page_says_what_happened(
    site: Site, worker: Page
):
    draw(worker, 0.3, 0.3, 0.6, 0.6)
    site.rows(
        "UPDATE crowd_assignment SET state = 'expired' WHERE state = 'leased' AND worker_id ="
        " (SELECT id FROM crowd_worker WHERE pseudonym = %s) RETURNING id",
        worker.evaluate("JSON.parse(document.getElementById('page-data').textContent).worker.key"),
    )
    come_back(worker)
    expect(worker.locator("#lease-text")).to_contain_text("not kept for you any longer")
    expect(worker.locator("#lease-extend")).to_be_hidden()
    expect_boxes(worker, 1)
    worker.wait_for_timeout(500)
    worker.locator("#submit").click()
    saved(worker)
    assert [outcome for _, outcome in answers(site, worker)] == ["answered"]


@pytest.mark.parametrize("hours_off", [-1, 1])
def test_a_clock_that_is_wrong_by_hours_changes_nothing(
    site: Site, newcomer: People, hours_off: int
):
    page = newcomer.page()
    off = hours_off * TWO_HOURS_MS
    page.add_init_script(WRONG_CLOCK % (off, off))
    page.goto(site.address + site.invitation(CAMPAIGN))
    page.get_by_role("button", name="Start", exact=True).click()
    begin(page)
    with page.expect_response("**/renew/") as renewed:
        come_back(page)
    assert renewed.value.status == 200
    draw(page, 0.3, 0.3, 0.6, 0.6)
    page.wait_for_timeout(6_000)
    expect(page.locator("#lease-warning")).to_be_hidden()
    submit(page)
    saved(page)
    expect(page.locator("#go-back")).to_be_visible()
    assert len(answers(site, page)) == 1
    assert len(stored(site, page)) == 1


def test_going_back_twice_keeps_what_was_corrected_meanwhile(worker: Page):
    draw(worker, 0.3, 0.3, 0.5, 0.5)
    submit(worker)
    uid = shown(worker)
    worker.keyboard.press("Shift+Z")
    expect(worker.locator("#toast")).to_contain_text("Your last photo, with 1 box.")
    expect_boxes(worker, 1)
    assert shown(worker) != uid
    draw(worker, 0.6, 0.6, 0.8, 0.8)
    expect_boxes(worker, 2)
    worker.keyboard.press("Shift+Z")
    worker.wait_for_timeout(500)
    expect_boxes(worker, 2)


def test_a_browser_that_keeps_nothing_is_warned_of_once(site: Site, newcomer: People):
    page = newcomer.page()
    page.add_init_script("Storage.prototype.setItem = () => { throw new Error('full'); };")
    page.goto(site.address + site.invitation(CAMPAIGN))
    page.get_by_role("button", name="Start", exact=True).click()
    begin(page)
    expect(page.locator("#toast")).to_contain_text("keeps nothing on the device")
    page.evaluate(
        """() => { globalThis.said = []; new MutationObserver(() => {
             said.push(document.getElementById("live-polite").textContent);
           }).observe(document.getElementById("live-polite"), {childList: true}); }"""
    )
    draw(page, 0.3, 0.3, 0.6, 0.6)
    submit(page)
    saved(page)
    assert not any("keeps nothing" in said for said in page.evaluate("said"))
