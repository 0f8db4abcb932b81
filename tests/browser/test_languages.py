"""The workers' pages in other languages, as painted: longer words fit, and from right to left the
shell is mirrored while photos and boxes are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.hand import draw, place, saved, stored, submit
from tests.site import DESKTOP, PHONE, People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

NARROW: ViewportSize = {"width": 320, "height": 568}
FAULTS = (Path(__file__).parent / "layout.js").read_text().split("*/", 1)[1]
# names of people, licences, keys and languages are the same everywhere
NAMES = "script, kbd, .credit, .tile-credit, .account-link, .unbroken"
NAMES += ", [translate=no], [lang]:not(html)"
WORDS = """names => [...document.querySelectorAll("body *")]
    .filter(el => el.checkVisibility() && !el.closest(names))
    .flatMap(el => [...el.childNodes].filter(node => node.nodeType === 3 && node.data.trim()))
    .map(node => node.data.trim())"""
INVENTED = ("en-xa", "ar-xb")


def speak(page: Page, site: Site, language: str) -> Page:
    cookie = {"name": "language", "value": language, "url": site.address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    return page


@pytest.fixture(params=INVENTED)
def visitor(request: pytest.FixtureRequest, site: Site, newcomer: People) -> Page:
    """Somebody whom nobody knows, who reads an invented language."""
    return speak(newcomer.page(), site, request.param)


def join(page: Page, site: Site, campaign: str) -> None:
    """By the invitation link to the first cards, whatever the language."""
    page.goto(site.address + site.invitation(campaign))
    page.locator("form .button.primary").first.click()
    page.locator("#note-first .button.primary").wait_for()


def enter(page: Page, site: Site, campaign: str) -> None:
    """Join, and past the first cards; a photo, or a grid, is there then."""
    join(page, site, campaign)
    start = page.locator("#note-first .button.primary")
    start.click()
    start.wait_for(state="hidden")
    page.locator("#photo img, .tile img").first.wait_for()


def faults(page: Page) -> list[str]:
    """What does not fit, at three sizes, and texts that nobody has marked for translation."""
    found = [text for text in page.evaluate(WORDS, NAMES) if re.search("[A-Za-z]{2,}", plain(text))]
    for size in (PHONE, NARROW, DESKTOP):
        page.set_viewport_size(size)
        # the editor lays its photo and boxes out anew in the next frame
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        found += [f"{size['width']}: {line}" for line in page.evaluate(FAULTS)]
    return found


def plain(text: str) -> str:
    return text.replace("Quadrat", "")


def test_words_that_are_not_marked_and_do_not_fit_are_found(newcomer: People):
    page = newcomer.page()
    page.set_content("<style>button {width: 3em; white-space: nowrap}</style><button>Submit it")
    found = faults(page)
    assert "Submit it" in found
    assert any("is cut off" in line for line in found)
    page.set_content("<p style='margin-left: -3em'>Ŵéļļ</p><b style='margin-left: -1em'>ðôñé</b>")
    assert any("leaves the window" in line for line in faults(page))


def test_the_doors_and_the_quiet_pages(site: Site, newcomer: People, visitor: Page):
    newcomer.expected += ["status of 404", "status of 410"]
    for path in (site.invitation("reptiles"), "/sign-in/", "/join/no-such-invitation/"):
        visitor.goto(site.address + path)
        assert faults(visitor) == [], path
    join(visitor, site, "reptiles")
    assert faults(visitor) == []
    for path in ("/", "/my-work/", "/account/", "/nowhere/"):
        visitor.goto(site.address + path)
        assert faults(visitor) == [], path


def test_the_box_page(site: Site, visitor: Page):
    enter(visitor, site, "reptiles")
    assert faults(visitor) == []
    draw(visitor, 0.2, 0.2, 0.5, 0.5)
    draw(visitor, 0.4, 0.4, 0.8, 0.8)
    expect(visitor.locator("#boxes li")).to_have_count(2)
    assert faults(visitor) == []
    open_dialogs(visitor, "#problem", "#open-instructions", "#nothing")
    for note in visitor.locator(".note").all():
        visitor.evaluate(
            "id => document.querySelectorAll('.note').forEach(n => { n.hidden = n.id !== id; })",
            note.get_attribute("id"),
        )
        assert faults(visitor) == [], note.get_attribute("id")


def open_dialogs(page: Page, *buttons: str) -> None:
    for button in buttons:
        page.locator(button).click()
        opened = page.locator("dialog[open]")
        opened.wait_for()
        for details in opened.locator("details").all():
            details.evaluate("el => { el.open = true; }")
        assert faults(page) == [], button
        page.keyboard.press("Escape")
        opened.wait_for(state="hidden")


def test_the_tools_of_a_phone(site: Site, visitor: Page):
    enter(visitor, site, "reptiles")
    visitor.set_viewport_size(PHONE)
    visitor.locator("#open-tools").click()
    expect(visitor.locator("#tools")).to_have_class(re.compile("is-open"))
    assert visitor.evaluate(FAULTS) == []


def test_practice(site: Site, visitor: Page):
    enter(visitor, site, "reptiles")
    visitor.goto(f"{site.address}/box/reptiles/practice/")
    visitor.locator("#photo img").wait_for()
    visitor.locator("#instructions .primary").click()
    visitor.locator("#instructions").wait_for(state="hidden")
    draw(visitor, 0.1, 0.1, 0.3, 0.3)
    expect(visitor.locator("#submit")).to_have_attribute("aria-disabled", "false")
    visitor.wait_for_timeout(450)
    visitor.locator("#submit").click()
    visitor.locator("#feedback").wait_for()
    assert faults(visitor) == []


def test_the_verification_page(site: Site, visitor: Page):
    enter(visitor, site, "traces")
    assert faults(visitor) == []
    open_dialogs(visitor, "#problem", "#open-instructions")


@pytest.fixture
def right_to_left(site: Site, newcomer: People) -> Callable[[], Page]:
    def come() -> Page:
        page = speak(newcomer.page(), site, "ar-xb")
        enter(page, site, "skinks")
        return page

    return come


def test_from_right_to_left_the_shell_is_mirrored(right_to_left: Callable[[], Page]):
    page = right_to_left()
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    middle = DESKTOP["width"] / 2
    assert left_of(page, ".wordmark") > middle
    assert left_of(page, ".panel") < 10
    assert left_of(page, "#submit") < middle < left_of(page, "#problem")
    # arrows point where they go in every language
    draw(page, 0.3, 0.3, 0.6, 0.6)
    page.locator("#fields").wait_for()
    assert left_of(page, "[data-nudge='-1,0']") < left_of(page, "[data-nudge='1,0']")


def left_of(page: Page, selector: str) -> float:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"]


def test_from_right_to_left_a_box_is_where_it_was_drawn(
    site: Site, right_to_left: Callable[[], Page]
):
    page = right_to_left()
    photo = place(site, page)
    box = page.locator("#photo img").bounding_box()
    assert box is not None
    draw(page, 0.1, 0.2, 0.3, 0.6)
    page.locator("#fields").wait_for()
    painted = page.locator("#overlay rect.line").first.bounding_box()
    assert painted is not None
    assert painted["x"] == pytest.approx(box["x"] + 0.1 * box["width"], abs=3)
    for _ in range(2):
        page.locator("[data-nudge='1,0']").click()
    # the numbers follow in the next frame
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    wanted = float(page.locator("#field-left").input_value())
    submit(page)
    saved(page)
    ((bbox, _, pointer),) = stored(site, page)
    pressed = round(box["x"] + 0.1 * box["width"]), round(box["y"] + 0.2 * box["height"])
    x, y = photo.to_image(*pressed)
    assert bbox[0] == pytest.approx(wanted, abs=0.01)
    assert x < bbox[0] < x + 12 / photo.scale
    assert bbox[1] == pytest.approx(y, abs=0.6)
    assert pointer == "mouse"


def test_plurals_follow_the_language(site: Site, newcomer: People):
    page = speak(newcomer.page(), site, "es")
    enter(page, site, "geckos")
    draw(page, 0.2, 0.2, 0.4, 0.4)
    expect(page.locator("#submit-text")).to_have_text("Enviar 1 recuadro")
    draw(page, 0.5, 0.5, 0.8, 0.8)
    expect(page.locator("#submit-text")).to_have_text("Enviar 2 recuadros")
    speak(page, site, "zh-hant")
    page.reload()
    shown(page)
    expect(page.locator("#submit-text")).to_have_text("送出 2 個方框")
    expect(page.locator("#toast")).to_have_text("你的 2 個方框幫你找回來了。")


def test_a_language_is_chosen_in_the_middle_of_a_photo(site: Site, newcomer: People):
    """The boxes stay, the choice too."""
    page = newcomer("geckos")
    draw(page, 0.2, 0.2, 0.4, 0.4)
    expect(page.locator("#submit-text")).to_have_text("Submit 1 box")
    page.locator("#open-instructions").click()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("#question")).to_have_text("Enmarca todos los reptiles")
    expect(page.locator("#submit-text")).to_have_text("Enviar 1 recuadro")
    page.goto(f"{site.address}/")
    chosen = page.get_by_role("button", name="Español")
    expect(chosen).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to look at?")
