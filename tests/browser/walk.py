"""A walk of 22 photographs: enough for the rest after 20 and for the end. What a session of it left
in the database, and the small steps that every hand takes on its way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from simulation.scenes import draw_scene
from tests.browser.hand import Place, saved
from tests.site import Site

N_PHOTOS = 22
REST = 20
# the pages refuse answers given before anybody can have looked
SETTLE_MS = {"box": 450, "verify": 250}
KEY = "JSON.parse(document.getElementById('page-data').textContent).worker.key"

Bbox = tuple[float, float, float, float]
Point = tuple[float, float]

# what each hand means to answer on the box page
MEANT = [
    ("answered", "", 1),
    ("nothing", "", 1),
    ("cant_tell", "", 1),
    ("problem", "disturbing", 1),
    ("nothing", "", 1),
    ("answered", "", 2),
    *[("nothing", "", 1)] * (REST - 6),
    ("answered", "", 1),
    *[("nothing", "", 1)] * (N_PHOTOS - REST - 1),
]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One box as the database has it, in pixels of the full-size image."""

    bbox: Bbox
    method: str
    pointer: str


def photos(site: Site, folder: Path) -> None:
    """The data set `walk`: small mammals' photos, each a scene with a mark of its own."""
    if site.rows("SELECT 1 FROM catalog_dataset WHERE slug = 'walk'"):
        return
    place = folder / "Mammalia" / "Cervus exempli"
    place.mkdir(parents=True)
    scenes = [draw_scene(super_class="Mammalia", seed=i, size=(480, 360)).image for i in range(3)]
    for i in range(N_PHOTOS):
        photo = scenes[i % 3].copy()
        photo.paste((11 * i, 0, 0), (0, 0, 16, 16))
        photo.save(place / f"{i:02}.jpg")
    site.manage("import_images", str(folder), "--dataset", "walk")


def campaign(site: Site, folder: Path, slug: str, kind: str, *options: str) -> str:
    """The path of an invitation to a campaign of these photos."""
    photos(site, folder)
    if not site.rows("SELECT 1 FROM crowd_campaign WHERE slug = %s", slug):
        what = ["--kind", kind, "--dataset", "walk", "--super-class", "Mammalia"]
        many = ["--workers-per-task", "20", "--max-workers", "20"]
        site.manage("create_campaign", slug, *what, *many, *options)
    return site.invitation(slug)


def settled(page: Page, kind: str) -> str:
    """The address of the photo, once it is shown and an answer to it is taken."""
    expect(page.locator("body")).to_have_attribute("data-open", "true")
    page.wait_for_function("() => document.querySelector('#photo img')?.complete")
    page.wait_for_timeout(SETTLE_MS[kind])
    return str(page.locator("#photo img").get_attribute("src"))


def moved_on(page: Page, source: str) -> None:
    """Until another photo is shown, or a card that ends a stretch of the walk."""
    page.wait_for_function(
        """source => ['rest', 'done'].includes(document.body.dataset.card) ||
             (document.body.dataset.open === 'true' && !document.body.dataset.card &&
              document.querySelector('#photo img')?.getAttribute('src') !== source)""",
        arg=source,
    )


def card(page: Page, name: str) -> Locator:
    """The card, once it is shown."""
    found = page.locator(f"#note-{name}")
    expect(found).to_be_visible()
    return found


def is_at_rest(page: Page) -> bool:
    return bool(page.evaluate("document.body.dataset.card === 'rest'"))


def reach(page: Page, target: Locator, key: str = "Tab", at_most: int = 80) -> None:
    """Press Tab until the target has the focus: a page that lets nobody there fails."""
    expect(target).to_be_visible()
    for _ in range(at_most):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"the keyboard does not reach {target}")


def numbers(page: Page) -> list[Bbox]:
    """The boxes as the list of boxes says them aloud: whole pixels."""
    said = page.locator("#boxes .visually-hidden").all_inner_texts()
    found = [[int(n) for n in re.findall(r"\d+", text)] for text in said]
    return [(x, y, w, h) for _, _, x, y, w, h in found]


def outcomes(site: Site, page: Page, kind: str) -> list[tuple[str, str, int]]:
    """What stands of a session, photo by photo: outcome or label, comment, version."""
    table, label = (
        ("annotate_annotation", "a.outcome")
        if kind == "box"
        else ("verify_verdict", "coalesce(nullif(a.label, ''), a.outcome)")
    )
    return site.rows(
        f"SELECT {label}, a.comment, a.version FROM {table} a"
        " JOIN crowd_worker w ON w.id = a.worker_id WHERE w.pseudonym = %s AND a.is_current"
        f" ORDER BY (SELECT min(id) FROM {table} b WHERE b.assignment_id = a.assignment_id)",
        page.evaluate(KEY),
    )


def drawn(site: Site, page: Page) -> list[list[Drawn]]:
    """The boxes that stand, photo by photo, of those photos that have any."""
    rows = site.rows(
        "SELECT a.id, b.x, b.y, b.w, b.h, b.method, b.pointer FROM annotate_box b"
        " JOIN annotate_annotation a ON a.id = b.annotation_id"
        " JOIN crowd_worker w ON w.id = a.worker_id WHERE w.pseudonym = %s AND a.is_current"
        " ORDER BY (SELECT min(id) FROM annotate_annotation c"
        "           WHERE c.assignment_id = a.assignment_id), b.number",
        page.evaluate(KEY),
    )
    found: dict[int, list[Drawn]] = {}
    for answer, x, y, w, h, method, pointer in rows:
        found.setdefault(answer, []).append(Drawn((x, y, w, h), method, pointer))
    return list(found.values())


def is_near(found: list[Drawn], meant: list[Drawn], within: float) -> None:
    """The same boxes in the same order, each edge within so many pixels of what was meant."""
    assert [(one.method, one.pointer) for one in found] == [
        (one.method, one.pointer) for one in meant
    ]
    for one, other in zip(found, meant, strict=True):
        assert all(
            abs(a - b) <= within for a, b in zip(edges(one.bbox), edges(other.bbox), strict=True)
        ), (one.bbox, other.bbox)


def edges(bbox: Bbox) -> Bbox:
    x, y, w, h = bbox
    return (x, y, x + w, y + h)


def answer(page: Page, press: Callable[[], None], kind: str = "box") -> str:
    """Answer this photo, and see the next one or a card; its address."""
    source = settled(page, kind)
    press()
    moved_on(page, source)
    return source


def to_the_rest(page: Page, nothing: Callable[[], None]) -> None:
    """Nothing to box on any other photo before the rest."""
    while not is_at_rest(page):
        answer(page, nothing)
    expect(card(page, "rest")).to_contain_text(str(REST))


def check(site: Site, page: Page, meant: list[list[Drawn]], within: float) -> None:
    saved(page)
    assert outcomes(site, page, "box") == MEANT
    found = drawn(site, page)
    assert len(found) == len(meant)
    for one, other in zip(found, meant, strict=True):
        is_near(one, other, within)


def on_screen(found: Place, x: float, y: float) -> Point:
    return found.left + x * found.scale, found.top + y * found.scale


def two_points(page: Page, found: Place, bbox: Bbox, press: Callable[[float, float], None]) -> Bbox:
    x, y, w, h = bbox
    press(*on_screen(found, x, y))
    press(*on_screen(found, x + w, y + h))
    expect(page.locator("#overlay .is-draft")).to_have_count(0)
    return bbox


def four_points(found: Place, bbox: Bbox, press: Callable[[float, float], None]) -> Bbox:
    x, y, w, h = bbox
    for u, v in ((0.4, 0), (0, 0.6), (0.5, 1), (1, 0.3)):
        press(*on_screen(found, x + u * w, y + v * h))
    return bbox
