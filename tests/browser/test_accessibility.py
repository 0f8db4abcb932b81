"""No page has an accessibility violation that a machine can find, at any size or in any colours."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.hand import draw, expect_boxes
from tests.site import DESKTOP, PHONE, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

Theme = Literal["light", "dark"]
LIGHT: tuple[Theme, ...] = ("light",)
BOTH: tuple[Theme, ...] = ("light", "dark")


def violations(page: Page, *, themes: tuple[Theme, ...]) -> list[str]:
    """What axe complains of, at both sizes and in each theme, one line for each element."""
    found = []
    for theme in themes:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            found += [f"{size['width']} {theme} {line}" for line in complaints(page)]
    return found


def complaints(page: Page) -> list[str]:
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    report = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{broken['id']}: {node['target']} {node['failureSummary']}"
        for broken in report["violations"]
        for node in broken["nodes"]
    ]


def go(page: Page, address: str, status: int = 200) -> None:
    """Open a page, which must say what it may load."""
    reply = page.goto(address)
    assert reply is not None
    assert reply.status == status
    policy = reply.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_button_without_a_name_is_found(newcomer: People):
    page = newcomer.page()
    page.set_content("<html lang=en><title>Bad</title><main><h1>Bad</h1><button></button></main>")
    (line, *_) = violations(page, themes=LIGHT)
    assert "button-name" in line


def test_the_doors(site: Site, newcomer: People):
    newcomer.expected.append("status of 410")
    page = newcomer.page()
    for path in (site.invitation("reptiles"), "/sign-in/"):
        go(page, site.address + path)
        assert violations(page, themes=BOTH) == []
    page.locator("button.primary").click()
    page.locator("#id_username").fill("nobody")
    page.locator("#id_password").fill("not-the-one")
    page.locator("button.primary").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page, themes=LIGHT) == []
    go(page, f"{site.address}/join/no-such-invitation/", 410)
    assert violations(page, themes=LIGHT) == []


def test_a_workers_pages(site: Site, newcomer: People):
    newcomer.expected += ["status of 404", "status of 403"]
    page = newcomer("reptiles")
    pages = {"/": 200, "/account/": 200, "/no-such-page/": 404, "/dashboard/": 403}
    for path, status in pages.items():
        go(page, site.address + path, status)
        assert violations(page, themes=BOTH) == [], path


def test_the_box_page(site: Site, newcomer: People):
    page = newcomer("reptiles")
    assert violations(page, themes=LIGHT) == []
    page.set_viewport_size(DESKTOP)
    page.wait_for_timeout(100)
    draw(page, 0.2, 0.2, 0.5, 0.5)
    draw(page, 0.4, 0.4, 0.8, 0.8)
    expect_boxes(page, 2)
    assert violations(page, themes=LIGHT) == []
    for button in ("#open-instructions", "#problem"):
        page.locator(button).click()
        page.locator("dialog[open]").wait_for()
        assert violations(page, themes=LIGHT) == [], button
        page.keyboard.press("Escape")


def test_a_task_page_without_a_photo(site: Site, newcomer: People):
    page = newcomer.page()
    page.route("**/api/campaigns/*/assignments/", lambda route: route.fulfill(status=204))
    page.goto(site.address + site.invitation("reptiles"))
    page.get_by_role("button", name="Start", exact=True).click()
    # the first cards come before the first photo
    expect(page.get_by_role("heading", name="Before the first photo")).to_be_visible()
    assert violations(page, themes=LIGHT) == []
    page.get_by_role("button", name="To the photos").click()
    expect(page.get_by_role("heading", name="Nothing is waiting just now")).to_be_visible()
    assert violations(page, themes=LIGHT) == []


def test_the_verify_page(site: Site, newcomer: People):
    page = newcomer("traces")
    assert violations(page, themes=LIGHT) == []
    page.locator("#open-instructions").click()
    assert violations(page, themes=LIGHT) == []


@pytest.fixture
def organizer(newcomer: People) -> Page:
    return newcomer.organizer()


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/dashboard/",
        "/dashboard/campaigns/new/",
        "/dashboard/campaigns/reptiles/",
        "/dashboard/campaigns/reptiles/tasks/",
        "/dashboard/campaigns/reptiles/reports/",
        "/dashboard/campaigns/reptiles/workers/",
        "/dashboard/campaigns/reptiles/consensus/",
        "/dashboard/campaigns/reptiles/consensus/compare/?old=now",
        "/dashboard/campaigns/reptiles/quality/",
        "/dashboard/campaigns/reptiles/taxa/",
        "/dashboard/campaigns/traces/",
        "/dashboard/super-classes/",
        "/dashboard/plan/",
        "/dashboard/releases/",
    ],
)
def test_an_organizers_page(site: Site, organizer: Page, path: str):
    go(organizer, site.address + path)
    assert violations(organizer, themes=BOTH) == []


def test_an_adaptive_campaign_in_the_making(site: Site, organizer: Page):
    go(organizer, site.address + "/dashboard/campaigns/new/")
    expect(organizer.get_by_label("Workers per photo")).to_be_visible()
    expect(organizer.get_by_label("At least")).to_be_hidden()
    organizer.get_by_label("As many as each photo needs").check()
    expect(organizer.get_by_label("Workers per photo")).to_be_hidden()
    expect(organizer.get_by_label("At least")).to_be_visible()
    assert violations(organizer, themes=BOTH) == []


def test_a_verification_campaign_in_the_making(site: Site, organizer: Page):
    go(organizer, site.address + "/dashboard/campaigns/new/")
    expect(organizer.get_by_label("How bad a miss is")).to_be_hidden()
    organizer.get_by_label("Verify: is it the animal itself").check()
    expect(organizer.get_by_label("How bad a miss is")).to_have_value("1")
    assert violations(organizer, themes=BOTH) == []


def test_a_workers_page_for_organizers(site: Site, organizer: Page, newcomer: People):
    newcomer("reptiles")
    ((worker,),) = site.rows(
        "SELECT e.worker_id FROM crowd_enrolment e JOIN crowd_campaign c ON c.id = e.campaign_id"
        " WHERE c.slug = 'reptiles' ORDER BY e.id DESC LIMIT 1"
    )
    go(organizer, f"{site.address}/dashboard/campaigns/reptiles/workers/{worker}/")
    organizer.locator("details.confirm summary").click()
    assert violations(organizer, themes=BOTH) == []


REPORT = """
import uuid
from django.utils import timezone
from annotate import submission
from crowd import leases, people
now = timezone.now()
worker = people.add_guest().worker
for lease in leases.claim(worker, "geckos", count=24, now=now)[0]:
    said = {"outcome": "problem", "comment": "upside down", "boxes": [], "timing": {}}
    submission.accept(worker, lease.id, {**said, "idempotency_key": uuid.uuid4()}, now=now)
"""


def test_reports_are_looked_at_by_keyboard(site: Site, organizer: Page):
    site.manage("shell", "--no-imports", "-v0", "-c", REPORT)
    go(organizer, site.address + "/dashboard/campaigns/geckos/reports/")
    expect(organizer.get_by_role("heading", level=1)).to_have_text("3 photos to look at")
    assert violations(organizer, themes=BOTH) == []
    organizer.get_by_role("button", name="Mark photo 1 as seen").press("Enter")
    expect(organizer.get_by_role("heading", level=1)).to_have_text("2 photos to look at")
    expect(organizer.get_by_role("status")).to_have_text(
        "1 photo marked as seen. Nothing changes for workers."
    )
    organizer.get_by_role("link", name="Seen 1").press("Enter")
    expect(organizer.get_by_text("Seen by olga")).to_be_visible()
    assert violations(organizer, themes=BOTH) == []


def test_a_photo_with_answers(site: Site, organizer: Page):
    ((task,),) = site.rows(
        "SELECT t.id FROM crowd_task t JOIN crowd_campaign c ON c.id = t.campaign_id"
        " WHERE c.slug = 'reptiles' ORDER BY t.id LIMIT 1"
    )
    go(organizer, f"{site.address}/dashboard/tasks/{task}/")
    assert violations(organizer, themes=BOTH) == []
