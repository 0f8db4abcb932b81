"""Three people see tracks only; the photo leaves the test manifest, with the reason."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.site import Site, shown, wait_for_another

pytestmark = [pytest.mark.browser, pytest.mark.services]

KEYS = """{
    str(image.uid): '2' if image.references.get().reason == 'tracks' else '1'
    for image in Image.objects.filter(tasks__campaign__slug='mammals')
}"""


def look(page: Page, keys: dict[str, str]) -> None:
    """One photo, one key, until the page says thanks."""
    for _ in range(len(keys)):
        uid = shown(page)
        page.wait_for_timeout(450)
        page.keyboard.press(keys[uid])
        wait_for_another(page, uid)
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_flagged_image_leaves_the_manifest(site: Site, newcomer, tmp_path):
    keys = site.ask(" ".join(KEYS.split()))
    assert sorted(keys.values()) == ["1", "2"]
    for _ in range(3):
        look(newcomer("mammals"), keys)
    retired = "Task.objects.filter(campaign__slug='mammals', state='retired').count()"
    site.wait_for(lambda: site.ask(retired) == 2)

    site.manage("export_release", "scenes", "--split", "test", "--output", str(tmp_path))

    every = json.loads((tmp_path / "test.json").read_text())["images"]
    kept = json.loads((tmp_path / "test_filtered.json").read_text())["images"]
    excluded = json.loads((tmp_path / "excluded.json").read_text())
    rows = excluded["excluded"]
    assert len(every) == 2
    assert len(kept) == len(rows) == 1
    assert rows[0]["reason"] == "tracks"
    assert rows[0]["votes"] == {"tracks": 3}
    assert rows[0]["probability"] > 0.9
    assert {row["file_name"] for row in every} == {kept[0]["file_name"], rows[0]["file_name"]}
