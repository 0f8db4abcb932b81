"""The box page when a hand is interrupted, and for those who cannot drag or see no pointer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import (
    SETTLE_MS,
    answers,
    draw,
    expect_boxes,
    place,
    saved,
    stored,
    submit,
)
from tests.browser.test_editor import Fingers
from tests.site import PHONE, Site, shown, wait_for_another

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "skinks"

# frames that do not come, as under load: what waits for one is kept
HOLD_FRAMES = """() => {
    const [real, held] = [window.requestAnimationFrame, []];
    window.requestAnimationFrame = run => held.push(run);
    window.letFramesCome = () => {
        window.requestAnimationFrame = real;
        held.forEach(run => real(run));
    };
}"""

TARGETS = """() => [...document.querySelectorAll('button, summary, input, a')]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.matches('.skip'))
    .map(one => one.matches('input[type=checkbox]') ? one.closest('label') : one)
    .map(one => [one.id || one.textContent.trim(), one.getBoundingClientRect()])
    .filter(([, {width, height}]) => width && Math.min(width, height) < 24)
    .map(([name, {width, height}]) => `${name} ${width} x ${height}`)"""


def sizes(page: Page) -> list[str]:
    return page.locator("#boxes .visually-hidden").all_inner_texts()


def test_a_resize_that_is_interrupted_leaves_the_box_as_it_was(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    expect_boxes(page, 1)
    before = sizes(page)
    corner = page.locator("#overlay .handle").nth(2).bounding_box()
    assert corner
    page.mouse.move(corner["x"] + 5, corner["y"] + 5)
    page.mouse.down()
    page.mouse.move(corner["x"] + 90, corner["y"] + 70, steps=3)
    page.evaluate("dispatchEvent(new Event('blur'))")
    page.mouse.move(corner["x"] + 190, corner["y"] + 170, steps=3)
    page.mouse.up()
    assert sizes(page) == before
    page.keyboard.press("Control+z")  # the drawing itself: the resize is no step
    expect_boxes(page, 0)


def test_a_photo_that_is_not_painted_yet_takes_no_answer(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    uid = shown(page)
    page.wait_for_timeout(SETTLE_MS)
    page.evaluate(HOLD_FRAMES)
    page.keyboard.press("n")
    wait_for_another(page, uid)
    page.wait_for_timeout(SETTLE_MS)
    for key in ("n", "u"):  # the photo before is old enough, this one is not there yet
        page.keyboard.press(key)
    uid = shown(page)
    page.evaluate("letFramesCome()")
    page.wait_for_timeout(SETTLE_MS)
    page.keyboard.press("n")
    wait_for_another(page, uid)
    saved(page)
    assert [outcome for _, outcome in answers(site, page)] == ["nothing", "nothing"]


def test_a_second_finger_keeps_the_points_that_were_set(site: Site, newcomer):
    page = newcomer(CAMPAIGN, viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator("#open-tools").tap()
    page.locator("[data-mode=extreme]").tap()
    page.locator("#open-tools").tap()
    page.wait_for_timeout(200)
    found = place(site, page)
    x, y = round(found.left + 100), round(found.top + 80)
    fingers = Fingers(page)
    fingers.put("touchStart", (x, y))
    fingers.put("touchEnd")
    expect(page.locator("#overlay .corner")).to_have_count(1)
    fingers.put("touchStart", (x, y))
    fingers.put("touchStart", (x, y), (x + 60, y))
    fingers.put("touchMove", (x - 30, y), (x + 110, y))
    fingers.put("touchEnd", (x - 30, y))
    fingers.put("touchEnd")
    assert place(site, page).scale > found.scale
    expect(page.locator("#overlay .corner")).to_have_count(1)
    expect(page.locator("#loupe")).to_be_hidden()


def test_four_points_are_set_by_keys_alone(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    page.wait_for_timeout(450)
    for key in ("x", "b", "Enter"):
        page.keyboard.press(key)
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight"):
        page.keyboard.press(key)
        page.keyboard.press(key)
        page.keyboard.press("Enter")
    expect_boxes(page, 1)
    submit(page)
    saved(page)
    ((bbox, method, pointer),) = stored(site, page)
    assert (method, pointer) == ("keys", "keys")
    assert bbox[2] == pytest.approx(bbox[3], abs=1)


def test_a_held_arrow_is_one_step_to_undo(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.2, 0.2, 0.4, 0.4)
    expect_boxes(page, 1)
    before = sizes(page)
    page.keyboard.down("Shift")
    for _ in range(8):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    page.keyboard.up("Shift")
    expect(page.locator("#boxes .visually-hidden")).not_to_have_text(before[0])
    page.keyboard.press("Control+z")
    expect(page.locator("#boxes .visually-hidden")).to_have_text(before[0])


def test_the_scale_of_the_last_edit_is_stored(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    page.locator("#zoom-in").click()
    page.wait_for_timeout(100)
    page.keyboard.press("Shift+ArrowRight")
    expected = place(site, page).scale
    submit(page)
    saved(page)
    ((answer, _),) = answers(site, page)
    ((scale, n_edits),) = site.rows(
        "SELECT scale, n_edits FROM annotate_box WHERE annotation_id = %s", answer
    )
    assert scale == pytest.approx(expected, rel=1e-3)
    assert n_edits == 1


def test_the_photo_is_moved_by_buttons(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    for _ in range(3):
        page.locator("#zoom-in").click()
    page.wait_for_timeout(100)
    before = place(site, page)
    page.locator("[data-pan='1,0']").click()
    page.wait_for_timeout(100)
    assert place(site, page).left == pytest.approx(before.left - 120)


def test_a_slider_does_not_swallow_the_keys(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    page.locator("#brightness").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#brightness-value")).to_have_text("110 %")
    page.keyboard.press("Delete")
    expect_boxes(page, 0)


def test_no_control_is_smaller_than_a_fingertip_needs(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    assert page.evaluate(TARGETS) == []
    page.set_viewport_size(PHONE)
    page.locator("#open-tools").click()
    assert page.evaluate(TARGETS) == []
    assert shown(page)
