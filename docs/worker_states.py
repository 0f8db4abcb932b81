"""Every state of the workers' pages, for `docs/screenshots.py`: how to get there from a fresh page.

Answers never reach the site: what a picture hands in is taken off the wire.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, Route

BOX = "/box/birds/"
VERIFY = "/verify/mammals-seen/"
CLAIM = "**/api/campaigns/*/assignments/"
ANSWERS = re.compile(r"/api/(assignments/[^/]+/\w+|verdicts)/$")
PATIENCE_MS = 450


@dataclass(frozen=True, slots=True)
class Shot:
    """One page: where it is, what to do before it is opened, and there, before the picture."""

    name: str
    path: str
    prepare: Callable[[Page], None] | None = None
    before: Callable[[Page], None] | None = None


def settled(page: Page) -> None:
    """A photo and nothing else: the cards and the instructions of the first visit are closed."""
    past_the_cards(page)
    page.locator("#photo img, #grid img").first.wait_for()
    page.wait_for_function("() => document.querySelector('#photo img')?.complete")
    page.wait_for_timeout(PATIENCE_MS)
    for _ in range(3):
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")


def past_the_cards(page: Page) -> None:
    start = page.locator("#first-start")
    page.locator("#note-first:visible, #photo img, #grid img").first.wait_for()
    if start.is_visible():
        start.click()


def drag(page: Page, *corners: float) -> None:
    """A box from corner to corner, in shares of the photo."""
    (x, y), (u, v) = (at(page, *corners[:2]), at(page, *corners[2:]))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + u) / 2, (y + v) / 2, steps=3)
    page.mouse.move(u, v, steps=3)
    page.mouse.up()


def at(page: Page, share_x: float, share_y: float) -> tuple[float, float]:
    place = page.locator("#photo img").bounding_box()
    if place is None:
        raise SystemExit("The task page shows no photo; is there an open task in the demo?")
    return place["x"] + share_x * place["width"], place["y"] + share_y * place["height"]


def keys(*names: str) -> Callable[[Page], None]:
    """A photo, and then these keys."""

    def press(page: Page) -> None:
        settled(page)
        for name in names:
            page.keyboard.press(name)

    return press


def full(page: Page) -> None:
    settled(page)
    for i in range(10):
        left, top = 0.04 + 0.19 * (i % 5), 0.15 + 0.4 * (i // 5)
        drag(page, left, top, left + 0.13, top + 0.25)


def two_boxes(page: Page) -> None:
    settled(page)
    drag(page, 0.2, 0.2, 0.55, 0.6)
    drag(page, 0.5, 0.45, 0.85, 0.9)


def points(page: Page) -> None:
    settled(page)
    page.keyboard.press("x")
    for u, v in ((0.4, 0.2), (0.7, 0.5), (0.5, 0.8)):
        page.mouse.click(*at(page, u, v))


def first_corner(page: Page) -> None:
    settled(page)
    page.mouse.click(*at(page, 0.3, 0.3))
    page.mouse.move(*at(page, 0.6, 0.7))


def menu(button: str) -> Callable[[Page], None]:
    def open_it(page: Page) -> None:
        two_boxes(page)
        page.locator(button).filter(visible=True).first.click()

    return open_it


def clear_menu(page: Page) -> None:
    two_boxes(page)
    page.keyboard.press("n")


def sheet(page: Page) -> None:
    two_boxes(page)
    if page.locator("#open-tools").is_visible():
        page.locator("#open-tools").click()


def left_handed(page: Page) -> None:
    sheet(page)
    page.locator("#lefty").check()
    if page.locator("#open-tools").is_visible():
        page.locator("#open-tools").click()


def restored(page: Page) -> None:
    two_boxes(page)
    page.wait_for_timeout(PATIENCE_MS)
    page.reload()
    settled(page)


def answered(key: str) -> Callable[[Page], None]:
    """What is seen after an answer, which does not leave the browser's context."""

    def answer(page: Page) -> None:
        page.context.route(ANSWERS, stored)
        settled(page)
        page.keyboard.press(key)
        page.wait_for_timeout(60)

    return answer


def stored(route: Route) -> None:
    body: dict[str, Any] = {"version": 1, "extra": False, "answers": []}
    route.fulfill(status=200, body=json.dumps(body), content_type="application/json")


def without_connection(page: Page) -> None:
    settled(page)
    page.context.set_offline(True)
    page.keyboard.press("n")
    page.wait_for_timeout(1500)


def at_the_goal(kind: str) -> Callable[[Page], None]:
    """The last answer before the rest."""

    def answer(page: Page) -> None:
        settled(page)
        page.context.route(ANSWERS, stored)
        tally(page, 19)
        page.keyboard.press("n" if kind == "box" else "1")
        page.locator("#note-rest").wait_for()

    return answer


def tally(page: Page, n: int) -> None:
    page.evaluate(
        """n => { const { worker } = JSON.parse(document.getElementById('page-data').textContent);
          localStorage.setItem(`quadrat:${worker.key}:tally`,
            JSON.stringify({ day: new Date().toDateString(), n })); }""",
        n,
    )


def claims(status: int, detail: str = "") -> Callable[[Page], None]:
    """The site gives no photos, for this reason."""

    def refuse(page: Page) -> None:
        body = json.dumps({"detail": detail}) if detail else ""
        page.route(CLAIM, lambda route: route.fulfill(status=status, body=body))

    return refuse


def unanswered(route: Route) -> None:
    """The request waits."""


def forever(page: Page) -> None:
    page.route(CLAIM, unanswered)


def gone(page: Page) -> None:
    page.route("**/images/**", lambda route: route.fulfill(status=404, body="gone"))


def cut_off(page: Page) -> None:
    page.route(CLAIM, lambda route: route.abort())


def start(page: Page) -> None:
    with contextlib.suppress(Exception):
        past_the_cards(page)
    page.wait_for_timeout(1500)


def finished(page: Page) -> None:
    settled(page)
    page.context.route(ANSWERS, stored)
    page.route(CLAIM, lambda route: route.fulfill(status=204))
    for _ in range(6):
        if page.locator("#note-done").is_visible():
            return
        page.keyboard.press("n" if "/box/" in page.url else "1")
        page.wait_for_timeout(2 * PATIENCE_MS)


def signed_out(page: Page) -> None:
    two_boxes(page) if "/box/" in page.url else settled(page)
    page.context.clear_cookies()
    page.locator("#submit").click() if "/box/" in page.url else page.keyboard.press("1")
    page.wait_for_timeout(12_000 if "/verify/" in page.url else 2500)


def elsewhere(page: Page) -> None:
    settled(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_timeout(1000)
    page.bring_to_front()
    page.wait_for_timeout(300)


def practice(*answer: str) -> Callable[[Page], None]:
    def try_it(page: Page) -> None:
        settled(page)
        for name in answer:
            page.keyboard.press(name)
        page.wait_for_timeout(1000)

    return try_it


def loose(page: Page) -> None:
    settled(page)
    drag(page, 0.1, 0.1, 0.7, 0.8)
    page.locator("#submit").click()
    page.locator("#feedback").wait_for()


def grid(*names: str) -> Callable[[Page], None]:
    def mark(page: Page) -> None:
        past_the_cards(page)
        page.locator(".tile-photo").first.wait_for()
        page.wait_for_timeout(1500)
        for name in names:
            page.keyboard.press(name)
        page.wait_for_timeout(300)

    return mark


def refused_sign_in(page: Page) -> None:
    page.locator("#id_username").fill("somebody")
    page.locator("#id_password").fill("not-the-one")
    page.locator("button.primary").click()


@contextlib.contextmanager
def fresh(page: Page) -> Iterator[None]:
    """The page as on a first visit, and nothing of the picture left behind."""
    cookies = page.context.cookies()
    yield
    for other in page.context.pages[1:]:
        other.close()
    page.evaluate("localStorage.clear()")
    # only when nothing is left to send, and nobody to send it, may it have its connection back
    page.goto("about:blank")
    page.context.set_offline(False)
    page.unroute_all(behavior="ignoreErrors")
    page.context.unroute_all(behavior="ignoreErrors")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]


BOX_PAGE = [
    Shot("box-first", BOX, lambda page: page.wait_for_timeout(1500)),
    Shot("box-empty", BOX, settled),
    Shot("box-selected", BOX, two_boxes),
    Shot("box-full", BOX, full),
    Shot("box-points", BOX, points),
    Shot("box-corner", BOX, first_corner),
    Shot("box-cursor", BOX, keys("b", "ArrowLeft", "Enter", "ArrowDown", "ArrowRight")),
    Shot("box-near", BOX, keys("+", "+", "+", "ArrowRight")),
    Shot("box-sheet", BOX, sheet),
    Shot("box-left-handed", BOX, left_handed),
    Shot("box-restored", BOX, restored),
    Shot("box-problem", BOX, menu("#problem")),
    Shot("box-clear", BOX, clear_menu),
    Shot("box-instructions", BOX, menu("#open-instructions")),
    Shot("box-keys", BOX, keys("k")),
    Shot("box-back", BOX, answered("n")),
    Shot("box-offline", BOX, without_connection),
    Shot("box-rest", BOX, at_the_goal("box")),
    Shot("box-done", BOX, finished),
    Shot("box-none", BOX, start, claims(204)),
    Shot("box-stopped", BOX, start, claims(409, "This campaign is paused.")),
    Shot("box-loading", BOX, start, forever),
    Shot("box-cut-off", BOX, start, cut_off),
    Shot("box-broken", BOX, start, gone),
    Shot("box-elsewhere", BOX, elsewhere),
    Shot("box-signed-out", BOX, signed_out),
    Shot("practice", BOX + "practice/", settled),
    Shot("practice-missed", BOX + "practice/", practice("n")),
    Shot("practice-loose", BOX + "practice/", loose),
]

VERIFY_PAGE = [
    Shot("verify-first", VERIFY, lambda page: page.wait_for_timeout(1500)),
    Shot("verify-empty", VERIFY, settled),
    Shot("verify-near", VERIFY, keys("z")),
    Shot("verify-flash", VERIFY, answered("2")),
    Shot("verify-instructions", VERIFY, keys("Shift+?")),
    Shot("verify-problem", VERIFY, keys("p")),
    Shot("verify-rest", VERIFY, at_the_goal("verify")),
    Shot("verify-none", VERIFY, start, claims(204)),
    Shot("verify-signed-out", VERIFY, signed_out),
    Shot("verify-practice", VERIFY + "practice/", settled),
    Shot("verify-practice-good", VERIFY + "practice/", practice("1")),
    Shot("verify-practice-bad", VERIFY + "practice/", practice("4")),
]

GRID_PAGE = [
    Shot("grid", "/verify/{grid}/", grid()),
    Shot("grid-marked", "/verify/{grid}/", grid("ArrowRight", "Space", "ArrowDown", "Space")),
    Shot("grid-near", "/verify/{grid}/", grid("ArrowRight", "z")),
]

OTHER_PAGES = [
    Shot("home", "/"),
    Shot("my-work", "/my-work/"),
    Shot("account", "/account/"),
    Shot("not-found", "/no-such-page/"),
    Shot("not-allowed", "/dashboard/"),
]

STRANGERS_PAGES = [
    Shot("sign-in", "/sign-in/"),
    Shot("sign-in-refused", "/sign-in/", refused_sign_in),
    Shot("join-ended", "/join/no-such-invitation/"),
]
