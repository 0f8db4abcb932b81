"""A phone can put Quadrat on its home screen: what Chromium itself asks of such a site."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, CDPSession

from tests.browser import chromium
from tests.site import PHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.services]


@pytest.fixture
def visitor(site: Site, browser: Browser, tmp_path: Path) -> Iterator[CDPSession]:
    """Somebody at the door, with a browser that remembers: a private one installs nothing."""
    kind = browser.browser_type
    context = kind.launch_persistent_context(
        str(tmp_path),
        executable_path=chromium.executable(),
        args=chromium.flags(),
        viewport=PHONE,
    )
    page = context.new_page()
    page.goto(f"{site.address}/sign-in/")
    yield context.new_cdp_session(page)
    context.close()


def test_chromium_finds_nothing_missing(visitor: CDPSession):
    assert visitor.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    found = visitor.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert (manifest["name"], manifest["display"]) == ("Quadrat", "standalone")
    assert manifest["start_url"] == "/"


def test_icons_are_as_large_as_the_manifest_says(site: Site):
    with urllib.request.urlopen(f"{site.address}/app.webmanifest") as reply:
        assert reply.headers["Content-Type"] == "application/manifest+json"
        icons = json.load(reply)["icons"]
    assert {icon.get("purpose", "any") for icon in icons} == {"any", "maskable"}
    for icon in icons:
        with urllib.request.urlopen(site.address + icon["src"]) as reply:
            assert reply.headers["Content-Type"] == icon["type"]
            drawn = reply.read()
        if icon["type"] == "image/png":
            picture = Image.open(BytesIO(drawn))
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
            corner = picture.getchannel("A").crop((0, 0, 4, 4))
            is_whole = set(corner.tobytes()) == {255}
            assert is_whole == (icon.get("purpose") == "maskable")
