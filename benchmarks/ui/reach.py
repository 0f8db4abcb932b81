"""What everybody can reach: axe over all pages, and the size of what a finger presses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize

from benchmarks.ui.targets import Target, at_least, at_most, beside
from benchmarks.ui.world import PHONE, World, begin, rows

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
SIZES: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 1024, "height": 768},
    PHONE,
    {"width": 320, "height": 568},
)
OF_WORKERS = (
    "/",
    "/account/",
    "/my-work/",
    "/box/display/",
    "/box/display/practice/",
    "/verify/verdicts/",
    "/verify/grids/",
    "/no-such-page/",
)
OF_ORGANIZERS = (
    "/",
    "/account/",
    "/dashboard/",
    "/dashboard/campaigns/new/",
    "/dashboard/campaigns/display/",
    "/dashboard/campaigns/display/tasks/",
    "/dashboard/campaigns/display/workers/",
    "/dashboard/campaigns/display/consensus/",
    "/dashboard/campaigns/display/consensus/compare/?old=now",
    "/dashboard/campaigns/verdicts/",
    "/dashboard/plan/",
    "/dashboard/releases/",
)
# links within a sentence are as high as the sentence
TARGETS = """() => [...document.querySelectorAll("button, summary, input, select, a")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .filter((one) => !one.matches(".skip, p a, li a, [type=hidden]"))
    .map((one) => (/checkbox|radio/.test(one.type) ? one.closest("label") ?? one : one))
    .map((one) => [one.id || one.textContent.trim().slice(0, 40), one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1)
    .map(([name, box]) => [name, Math.round(10 * Math.min(box.width, box.height)) / 10])"""

# a photo takes no answer at first (static/quadrat/editor/submit.js)
SETTLED_MS = 500


def measure(world: World) -> Iterator[Target]:
    """Each line as soon as it is known."""
    yield _targets(world)
    yield from _axe(world)


def _states(page: Page, path: str) -> Iterator[str]:
    """The page as it is, and what can be opened on it."""
    yield path
    if not path.startswith(("/box/", "/verify/")):
        return
    for button in ("#open-instructions", "#problem"):
        if page.locator(button).is_visible():
            page.locator(button).click()
            page.locator("dialog[open]").wait_for()
            yield f"{path} {button}"
            page.keyboard.press("Escape")
            page.locator("dialog[open]").wait_for(state="detached")


def _go(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    if path.startswith(("/box/", "/verify/")):
        page.locator("dialog[open]").evaluate_all("all => all.forEach((one) => one.close())")
        begin(page)
        page.wait_for_timeout(SETTLED_MS)


def _people(world: World) -> Iterator[tuple[Page, tuple[str, ...]]]:
    yield world.visitor(), (world.invitations["display"], "/sign-in/")
    yield world.worker("display"), OF_WORKERS
    yield world.organizer(), (*OF_ORGANIZERS, *_rows_of_pages())


def _rows_of_pages() -> Iterator[str]:
    """A photo's page and a worker's, whichever there is."""
    for (task,) in rows("SELECT min(task_id) FROM crowd_assignment WHERE state = 'submitted'"):
        yield f"/dashboard/tasks/{task}/"
    for (worker,) in rows(
        "SELECT min(e.worker_id) FROM crowd_enrolment e JOIN crowd_campaign c"
        " ON c.id = e.campaign_id WHERE c.slug = 'display'"
    ):
        yield f"/dashboard/campaigns/display/workers/{worker}/"


def _walk(world: World, look: Callable[[Page, str], None]) -> int:
    """Look at every state of every page of everybody; returns how many."""
    n = 0
    for page, paths in _people(world):
        for path in paths:
            _go(page, world.address, path)
            for state in _states(page, path):
                look(page, state)
                n += 1
        page.context.close()
    return n


def _targets(world: World) -> Target:
    """Of the pages that workers use on a phone."""
    found: dict[str, float] = {}
    page = world.worker("display", viewport=PHONE, has_touch=True, is_mobile=True)
    for path in (world.invitations["display"], *OF_WORKERS):
        _go(page, world.address, path)
        for state in _states(page, path):
            for name, size in page.evaluate(TARGETS):
                found[f"{name} on {state}"] = size
    page.context.close()
    small = sorted(found, key=lambda name: found[name])
    n_small = sum(size < 44 for size in found.values())
    more = f"{small[0]}; {n_small} of {len(found)} below 44"
    return at_least(
        "smallest control at 390 x 844, all workers' pages", found[small[0]], 44, "px", more
    )


def _axe(world: World) -> Iterator[Target]:
    violations: Counter[str] = Counter()
    incomplete: Counter[str] = Counter()
    n_runs = 0

    def look(page: Page, state: str) -> None:
        nonlocal n_runs
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(Axe().axe_script)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for size in SIZES:
                page.set_viewport_size(size)
                report = page.evaluate("axe.run({resultTypes: ['violations', 'incomplete']})")
                n_runs += 1
                for kind, into in (("violations", violations), ("incomplete", incomplete)):
                    for one in report[kind]:
                        into[f"{one['id']} on {state}"] += len(one["nodes"])
        page.set_viewport_size(SIZES[0])

    n_states = _walk(world, look)
    what = (
        f"axe violations, {n_states} pages and dialogs x {len(SIZES)} sizes x {len(THEMES)} themes"
    )
    yield at_most(what, violations.total(), 0, "", _named(violations) or f"{n_runs} runs")
    yield beside("  left to a human by axe (incomplete)", _named(incomplete) or "0")


def _named(found: Counter[str]) -> str:
    """The rules, and on how many pages."""
    rules = Counter(name.partition(" on ")[0] for name in found)
    return ", ".join(f"{rule} on {n} pages" for rule, n in rules.most_common())
