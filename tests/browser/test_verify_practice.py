"""Practice of verification in a real browser: by keyboard, by touch, and nothing of it is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import LIGHT, violations
from tests.site import PHONE, People, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]

LONG_MS = 30_000
LABELS = ("animal", "tracks", "scat", "habitat", "remains")


@pytest.fixture(scope="module")
def labels(site: Site) -> list[str]:
    """A campaign that asks for practice; returns what its first five scenes show."""
    site.manage(
        "create_campaign", "footprints", "--kind", "verify", "--dataset", "scenes",
        "--super-class", "Mammalia", "--qualification",
    )  # fmt: skip
    shown: list[str] = site.ask(
        "[(p := __import__('verify.practice').practice).label_of(p.case_of(n)) for n in range(5)]"
        " + [p.picture('Mammalia', n) and '' for n in range(5)]"
    )
    return shown[:5]


def to_practice(people: People, **options: object) -> Page:
    page = people.page(**options)
    page.goto(people.site.address + people.site.invitation("footprints"))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page).to_have_url(re.compile("/verify/footprints/practice/$"), timeout=LONG_MS)
    dialog = page.locator("#instructions")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".examples img")).to_have_count(8)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    return page


def before(page: Page, number: int) -> None:
    """Until scene `number` can be answered."""
    photo = page.locator("#photo img")
    # the pictures of the instructions are drawn at the same time
    expect(photo).to_have_attribute("src", re.compile(rf"/{number}\.jpg$"), timeout=LONG_MS)
    expect(page.locator("body")).to_have_attribute("data-open", "true", timeout=LONG_MS)
    page.wait_for_timeout(250)


def n_verdicts(site: Site) -> int:
    ((n,),) = site.rows(
        "SELECT count(*) FROM verify_verdict v JOIN crowd_task t ON t.id = v.task_id"
        " JOIN crowd_campaign c ON c.id = t.campaign_id WHERE c.slug = 'footprints'"
    )
    return int(n)


def test_practice_opens_the_way_by_keyboard_alone(site: Site, newcomer: People, labels: list[str]):
    page = to_practice(newcomer)
    for number, label in enumerate(labels[:4]):
        before(page, number)
        page.keyboard.press(str(1 + LABELS.index(label)))
        expect(page.locator("#feedback-next")).to_be_focused(timeout=LONG_MS)
        expect(page.locator("#feedback-title")).to_have_text("Right")
        expect(page.locator(f"[data-label={label}]")).to_have_attribute("data-is", "right")
        if number < 3:
            page.keyboard.press("Enter")
    expect(page.locator("#feedback-progress")).to_have_text("You are ready for the real photos.")
    assert n_verdicts(site) == 0
    page.locator("#feedback-work").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/verify/footprints/$"))
    expect(page.locator("#photo img")).to_have_attribute("src", re.compile("^/images/"))


def test_what_is_wrong_is_said_in_a_sentence_and_shown(
    site: Site, newcomer: People, labels: list[str]
):
    page = to_practice(newcomer, viewport=PHONE, has_touch=True)
    assert labels[:2] == ["animal", "tracks"]
    before(page, 0)
    page.get_by_role("button", name="Scat").tap()
    expect(page.locator("#feedback-remarks")).to_contain_text("The animal itself is in the photo")
    expect(page.locator(".ghosts .true-line")).to_have_count(1)
    expect(page.locator("[data-label=scat]")).to_have_attribute("data-is", "wrong")
    photo = page.locator("#photo img").bounding_box()
    box = page.locator(".ghosts .true-line").bounding_box()
    assert photo
    assert box
    assert photo["x"] - 2 <= box["x"]
    assert box["x"] + box["width"] <= photo["x"] + photo["width"] + 2
    assert photo["width"] / photo["height"] == pytest.approx(4 / 3, rel=0.02)
    assert violations(page, themes=LIGHT) == []
    page.set_viewport_size(PHONE)
    page.locator("#feedback-next").tap()
    before(page, 1)
    page.get_by_role("button", name="Animal visible").tap()
    expect(page.locator("#feedback-remarks")).to_have_text(
        "These are tracks: the animal itself is not in the photo."
    )
    expect(page.locator(".ghosts .true-line")).to_have_count(0)
    page.goto(f"{site.address}/verify/footprints/")
    expect(page).to_have_url(re.compile("/practice/$"))
    assert n_verdicts(site) == 0


def test_the_same_photo_can_be_tried_again_and_counts_once(newcomer: People, labels: list[str]):
    page = to_practice(newcomer)
    before(page, 0)
    page.keyboard.press("0")
    expect(page.locator("#feedback-title")).to_have_text("Not quite: have a look")
    page.locator("#feedback-again").click()
    expect(page.locator("#feedback")).to_be_hidden()
    before(page, 0)
    page.keyboard.press("1")
    expect(page.locator("#feedback-title")).to_have_text("Right")
    expect(page.locator("#tally")).to_have_text("Practice: 0 of 4")
