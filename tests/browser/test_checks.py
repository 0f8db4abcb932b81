"""The page of checks: by keys with a network that goes and comes, by fingers, and for everybody."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import saved
from tests.browser.test_accessibility_workers import clean, dialog
from tests.browser.walk import KEY
from tests.site import PHONE, People, Site, begin

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "turtles-checked"
SETTLE_MS = 250
THUMB = 48
# three photographs: with two boxes, with one, and without any
MAKE = """
from django.core.management import call_command
from crowd.models import Campaign
from tests import make
shares = [
    [(0.1, 0.1, 0.3, 0.25), (0.5, 0.55, 0.3, 0.3)],
    [(0.35, 0.4, 0.12, 0.1)],
    [],
]
call_command(
    "create_campaign", "turtles", kind="box", dataset="garden", super_class="Reptilia",
    workers_per_task=20, max_workers=20,
)
drawn = Campaign.objects.get(slug="turtles")
checked = make.check_campaign(drawn, slug="turtles-checked", workers_per_task=20, max_workers=20)
for boxes, task in zip(shares, drawn.tasks.order_by("image__file_name")):
    width, height = task.image.width, task.image.height
    made = [[x * width, y * height, w * width, h * height] for x, y, w, h in boxes]
    make.check_of(checked, task, made)
"""


@pytest.fixture(scope="module", autouse=True)
def _campaign(site: Site) -> None:
    site.manage("shell", "--no-imports", "-v0", "-c", MAKE)


def asked(page: Page, question: str) -> None:
    """Until this is asked, and an answer to it is taken."""
    expect(page.locator("#where")).to_have_text(question)
    expect(page.locator("body")).to_have_attribute("data-open", "true")
    page.wait_for_timeout(SETTLE_MS)


def press(page: Page, question: str, *keys: str) -> None:
    asked(page, question)
    for key in keys:
        page.keyboard.press(key)


def stored(site: Site, page: Page) -> list[tuple[str, list[bool], bool | None, str]]:
    """What stands of this worker's checks, photo by photo in their order."""
    return site.rows(
        "SELECT i.outcome, i.are_tight, i.are_all_boxed, i.comment FROM annotate_inspection i"
        " JOIN crowd_worker w ON w.id = i.worker_id JOIN crowd_task t ON t.id = i.task_id"
        " WHERE w.pseudonym = %s AND i.is_current ORDER BY t.position",
        page.evaluate(KEY),
    )


def test_a_session_by_keys_loses_nothing_without_a_network(site: Site, newcomer: People):
    newcomer.expected += ["net::ERR_"]
    page = newcomer(CAMPAIGN)
    press(page, "Box 1 of 2, upper left", "1")
    press(page, "Box 2 of 2, bottom", "ArrowRight")
    press(page, "The whole photo, with its 2 boxes", "Backspace")
    page.reload()
    expect(page.locator("#toast")).to_contain_text("still there")
    press(page, "Box 2 of 2, bottom", "z")
    expect(page.locator("#stage")).not_to_have_class("stage is-near")
    press(page, "Box 2 of 2, bottom", "Numpad2")
    press(page, "The whole photo, with its 2 boxes", "ArrowLeft")
    asked(page, "Box 1 of 1, in the middle")
    saved(page)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    press(page, "Box 1 of 1, in the middle", "1")
    press(page, "The whole photo, with its box", "1")
    press(page, "The whole photo, without a box", "Backspace")
    press(page, "The whole photo, with its box", "2")
    press(page, "The whole photo, without a box", "0")
    expect(page.locator("#status")).to_have_attribute("data-state", "offline")
    assert len(stored(site, page)) == 1
    page.context.set_offline(False)
    saved(page)
    # without a connection, photos are asked for every five seconds
    expect(page.locator("#note-done")).to_be_visible(timeout=15_000)
    assert stored(site, page) == [
        ("answered", [True, False], True, ""),
        ("answered", [True], False, ""),
        ("cant_tell", [], None, ""),
    ]


def under_the_thumb(page: Page, button: Locator) -> None:
    box = button.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= THUMB
    assert box["y"] > PHONE["height"] / 2
    assert box["y"] + box["height"] <= PHONE["height"]


def test_a_session_by_taps(site: Site, newcomer: People):
    page = newcomer.page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"{site.address}{site.invitation(CAMPAIGN)}")
    page.get_by_role("button", name="Start", exact=True).tap()
    begin(page)
    yes, no = (page.get_by_role("button", name=name, exact=True) for name in ("Yes", "No"))
    asked(page, "Box 1 of 2, upper left")
    for button in (yes, no):
        under_the_thumb(page, button)
    page.locator("#stage").tap()
    expect(page.locator("#closer")).to_contain_text("Look closer")
    no.tap()
    asked(page, "Box 2 of 2, bottom")
    page.get_by_role("button", name="Undo last").tap()
    asked(page, "Box 1 of 2, upper left")
    yes.tap()
    asked(page, "Box 2 of 2, bottom")
    yes.tap()
    asked(page, "The whole photo, with its 2 boxes")
    no.tap()
    asked(page, "Box 1 of 1, in the middle")
    page.locator("#problem").tap()
    page.locator("[data-reason=disturbing]").tap()
    asked(page, "The whole photo, without a box")
    yes.tap()
    saved(page)
    assert stored(site, page) == [
        ("answered", [True, True], False, ""),
        ("problem", [], None, "disturbing"),
        ("answered", [], True, ""),
    ]


def test_the_page_of_checks_is_for_everybody(site: Site, newcomer: People):
    page = newcomer.page()
    page.goto(f"{site.address}{site.invitation(CAMPAIGN)}")
    expect(page.get_by_role("heading", name="Check the boxes of reptiles")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="To the photos").wait_for()
    clean(page)
    begin(page)
    asked(page, "Box 1 of 2, upper left")
    said = "Box 1 of 2, upper left. Is this box tight around one reptile?"
    expect(page.locator("#live-polite")).to_have_text(said)
    expect(page.locator("#stage")).to_be_focused()
    clean(page)
    for key in ("Shift+?", "k", "p"):
        page.locator("#stage").focus()
        dialog(page, lambda key=key: page.keyboard.press(key))  # type: ignore[misc]
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.get_by_role("button", name="Yes", exact=True).click()
    press(page, "Box 2 of 2, bottom", "2")
    asked(page, "The whole photo, with its 2 boxes")
    clean(page)
