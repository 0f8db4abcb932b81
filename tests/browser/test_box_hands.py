"""Any hand on the box page: mouse, pen, one finger, and what each leaves with a box."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import answers, draw, expect_boxes, place, saved, stored, submit
from tests.browser.test_editor import NEAR, Fingers
from tests.site import PHONE, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "lizards"
SMALL: Any = {"width": 320, "height": 568}
LYING: Any = {"width": 844, "height": 390}


def details(site: Site, page: Page) -> list[tuple[Any, ...]]:
    """Method, pointer, scale, n_edits and draw_ms of this person's boxes."""
    return site.rows(
        "SELECT method, pointer, scale, n_edits, draw_ms FROM annotate_box"
        " WHERE annotation_id = ANY(%s) ORDER BY annotation_id, number",
        [row[0] for row in answers(site, page)],
    )


def test_each_box_keeps_how_it_was_drawn(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.05, 0.05, 0.2, 0.2)
    found = place(site, page)
    stage = page.locator("#stage").bounding_box()
    assert stage
    x, y = found.left + 330, found.top + 60
    page.mouse.click(x, y)
    page.mouse.click(x + 90, y + 70)
    expect_boxes(page, 2)
    page.keyboard.press("x")
    for dx, dy in ((50, 200), (0, 260), (100, 240), (60, 300)):
        page.mouse.click(x + dx, y + dy)
    expect_boxes(page, 3)
    page.keyboard.press("x")
    for key in ("b", "Enter", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect_boxes(page, 4)
    draw(page, 0.7, 0.7, 0.9, 0.9)
    page.locator("#field-width").fill("55")
    page.keyboard.press("Tab")
    submit(page)
    saved(page)
    kept = details(site, page)
    assert [row[:2] for row in kept] == [
        ("drag", "mouse"),
        ("click2", "mouse"),
        ("extreme", "mouse"),
        ("keys", "keys"),
        ("numbers", "keys"),
    ]
    assert [row[2] for row in kept] == pytest.approx([found.scale] * 5, rel=1e-3)
    assert [row[3] for row in kept] == [0, 0, 0, 0, 1]
    assert all(0 < row[4] < 60_000 for row in kept)


def test_a_pen_draws_and_takes_handles_as_a_mouse_does(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    found = place(site, page)
    channel = page.context.new_cdp_session(page)

    def pen(kind: str, x: float, y: float) -> None:
        down = int(kind != "mouseReleased")
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": down, "clickCount": 1}
        channel.send("Input.dispatchMouseEvent", {**event, "pointerType": "pen"})

    def stroke(start: tuple[float, float], end: tuple[float, float]) -> None:
        pen("mousePressed", *start)
        pen("mouseMoved", (start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        pen("mouseMoved", *end)
        pen("mouseReleased", *end)

    x, y = round(found.left + 200), round(found.top + 150)
    stroke((x, y), (x + 160, y + 120))
    expect_boxes(page, 1)
    # eleven pixels off the corner are still the corner
    stroke((x + 171, y + 131), (x + 201, y + 151))
    submit(page)
    saved(page)
    ((bbox, method, pointer),) = stored(site, page)
    assert (method, pointer) == ("drag", "pen")
    assert bbox[:2] == pytest.approx(found.to_image(x, y), abs=NEAR)
    assert bbox[2:] == pytest.approx([190 / found.scale, 140 / found.scale], abs=2 * NEAR)
    assert details(site, page)[0][3] == 1


def test_nothing_on_the_page_can_take_a_drag_away_from_the_stage(newcomer):
    page = newcomer(CAMPAIGN)
    style = page.locator("#stage").evaluate(
        "one => [getComputedStyle(one).touchAction, getComputedStyle(one).userSelect]"
    )
    photo = page.locator("#photo img").evaluate(
        "one => [one.draggable, getComputedStyle(one).pointerEvents]"
    )
    assert style == ["none", "none"]
    assert photo == [False, "none"]
    draw(page, 0.3, 0.3, 0.4, 0.4)
    x, y = page.mouse, page.locator("#stage")
    box = y.bounding_box()
    assert box
    x.move(box["x"] + 300, box["y"] + 200)
    x.down()
    held = "one => [...Array(9).keys()].some(id => one.hasPointerCapture(id))"
    assert y.evaluate(held)
    x.up()
    assert not y.evaluate(held)


def test_the_photo_is_an_image_moved_by_the_compositor_and_boxes_are_drawn_over_it(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    assert (
        page.locator("#photo img").evaluate("one => one.style.transform").startswith("translate(")
    )
    expect(page.locator("#overlay image")).to_have_count(0)
    box = page.locator("#overlay g.box")
    expect(box.locator("text")).to_have_text("1")  # numbers, not colours, tell boxes apart
    widths = [
        box.locator(name).evaluate("one => parseFloat(getComputedStyle(one).strokeWidth)")
        for name in (".halo", ".line")
    ]
    assert widths[0] > widths[1] >= 2.5


@pytest.mark.parametrize("end", ["pointercancel", "hidden"])
def test_a_drawing_that_is_cut_off_leaves_no_box(newcomer, end):
    page = newcomer(CAMPAIGN)
    stage = page.locator("#stage").bounding_box()
    assert stage
    x, y = stage["x"] + 400, stage["y"] + 200
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y + 90, steps=3)
    expect(page.locator("#overlay .is-draft")).to_have_count(1)
    if end == "pointercancel":
        page.locator("#stage").dispatch_event("pointercancel", {"pointerId": 1})
    else:
        page.evaluate(
            "Object.defineProperty(document, 'hidden', {value: true, configurable: true});"
            "document.dispatchEvent(new Event('visibilitychange'))"
        )
    expect(page.locator("#overlay .is-draft")).to_have_count(0)
    page.mouse.move(x + 200, y + 150, steps=2)
    page.mouse.up()
    expect_boxes(page, 0)
    expect(page.locator("#overlay g.box")).to_have_count(0)


def test_a_box_near_the_border_ends_on_it(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    found = place(site, page)
    x, y = round(found.left + 4), round(found.top + 5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 200, y + 150, steps=3)
    page.mouse.up()
    expect_boxes(page, 1)
    submit(page)
    saved(page)
    ((bbox, *_),) = stored(site, page)
    assert bbox[:2] == [0, 0]


def test_one_finger_moves_the_photo_where_the_hand_is_chosen(site: Site, newcomer):
    page = newcomer(CAMPAIGN, viewport=PHONE, has_touch=True, is_mobile=True)
    for _ in range(4):
        page.locator("#zoom-in").tap()
    expect(page.locator("#zoom-level")).not_to_have_text("45 %")
    page.locator("#hand").tap()
    expect(page.locator("#hand")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(200)
    before = place(site, page)
    fingers = Fingers(page)
    fingers.put("touchStart", (250, 400))
    for step in (15, 40, 60):
        fingers.put("touchMove", (250 - step, 400 - step))
        page.wait_for_timeout(40)
    fingers.put("touchEnd")
    page.wait_for_timeout(200)
    after = place(site, page)
    assert (after.left, after.top) == pytest.approx((before.left - 60, before.top - 60), abs=2)
    expect_boxes(page, 0)
    page.locator("#hand").tap()
    draw(page, 0.5, 0.5, 0.6, 0.6)
    expect_boxes(page, 1)


def test_an_arrow_of_the_pad_goes_on_while_it_is_held_as_one_step(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.3, 0.3, 0.5, 0.5)
    left = page.locator("#field-left")
    expect(left).not_to_have_value("")
    before = float(left.input_value())
    arrow = page.locator("#fields .right")
    arrow.click()
    page.wait_for_function(
        "at => document.querySelector('#field-left').valueAsNumber > at", arg=before
    )
    after_one = left.input_value()
    once = float(after_one) - before
    page.locator("#stage").focus()  # the press takes the focus from something
    arrow.hover()
    page.mouse.down()
    page.wait_for_function(
        "([at, step]) => document.querySelector('#field-left').valueAsNumber > at + 4 * step",
        arg=[before, once],
    )
    page.mouse.up()
    page.wait_for_timeout(300)  # what is under way is painted
    held = left.input_value()
    page.wait_for_timeout(300)
    expect(left).to_have_value(held)  # it stops
    page.keyboard.press("Control+z")
    expect(left).to_have_value(after_one)


def test_four_points_are_counted_where_they_are_set(newcomer):
    page = newcomer(CAMPAIGN, viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator("#open-tools").tap()
    page.locator("[data-mode=extreme]").tap()
    expect(page.locator("#no-boxes")).to_contain_text("four outermost points")
    page.locator("#open-tools").tap()
    for n, (x, y) in enumerate(((120, 300), (180, 330), (150, 280)), start=1):
        page.locator("#stage").tap(position={"x": x, "y": y})
        expect(page.locator("#hint-points")).to_have_text(f"Outermost points: {n} of 4")
    page.locator("#undo").tap()
    expect(page.locator("#hint-points")).to_have_text("Outermost points: 2 of 4")


@pytest.mark.parametrize("viewport", [PHONE, SMALL], ids=["phone", "small"])
def test_numbers_can_be_typed_on_a_phone(newcomer, viewport):
    page = newcomer(CAMPAIGN, viewport=viewport, has_touch=True, is_mobile=True)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    expect(page.locator("#field-left")).to_be_hidden()
    page.locator("#open-tools").tap()
    page.locator("#field-width").fill("77.5")
    page.keyboard.press("Enter")
    expect(page.locator("#boxes .visually-hidden")).to_contain_text("78 by")
    page.wait_for_timeout(200)
    photo, field = (page.locator(name).bounding_box() for name in ("#photo img", "#field-width"))
    assert photo
    assert field
    assert photo["y"] + photo["height"] <= field["y"]
    assert photo["height"] >= 90


def test_a_phone_on_its_side_keeps_its_height_for_the_photo(newcomer):
    page = newcomer(CAMPAIGN, viewport=LYING, has_touch=True, is_mobile=True)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    panel, stage = (page.locator(name).bounding_box() for name in (".panel", "#stage"))
    assert panel
    assert stage
    assert panel["width"] == 88
    assert panel["x"] + panel["width"] == 844
    assert stage["height"] >= 230
    assert stage["width"] == 844 - 88
    page.locator("#fields .right").tap()
    page.locator("#open-tools").tap()
    expect(page.locator("#field-left")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 844


def test_forced_colours_keep_boxes_and_the_selected_one_apart(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.1, 0.1, 0.3, 0.3)
    draw(page, 0.5, 0.5, 0.7, 0.7)
    page.emulate_media(forced_colors="active")
    colour = """(one, name) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = name;
        const wanted = getComputedStyle(probe).color;
        probe.remove();
        return getComputedStyle(one).stroke === wanted;
    }"""
    lines = page.locator("#overlay g.box .line")
    expect(lines).to_have_count(2)
    expect(page.locator("#overlay g.box").nth(1)).to_have_class(re.compile("is-picked"))
    assert lines.nth(0).evaluate(colour, "CanvasText")
    assert lines.nth(1).evaluate(colour, "Highlight")
    assert shown(page)
