"""How soon the next photo is painted, and how smoothly a box follows the hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playwright.sync_api import Page

from benchmarks.ui.targets import Target, at_least, at_most, beside, spread
from benchmarks.ui.world import MBIT, ROUND_TRIP_MS, World, channel, is_open, slow

SETTLE_MS = 450
# about what a worker takes at least, so that the photos ahead have come
LOOK_MS = 700
LOOK_SLOW_MS = 2000
LINE = f"{ROUND_TRIP_MS} ms, {MBIT} Mbit/s"
N_BOXES = 10
N_MOVES = 40
FRAMES = """() => {
  const seen = (window.seen = { frames: [], lags: [], isOn: true });
  let last = 0, moved = 0;
  const tick = (now) => {
    if (last) seen.frames.push(now - last);
    last = now;
    if (seen.isOn) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  addEventListener("pointermove", (event) => { moved ||= event.timeStamp; }, true);
  const place = document.querySelector("#overlay, #floor");
  new MutationObserver(() => {
    if (moved) seen.lags.push(performance.now() - moved);
    moved = 0;
  }).observe(place, { attributes: true, childList: true, subtree: true });
}"""
# an empty page: the same photo, and one element that follows the pointer
FLOOR_OF_FRAMES = """async (url) => {
  document.body.innerHTML = '<img id="picture"><div id="floor"></div>';
  const floor = document.getElementById("floor");
  document.getElementById("picture").src = url;
  await document.getElementById("picture").decode();
  Object.assign(document.getElementById("picture").style, {width: "1000px"});
  Object.assign(floor.style, {position: "fixed", border: "2px solid", left: "0", top: "0"});
  let at = null;
  const paint = () => {
    Object.assign(floor.style, {width: `${at.clientX}px`, height: `${at.clientY}px`});
    at = null;
  };
  addEventListener("pointermove", (event) => {
    if (!at) requestAnimationFrame(paint);
    at = event;
  });
}"""
# an empty page: two decoded photos, and a button that shows one or the other
FLOOR_OF_PAINTS = """async (urls) => {
  document.body.innerHTML = "<button>next</button><div></div>";
  const all = urls.map((url) => Object.assign(new Image(), { src: url, width: 1000 }));
  await Promise.all(all.map((img) => img.decode()));
  document.querySelector("button").onclick = () =>
    document.querySelector("div").replaceChildren(all.pop());
}"""


def measure(world: World) -> Iterator[Target]:
    """Each line as soon as it is known."""
    box, verdict = "submit to next photo, prefetched", "verdict: key to next photo"
    yield from _next(world, "display", box, _box, limits=(50, 100))
    yield _floor_of_paints(world)
    yield from _next(world, "verdicts", verdict, _verdict, limits=(50, 100))
    yield from _first(world)
    yield from _frames(world)


def _next(
    world: World,
    campaign: str,
    what: str,
    answer: Callable[[Page], None],
    *,
    limits: tuple[float, float],
) -> Iterator[Target]:
    for is_slow, limit in zip((False, True), limits, strict=True):
        page = world.worker(campaign)
        if is_slow:
            slow(page)
        found = list(_paints(page, answer, look_ms=LOOK_SLOW_MS if is_slow else LOOK_MS))
        median, p95 = spread(found)
        line = LINE if is_slow else "loopback"
        more = f"p50 {median:.0f}, n {len(found)}"
        yield at_most(f"{what}, {line}, p95", p95, limit, "ms", more)
        page.context.close()


def _paints(page: Page, answer: Callable[[Page], None], *, look_ms: int) -> Iterator[float]:
    """Milliseconds from the press until the next photo was painted, one answer after another."""
    for _ in range(24):
        is_open(page)
        page.wait_for_timeout(look_ms)
        n_painted = page.evaluate("watched.paints.length")
        answer(page)
        page.wait_for_function(
            "n => watched.paints.length > n || !document.querySelector('#note-rest').hidden",
            arg=n_painted,
        )
        if page.locator("#note-rest").is_visible():
            page.locator("#note-rest [data-act=continue]").click()
            continue
        yield page.evaluate("watched.paints.at(-1)[1] - watched.presses.at(-1)")


def _box(page: Page) -> None:
    page.mouse.move(500, 300)
    page.mouse.down()
    page.mouse.move(700, 480, steps=4)
    page.mouse.up()
    page.locator('#submit[aria-disabled="false"]').wait_for()
    page.wait_for_timeout(SETTLE_MS)
    page.locator("#submit").click()


def _verdict(page: Page) -> None:
    page.keyboard.press("1")


def _floor_of_paints(world: World) -> Target:
    page = world.worker("display")
    urls = [page.locator("#photo img").get_attribute("src") or ""]
    page.locator("#nothing").click()
    page.wait_for_timeout(1000)
    urls.append(page.locator("#photo img").get_attribute("src") or "")
    found = []
    for _ in range(10):
        page.goto(f"{world.address}/healthz")
        page.evaluate(FLOOR_OF_PAINTS, urls)
        for n in (1, 2):
            page.locator("button").click()
            page.wait_for_function("n => watched.paints.length >= n", arg=n)
            found.append(page.evaluate("watched.paints.at(-1)[1] - watched.presses.at(-1)"))
    page.context.close()
    median, p95 = spread(found)
    what = "  floor: an empty page with the same decoded photos"
    return beside(what, f"p95 {p95:.0f} ms (p50 {median:.0f})")


def _first(world: World) -> Iterator[Target]:
    """The first photo of a visit with an empty cache, on a slow line."""
    waits, lcps, floors = [], [], []
    page = world.worker("display")
    address = page.url
    url = page.locator("#photo img").get_attribute("src") or ""
    for _ in range(6):
        page = world.afresh(page)
        floors.append(_floor_of_first(page, f"{world.address}/healthz", url))
        page = world.afresh(page)
        slow(page)
        page.goto(address)
        page.wait_for_function("() => watched.paints.length > 0 && watched.lcp > 0")
        lcps.append(page.evaluate("watched.lcp"))
        asked = (
            "performance.getEntriesByType('resource').find((one) => /assignments/.test(one.name))"
        )
        waits.append(page.evaluate(f"watched.paints[0][1] - {asked}.startTime"))
    page.context.close()
    for what, limit, found in (
        (f"first photo, without prefetch, from its claim, {LINE}, p95", 1000, waits),
        (f"largest paint (the photo), empty cache, {LINE}, p95", 1500, lcps),
    ):
        median, p95 = spread(found)
        yield at_most(what, p95, limit, "ms", f"p50 {median:.0f}, n {len(found)}")
    median, p95 = spread(floors)
    floor = "  floor: an empty page with the same photo"
    yield beside(floor, f"p95 {p95:.0f} ms (p50 {median:.0f})")


def _frames(world: World) -> Iterator[Target]:
    for throttle, limit in ((1, 16), (4, 25)):
        page = world.worker("large")
        fps, p95, lag = _dragged(page, throttle)
        more = f"{N_BOXES} boxes on 4000 x 3000" + (f", {throttle}x slower" if throttle > 1 else "")
        if throttle == 1:
            yield at_least(f"frames while dragging, {more}", fps, 55, "/s")
            yield at_most("  a frame, p95", p95, 20, "ms")
        yield at_most(f"  event to DOM, {more}, p95", lag, limit, "ms", f"{fps:.0f} frames/s")
        page.context.close()
    yield _floor_of_frames(world)


def _dragged(page: Page, throttle: int) -> tuple[float, float, float]:
    """Frames a second, and 95th percentiles of a frame and of event to DOM in ms."""
    channel(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.evaluate(FRAMES)
    for i in range(N_BOXES):
        left, top = 120 + 190 * (i % 5), 120 + 300 * (i // 5)
        page.mouse.move(left, top)
        page.mouse.down()
        page.mouse.move(left + 150, top + 220, steps=N_MOVES)
        page.mouse.up()
    frames, lags = page.evaluate("(seen.isOn = false, [seen.frames, seen.lags])")
    return 1000 * len(frames) / sum(frames), spread(frames)[1], spread(lags)[1]


def _floor_of_frames(world: World) -> Target:
    page = world.worker("large")
    url = page.locator("#photo img").get_attribute("src")
    page.goto(f"{world.address}/healthz")
    page.evaluate(FLOOR_OF_FRAMES, url)
    fps, p95, lag = _dragged(page, 1)
    page.context.close()
    measured = f"{fps:.0f} /s, frame p95 {p95:.0f} ms, event to DOM p95 {lag:.1f} ms"
    return beside("  floor: an empty page with the same photo and one element", measured)


def _floor_of_first(page: Page, address: str, url: str) -> float:
    """Milliseconds until an empty page has painted the photo."""
    slow(page)
    page.goto(address, wait_until="commit")
    page.evaluate("url => document.body.append(Object.assign(new Image(), {src: url}))", url)
    page.wait_for_function("() => watched.paints.length > 0")
    found: float = page.evaluate("watched.paints[0][1]")
    return found
