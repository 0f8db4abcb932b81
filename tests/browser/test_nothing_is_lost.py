"""Answers reach the database exactly once, whatever happens on the way."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.hand import answers, draw, expect_boxes, saved, stored, submit
from tests.site import People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "lizards"


def box_one(page: Page) -> None:
    draw(page, 0.3, 0.3, 0.6, 0.6)
    submit(page)


@pytest.fixture
def worker(newcomer: People) -> Page:
    """Somebody in the middle of work; browsers complain aloud about a lost connection."""
    newcomer.expected.append("net::ERR_")
    return newcomer(CAMPAIGN)


def test_work_goes_on_without_a_connection(site: Site, worker: Page):
    page = worker
    # the photos ahead are there before the connection goes
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    box_one(page)
    expect(page.locator("#status-text")).to_have_text("Offline, 1 answer kept here")
    box_one(page)
    expect(page.locator("#status-text")).to_have_text("Offline, 2 answers kept here")
    assert answers(site, page) == []
    page.context.set_offline(False)
    saved(page)
    assert [outcome for _, outcome in answers(site, page)] == ["answered"] * 2
    assert len(stored(site, page)) == 2


def test_an_answer_whose_reply_was_lost_is_stored_once(site: Site, worker: Page):
    keys: list[str] = []

    def lose_the_first(route: Route) -> None:
        keys.append(json.loads(route.request.post_data or "")["idempotency_key"])
        route.fetch()
        if len(keys) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    worker.route("**/annotation/", lose_the_first)
    box_one(worker)
    worker.wait_for_timeout(1500)
    saved(worker)
    assert len(keys) > 1
    assert len(set(keys)) == 1
    assert len(answers(site, worker)) == 1


def test_an_answer_survives_the_death_of_the_web_server(site: Site, worker: Page):
    web = site.web()
    processes = [web, *web.children(recursive=True)]
    for process in processes:
        process.kill()
    box_one(worker)
    saved(worker)
    site.wait_until_ready()
    assert len(answers(site, worker)) == 1
    assert site.web().pid != web.pid


def test_a_closed_tab_takes_nothing_with_it(site: Site, worker: Page):
    address, context = worker.url, worker.context
    worker.wait_for_load_state("networkidle")
    context.set_offline(True)
    box_one(worker)
    draw(worker, 0.2, 0.2, 0.5, 0.5)
    draw(worker, 0.6, 0.6, 0.8, 0.8)
    expect_boxes(worker, 2)
    uid = shown(worker)
    worker.close()
    context.set_offline(False)

    again = context.new_page()
    again.goto(address)
    assert shown(again) == uid
    expect(again.locator("#toast")).to_have_text("We restored your 2 boxes.")
    expect_boxes(again, 2)
    saved(again)
    assert len(answers(site, again)) == 1
    submit(again)
    saved(again)
    assert len(answers(site, again)) == 2
    assert len(stored(site, again)) == 3
