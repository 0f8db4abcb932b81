"""The box page's tools: other ways to draw, a closer and a brighter look, for either hand."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import draw, expect_boxes, place, saved, stored, submit
from tests.browser.test_accessibility import LIGHT, violations
from tests.browser.test_editor import NEAR, Fingers, to_photo_of_width
from tests.site import DESKTOP, PHONE, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

CAMPAIGN = "geckos"

Point = tuple[float, float]


def press(page: Page, *points: Point) -> None:
    """Press and let go, in CSS pixels of the window."""
    for point in points:
        page.mouse.click(*point)


def dark(page: Page) -> str:
    return str(page.locator("#photo img").evaluate("img => img.style.filter"))


@pytest.mark.parametrize("ratio", [1, 1.25, 2, 3])
def test_points_are_stored_where_they_were_pressed_at_any_zoom(site: Site, newcomer, ratio):
    page = newcomer(CAMPAIGN, device_scale_factor=ratio)
    to_photo_of_width(site, page, 2600)
    page.keyboard.press("1")  # one pixel for one, then closer still and aside
    page.mouse.move(623, 377)
    page.mouse.wheel(0, -300)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.wait_for_timeout(150)
    found = place(site, page)
    assert found.scale > 1.1
    left, top, right, bottom = (301, 402), (455, 207), (702, 333), (503, 611)
    press(page, top, right, left)
    expect_boxes(page, 0)
    press(page, bottom)
    expect_boxes(page, 1)
    submit(page)
    saved(page)
    ((bbox, method, pointer),) = stored(site, page)
    edges = [bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]]
    x0, y0 = found.to_image(left[0], top[1])
    x1, y1 = found.to_image(right[0], bottom[1])
    assert edges == pytest.approx([x0, y0, x1, y1], abs=NEAR)
    assert (method, pointer) == ("extreme", "mouse")


def test_points_are_taken_back(newcomer):
    page = newcomer(CAMPAIGN)
    page.keyboard.press("x")
    press(page, (400, 300), (500, 400))
    expect(page.locator("#overlay .corner")).to_have_count(2)
    page.keyboard.press("Backspace")
    expect(page.locator("#overlay .corner")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#overlay .corner")).to_have_count(0)
    expect(page.locator("[data-mode=extreme]")).to_have_attribute("aria-pressed", "true")


def test_a_number_that_is_being_typed_is_not_overwritten_by_the_one_before(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.2, 0.2, 0.5, 0.5)
    expect(page.locator("#fields-title")).to_have_text("Box 1")
    # a slow machine: the next number is there before the first is painted
    typed = page.evaluate(
        """async () => {
          const left = document.getElementById("field-left");
          const top = document.getElementById("field-top");
          left.focus();
          left.value = "7";
          left.dispatchEvent(new Event("change", { bubbles: true }));
          top.focus();
          top.value = "9";
          for (let i = 0; i < 3; i += 1) await new Promise(requestAnimationFrame);
          return [left.value, top.value];
        }"""
    )
    assert typed == ["7", "9"]


def test_a_first_corner_does_not_survive_its_photo(newcomer):
    page = newcomer(CAMPAIGN)
    uid = shown(page)
    page.wait_for_timeout(450)
    press(page, (400, 300))
    page.keyboard.press("n")
    page.wait_for_function(
        "uid => !document.querySelector('#photo img').src.includes(uid)", arg=uid
    )
    press(page, (600, 500))
    expect_boxes(page, 0)


def test_a_double_click_draws_nothing(newcomer):
    page = newcomer(CAMPAIGN)
    page.mouse.dblclick(500, 400)
    expect(page.locator("#overlay .is-draft")).to_have_count(0)
    expect_boxes(page, 0)
    expect(page.locator("#toast")).not_to_contain_text("too small")


def test_the_number_fields_are_exact(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.2, 0.2, 0.5, 0.5)
    for field, value in {"left": "10.5", "top": "20", "width": "33", "height": "44.5"}.items():
        page.locator(f"#field-{field}").fill(value)
        page.keyboard.press("Tab")
    page.locator("#field-left").fill("99999")
    page.keyboard.press("Tab")
    expect(page.locator("#toast")).to_contain_text("outside")
    expect(page.locator("#field-left")).to_have_value("10.5")
    submit(page)
    saved(page)
    ((bbox, method, _),) = stored(site, page)
    assert (bbox, method) == ([10.5, 20, 33, 44.5], "numbers")


def test_light_is_for_one_photo_and_not_for_the_answer(newcomer):
    page = newcomer(CAMPAIGN)
    for key in (".", ".", "<"):
        page.keyboard.press(key)
    expect(page.locator("#brightness-value")).to_have_text("120 %")
    page.wait_for_timeout(50)
    assert dark(page) == "brightness(120%) contrast(90%)"
    page.keyboard.press("\\")
    page.wait_for_timeout(50)
    assert dark(page) == ""
    page.locator("#contrast").fill("200")
    draw(page, 0.3, 0.3, 0.6, 0.6)
    submit(page)
    assert dark(page) == ""
    expect(page.locator("#contrast")).to_have_value("100")


def test_others_are_hidden_and_all_while_alt_is_held(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.1, 0.1, 0.3, 0.3)
    draw(page, 0.5, 0.5, 0.7, 0.7)
    shapes = page.locator("#overlay g.box")
    page.keyboard.press("h")
    expect(shapes).to_have_count(1)
    draw(page, 0.1, 0.2, 0.4, 0.6)  # from the border of a hidden box
    expect_boxes(page, 3)
    page.keyboard.press("h")
    expect(shapes).to_have_count(3)
    page.keyboard.down("Alt")
    expect(shapes).to_have_count(0)
    page.keyboard.up("Alt")
    expect(shapes).to_have_count(3)


def test_a_copy_is_made_and_taken_back(newcomer):
    page = newcomer(CAMPAIGN)
    draw(page, 0.2, 0.2, 0.4, 0.4)
    page.locator("#duplicate").click()
    expect_boxes(page, 2)
    page.keyboard.press("Control+d")
    expect_boxes(page, 3)
    page.keyboard.press("Control+z")
    expect_boxes(page, 2)


def test_a_closer_look_survives_another_window_size(site: Site, newcomer):
    page = newcomer(CAMPAIGN)
    page.keyboard.press("1")
    page.wait_for_timeout(100)
    scale = place(site, page).scale
    for _ in range(3):
        page.keyboard.press("+")
    page.wait_for_timeout(100)
    closer = place(site, page).scale
    page.set_viewport_size({"width": 1200, "height": 800})
    page.wait_for_timeout(200)
    assert scale == pytest.approx(1)
    assert place(site, page).scale == pytest.approx(closer)


def test_the_page_is_mirrored_for_the_left_hand_and_remembers_it(newcomer):
    page = newcomer(CAMPAIGN)
    page.locator("#lefty").check()

    def is_mirrored() -> bool:
        stage, panel, answer = (
            page.locator(name).bounding_box() for name in ("#stage", ".panel", "#submit")
        )
        assert stage and panel and answer
        return bool(panel["x"] < stage["x"] and answer["x"] < stage["x"])

    assert is_mirrored()
    page.reload()
    shown(page)
    expect(page.locator("#lefty")).to_be_checked()
    assert is_mirrored()
    assert violations(page, themes=LIGHT) == []


def test_a_finger_has_a_loupe_on_the_other_side(site: Site, newcomer):
    page = newcomer(CAMPAIGN, viewport=PHONE, has_touch=True, is_mobile=True)
    found = place(site, page)
    fingers = Fingers(page)
    loupe = page.locator("#loupe")
    start = (round(found.left + 60), round(found.top + 50))
    fingers.put("touchStart", start)
    expect(loupe).to_be_visible()
    expect(loupe).to_have_attribute("data-side", "right")
    fingers.put("touchMove", (start[0] + 200, start[1] + 90))
    expect(loupe).to_have_attribute("data-side", "left")
    fingers.put("touchEnd")
    expect(loupe).to_be_hidden()
    expect_boxes(page, 1)


def test_the_pad_moves_the_edge_that_was_chosen(site: Site, newcomer):
    page = newcomer(CAMPAIGN, viewport=PHONE, has_touch=True, is_mobile=True)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    expect_boxes(page, 1)
    size = page.locator("#boxes .visually-hidden")
    before = size.inner_text()
    page.locator("#edge-cycle").tap()
    expect(page.locator("#edge-now")).to_have_text("Left edge")
    page.locator("#fields .left").tap()
    expect(size).not_to_have_text(before)
    numbers = [[int(n) for n in re.findall(r"\d+", text)] for text in (before, size.inner_text())]
    (_, _, left, top, w, h), (_, _, new_left, new_top, new_w, new_h) = numbers
    assert new_left < left
    assert new_w > w
    assert (new_top, new_h) == (top, h)


def test_the_sheet_of_tools_leaves_the_photo_in_sight(newcomer):
    page = newcomer(CAMPAIGN, viewport=PHONE, has_touch=True, is_mobile=True)
    page.locator("#open-tools").tap()
    page.wait_for_timeout(200)
    photo, sheet = (page.locator(name).bounding_box() for name in ("#photo img", "#tools"))
    assert photo
    assert sheet
    assert photo["y"] + photo["height"] <= sheet["y"]
    assert violations(page, themes=LIGHT) == []
    page.set_viewport_size(PHONE)
    page.locator("#open-tools").tap()
    expect(page.locator("#tools")).to_be_hidden()


def test_the_keys_are_one_key_away(newcomer):
    page = newcomer(CAMPAIGN, viewport=DESKTOP)
    page.keyboard.press("k")
    expect(page.get_by_text("Hold: hide all boxes")).to_be_visible()
    assert violations(page, themes=LIGHT) == []


def test_pages_narrow_as_a_phone_do_not_scroll_sideways(newcomer):
    page = newcomer(CAMPAIGN, viewport={"width": 320, "height": 640})
    draw(page, 0.3, 0.3, 0.6, 0.6)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    bar, last = (page.locator(name).bounding_box() for name in ("#stage", "#open-tools"))
    assert bar
    assert last
    assert last["x"] + last["width"] <= bar["x"] + bar["width"]
