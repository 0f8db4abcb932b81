"""Every state of the page of checks, as `docs/worker_states.py` has those of the other pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from docs.worker_states import ANSWERS, PATIENCE_MS, Shot, claims, keys, settled, start, stored

CHECK = "/check/insects-checks/"
BOXES = re.compile(r"/api/assignments/.*/check/$")


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    page.wait_for_timeout(PATIENCE_MS)


def whole_photo(page: Page) -> None:
    settled(page)
    press(page, "z")


def to_the_whole(page: Page) -> None:
    """Yes to each box; the question about the whole photo is next."""
    settled(page)
    for _ in range(page.locator("#steps li").count() - 1):
        press(page, "1")


def closer(page: Page) -> None:
    to_the_whole(page)
    press(page, "z")


def half_answered(page: Page) -> None:
    """A photo that was left after its first question."""
    settled(page)
    press(page, "2")
    page.reload()
    settled(page)


def taken_back(page: Page) -> None:
    """The photo before again, whose answer has not left the browser's context."""
    page.context.route(ANSWERS, lambda r: r.fallback() if r.request.method == "GET" else stored(r))
    to_the_whole(page)
    press(page, "1")
    page.wait_for_timeout(PATIENCE_MS)
    press(page, "Backspace")


def no_boxes(page: Page) -> None:
    """The boxes of the photo do not come."""
    page.route(BOXES, lambda route: route.abort())


CHECK_PAGE = [
    Shot("check-first", CHECK, lambda page: page.wait_for_timeout(1500)),
    Shot("check-box", CHECK, settled),
    Shot("check-whole-photo", CHECK, whole_photo),
    Shot("check-all", CHECK, to_the_whole),
    Shot("check-near", CHECK, closer),
    Shot("check-restored", CHECK, half_answered),
    Shot("check-instructions", CHECK, keys("Shift+?")),
    Shot("check-problem", CHECK, keys("p")),
    Shot("check-back", CHECK, taken_back),
    Shot("check-none", CHECK, start, claims(204)),
    Shot("check-without-boxes", CHECK, start, no_boxes),
]
