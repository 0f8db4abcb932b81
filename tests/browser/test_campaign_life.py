"""An organizer changes instructions while a worker is at work, and follows the figures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import draw, expect_boxes, submit
from tests.browser.test_accessibility import BOTH, LIGHT, go, violations
from tests.site import DESKTOP, People, Site, shown, wait_for_another

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture(scope="module", autouse=True)
def _campaign(site: Site) -> None:
    """One of its own: what workers are told here is nobody else's matter."""
    site.manage(
        *("create_campaign", "newts", "--kind", "box", "--dataset", "garden"),
        *("--super-class", "Reptilia", "--workers-per-task", "20", "--max-workers", "20"),
        *("--instructions", "Box every newt.\nHalf hidden ones too."),
    )


def tell(page: Page, site: Site, text: str) -> None:
    page.goto(f"{site.address}/dashboard/campaigns/newts/instructions/")
    page.get_by_label("What workers are told").fill(text)
    page.get_by_role("button", name="Save as version").click()
    expect(page.get_by_text("is what workers are told now")).to_be_visible()


def test_a_worker_hears_of_changed_instructions_once(site: Site, newcomer: People):
    worker, olga = newcomer("newts"), newcomer.organizer()
    note = worker.locator("#changed")
    tell(olga, site, "Box each newt.\nHalf hidden ones too.")
    expect(note).to_be_hidden()
    # the next photos are claimed, and the note comes with them, while a box is being drawn
    before = shown(worker)
    draw(worker, 0.2, 0.2, 0.6, 0.6)
    submit(worker)
    wait_for_another(worker, before)
    expect(note).to_be_visible()
    draw(worker, 0.2, 0.2, 0.6, 0.6)
    expect_boxes(worker, 1)
    assert violations(worker, themes=LIGHT) == []
    worker.set_viewport_size(DESKTOP)
    worker.get_by_role("button", name="Read them").click()
    expect(worker.locator("#own-instructions")).to_contain_text("Box each newt.")
    worker.get_by_role("button", name="Got it").click()
    expect(note).to_be_hidden()
    expect_boxes(worker, 1)
    # not again after loading the page; but of the next change
    worker.reload()
    shown(worker)
    expect(note).to_be_hidden()
    tell(olga, site, "Box each newt.")
    worker.reload()
    shown(worker)
    expect(note).to_be_visible()
    worker.get_by_role("button", name="Later").click()
    expect(note).to_be_hidden()


def test_an_organizers_pages_of_a_campaigns_life(site: Site, newcomer: People):
    olga, worker = newcomer.organizer(), newcomer("newts")
    address = f"{site.address}/dashboard/campaigns/newts"
    go(olga, f"{address}/")
    answers = olga.locator('[data-figure="answers"]')
    n_before = int(answers.inner_text())
    height = olga.locator("main").bounding_box()
    before = shown(worker)
    draw(worker, 0.2, 0.2, 0.6, 0.6)
    submit(worker)
    wait_for_another(worker, before)
    expect(answers).to_have_text(str(n_before + 1), timeout=30_000)
    assert olga.locator("main").bounding_box() == height
    for path in ("instructions/", "clone/", "activity/"):
        go(olga, f"{address}/{path}")
        assert violations(olga, themes=BOTH) == [], path
    go(olga, f"{site.address}/dashboard/activity/?what=create")
    assert violations(olga, themes=LIGHT) == []
