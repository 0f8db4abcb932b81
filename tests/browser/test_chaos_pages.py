"""Whatever happens in the middle, on every task page: no answer is lost and none is doubled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser import chaos
from tests.browser.chaos import BOX, GRID, SINGLE, Work, come, holds_once, reopened, worker_key
from tests.site import People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

every_page = pytest.mark.parametrize("work", chaos.ALL, ids=lambda work: work.name)
HOURS_MS = 3600 * 1000
EXPIRE = """
from datetime import timedelta
from django.utils import timezone
from crowd import leases
from crowd.models import Assignment
now = timezone.now()
Assignment.objects.filter(worker__pseudonym=%r, state="leased").update(
    lease_until=now - timedelta(minutes=1)
)
leases.expire(now=now)
"""


@pytest.fixture
def enter(site: Site, newcomer: People, tmp_path_factory: pytest.TempPathFactory):
    """Somebody new on a task page; browsers complain aloud about a lost connection."""
    chaos.prepare(site, tmp_path_factory.mktemp("steppe"))
    newcomer.expected += ["net::ERR_", "status of 500"]

    def enter(work: Work) -> Page:
        return come(site, newcomer.page(), work)

    return enter


Enter = Callable[[Work], Page]


def offline(page: Page, n: int) -> None:
    words = f"Offline, {n} answer{'s' if n > 1 else ''} kept here"
    expect(page.locator("#status-text")).to_have_text(words, timeout=chaos.LONG_MS)


@every_page
def test_a_tab_that_crashes_with_answers_on_their_way(site: Site, enter: Enter, work: Work):
    page = enter(work)
    page.wait_for_load_state("networkidle")  # the photos ahead are there
    page.context.set_offline(True)
    work.give(page)
    offline(page, work.n_each)
    chaos.crash(page)
    again = reopened(page)
    chaos.is_open(again)
    holds_once(site, again, work, work.n_each)


@every_page
def test_a_server_that_fails_for_a_while(site: Site, enter: Enter, work: Work):
    page = enter(work)
    keys: list[str] = []

    def fail(route: Route) -> None:
        sent = json.loads(route.request.post_data or "")
        keys.extend(one["idempotency_key"] for one in sent.get("verdicts", [sent]))
        route.fulfill(status=500, body="<h1>Server Error</h1>")

    page.route(work.answer_path, fail, times=3)
    work.give(page)
    if work is not GRID:
        work.give(page)
    page.evaluate("dispatchEvent(new Event('online'))")
    n = work.n_each if work is GRID else 2
    holds_once(site, page, work, n)
    assert 1 <= len(set(keys)) <= n


@every_page
def test_a_web_server_that_is_killed(site: Site, enter: Enter, work: Work):
    page = enter(work)
    page.wait_for_load_state("networkidle")
    web = site.web()
    for process in [web, *web.children(recursive=True)]:
        process.kill()
    try:
        work.give(page)
    finally:
        site.wait_until_ready()
    holds_once(site, page, work, work.n_each)


@every_page
def test_a_button_that_is_pressed_twice(site: Site, enter: Enter, work: Work):
    page = enter(work)
    work.press_twice(page)
    holds_once(site, page, work, work.n_each)
    chaos.is_open(page)


@pytest.mark.parametrize(("work", "key"), [(BOX, "n"), (SINGLE, "1")], ids=["box", "verdict"])
def test_a_key_that_is_held_down(site: Site, enter: Enter, work: Work, key: str):
    page = enter(work)
    before = chaos.source(page)
    page.wait_for_timeout(500)
    for _ in range(40):
        page.keyboard.down(key)  # all but the first are repeats
        page.wait_for_timeout(25)
    page.keyboard.up(key)
    chaos.is_taken(page, before)
    holds_once(site, page, work, 1)


@every_page
def test_a_lease_that_ended_in_the_middle(site: Site, enter: Enter, work: Work):
    page = enter(work)
    site.manage("shell", "--no-imports", "-v0", "-c", EXPIRE % worker_key(page))
    work.give(page)
    holds_once(site, page, work, work.n_each)
    assert not any(is_extra for _, is_extra in chaos.stored(site, work, worker_key(page)))


@every_page
def test_two_tabs_of_one_worker(site: Site, enter: Enter, work: Work):
    first = enter(work)
    second = first.context.new_page()
    second.goto(first.url)
    expect(first.locator("#note-elsewhere")).to_be_visible(timeout=chaos.LONG_MS)
    chaos.is_open(second)
    work.give(second)
    expect(first.locator("body")).to_have_attribute("data-open", "false")
    first.bring_to_front()
    first.get_by_role("button", name="Work here").click()
    expect(second.locator("#note-elsewhere")).to_be_visible(timeout=chaos.LONG_MS)
    chaos.is_open(first)
    work.give(first)
    n = 2 * work.n_each
    holds_once(site, first, work, n)


@every_page
def test_two_tabs_send_the_same_answers_at_once(site: Site, enter: Enter, work: Work):
    first = enter(work)
    first.wait_for_load_state("networkidle")
    context = first.context
    sent: Counter[str] = Counter()

    def count(request: Request) -> None:
        if request.method == "PUT" or request.url.endswith("/api/verdicts/"):
            body = json.loads(request.post_data or "")
            sent.update(one["idempotency_key"] for one in body.get("verdicts", [body]))

    context.on("request", count)
    context.route(work.answer_path, lambda route: route.abort("connectionreset"))
    work.give(first)
    first.evaluate("dispatchEvent(new Event('online'))")
    offline(first, work.n_each)
    second = context.new_page()
    second.goto(first.url)
    offline(second, work.n_each)
    context.unroute_all()
    for page in (first, second):
        page.evaluate("setTimeout(() => dispatchEvent(new Event('online')), 50)")
    for page in (first, second):
        holds_once(site, page, work, work.n_each)
    assert max(sent.values()) >= 2


@every_page
@pytest.mark.parametrize("hours", [-2, 2])
def test_a_clock_that_is_hours_wrong(
    site: Site, enter: Enter, newcomer: People, work: Work, hours: int
):
    page = enter(work)
    page.context.add_init_script(chaos.SKEW % (hours * HOURS_MS))
    renewed: list[str] = []
    page.on("request", lambda one: renewed.append(one.url) if "/renew/" in one.url else None)
    page.reload()
    work.give(page)
    holds_once(site, page, work, work.n_each)
    assert len(renewed) <= 3


@every_page
def test_a_device_that_is_full(site: Site, enter: Enter, work: Work):
    page = enter(work)
    page.wait_for_load_state("networkidle")
    page.evaluate(chaos.FILL)
    page.context.set_offline(True)
    work.give(page)
    offline(page, work.n_each)
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    asked.value.dismiss()
    page.context.set_offline(False)
    holds_once(site, page, work, work.n_each)


def test_what_waits_on_a_device_that_is_full_is_sent(site: Site, enter: Enter):
    page = enter(BOX)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    BOX.give(page)
    offline(page, 1)
    page.evaluate(chaos.FILL)
    chaos.crash(page)
    again = reopened(page)
    chaos.is_open(again)
    holds_once(site, again, BOX, 1)


def test_somebody_elses_page_in_place_of_a_reply(site: Site, enter: Enter):
    page = enter(BOX)
    page.route(
        BOX.answer_path,
        lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hotel</h1>"),
        times=2,
    )
    BOX.give(page)
    holds_once(site, page, BOX, 1)
