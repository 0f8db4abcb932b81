"""Forty answers with bad luck all the way: the site holds exactly what the worker gave."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Route, expect

from tests.browser import chaos
from tests.browser.chaos import BOX, SINGLE, Work, reopened, worker_key
from tests.browser.hand import SETTLE_MS, drag
from tests.site import People, Site, shown

pytestmark = [pytest.mark.browser, pytest.mark.services]

N_ANSWERS = 20
MISHAPS = ("none", "none", "offline", "errors", "lost", "reload", "crash", "twice")
NEAR_PX = 0.5
BOXES = """SELECT i.uid::text, b.x, b.y, b.x + b.w, b.y + b.h
FROM annotate_annotation a JOIN annotate_box b ON b.annotation_id = a.id
JOIN crowd_task t ON t.id = a.task_id JOIN catalog_image i ON i.id = t.image_id
JOIN crowd_worker w ON w.id = a.worker_id WHERE w.pseudonym = %s"""
VERDICTS = """SELECT i.uid::text, coalesce(nullif(v.label, ''), v.outcome)
FROM verify_verdict v
JOIN crowd_task t ON t.id = v.task_id JOIN catalog_image i ON i.id = t.image_id
JOIN crowd_worker w ON w.id = v.worker_id WHERE w.pseudonym = %s"""
LABELS = ("animal", "tracks", "scat", "habitat", "remains")

Press = Callable[[], None]


def fail(route: Route) -> None:
    with suppress(Error):
        route.fulfill(status=500, body="<h1>Server Error</h1>")


def lose_the_reply(route: Route) -> None:
    with suppress(Error):
        route.fetch()
        route.abort("connectionreset")


class Worker:
    """Answers photo after photo, each with a mishap or none, and remembers what was given."""

    def __init__(self, page: Page, work: Work, luck: random.Random) -> None:
        self.page = page
        self.work = work
        self.luck = luck
        self.is_offline = False
        self.given: dict[str, object] = {}

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def answer(self) -> None:
        uid = self.next_photo()
        assert uid not in self.given, "answered before, and shown again"
        mishap = self.luck.choice(MISHAPS)
        self.prepare(mishap)
        press = self.box if self.work is BOX else self.verdict
        self.given[uid] = press(is_twice=mishap == "twice")
        if mishap == "reload":
            self.connect()
            self.page.reload()
        if mishap == "crash":
            chaos.crash(self.page)
            self.page = reopened(self.page)
            self.is_offline = False

    def prepare(self, mishap: str) -> None:
        if mishap == "offline":
            self.context.set_offline(True)
            self.is_offline = True
        elif self.luck.random() < 0.5:
            self.connect()
        if mishap in {"errors", "lost"}:
            handle = fail if mishap == "errors" else lose_the_reply
            self.context.route(self.work.answer_path, handle, times=self.luck.randint(1, 2))

    def connect(self) -> None:
        self.context.set_offline(False)
        self.is_offline = False

    def next_photo(self) -> str:
        """The uid of a photo that can be answered; where there is a card instead, go on from it."""
        for _ in range(120):
            if self.page.locator("body").get_attribute("data-open") == "true":
                return shown(self.page)
            if self.page.locator("#note-offline").is_visible():
                self.connect()
            for card in ("#note-rest", "#note-offline"):
                button = self.page.locator(f"{card} [data-act=continue]")
                if button.is_visible():
                    button.click()
            self.page.wait_for_timeout(250)
        raise AssertionError(self.page.locator("main").inner_text())

    def box(self, *, is_twice: bool) -> list[float]:
        """Draw one, submit it; its edges in pixels of the photo."""
        page = self.page
        place = page.locator("#photo img").bounding_box()
        assert place is not None
        scale = place["width"] / chaos.SIZE[0]
        left, top = self.luck.uniform(0.1, 0.5), self.luck.uniform(0.1, 0.5)
        shares = (left, top, left + self.luck.uniform(0.1, 0.4), top + self.luck.uniform(0.1, 0.4))
        across, down = place["width"], place["height"]
        corners = [
            (round(place["x"] + x * across), round(place["y"] + y * down))
            for x, y in (shares[:2], shares[2:])
        ]
        drag(page, corners[0], corners[1])
        expect(page.locator("#submit")).to_have_attribute("aria-disabled", "false")
        page.wait_for_timeout(SETTLE_MS)
        before = chaos.source(page)
        page.locator("#submit").click(click_count=2 if is_twice else 1)
        chaos.is_taken(page, before)
        return [
            edge
            for x, y in corners
            for edge in ((x - place["x"]) / scale, (y - place["y"]) / scale)
        ]

    def verdict(self, *, is_twice: bool) -> str:
        """Press one of the five answers; its label."""
        page = self.page
        label = self.luck.choice(LABELS)
        page.wait_for_timeout(SETTLE_MS)
        before = chaos.source(page)
        page.locator(f"[data-label={label}]").click(click_count=2 if is_twice else 1)
        chaos.is_taken(page, before)
        return label


@pytest.mark.parametrize("work", [BOX, SINGLE], ids=["boxes", "verdicts"])
def test_forty_answers_arrive_once_each(
    site: Site, newcomer: People, work: Work, tmp_path_factory: pytest.TempPathFactory
):
    chaos.prepare(site, tmp_path_factory.mktemp("steppe"))
    newcomer.expected += ["net::ERR_", "status of 500"]
    worker = Worker(chaos.come(site, newcomer.page(), work), work, random.Random(2017))
    for _ in range(N_ANSWERS):
        worker.answer()
    worker.connect()
    page = worker.page
    expect(page.locator("#status")).to_have_attribute("data-state", "saved", timeout=90_000)
    found = site.rows(BOXES if work is BOX else VERDICTS, worker_key(page))
    assert len(found) == len(worker.given) == N_ANSWERS
    for uid, *answer in found:
        given = worker.given[uid]
        if work is BOX:
            assert answer == pytest.approx(given, abs=NEAR_PX)
        else:
            assert answer == [given]
