"""The keys of the box page: each can be changed or switched off, and none answers by accident."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hand import SETTLE_MS, answers, draw, expect_boxes, saved, stored
from tests.browser.test_accessibility import LIGHT, violations
from tests.site import Site, shown, wait_for_another

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "skinks"


def key_of(page: Page, command: str) -> Locator:
    """The button in the list of keys by which a command gets another key."""
    return page.locator(f"#keys button:has(kbd[data-command={command}])")


def choose(page: Page, command: str, key: str) -> None:
    key_of(page, command).click()
    expect(page.locator("#keys-said")).to_contain_text("Press the new key")
    page.keyboard.press(key)
    expect(page.locator("#keys-said")).not_to_contain_text("Press the new key")


def test_a_key_is_changed_in_the_list_and_stays_changed(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    page.keyboard.press("k")
    expect(key_of(page, "nothing")).to_have_accessible_description("Nothing to box")
    choose(page, "nothing", "q")
    choose(page, "cantTell", "Escape")
    expect(page.locator("#instructions")).to_be_visible()
    expect(key_of(page, "nothing")).to_contain_text("Q")
    expect(key_of(page, "cantTell")).to_contain_text("U")
    assert violations(page, themes=LIGHT) == []
    page.keyboard.press("Escape")
    page.reload()
    uid = shown(page)
    expect(page.locator("#nothing kbd")).to_have_text("Q")
    page.wait_for_timeout(SETTLE_MS)
    page.keyboard.press("n")
    page.keyboard.press("q")
    wait_for_another(page, uid)
    saved(page)
    assert [outcome for _, outcome in answers(site, page)] == ["nothing"]


def test_single_keys_can_be_switched_off_and_come_back(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    expect(page.locator("#zoom-out")).to_have_attribute("title", "Zoom out (−)")
    page.keyboard.press("k")
    choose(page, "mode", "Backspace")
    choose(page, "larger", "q")
    expect(page.locator("#zoom-in")).to_have_attribute("title", "Zoom in (Q)")
    page.locator("#has-keys").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#nothing kbd")).to_be_hidden()
    expect(page.locator("#zoom-in")).to_have_attribute("title", "Zoom in")
    page.locator("#stage").focus()
    page.wait_for_timeout(SETTLE_MS)
    for key in ("n", "u", "p", "b", "?"):
        page.keyboard.press(key)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("F1")
    expect(page.locator("#instructions")).to_be_visible()
    page.locator("#keys-standard").click()
    expect(page.locator("#has-keys")).to_be_checked()
    page.keyboard.press("Escape")
    page.locator("#stage").focus()
    page.keyboard.press("x")
    expect(page.locator("[data-mode=extreme]")).to_have_attribute("aria-pressed", "true")
    assert answers(site, page) == []


def test_space_and_arrows_never_answer_and_never_change_the_photo(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    uid = shown(page)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    page.wait_for_timeout(SETTLE_MS)
    for key in ("Space", "ArrowRight", "ArrowLeft", "Shift+Enter"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    for key in ("Space", "ArrowRight", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    expect_boxes(page, 1)
    assert shown(page) == uid
    assert answers(site, page) == []


def test_a_held_key_answers_once(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    uid = shown(page)
    page.wait_for_timeout(SETTLE_MS)
    for _ in range(30):
        page.keyboard.down("n")  # all but the first are repeats
        page.wait_for_timeout(30)
    page.keyboard.up("n")
    wait_for_another(page, uid)
    saved(page)
    assert [outcome for _, outcome in answers(site, page)] == ["nothing"]


def test_a_number_that_was_typed_is_sent_with_control_enter(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    uid = shown(page)
    draw(page, 0.2, 0.2, 0.5, 0.5)
    field = page.locator("#field-left")
    field.fill("99999")
    page.wait_for_timeout(SETTLE_MS)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("outside")  # not sent, put right first
    expect(field).to_be_focused()
    field.fill("10.5")
    page.keyboard.press("Control+Enter")
    wait_for_another(page, uid)
    expect(page.locator("#stage")).to_be_focused()
    saved(page)
    ((bbox, method, pointer),) = stored(site, page)
    assert (bbox[0], method, pointer) == (10.5, "numbers", "keys")


def test_a_box_that_goes_leaves_the_focus_in_the_task(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.1, 0.1, 0.3, 0.3)
    draw(page, 0.5, 0.5, 0.7, 0.7)
    page.locator("#boxes button").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect_boxes(page, 1)
    expect(page.locator("#stage")).to_be_focused()
    page.keyboard.press("]")
    page.locator("#fields .up").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#fields")).to_be_hidden()
    expect(page.locator("#stage")).to_be_focused()
