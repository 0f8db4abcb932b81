"""The box page under a hand: what is drawn is what is stored, once, and nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import (
    SETTLE_MS,
    answers,
    drag,
    draw,
    expect_boxes,
    place,
    saved,
    stored,
    submit,
)
from tests.site import PHONE, Site, shown, wait_for_another

pytestmark = [pytest.mark.browser, pytest.mark.services]

NEAR = 0.5


def to_photo_of_width(site: Site, page: Page, width: int) -> None:
    """Answer the photos that come first."""
    for _ in range(3):
        uid = shown(page)
        if site.rows("SELECT 1 FROM catalog_image WHERE uid = %s AND width = %s", uid, width):
            return
        page.wait_for_timeout(SETTLE_MS)
        page.keyboard.press("n")
        wait_for_another(page, uid)
    raise AssertionError("no photo of that width")


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("width", [800, 2600])
def test_boxes_are_stored_where_they_were_drawn(site: Site, newcomer, width, ratio):
    page = newcomer("reptiles", device_scale_factor=ratio)
    to_photo_of_width(site, page, width)
    while place(site, page).scale < 1:
        page.mouse.move(700, 400)
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(60)
    found = place(site, page)
    start, end = (401, 203), (682, 518)
    drag(page, start, end)
    expect_boxes(page, 1)
    with page.expect_request(lambda request: request.method == "PUT") as sent:
        submit(page)
    saved(page)

    ((bbox, method, pointer),) = stored(site, page)
    left, top = found.to_image(*start)
    right, bottom = found.to_image(*end)
    edges = [bbox[0], bbox[1], bbox[0] + bbox[2], bbox[1] + bbox[3]]
    assert edges == pytest.approx([left, top, right, bottom], abs=NEAR)
    assert sent.value.post_data_json["boxes"][0]["bbox"] == bbox
    assert (method, pointer) == ("drag", "mouse")


def test_a_held_enter_sends_one_answer(site: Site, newcomer):
    page = newcomer("reptiles")
    uid = shown(page)
    draw(page, 0.3, 0.3, 0.6, 0.6)
    page.locator("#submit").focus()
    page.wait_for_timeout(SETTLE_MS)
    for _ in range(40):
        page.keyboard.down("Enter")  # all but the first are repeats
        page.wait_for_timeout(30)
    page.keyboard.up("Enter")
    wait_for_another(page, uid)
    saved(page)
    assert [outcome for _, outcome in answers(site, page)] == ["answered"]


def test_a_page_that_shifts_does_not_shift_the_box(site: Site, newcomer):
    page = newcomer("reptiles")
    draw(page, 0.2, 0.2, 0.4, 0.4)
    before = place(site, page)
    page.evaluate(
        "Object.assign(document.getElementById('task').style, {position: 'relative', top: '60px'})"
    )
    found = place(site, page)
    assert found.top == pytest.approx(before.top + 60)
    start = (round(found.left + 300), round(found.top + 300))
    drag(page, start, (start[0] + 120, start[1] + 90))
    expect_boxes(page, 2)
    uid = shown(page)
    page.wait_for_timeout(SETTLE_MS)
    page.keyboard.press("Enter")
    wait_for_another(page, uid)
    saved(page)
    bbox, *_ = stored(site, page)[1]
    assert bbox[:2] == pytest.approx(found.to_image(*start), abs=NEAR)


def test_a_drag_that_leaves_the_window_ends_at_the_edge_of_the_photo(site: Site, newcomer):
    page = newcomer("reptiles")
    found = place(site, page)
    start = (round(found.left + 250), round(found.top + 200))
    drag(page, start, (-40, -30))
    expect_boxes(page, 1)
    submit(page)
    saved(page)
    ((bbox, *_),) = stored(site, page)
    x, y = found.to_image(*start)
    assert bbox == pytest.approx([0, 0, x, y], abs=NEAR)


def test_a_box_is_drawn_inside_a_box(newcomer):
    page = newcomer("reptiles")
    draw(page, 0.1, 0.1, 0.9, 0.9)
    draw(page, 0.4, 0.4, 0.6, 0.6)
    expect_boxes(page, 2)
    expect(page.locator("#overlay g.box")).to_have_count(2)


def test_undo_and_redo_go_through_every_step(newcomer):
    page = newcomer("reptiles")
    draw(page, 0.1, 0.1, 0.3, 0.3)
    draw(page, 0.5, 0.5, 0.7, 0.7)
    page.keyboard.press("Delete")
    expect_boxes(page, 1)
    for n in (2, 1, 0):
        page.keyboard.press("Control+z")
        expect_boxes(page, n)
    for n in (1, 2, 1):
        page.keyboard.press("Control+y")
        expect_boxes(page, n)


def test_ten_boxes_are_the_limit(site: Site, newcomer):
    page = newcomer("reptiles")
    for i in range(11):
        left = 0.04 + 0.08 * i
        draw(page, left, 0.2, left + 0.05, 0.5)
    expect_boxes(page, 10)
    expect(page.locator("#toast")).to_contain_text("10 boxes is the limit")
    submit(page)
    saved(page)
    assert len(stored(site, page)) == 10


def test_a_box_is_drawn_and_sent_by_keys_alone(site: Site, newcomer):
    page = newcomer("reptiles")
    uid = shown(page)
    page.wait_for_timeout(SETTLE_MS)
    keys = ["b", *["ArrowLeft"] * 4, "ArrowUp", "Enter", *["ArrowRight"] * 4, *["ArrowDown"] * 3]
    for key in [*keys, "Enter", "Enter"]:
        page.keyboard.press(key)
    wait_for_another(page, uid)
    saved(page)
    ((bbox, method, pointer),) = stored(site, page)
    assert (method, pointer) == ("keys", "keys")
    assert bbox[2] > bbox[3] > 0


def test_the_first_corner_can_be_taken_back(newcomer):
    page = newcomer("reptiles")
    stage = page.locator("#stage")
    stage.click(position={"x": 400, "y": 300})
    expect(page.locator("#overlay .is-draft")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#overlay .is-draft")).to_have_count(0)
    expect_boxes(page, 0)
    stage.click(position={"x": 400, "y": 300})
    stage.click(position={"x": 500, "y": 420})
    expect_boxes(page, 1)


class Fingers:
    """Fingers on a touch screen, in CSS pixels of the window."""

    def __init__(self, page: Page) -> None:
        self.channel = page.context.new_cdp_session(page)

    def put(self, kind: str, *points: tuple[float, float]) -> None:
        """`kind`: touchStart, touchMove or touchEnd; the points that touch the screen."""
        touching = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self.channel.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touching})


def test_a_finger_draws_a_box(site: Site, newcomer):
    page = newcomer("reptiles", viewport=PHONE, has_touch=True, is_mobile=True)
    found = place(site, page)
    start = (round(found.left + 60), round(found.top + 50))
    end = (start[0] + 120, start[1] + 90)
    fingers = Fingers(page)
    fingers.put("touchStart", start)
    for step in (0.3, 0.7, 1):
        fingers.put("touchMove", (start[0] + 120 * step, start[1] + 90 * step))
        page.wait_for_timeout(80)  # a finger that still moves when it is lifted flings
    fingers.put("touchMove", end)
    fingers.put("touchEnd")
    expect_boxes(page, 1)
    uid = shown(page)
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#submit").tap()
    wait_for_another(page, uid)
    saved(page)
    ((bbox, method, pointer),) = stored(site, page)
    assert (method, pointer) == ("drag", "touch")
    right, bottom = found.to_image(*end)
    assert bbox[:2] == pytest.approx(found.to_image(*start), abs=1 / found.scale)
    assert bbox[0] + bbox[2] == pytest.approx(right, abs=1 / found.scale)
    assert bbox[1] + bbox[3] == pytest.approx(bottom, abs=1 / found.scale)


def test_a_second_finger_throws_the_draft_away(site: Site, newcomer):
    page = newcomer("reptiles", viewport=PHONE, has_touch=True, is_mobile=True)
    before = place(site, page)
    x, y = round(before.left + 100), round(before.top + 80)
    fingers = Fingers(page)
    fingers.put("touchStart", (x, y))
    fingers.put("touchMove", (x + 60, y + 60))
    fingers.put("touchStart", (x + 60, y + 60), (x + 120, y + 60))
    fingers.put("touchMove", (x + 30, y + 60), (x + 170, y + 60))
    fingers.put("touchEnd", (x + 30, y + 60))
    fingers.put("touchEnd")
    expect(page.locator("#overlay g.box")).to_have_count(0)
    expect_boxes(page, 0)
    assert place(site, page).scale > before.scale
