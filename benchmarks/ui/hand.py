"""What a box costs the hand, and whether it lies where the hand put it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Page

from benchmarks.ui.targets import Target, at_most
from benchmarks.ui.world import World, is_open, rows
from consensus.geometry import edges_of, paired_iou
from simulation.scenes import draw_scene

RATIOS = (1, 1.25, 2, 3)
CORNERS = (((311, 205), (474, 383)), ((620, 250), (787, 311)), ((402, 460), (951, 655)))
# the keyboard map: so many steps to the short side; a held key moves four steps after so many
STEPS = 40
QUICK_AFTER = 6
QUICK = 4
STORED = """SELECT b.x, b.y, b.w, b.h FROM annotate_box b
JOIN annotate_annotation a ON a.id = b.annotation_id JOIN crowd_worker w ON w.id = a.worker_id
WHERE w.pseudonym = %s AND a.is_current ORDER BY a.id, b.number"""


def measure(world: World) -> Iterator[Target]:
    """Each line as soon as it is known."""
    n_presses = 0
    for ratio in RATIOS:
        error, n_presses = _error(world, ratio)
        what = f"coordinates at {ratio:g} device pixels each, photo at 1:1 or closer, worst"
        yield at_most(what, error, 0.5, "px", "pixels of 4000 x 3000")
    yield at_most("pointer presses a box, none besides", n_presses / len(CORNERS), 1, "")
    yield _keys(world)


def stored(page: Page, n: int) -> np.ndarray:
    """The boxes of this worker once all are there, one [x, y, w, h] per row, full-size pixels."""
    key = json.loads(page.locator("#page-data").text_content() or "")["worker"]["key"]
    for _ in range(100):
        found = rows(STORED, key)
        if len(found) == n:
            return np.array(found, dtype=float)
        page.wait_for_timeout(100)
    raise RuntimeError(f"{n} boxes were drawn, {len(found)} are stored")


def _error(world: World, ratio: float) -> tuple[float, int]:
    """The largest difference of an edge as drawn and as stored, in full-size pixels; presses."""
    page = world.worker("large", device_scale_factor=ratio)
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    box = page.locator("#photo img").bounding_box()
    assert box is not None
    scale = box["width"] / 4000
    assert scale >= 1, f"the photo is shown at {scale}"
    n_before = page.evaluate("watched.presses.length")
    for start, end in CORNERS:
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=5)
        page.mouse.up()
    n_presses = page.evaluate("watched.presses.length") - n_before
    page.keyboard.press("Enter")
    found = stored(page, len(CORNERS))
    page.context.close()
    drawn = (np.array(CORNERS, dtype=float) - (box["x"], box["y"])) / scale
    edges = np.concatenate([found[:, :2], found[:, :2] + found[:, 2:]], axis=1)
    return float(np.abs(edges - drawn.reshape(-1, 4)).max()), n_presses


def _keys(world: World) -> Target:
    """Boxes of drawn scenes, made by keys alone; a key that is held down counts once."""
    page = world.worker("display")
    wide, high = 2048, 1536
    n_keys: list[int] = []
    overlaps: list[np.ndarray] = []
    for seed in range(4):
        is_open(page)
        page.wait_for_timeout(600)
        scene = draw_scene(super_class="Aves", seed=90 + seed, size=(512, 384), n_animals=2)
        wanted = scene.boxes_xywh * 4.0
        for x, y, w, h in wanted:
            page.keyboard.press("b")
            n = 1 + _walk(page, x - wide / 2, y - high / 2, high)
            page.keyboard.press("Enter")
            n += 1 + _walk(page, w, h, high)
            page.keyboard.press("Enter")
            n_keys.append(n + 1)
        before = sum(len(made) for made in overlaps)
        page.keyboard.press("Enter")
        found = stored(page, before + len(wanted))[before:]
        overlaps.append(paired_iou(edges_of(found), edges_of(wanted)))
    page.context.close()
    worst = f"most {max(n_keys)}, IoU with the true box {np.mean(np.concatenate(overlaps)):.2f}"
    return at_most("keys a box, by keyboard alone", float(np.mean(n_keys)), 24, "", worst)


def _walk(page: Page, right: float, down: float, short: float) -> int:
    """Move the cross by so many pixels, to the nearest step; returns the keys that took."""
    n_keys = 0
    for distance, towards, back in (
        (right, "ArrowRight", "ArrowLeft"),
        (down, "ArrowDown", "ArrowUp"),
    ):
        steps = round(abs(distance) / (short / STEPS))
        n_keys += _hold(page, towards if distance > 0 else back, steps)
    return n_keys


def _hold(page: Page, key: str, steps: int) -> int:
    """Hold an arrow as long as it does not go too far, then press it for the rest."""
    n_quick = max(0, (steps - QUICK_AFTER) // QUICK)
    n_held = min(steps, QUICK_AFTER) + n_quick
    for _ in range(n_held):
        page.keyboard.down(key)
    if n_held:
        page.keyboard.up(key)
    rest = steps - min(steps, QUICK_AFTER) - QUICK * n_quick
    for _ in range(rest):
        page.keyboard.press(key)
    return int(n_held > 0) + rest
